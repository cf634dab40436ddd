//! How an environment is, for a person.

use super::super::page::{Look, Page};
use super::super::problems::Style;
use super::{Phase, Pod, Reason, Remark, Status, Usage, Volume, age};
use crate::config::quantity::Quantity;
use crate::names::ContentName;

/// How wide the names of the rows are.
const NAMES: usize = 9;

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// What a person wants to know.
    Normal,
    /// Identities, fingerprints and addresses as well.
    Wide,
}

/// The whole of it, ending in a line break.
#[must_use]
pub fn for_person(status: &Status, detail: Detail, style: Style) -> String {
    let mut page = Page::new(style);
    let word = status.phase.word().replace('-', " ");
    page.line(0, &[(Look::Strong, &status.environment), (Look::Plain, " is "), (look(status.phase), &word)]);
    if let Some(reason) = &status.reason {
        why(&mut page, reason);
    }
    for (name, text) in rows(status, detail) {
        page.line(2, &[(Look::Faint, &format!("{name:NAMES$} ")), (Look::Plain, &text)]);
    }
    for drift in &status.drift {
        let who = drift.manager.as_deref().map(|manager| format!(" by {manager}")).unwrap_or_default();
        let when = drift.at.as_deref().map(|at| format!(" at {at}")).unwrap_or_default();
        let text = format!("{} {} was changed{who}{when}", drift.object, drift.field);
        page.line(2, &[(Look::Changed, &format!("{:NAMES$} ", "drift")), (Look::Plain, &text)]);
    }
    for unseen in &status.unseen {
        page.line(2, &[(Look::Faint, &format!("{:NAMES$} ", "unseen")), (Look::Plain, unseen)]);
    }
    page.into_text()
}

/// The same in one line, for a record: `dev is pulling: pulling registry.example/dev:1`.
#[must_use]
pub fn line(status: &Status) -> String {
    let word = status.phase.word().replace('-', " ");
    let why = status.reason.as_ref().map(|reason| format!(": {}", reason.message)).unwrap_or_default();
    let place = status.pod.as_ref().filter(|_| status.phase == Phase::Ready).map(|pod| format!(": {}", place(pod)));
    format!("{} is {word}{}", status.environment, place.unwrap_or(why))
}

pub(super) fn look(phase: Phase) -> Look {
    match phase {
        Phase::Ready => Look::Added,
        Phase::Degraded | Phase::CrashLooping | Phase::Unknown => Look::Wrong,
        Phase::NotDeployed | Phase::Stopped => Look::Strong,
        _ => Look::Changed,
    }
}

fn why(page: &mut Page, reason: &Reason) {
    let about = reason.about.as_deref().map(|about| format!("{about}: ")).unwrap_or_default();
    page.line(2, &[(Look::Strong, &about), (Look::Plain, &reason.message)]);
    if let Some(event) = reason.event.as_ref().filter(|event| says_more(reason, event)) {
        page.line(2, &[(Look::Faint, &format!("{} {}: ", event.about, event.reason)), (Look::Plain, &event.message)]);
    }
    if let Some(advice) = &reason.advice {
        page.line(2, &[(Look::Added, "fix: "), (Look::Plain, advice)]);
    }
    if !reason.log.is_empty() {
        page.line(2, &[(Look::Faint, "the last lines that its program wrote:")]);
        for line in &reason.log {
            page.line(4, &[(Look::Plain, &line.replace('\t', "  "))]);
        }
    }
}

/// Whether an event says what the message does not: that a node waits before it tries again is nothing new, and its errors
/// are what the message was made from.
fn says_more(reason: &Reason, event: &Remark) -> bool {
    let told = reason.message.split_once(": ").map_or(reason.message.as_str(), |(_, told)| told);
    let is_of_the_node = event.reason == "BackOff" || event.message.starts_with("Error: ");
    !is_of_the_node && !event.message.contains(told) && !reason.message.contains(event.message.trim())
}

/// How an image of this machine is called: by its name, and by as much of its content as tells it from others.
pub(in crate::report) fn own(reference: &str, named: &str) -> Option<String> {
    let name = ContentName::parse(reference)?;
    let named = if named == reference { name.path() } else { named };
    Some(format!("{named} (local, {})", name.short()))
}

fn rows(status: &Status, detail: Detail) -> Vec<(&'static str, String)> {
    let is_wide = detail == Detail::Wide;
    let mut rows = Vec::new();
    if let Some(image) = &status.image {
        // On lines of their own, so that they fit and can be copied.
        let (repository, digest) = image.reference.rsplit_once('@').unwrap_or((&image.reference, ""));
        let named = image.tag.as_deref().unwrap_or(repository);
        rows.push(("image", own(&image.reference, named).unwrap_or_else(|| named.to_owned())));
        rows.extend(ContentName::parse(&image.reference).filter(|_| is_wide).map(|name| ("", name.to_string())));
        rows.extend((!digest.is_empty()).then(|| ("", digest.to_owned())));
        rows.extend(image.signer.iter().map(|signer| ("signed", format!("by {signer}"))));
        rows.extend(image.source.iter().map(|source| ("built", format!("from {source}"))));
    }
    if let Some(pod) = &status.pod {
        rows.push(("pod", pod_row(pod)));
        rows.extend(pod.ip.iter().filter(|_| is_wide).map(|ip| ("pod ip", ip.clone())));
        rows.extend(pod.usage.iter().map(|usage| ("usage", usage_row(usage))));
    }
    if let Some(volume) = &status.volume {
        rows.push(("volume", volume_row(volume)));
        rows.extend(volume.volume.iter().filter(|_| is_wide).map(|name| ("", name.clone())));
    }
    if let Some(address) = &status.address {
        let ports: Vec<_> = address.ports.iter().map(|port| port.port.to_string()).collect();
        let ip = address.ip.as_deref().filter(|_| is_wide).map(|ip| format!(" ({ip})")).unwrap_or_default();
        rows.push(("address", format!("{}{ip}, ports {}", address.host, ports.join(", "))));
    }
    if let Some(applied) = &status.applied {
        rows.push(("applied", applied_row(status)));
        rows.extend(applied.config_hash.iter().filter(|_| is_wide).map(|hash| ("config", hash.clone())));
    }
    if let Some(stopped) = &status.stopped {
        let by = stopped.by.as_deref().map(|by| format!("by {by}")).unwrap_or_default();
        let ago = stopped.age_seconds.map(|seconds| format!("{} ago", age(seconds))).unwrap_or_default();
        let told: Vec<_> = [by, ago].into_iter().filter(|part| !part.is_empty()).collect();
        rows.extend((!told.is_empty()).then(|| ("stopped", told.join(", "))));
    }
    rows
}

fn place(pod: &Pod) -> String {
    let node = pod.node.as_deref().map(|node| format!(" on {node}")).unwrap_or_default();
    format!("pod/{}{node}", pod.name)
}

fn pod_row(pod: &Pod) -> String {
    let running = pod.running_seconds.map(|seconds| format!(", running for {}", age(seconds))).unwrap_or_default();
    let restarts = match pod.restarts {
        0 => String::new(),
        1 => ", restarted once".to_owned(),
        times => format!(", restarted {times} times"),
    };
    format!("{}{running}{restarts}", place(pod))
}

fn usage_row(usage: &Usage) -> String {
    let of = |limit: &Option<String>| limit.as_deref().map(|limit| format!(" of {limit}")).unwrap_or_default();
    let processors = format!("{}m{} cpu", usage.cpu_millis, of(&usage.cpu_limit));
    format!("{processors}, {}{} memory", bytes(usage.memory_bytes), of(&usage.memory_limit))
}

fn volume_row(volume: &Volume) -> String {
    let class = volume.class.as_deref().map(|class| format!(" {class}")).unwrap_or_default();
    let used = match (volume.used_bytes, volume.capacity_bytes) {
        (Some(used), Some(capacity)) if capacity > 0 => {
            let share = used.saturating_mul(100) / capacity;
            // A folder of the node's own disk has no size of its own.
            let is_shared = Quantity::parse(&volume.size).is_ok_and(|size| capacity / 2 > size.in_units());
            if is_shared {
                format!(", on a disk of {} that is {share} % full", bytes(capacity))
            } else {
                format!(", {} used ({share} %)", bytes(used))
            }
        }
        (Some(used), _) => format!(", {} used", bytes(used)),
        _ => String::new(),
    };
    let age = volume.age_seconds.map(|seconds| format!(", {} old", age(seconds))).unwrap_or_default();
    format!("{}, {}{class}, {}{used}{age}", volume.claim, volume.size, volume.state.to_lowercase())
}

fn applied_row(status: &Status) -> String {
    let Some(applied) = &status.applied else { return String::new() };
    let by = applied.by.as_deref().map_or_else(|| "by somebody else than sindri".to_owned(), |by| format!("by {by}"));
    let ago = applied.age_seconds.map(|seconds| format!(", {} ago", age(seconds))).unwrap_or_default();
    let changed = if applied.matches_file == Some(false) {
        "; the file has changed since: `sindri plan` shows what it would do"
    } else {
        ""
    };
    format!("{by}{ago}{changed}")
}

/// In the unit that leaves three digits at most.
pub(super) fn bytes(amount: i64) -> String {
    let mut whole = amount.max(0);
    for unit in ["B", "Ki", "Mi", "Gi"] {
        if whole < 1000 {
            return format!("{whole}{unit}");
        }
        // Ten of the next unit and more need no decimals.
        if whole < 10_240 && unit != "B" {
            return format!("{}.{}{}", whole / 1024, whole % 1024 * 10 / 1024, next(unit));
        }
        whole /= 1024;
    }
    format!("{whole}Ti")
}

fn next(unit: &str) -> &'static str {
    match unit {
        "Ki" => "Mi",
        "Mi" => "Gi",
        _ => "Ti",
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn amounts_are_told_in_three_digits() {
        for (amount, told) in [
            (0, "0B"),
            (999, "999B"),
            (1000, "0Ki"),
            (1024, "1Ki"),
            (1_500_000, "1.4Mi"),
            (64 << 20, "64Mi"),
            (1_288_490_188, "1.1Gi"),
            (10 << 30, "10Gi"),
            (5 << 40, "5.0Ti"),
        ] {
            assert_eq!(bytes(amount), told, "{amount}");
        }
    }
}
