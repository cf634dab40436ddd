//! The only room that talks to a cluster: connect, observe, apply, wait, lock, stream; and the pure diagnosis of what
//! the cluster answers. Uses `plan`, `workload` and `names`.
