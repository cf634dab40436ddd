//! A quota limits the namespace that Sindri makes.

use crate::support::{Namespace, Outcome, Refusal, configuration, kubectl, render, wait};

#[test]
fn an_environment_larger_than_the_quota_gets_no_pod_and_the_reason_is_the_quota() -> Outcome {
    let namespace = Namespace::reserve();
    let written = configuration("greedy", "", "quota: {limits.memory: 32MB, requests.cpu: 1}");
    let objects = render(&written, &["-n", &namespace.name])?;
    wait("the objects to be taken", || {
        kubectl(&["apply", "--server-side", "--field-manager=sindri", "-f", "-"], &objects)
    })?;
    let hard = namespace.get("resourcequota/greedy-quota")?["spec"]["hard"].clone();
    assert_eq!(hard, serde_json::json!({"limits.memory": "32Mi", "requests.cpu": "1"}));
    let condition = r#"jsonpath={.status.conditions[?(@.type=="ReplicaFailure")].message}"#;
    let message = wait("the refusal", || {
        let message = namespace.kubectl(&["get", "deployment/greedy", "-o", condition], "")?;
        if message.is_empty() { Err(Refusal::of("the Deployment has no such condition yet")) } else { Ok(message) }
    })?;
    assert!(message.contains("exceeded quota: greedy-quota"), "{message}");
    Ok(())
}
