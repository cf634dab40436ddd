//! Network policies: what is refused is refused, and DNS always works. Needs a cluster that enforces them.

use crate::support::{Desk, Namespace, Outcome, configuration, wait};

/// An environment that answers on 2222, under a policy.
fn answering(namespace: &Namespace, name: &str, policy: &str) -> String {
    let written = configuration(name, "", &format!("namespace: {}\nnetworkPolicy: {policy}", namespace.name));
    written.replace("while :; do sleep 1 & wait; done", "while :; do nc -l -p 2222 -e true & wait; done")
}

/// Whether one environment can open a connection to the SSH port of another's pod.
fn reaches(namespace: &Namespace, from: &str, address: &str) -> bool {
    namespace.exec(from, &format!("nc -w 2 {address} 2222 </dev/null")).is_ok()
}

fn pod_address(namespace: &Namespace, name: &str) -> Outcome<String> {
    let label = format!("instance={name}");
    Ok(namespace.kubectl(&["get", "pods", "-l", &label, "-o", "jsonpath={.items[0].status.podIP}"], "")?)
}

#[test]
fn policies_refuse_what_they_say_and_dns_always_works() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    for (name, policy) in [("open", "none"), ("closed", "deny-ingress"), ("sealed", "restricted")] {
        Desk::new(&answering(&namespace, name, policy))?.sindri(&["deploy", "--yes"])?.ends(0);
    }
    let (open, closed, sealed) =
        (pod_address(&namespace, "open")?, pod_address(&namespace, "closed")?, pod_address(&namespace, "sealed")?);
    wait("the open one to answer", || namespace.exec("closed", &format!("nc -w 2 {open} 2222 </dev/null")))?;
    // Policies are enforced a moment after they are applied.
    for address in [&closed, &sealed] {
        wait("the policy to be enforced", || namespace.exec("open", &format!("! nc -w 2 {address} 2222 </dev/null")))?;
    }
    wait("the policy to be enforced", || namespace.exec("sealed", &format!("! nc -w 2 {open} 2222 </dev/null")))?;
    assert!(reaches(&namespace, "closed", &open), "deny-ingress refuses what goes out");
    for name in ["open", "closed", "sealed"] {
        wait("DNS", || namespace.exec(name, &format!("nslookup open.{}.svc.cluster.local", namespace.name)))?;
    }
    assert!(!reaches(&namespace, "open", &sealed), "restricted lets something in");
    Ok(())
}
