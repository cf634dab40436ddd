#![expect(clippy::disallowed_methods, reason = "reads the variables for proxies, and what differs between two runs")]
//! What the environment of this process says about proxies, and what differs between two processes.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use super::proxy::Proxies;

impl Proxies {
    /// As the environment of this process says.
    #[must_use]
    pub fn here() -> Self {
        let variable = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
            found.unwrap_or_default()
        };
        Self {
            https: variable(["HTTPS_PROXY", "https_proxy"]),
            // In a program that a web server starts, the upper-case one is a header of somebody's request.
            http: variable(["http_proxy", "HTTP_PROXY"]),
            no: variable(["NO_PROXY", "no_proxy"]),
        }
    }
}

/// A number that is not the same for two who begin at the same time.
pub(crate) fn chance() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_nanos()) ^ u64::from(std::process::id()).rotate_left(32)
}
