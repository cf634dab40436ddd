//! Requests to what runs in pods, and about what it uses. Pure.

use http::Method;

use super::request::{Request, escaped, path};
use crate::names::{Kind, ObjectId};

/// Which lines of a container are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedLines {
    /// Whether those that are still to come are wanted too.
    pub follow: bool,
    /// Whether the run before this one is meant.
    pub previous: bool,
    /// Whether each begins with the time it was written.
    pub timestamps: bool,
    /// How many, from the end.
    pub tail: Option<u64>,
    /// How old they may be.
    pub seconds: Option<u64>,
    /// From when on.
    pub since: Option<String>,
}

impl Request {
    /// The last lines that a container has written.
    #[must_use]
    pub fn log(namespace: &str, pod: &str, container: &str, previous: bool, lines: u32, bytes: u32) -> Self {
        let pod = ObjectId::new(Kind::Pod, namespace, pod);
        let container = escaped(container);
        let query = format!("container={container}&previous={previous}&tailLines={lines}&limitBytes={bytes}");
        let path = format!("{}/log?{query}", path(&pod));
        Self { accept: "*/*", ..Self::new(Method::GET, path, format!("read the log of {}", pod.short())) }
    }

    /// The output of a container from now on. The answer ends when the container does.
    #[must_use]
    pub fn output(namespace: &str, pod: &str, container: &str) -> Self {
        let pod = ObjectId::new(Kind::Pod, namespace, pod);
        let path = format!("{}/log?container={}&follow=true&tailLines=0", path(&pod), escaped(container));
        Self { accept: "*/*", ..Self::new(Method::GET, path, format!("read the output of {}", pod.short())) }
    }

    /// What a container has written, and goes on to write if that is wanted: `since` is a date, `tail` a number of lines.
    #[must_use]
    pub fn lines(namespace: &str, pod: &str, container: &str, wanted: &WantedLines) -> Self {
        let pod = ObjectId::new(Kind::Pod, namespace, pod);
        let WantedLines { follow, previous, timestamps, tail, seconds, since } = wanted;
        let mut query = format!("follow={follow}&previous={previous}&timestamps={timestamps}");
        let mut add = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                query = format!("{query}&{name}={}", escaped(&value));
            }
        };
        add("tailLines", tail.map(|lines| lines.to_string()));
        add("sinceSeconds", seconds.map(|seconds| seconds.to_string()));
        add("sinceTime", since.clone());
        let path = format!("{}/log?container={}&{query}", path(&pod), escaped(container));
        Self { accept: "*/*", ..Self::new(Method::GET, path, format!("read the log of {}", pod.short())) }
    }

    /// A program in a container, to be talked to.
    #[must_use]
    pub fn execute(namespace: &str, pod: &str, container: &str, command: &[String], is_terminal: bool) -> Self {
        let pod = ObjectId::new(Kind::Pod, namespace, pod);
        let words = command.iter().fold(String::new(), |words, word| words + "&command=" + &escaped(word));
        // A terminal has one output.
        let query = format!("stdin=true&stdout=true&stderr={}&tty={is_terminal}{words}", !is_terminal);
        let path = format!("{}/exec?container={}&{query}", path(&pod), escaped(container));
        Self { accept: "*/*", ..Self::new(Method::GET, path, format!("run a program in {}", pod.short())) }
    }

    /// A connection to a port of a pod.
    #[must_use]
    pub fn forward(namespace: &str, pod: &str, port: u16) -> Self {
        let pod = ObjectId::new(Kind::Pod, namespace, pod);
        let path = format!("{}/portforward?ports={port}", path(&pod));
        Self { accept: "*/*", ..Self::new(Method::GET, path, format!("connect to port {port} of {}", pod.short())) }
    }

    /// What pods with these labels use now, where the cluster measures it.
    #[must_use]
    pub fn usage(namespace: &str, selector: &str) -> Self {
        let namespace = escaped(namespace);
        let path =
            format!("/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods?labelSelector={}", escaped(selector));
        Self::new(Method::GET, path, "list the metrics of pods".to_owned())
    }

    /// What a node has measured of its pods and their volumes.
    #[must_use]
    pub fn measured(node: &str) -> Self {
        let path = format!("/api/v1/nodes/{}/proxy/stats/summary", escaped(node));
        Self::new(Method::GET, path, format!("get what node/{node} measures"))
    }
}
