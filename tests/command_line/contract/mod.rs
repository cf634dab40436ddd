//! What holds for every command.

mod colour;
mod errors;
mod input;
mod permissions;
mod streams;
mod usage;
mod variables;
mod width;

/// Every command there is: nothing that is not built is offered.
pub(crate) const COMMANDS: [&str; 21] = [
    "init",
    "validate",
    "render",
    "plan",
    "deploy",
    "status",
    "list",
    "connect",
    "logs",
    "stop",
    "start",
    "restart",
    "history",
    "rollback",
    "destroy",
    "doctor",
    "image",
    "k8s",
    "schema",
    "completion",
    "man",
];
