//! The clock of this machine is wrong by an hour or a day: what is done, told and locked goes by the server's clock.
//!
//! `SINDRI_TEST_FAKETIME` names the library that a program with another clock is started with.

use std::env;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::lock::HOLDER;
use crate::support::{Desk, Namespace, Outcome, Refusal, configuration, dev, wait};

const SKEWS: [&str; 4] = ["-1d", "-1h", "+1h", "+1d"];

/// What makes a program's clock wrong. Its monotonic clock is right, as it is on a machine that was set wrongly.
fn clock(skew: &str) -> Outcome<[(&'static str, String); 3]> {
    let library = env::var("SINDRI_TEST_FAKETIME")
        .map_err(|error| format!("SINDRI_TEST_FAKETIME: {error}; it names a libfaketimeMT.so.1 in `make test`"))?;
    let skew = skew.to_owned();
    Ok([("LD_PRELOAD", library), ("FAKETIME", skew), ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned())])
}

/// Somebody whose clock is wrong. By a clock that is behind, the certificate of a young cluster is not valid yet, so it is not
/// looked at.
pub(crate) struct Skewed(Desk);

impl Skewed {
    pub(crate) fn new(configuration: &str) -> Outcome<Self> {
        let desk = Desk::new(configuration)?;
        let mut kubeconfig: Value = serde_json::from_str(&desk.read("kubeconfig")?)?;
        let cluster = kubeconfig["clusters"][0]["cluster"].as_object_mut().ok_or("there is no cluster")?;
        cluster.remove("certificate-authority-data");
        cluster.insert("insecure-skip-tls-verify".to_owned(), json!(true));
        desk.write("kubeconfig", &kubeconfig.to_string())?;
        Ok(Self(desk))
    }

    pub(crate) fn sindri(&self, skew: &str, arguments: &[&str]) -> Outcome<crate::support::Ended> {
        let clock = clock(skew)?;
        let variables: Vec<_> = clock.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.0.sindri_with(&variables, arguments)
    }
}

/// How many seconds a time that was written down is from the right one.
fn error(written: &str) -> Outcome<i64> {
    Ok((written.parse::<Timestamp>()?.as_second() - Timestamp::now().as_second()).abs())
}

#[test]
fn a_wrong_clock_neither_keeps_from_deploying_nor_is_written_down() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    for (number, skew) in SKEWS.into_iter().enumerate() {
        let name = format!("dev-{number}");
        let desk = Skewed::new(&configuration(&name, "", &format!("namespace: {}", namespace.name)))?;
        desk.sindri(skew, &["plan"])?.ends(0).says("3 to create");
        desk.sindri(skew, &["deploy", "--yes"])?.ends(0).says(&format!("{name} is ready"));
        let at = namespace.field(&format!("deployment/{name}"), r".metadata.annotations.sindri\.dev/applied-at")?;
        assert!(error(&at)? < 120, "{skew}: {at}");
        desk.sindri(skew, &["plan", "--detailed-exitcode"])?.ends(0).says("No changes.");
        desk.sindri(skew, &["deploy", "--yes"])?.ends(0).says("No changes.");
    }
    Ok(())
}

#[test]
fn by_a_clock_before_the_certificate_the_clock_is_what_is_asked_about() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Skewed(Desk::new(&dev(&namespace, "", ""))?);
    desk.sindri("-20y", &["plan", "--timeout", "20s"])?
        .ends(1)
        .says("is valid only from ")
        .says("is the clock of this machine right? see `date -u`");
    Ok(())
}

/// A process that holds the lock of the environment `shared` with a wrong clock, until it is killed.
struct Holder(Child);

impl Holder {
    fn start(namespace: &Namespace, desk: &Skewed, clock: &[(&str, String)]) -> Outcome<Self> {
        let child = Command::new(env::current_exe()?)
            .args(["--exact", "lock::holds_the_lock_until_it_is_killed", "--ignored"])
            .env(HOLDER, &namespace.name)
            .env("KUBECONFIG", desk.0.path("kubeconfig"))
            .envs(clock.iter().map(|(name, value)| (*name, value.as_str())))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let holder = Self(child);
        wait("the other process to hold the lock", || {
            match namespace.field("lease/sindri-shared", ".spec.renewTime")? {
                time if time.is_empty() => Err(Refusal::of("there is no lease")),
                _ => Ok(()),
            }
        })?;
        Ok(holder)
    }

    /// Waits until it has given so many more signs of life, each at the right time.
    fn renews(&mut self, namespace: &Namespace, times: u32) -> Outcome {
        for _ in 0..times {
            let renewed = || namespace.field("lease/sindri-shared", ".spec.renewTime");
            let before = renewed()?;
            let after = wait("the lock to be renewed", || match renewed()? {
                now if now == before => Err(Refusal::of(&now)),
                now => Ok(now),
            })?;
            assert!(error(&after)? < 30, "{after}");
        }
        assert!(self.0.try_wait()?.is_none(), "it has given up");
        assert_eq!(namespace.field("lease/sindri-shared", ".spec.leaseTransitions")?, "0");
        Ok(())
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).map(|_| ()).unwrap_or_default();
    }
}

/// How many seconds ago the lock was got, as it is said.
fn ago(said: &str) -> Option<u32> {
    let (before, _) = said.split_once(" s ago)")?;
    before.rsplit_once('(')?.1.parse().ok()
}

/// Longer than a lock is valid without a sign of life: its holder gives one, by whatever clock.
#[test]
fn a_living_holder_keeps_its_lock_and_a_dead_one_loses_it_whoever_has_the_wrong_clock() -> Outcome {
    let one = |held: &str, sought: [&str; 2]| -> Outcome {
        let namespace = Namespace::new("restricted")?;
        let desk = Skewed::new(&configuration("shared", "", &format!("namespace: {}", namespace.name)))?;
        let holder = Holder::start(&namespace, &desk, &clock(held)?)?;
        for skew in sought {
            let refused = desk.sindri(skew, &["deploy", "--yes", "--timeout", "18s"])?;
            refused.ends(1).says("lock is held by killed on laptop (process ");
            let ago = ago(&refused.said).ok_or_else(|| refused.said.clone())?;
            assert!(ago < 120, "held by {held}, sought by {skew}: {}", refused.said);
        }
        drop(holder);
        let killed = Instant::now();
        desk.sindri(sought[0], &["deploy", "--yes", "--timeout", "90s"])?.ends(0).says("shared is ready");
        let took = killed.elapsed();
        // Its last sign of life may have been five seconds old.
        assert!(took > Duration::from_secs(8), "{took:?}: it could have been alive");
        Ok(())
    };
    thread::scope(|scope| {
        let both = [("+1d", ["-1d", "+0"]), ("-1h", ["+1h", "+1d"])];
        let both = both.map(|(held, sought)| scope.spawn(move || one(held, sought).map_err(|error| error.to_string())));
        for one in both {
            one.join().map_err(|panic| format!("one of them failed: {panic:?}"))??;
        }
        Ok(())
    })
}

#[test]
fn a_clock_that_jumps_does_not_cost_the_lock() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Skewed::new("")?;
    let [library, _, monotonic] = clock("+0")?;
    let file = desk.0.path("clock").display().to_string();
    desk.0.write("clock", "+0\n")?;
    let clock = [library, monotonic, ("FAKETIME_TIMESTAMP_FILE", file), ("FAKETIME_NO_CACHE", "1".to_owned())];
    let mut holder = Holder::start(&namespace, &desk, &clock)?;
    for skew in ["+1d", "-1d", "+1h"] {
        desk.0.write("clock", &format!("{skew}\n"))?;
        holder.renews(&namespace, 2)?;
    }
    Ok(())
}
