//! What would change and why, computed once and consumed by apply: `Plan`, `Change`, `Observed`, their difference,
//! order and masking. Pure. Uses `workload` and `names`.
