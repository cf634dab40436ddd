//! Which pod of an environment is read, and how its container is. Pure.

use serde_json::Value;

use super::super::scene::{is_ending, is_over, items, name, number, text, uid};
use crate::names::{CONTAINER, DEFAULT_CONTAINER};

/// A container of a pod, as the cluster last said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) pod: String,
    pub(super) uid: String,
    pub(super) container: String,
    /// Which run of the container it is; none if it has not been started.
    pub(super) id: Option<String>,
    /// When it was started, if it runs.
    pub(super) started: Option<String>,
    /// How the last run ended, if one has.
    pub(super) ended: Option<End>,
    pub(super) restarts: i64,
    /// Whether the pod is to stay.
    pub(super) stays: bool,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) code: i64,
    pub(super) reason: String,
}

impl Run {
    pub(super) fn runs(&self) -> bool {
        self.started.is_some()
    }

    /// How the run before, or the last one, ended; in words.
    pub(super) fn end(&self) -> String {
        match &self.ended {
            Some(End { code, reason }) if reason.is_empty() || reason == "Error" || reason == "Completed" => {
                format!("exit code {code}")
            }
            Some(End { code, reason }) => format!("exit code {code}, {reason}"),
            None => "an end that is not known".to_owned(),
        }
    }
}

/// What is meant by a container that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NoContainer {
    pub(super) known: Vec<String>,
}

/// The pod that is read: the newest of those that are to stay, otherwise the newest.
pub(super) fn newest(pods: &[Value]) -> Option<&Value> {
    pods.iter()
        .max_by_key(|pod| (!is_ending(pod) && !is_over(pod), text(pod, "/metadata/creationTimestamp"), name(pod)))
}

/// One container of a pod: the named one, or that of the environment.
pub(super) fn run(pod: &Value, wanted: Option<&str>) -> Result<Run, NoContainer> {
    let annotations = pod.pointer("/metadata/annotations");
    let default = annotations.and_then(|all| all.get(DEFAULT_CONTAINER)).and_then(Value::as_str).unwrap_or(CONTAINER);
    let container = wanted.unwrap_or(default);
    let specified = || items(pod, "/spec/containers").iter().chain(items(pod, "/spec/initContainers"));
    if !specified().any(|one| text(one, "/name") == container) {
        return Err(NoContainer { known: specified().map(|one| text(one, "/name").to_owned()).collect() });
    }
    let mut statuses =
        items(pod, "/status/containerStatuses").iter().chain(items(pod, "/status/initContainerStatuses"));
    let status = statuses.find(|status| text(status, "/name") == container).unwrap_or(&Value::Null);
    let end = |place: &str| {
        let end = status.pointer(place)?;
        Some(End { code: number(end, "/exitCode").unwrap_or_default(), reason: text(end, "/reason").to_owned() })
    };
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(Run {
        pod: name(pod).to_owned(),
        uid: uid(pod).to_owned(),
        container: container.to_owned(),
        id: filled(text(status, "/containerID")),
        started: filled(text(status, "/state/running/startedAt")),
        ended: end("/state/terminated").or_else(|| end("/lastState/terminated")),
        restarts: number(status, "/restartCount").unwrap_or_default(),
        stays: !is_ending(pod) && !is_over(pod),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{NoContainer, newest, run};

    fn pod(name: &str, created: &str, ending: bool) -> Value {
        let mut pod = json!({
            "metadata": {"name": name, "uid": name, "creationTimestamp": created},
            "spec": {"containers": [{"name": "sindri"}, {"name": "side"}]},
            "status": {"containerStatuses": [{
                "name": "sindri", "containerID": "c2", "restartCount": 2,
                "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}},
            }]},
        });
        if ending {
            pod["metadata"]["deletionTimestamp"] = json!("2026-11-29T10:00:00Z");
        }
        pod
    }

    #[test]
    fn a_pod_that_is_to_stay_is_read_before_a_newer_one_that_goes() {
        let pods = [pod("a", "2026-11-29T10:00:00Z", false), pod("b", "2026-11-29T11:00:00Z", true)];
        assert_eq!(newest(&pods).unwrap()["metadata"]["name"], "a");
        assert_eq!(newest(&pods[1..]).unwrap()["metadata"]["name"], "b");
        assert_eq!(newest(&[]), None);
    }

    #[test]
    fn how_the_last_run_ended_is_known_while_it_waits_for_the_next() {
        let run = run(&pod("a", "", false), None).unwrap();
        assert_eq!((run.id.as_deref(), run.runs(), run.end().as_str()), (Some("c2"), false, "exit code 3"));
    }

    #[test]
    fn a_container_that_is_not_there_is_told_with_those_that_are() {
        let known = vec!["sindri".to_owned(), "side".to_owned()];
        assert_eq!(run(&pod("a", "", false), Some("nobody")), Err(NoContainer { known }));
        assert_eq!(run(&pod("a", "", false), Some("side")).unwrap().id, None);
    }
}
