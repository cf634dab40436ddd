#![expect(
    clippy::disallowed_methods,
    reason = "says who this process is: its user, its machine, its number, its start"
)]
//! Who this process is, for those who find its lock.

use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs, process};

use crate::kubernetes::Holder;

/// This process, as the user of `account`.
pub(super) fn holder(account: &str) -> Holder {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let started = i64::try_from(since.as_secs()).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    Holder {
        // Two processes of one number never start in the same nanosecond.
        run: format!("{:x}", since.as_nanos()),
        user: user(account),
        host: host(),
        process: process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: started.map(|time| time.to_string()).unwrap_or_default(),
    }
}

/// The person at the machine; in a pipeline, the account; in a cluster, where there is neither, the pod.
fn user(account: &str) -> String {
    let named = ["USER", "LOGNAME", "USERNAME"].into_iter().find_map(|name| env::var(name).ok());
    let accounts = [named.as_deref().unwrap_or_default(), account, "pod"];
    accounts.into_iter().find(|name| !name.is_empty()).unwrap_or_default().to_owned()
}

fn host() -> String {
    let told = || env::var("HOSTNAME").or_else(|_| env::var("COMPUTERNAME")).ok();
    let kept = || fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| fs::read_to_string("/etc/hostname")).ok();
    let name = told().or_else(kept).unwrap_or_default();
    match name.trim() {
        "" => "an unknown machine".to_owned(),
        name => name.to_owned(),
    }
}
