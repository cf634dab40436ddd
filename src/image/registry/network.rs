#![expect(clippy::disallowed_methods, reason = "reads the variables for proxies, and what differs between two runs")]
//! How this machine reaches registries.

use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

use super::address::{Insecure, InsecureHost};
use super::proxy::Proxies;

/// How registries are reached from here.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Through what.
    pub proxies: Proxies,
    /// Which of them are spoken to without TLS.
    pub insecure: Insecure,
    /// What differs between two who ask at the same time.
    pub chance: u64,
}

impl Network {
    /// As the environment of this process says.
    #[must_use]
    pub fn here(insecure: impl IntoIterator<Item = InsecureHost>) -> Self {
        let variable = |names: [&str; 2]| {
            let found = names.iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
            found.unwrap_or_default()
        };
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            proxies: Proxies {
                https: variable(["HTTPS_PROXY", "https_proxy"]),
                // In a program that a web server starts, the upper-case one is a header of somebody's request.
                http: variable(["http_proxy", "HTTP_PROXY"]),
                no: variable(["NO_PROXY", "no_proxy"]),
            },
            insecure: insecure.into_iter().collect(),
            chance: u64::from(since.subsec_nanos()) ^ u64::from(std::process::id()).rotate_left(32),
        }
    }
}
