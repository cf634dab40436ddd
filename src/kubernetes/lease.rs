//! The object that is the lock of an environment: how it is written, how it is read, and when its holder is dead. Pure.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::names::{INSTANCE, Kind, MANAGED_BY, ObjectId, SINDRI};

/// The annotation in which a holder says who it is. Versions of Sindri read what they know of it.
const HOLDER: &str = "sindri.dev/holder";
/// How long a lease is valid that does not say it.
const UNSAID: Duration = Duration::from_secs(15);
/// What the clocks of several API servers may differ by.
const SLACK: Duration = Duration::from_secs(15);
/// How much of what the cluster says about a holder is shown.
const LONGEST_TEXT: usize = 80;

/// Who holds a lock, or wants to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Holder {
    /// What no other holder has: random for each run of the program.
    pub run: String,
    /// Who the API server says it is, or the kubeconfig.
    pub user: String,
    /// The name of the machine.
    pub host: String,
    /// The number of the process.
    pub process: u32,
    /// The version of Sindri.
    pub version: String,
    /// When the process was started, if it knows.
    pub started: String,
}

impl Holder {
    /// Who it is, as it is written beside what is applied: `alice@laptop`.
    #[must_use]
    pub fn account(&self) -> String {
        format!("{}@{}", self.user, self.host)
    }

    /// What stands in the lease: `alice@laptop_4242_9f3c`.
    pub(super) fn identity(&self) -> String {
        format!("{}@{}_{}_{}", self.user, self.host, self.process, self.run)
    }
}

/// Somebody else who holds the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Who, as a person reads it: `alice on laptop (process 4242)`.
    pub who: String,
    /// Since when, in seconds since 1970, by the server's clock.
    pub since: Option<i64>,
    /// The server's time when this was seen.
    pub now: Option<i64>,
}

/// `held by alice on laptop (process 4242) since 14:03:05 UTC (42 s ago)`.
impl fmt::Display for Held {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "held by {}", self.who)?;
        let Some(since) = self.since.and_then(|since| Timestamp::from_second(since).ok()) else { return Ok(()) };
        let ago = self.now.map(|now| now.saturating_sub(since.as_second()).max(0));
        let format = if ago.is_some_and(|ago| ago < 12 * 60 * 60) { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
        write!(formatter, " since {} UTC", since.strftime(format))?;
        match ago {
            Some(ago @ ..120) => write!(formatter, " ({ago} s ago)"),
            Some(ago) => write!(formatter, " ({} min ago)", ago / 60),
            None => Ok(()),
        }
    }
}

/// A lease as it was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lease {
    pub(super) uid: String,
    pub(super) version: String,
    /// Who holds it; none if nobody does.
    pub(super) identity: Option<String>,
    /// How long it is valid without a sign of life.
    pub(super) duration: Duration,
    pub(super) transitions: i64,
    who: String,
    acquired: Option<i64>,
    renewed: Option<i64>,
}

/// What is written into a lease.
#[derive(Clone, Debug)]
pub(super) struct Claim<'lease> {
    pub(super) environment: &'lease str,
    pub(super) holder: &'lease Holder,
    pub(super) duration: Duration,
    /// When the holder got it, and now.
    pub(super) acquired: i64,
    pub(super) renewed: i64,
    /// How often this holder has renewed it. The server knows seconds only, and what does not differ is no change.
    pub(super) renewals: u32,
    /// How often the lease has changed hands.
    pub(super) transitions: i64,
    /// Which lease is replaced: exactly this one in exactly this version. None makes a new one.
    pub(super) replaces: Option<(&'lease str, &'lease str)>,
}

/// The lock of an environment. A name of an environment is never too long for it.
#[must_use]
pub fn id(namespace: &str, environment: &str) -> ObjectId {
    ObjectId::new(Kind::Lease, namespace, format!("{SINDRI}-{environment}"))
}

impl Claim<'_> {
    pub(super) fn body(&self, id: &ObjectId) -> Value {
        let mut metadata = json!({
            "name": id.name,
            "namespace": id.namespace,
            "labels": {
                "app.kubernetes.io/component": "environment",
                "app.kubernetes.io/instance": self.environment,
                "app.kubernetes.io/name": SINDRI,
                MANAGED_BY: SINDRI,
                INSTANCE: self.environment,
            },
            "annotations": {HOLDER: json!(self.holder).to_string()},
        });
        if let (Some((uid, version)), Some(map)) = (self.replaces, metadata.as_object_mut()) {
            // Without the identity, the server would make a lease that is gone anew.
            map.insert("uid".to_owned(), json!(uid));
            map.insert("resourceVersion".to_owned(), json!(version));
        }
        json!({
            "apiVersion": Kind::Lease.api_version(),
            "kind": Kind::Lease.as_written(),
            "metadata": metadata,
            "spec": {
                "holderIdentity": self.holder.identity(),
                "leaseDurationSeconds": self.duration.as_secs().max(1),
                "acquireTime": written(self.acquired, 0),
                "renewTime": written(self.renewed, self.renewals),
                "leaseTransitions": self.transitions,
            },
        })
    }
}

impl Lease {
    pub(super) fn read(object: &Value) -> Self {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let time = |pointer: &str| text(pointer).parse::<Timestamp>().ok().map(Timestamp::as_second);
        let number = |pointer: &str| object.pointer(pointer).and_then(Value::as_i64);
        let identity = Some(text("/spec/holderIdentity")).filter(|identity| !identity.is_empty());
        let annotation = object.pointer("/metadata/annotations").and_then(|annotations| annotations.get(HOLDER));
        let holder = annotation.and_then(Value::as_str).and_then(|holder| serde_json::from_str(holder).ok());
        // Who took the lease without Sindri has left the annotation as it was.
        let holder = holder.filter(|holder: &Holder| Some(holder.identity()) == identity);
        Self {
            uid: text("/metadata/uid"),
            version: text("/metadata/resourceVersion"),
            duration: number("/spec/leaseDurationSeconds")
                .and_then(|seconds| u32::try_from(seconds).ok())
                .map_or(UNSAID, |seconds| Duration::from_secs(seconds.into())),
            transitions: number("/spec/leaseTransitions").unwrap_or_default(),
            who: who(holder.as_ref(), identity.as_deref().unwrap_or_default()),
            acquired: time("/spec/acquireTime"),
            renewed: time("/spec/renewTime"),
            identity,
        }
    }

    /// Whether the holder gave no sign of life for too long by the server's clock. The clock of this machine has no say,
    /// and that of the holder's had none: it wrote the time that the server told it.
    pub(super) fn is_over(&self, now: Option<i64>) -> bool {
        let limit = i64::try_from((self.duration + SLACK).as_secs()).unwrap_or(i64::MAX);
        match (now, self.renewed) {
            (Some(now), Some(renewed)) => now.saturating_sub(renewed) > limit,
            _ => false,
        }
    }

    pub(super) fn held(&self, now: Option<i64>) -> Held {
        Held { who: self.who.clone(), since: self.acquired, now }
    }
}

/// Whose lock it is that gave no sign of life for too long by the server's clock; nothing if it lives, or nobody has it.
#[must_use]
pub fn abandoned(object: &Value, now: Option<i64>) -> Option<String> {
    let lease = Lease::read(object);
    (lease.identity.is_some() && lease.is_over(now)).then_some(lease.who)
}

fn who(holder: Option<&Holder>, identity: &str) -> String {
    match holder {
        Some(holder) => format!("{} on {} (process {})", shown(&holder.user), shown(&holder.host), holder.process),
        None if identity.is_empty() => "nobody".to_owned(),
        None => shown(identity),
    }
}

/// What a stranger wrote never reaches the terminal as it is.
fn shown(text: &str) -> String {
    let plain: String = text.chars().filter(|letter| !letter.is_control()).take(LONGEST_TEXT).collect();
    if plain.is_empty() { "somebody".to_owned() } else { plain }
}

/// As the server writes times with a fraction: `2026-11-20T14:03:05.000007Z`.
fn written(seconds: i64, fraction: u32) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or_default();
    format!("{}.{:06}Z", time.strftime("%Y-%m-%dT%H:%M:%S"), fraction % 1_000_000)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::{Claim, Holder, Lease, id};

    fn holder() -> Holder {
        Holder {
            run: "9f3c".to_owned(),
            user: "alice".to_owned(),
            host: "laptop".to_owned(),
            process: 4242,
            version: "0.1.0".to_owned(),
            started: String::new(),
        }
    }

    fn written() -> serde_json::Value {
        let holder = holder();
        let claim = Claim {
            environment: "a",
            holder: &holder,
            duration: Duration::from_secs(15),
            acquired: 1_795_183_385,
            renewed: 1_795_183_390,
            renewals: 7,
            transitions: 2,
            replaces: Some(("u", "5")),
        };
        claim.body(&id("team", "a"))
    }

    #[test]
    fn what_is_written_is_read_again() {
        let body = written();
        assert_eq!(body["metadata"]["name"], json!("sindri-a"));
        assert_eq!(body["spec"]["renewTime"], json!("2026-11-20T14:03:10.000007Z"));
        let lease = Lease::read(&body);
        assert_eq!(lease.identity, Some(holder().identity()));
        assert_eq!((lease.uid.as_str(), lease.version.as_str(), lease.transitions), ("u", "5", 2));
        let held = lease.held(Some(1_795_183_427)).to_string();
        assert_eq!(held, "held by alice on laptop (process 4242) since 14:03:05 UTC (42 s ago)");
        assert_eq!(
            lease.held(None).to_string(),
            "held by alice on laptop (process 4242) since 2026-11-20 14:03:05 UTC"
        );
    }

    #[test]
    fn a_holder_of_another_version_is_understood_as_far_as_it_goes() {
        let mut body = written();
        let identity = holder().identity();
        body["metadata"]["annotations"]["sindri.dev/holder"] = json!(
            json!({"run": "9f3c", "user": "alice", "host": "laptop", "process": 4242, "moon": {"phase": 3}})
                .to_string()
        );
        assert!(Lease::read(&body).held(None).to_string().starts_with("held by alice on laptop (process 4242)"));
        body["metadata"]["annotations"]["sindri.dev/holder"] = json!("[1");
        assert!(Lease::read(&body).held(None).to_string().contains(&format!("held by {identity} since")));
        body["metadata"]["annotations"] = json!(null);
        body["spec"] = json!({"holderIdentity": "a\u{1b}[31mb"});
        assert_eq!(Lease::read(&body).held(Some(1)).to_string(), "held by a[31mb");
    }

    #[test]
    fn a_lock_is_abandoned_when_its_holder_is_dead() {
        assert_eq!(super::abandoned(&written(), Some(1_795_183_390 + 30)), None);
        let who = super::abandoned(&written(), Some(1_795_183_390 + 31));
        assert_eq!(who.as_deref(), Some("alice on laptop (process 4242)"));
        let mut free = written();
        free["spec"]["holderIdentity"] = json!("");
        assert_eq!(super::abandoned(&free, Some(i64::MAX)), None);
    }

    #[test]
    fn a_holder_is_dead_by_the_servers_clock_after_its_duration_and_some_slack() {
        let lease = Lease::read(&written());
        assert!(!lease.is_over(Some(1_795_183_390 + 30)), "an API server's clock may be ahead");
        assert!(lease.is_over(Some(1_795_183_390 + 31)));
        assert!(!lease.is_over(None), "without the server's time nobody is dead");
        assert!(!Lease::read(&json!({"spec": {"holderIdentity": "a"}})).is_over(Some(i64::MAX)));
    }
}
