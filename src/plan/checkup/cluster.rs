//! The server: which version it is, and whether its clock and that of this machine agree.

use super::{Check, Examined};
use crate::plan::{Finding, Severity};

/// The versions of Kubernetes that Sindri is tested with.
const OLDEST: u32 = 35;
const NEWEST: u32 = 37;

/// Clocks that differ by this many seconds differ: what the server tells is whole seconds, and some time old.
const NOTICED: i64 = 10;
/// By more than this, certificates and tokens of a few minutes are not valid any more, or not yet.
const HARMFUL: i64 = 300;

pub(super) fn server(examined: &Examined<'_>) -> Check {
    let cluster = examined.cluster;
    let finding = |message: String, fix: &str| Finding {
        severity: Severity::Warns,
        code: "server-version",
        about: cluster.server.clone(),
        message,
        fix: fix.to_owned(),
    };
    let range = format!("the versions that sindri is tested with, 1.{OLDEST} to 1.{NEWEST}");
    let findings = match minor(&cluster.version) {
        Some(minor) if minor < OLDEST => {
            vec![finding(format!("it is older than {range}"), "update the cluster; see `kubectl version`")]
        }
        Some(minor) if minor > NEWEST => vec![finding(
            format!("it is newer than {range}"),
            "see whether there is a newer sindri: `sindri --version`",
        )],
        Some(_) => Vec::new(),
        None => vec![finding(format!("whether it is one of {range}, cannot be told"), "see `kubectl version`")],
    };
    Check::new("server", format!("{} answers, Kubernetes {}", cluster.server, cluster.version), findings)
}

/// The second part of `v1.37.1`, `v1.35.4-gke.100` and `v1.36+`.
fn minor(version: &str) -> Option<u32> {
    let (_, rest) = version.strip_prefix("v1.").map(|rest| ("", rest))?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

pub(super) fn clock(examined: &Examined<'_>) -> Check {
    let Some(server) = examined.server_time else {
        return Check::skipped("clock", "the server does not tell its time");
    };
    let ahead = examined.own_time.saturating_sub(server);
    if ahead.abs() < NOTICED {
        return Check::new("clock", "this machine and the server agree about the time", Vec::new());
    }
    let harm = "certificates, tokens and signatures are judged by it";
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    let finding = Finding {
        severity: if ahead.abs() > HARMFUL { Severity::Fails } else { Severity::Warns },
        code: "clock-skew",
        about: "clock".to_owned(),
        message: format!("this machine is {} {side} the server: {harm}", span(ahead.abs())),
        fix: "see which of them is right with `date -u`, and set it: `sudo timedatectl set-ntp true`".to_owned(),
    };
    Check::new("clock", "this machine and the server do not agree about the time", vec![finding])
}

fn span(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::minor;

    #[test]
    fn versions_are_read_as_providers_write_them() {
        for (version, expected) in [
            ("v1.37.1", Some(37)),
            ("v1.35.4-gke.100", Some(35)),
            ("v1.36+", Some(36)),
            ("v2.0.0", None),
            ("of an unknown version", None),
            ("", None),
        ] {
            assert_eq!(minor(version), expected, "{version}");
        }
    }
}
