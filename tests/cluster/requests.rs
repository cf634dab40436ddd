//! How many requests each command sends, which ones, and how deep they depend on each other.
//!
//! A round is what is asked before any of it is answered: the proxy holds the answers back until all of it has arrived.

use std::sync::Arc;

use crate::proxy::{Fault, Record, Round, Script, Speech, trace};
use crate::support::Outcome;
use crate::survive::{Stage, Wanted};

/// What is expected in one round, sorted.
type Expected = &'static [&'static str];

/// What a wait may ask more than once, or not at all: that depends on how fast the pod starts.
const WAITING: [&str; 4] =
    ["list events", "list replicasets", "get persistentvolumeclaims/staged-home-pvc", "get pods/staged-"];

/// Answers in rounds of these sizes. Watches belong to none: they are answered as they come.
fn in_rounds(sizes: &[usize]) -> (Script, Vec<Arc<Round>>) {
    let rounds: Vec<_> = sizes.iter().map(|size| Round::of(*size)).collect();
    let mut places: Vec<_> =
        sizes.iter().zip(&rounds).flat_map(|(size, round)| std::iter::repeat_n(round.clone(), *size)).collect();
    places.reverse();
    let script: Script = Box::new(move |seen| {
        if seen.watches() {
            return Fault::None;
        }
        places.pop().map_or(Fault::None, Fault::Held)
    });
    (script, rounds)
}

/// The requests that are no watches, in the order of arrival, without the names that differ from test to test.
fn asked(stage: &Stage, records: &[Record]) -> Vec<String> {
    let asked = records.iter().filter(|record| !record.seen.watches());
    asked.map(|record| record.seen.name().replace(&stage.namespace.name, "NAMESPACE")).collect()
}

/// Runs a command, and holds it to its requests. After these rounds, a wait may ask what happens to the pod.
fn expect(stage: &Stage, wanted: Wanted, arguments: &[&str], expected: &[Expected]) -> Outcome {
    let sizes: Vec<_> = expected.iter().map(|round| round.len()).collect();
    let waits = arguments.contains(&"deploy");
    let (script, rounds) = in_rounds(&sizes);
    stage.proxy.play(script);
    let ended = stage.run(wanted, arguments)?;
    let records = stage.proxy.records();
    let mut asked = asked(stage, &records);
    let shown = format!("{ended}\n{}", trace(&records));
    assert_eq!(ended.code, Some(0), "{shown}");
    for (index, round) in expected.iter().enumerate() {
        let mut found: Vec<_> = asked.drain(..round.len().min(asked.len())).collect();
        found.sort();
        assert_eq!(found, *round, "round {index} of {arguments:?}\n{shown}");
        assert!(rounds[index].is_complete(), "round {index} of {arguments:?} is not one round\n{shown}");
    }
    asked.retain(|name| !(waits && WAITING.iter().any(|asked| name.starts_with(asked))));
    assert!(asked.is_empty(), "more than expected: {asked:?}\n{shown}");
    Ok(())
}

/// Everything that a plan wants to know, asked at once.
const LOOK: Expected = &[
    "get /version",
    "get deployments/staged",
    "get leases/sindri-staged",
    "get namespaces/NAMESPACE",
    "get namespaces/kube-system",
    "get networkpolicies/staged",
    "get persistentvolumeclaims/staged-home-pvc",
    "get resourcequotas/staged-quota",
    "get rolebindings/staged-user",
    "get roles/staged-user",
    "get secrets/sindri-registry-creds",
    "get services/staged",
    "list nodes",
    "list storageclasses",
    "rehearse deployments/staged",
    "rehearse namespaces/NAMESPACE",
    "rehearse persistentvolumeclaims/staged-home-pvc",
    "rehearse pods",
    "rehearse services/staged",
    "review selfsubjectrulesreviews",
];
const LOCK: Expected = &["create leases"];
/// Whether everything is still as it was shown.
const VERIFY: Expected =
    &["get deployments/staged", "get persistentvolumeclaims/staged-home-pvc", "get services/staged"];
const RELEASE: Expected = &["delete leases/sindri-staged"];
const WAIT: Expected = &["get deployments/staged", "list pods", "list replicasets"];

#[test]
fn each_command_sends_these_requests_and_no_others() -> Outcome {
    for speech in [Speech::Plain, Speech::Secure] {
        let stage = Stage::new(speech, true)?;
        let (plan, deploy) = (["plan"], ["deploy", "--yes"]);
        // Of a new environment.
        expect(&stage, Wanted::PLAIN, &plan, &[LOOK])?;
        let needed: Expected = &["apply persistentvolumeclaims/staged-home-pvc", "apply services/staged"];
        let change: Expected = &["apply deployments/staged"];
        expect(&stage, Wanted::PLAIN, &deploy, &[LOOK, LOCK, VERIFY, needed, change, RELEASE, WAIT])?;
        // Of one that is as it should be.
        expect(&stage, Wanted::PLAIN, &plan, &[LOOK])?;
        expect(&stage, Wanted::PLAIN, &deploy, &[LOOK])?;
        // Of one change.
        expect(&stage, Wanted::CHANGED, &plan, &[LOOK])?;
        expect(&stage, Wanted::CHANGED, &deploy, &[LOOK, LOCK, VERIFY, change, RELEASE, WAIT])?;
        stage.converge(Wanted::CHANGED)?;
    }
    Ok(())
}

#[test]
fn a_saved_plan_and_what_is_no_longer_asked_for_take_these_requests_and_no_others() -> Outcome {
    let stage = Stage::new(Speech::Secure, true)?;
    stage.deploy(Wanted::RICH)?;
    let saved = stage.proxy.folder().join("plan");
    let path = saved.to_str().ok_or("no path")?;
    expect(&stage, Wanted::CHANGED, &["plan", "--out", path], &[LOOK])?;
    let about: Expected = &["get /version", "get namespaces/kube-system"];
    let verify: Expected = &[
        "get deployments/staged",
        "get networkpolicies/staged",
        "get persistentvolumeclaims/staged-home-pvc",
        "get rolebindings/staged-user",
        "get roles/staged-user",
        "get services/staged",
    ];
    let change: Expected = &["apply deployments/staged"];
    let delete: Expected =
        &["delete networkpolicies/staged", "delete rolebindings/staged-user", "delete roles/staged-user"];
    let rounds = [about, LOCK, verify, change, delete, RELEASE, WAIT];
    expect(&stage, Wanted::CHANGED, &["deploy", "--plan", path], &rounds)?;
    stage.converge(Wanted::CHANGED)
}

#[test]
fn looking_at_an_environment_takes_these_requests_and_no_others() -> Outcome {
    let stage = Stage::new(Speech::Secure, true)?;
    stage.deploy(Wanted::PLAIN)?;
    let look: Expected = &[
        "get deployments/staged",
        "get persistentvolumeclaims/staged-home-pvc",
        "get services/staged",
        "list pods",
        "list pods",
        "list replicasets",
    ];
    // What is used is asked for as pods of the metrics API; how full the disk is, the node.
    expect(&stage, Wanted::PLAIN, &["status"], &[look])?;
    expect(&stage, Wanted::PLAIN, &["status", "-o", "wide"], &[look, &["get nodes/n1/proxy/stats/summary"]])?;
    let lists: Expected = &["list deployments", "list persistentvolumeclaims"];
    expect(&stage, Wanted::PLAIN, &["list"], &[lists])?;
    let own: Expected = &["get deployments/staged"];
    expect(
        &stage,
        Wanted::PLAIN,
        &["stop", "--no-wait"],
        &[own, &["apply deployments/staged/scale"], &["apply deployments/staged"]],
    )?;
    expect(&stage, Wanted::PLAIN, &["stop", "--no-wait"], &[own])?;
    expect(
        &stage,
        Wanted::PLAIN,
        &["start", "--no-wait"],
        &[own, &["apply deployments/staged/scale"], &["apply deployments/staged"]],
    )?;
    expect(&stage, Wanted::PLAIN, &["restart", "--no-wait"], &[own, &["apply deployments/staged"]])
}

/// Everything that is looked at before an environment is destroyed.
const INVENTORY: Expected = &[
    "get namespaces/NAMESPACE",
    "get secrets/sindri-registry-creds",
    "list deployments",
    "list leases",
    "list networkpolicies",
    "list persistentvolumeclaims",
    "list pods",
    "list replicasets",
    "list resourcequotas",
    "list rolebindings",
    "list roles",
    "list services",
];

#[test]
fn a_destroy_sends_these_requests_and_no_others() -> Outcome {
    let stage = Stage::new(Speech::Secure, true)?;
    stage.deploy(Wanted::PLAIN)?;
    // Whether it may delete what it shows: the Deployment, its scale, the Service.
    let rights: Expected = &["review selfsubjectaccessreviews"; 3];
    let look: Expected = &["get deployments/staged"];
    let stop: Expected = &["apply deployments/staged/scale"];
    let first = [INVENTORY, rights, LOCK, INVENTORY, look, stop, WAIT];
    let sizes: Vec<_> = first.iter().map(|round| round.len()).collect();
    let (script, rounds) = in_rounds(&sizes);
    stage.proxy.play(script);
    let ended = stage.run(Wanted::PLAIN, &["destroy", "--yes"])?;
    let records = stage.proxy.records();
    let mut asked = asked(&stage, &records);
    let shown = format!("{ended}\n{}", trace(&records));
    assert_eq!(ended.code, Some(0), "{shown}");
    for (index, round) in first.iter().enumerate() {
        let mut found: Vec<_> = asked.drain(..round.len().min(asked.len())).collect();
        found.sort();
        assert_eq!(found, *round, "round {index}\n{shown}");
        assert!(rounds[index].is_complete(), "round {index} is not one round\n{shown}");
    }
    // How often it is looked whether something is gone depends on how fast it goes.
    let is_a_look = |name: &String| name.starts_with("get ") || WAITING.iter().any(|asked| name.starts_with(asked));
    asked.retain(|name| !is_a_look(name));
    assert_eq!(
        asked,
        ["delete deployments/staged", "delete services/staged", "delete leases/sindri-staged"],
        "{shown}"
    );
    // Where there is nothing, it is looked once.
    expect(&stage, Wanted::PLAIN, &["destroy"], &[INVENTORY])
}
