//! How this machine reaches registries.

use super::address::{Insecure, InsecureHost};
use crate::web::{Proxies, chance};

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
        Self { proxies: Proxies::here(), insecure: insecure.into_iter().collect(), chance: chance() }
    }
}
