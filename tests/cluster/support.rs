//! The cluster that the tests run on, seen as a person sees it: through `sindri` and `kubectl`.

use std::error::Error;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fmt, process, thread};

use serde_json::Value;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A program that did not end well, with everything it said.
#[derive(Debug)]
pub(crate) struct Refusal {
    command: String,
    pub(crate) said: String,
}

impl Refusal {
    pub(crate) fn of(said: &str) -> Self {
        Self { command: "the test".to_owned(), said: said.to_owned() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` failed:\n{}", self.command, self.said)
    }
}

impl Error for Refusal {}

pub(crate) fn run(mut command: Command, input: &str) -> Result<String, Refusal> {
    let shown = format!("{command:?}");
    let refusal = |said: String| Refusal { command: shown.clone(), said };
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| refusal(error.to_string()))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read its input says why when it ends.
        stdin.write_all(input.as_bytes()).unwrap_or_default();
    }
    let output = child.wait_with_output().map_err(|error| refusal(error.to_string()))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(refusal(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()))
}

/// What `sindri render` prints for a configuration.
pub(crate) fn render(configuration: &str, arguments: &[&str]) -> Outcome<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sindri"));
    command.args(["render", "--file", "-", "--quiet"]).args(arguments);
    Ok(run(command, configuration)?)
}

pub(crate) fn kubectl(arguments: &[&str], input: &str) -> Result<String, Refusal> {
    let program = env::var("SINDRI_TEST_KUBECTL").unwrap_or_else(|_| "kubectl".to_owned());
    let Ok(context) = env::var("SINDRI_TEST_CONTEXT") else {
        return Err(Refusal::of("SINDRI_TEST_CONTEXT names no context; run the cluster tests with `make test`"));
    };
    let mut command = Command::new(program);
    command.args(["--context", &context]).args(arguments);
    run(command, input)
}

/// The image with a shell, `nc` and `nslookup` that environments run here.
pub(crate) fn shell_image() -> String {
    env::var("SINDRI_TEST_IMAGE_SHELL").unwrap_or_else(|_| "docker.io/library/busybox:stable".to_owned())
}

/// A namespace of one test, removed with everything in it when the test ends.
pub(crate) struct Namespace {
    pub(crate) name: String,
}

impl Namespace {
    /// Makes a namespace in which Pod Security enforces `level`.
    pub(crate) fn new(level: &str) -> Outcome<Self> {
        let namespace = Self::reserve();
        let name = &namespace.name;
        kubectl(&["create", "namespace", name], "")?;
        let label = format!("pod-security.kubernetes.io/enforce={level}");
        kubectl(&["label", "namespace", name, &label], "")?;
        wait("the default service account", || {
            kubectl(&["-n", name, "get", "serviceaccount", "default"], "").map(|_| ())
        })?;
        Ok(namespace)
    }

    /// A name that nobody uses; whoever makes it, it is removed.
    pub(crate) fn reserve() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { name: format!("sindri-test-{}-{number}", process::id()) }
    }

    pub(crate) fn kubectl(&self, arguments: &[&str], input: &str) -> Result<String, Refusal> {
        let namespaced: Vec<&str> = ["-n", &self.name].into_iter().chain(arguments.iter().copied()).collect();
        kubectl(&namespaced, input)
    }

    /// Applies objects the way the README says.
    pub(crate) fn apply(&self, objects: &str) -> Result<String, Refusal> {
        self.kubectl(&["apply", "--server-side", "--validate=strict", "--field-manager=sindri", "-f", "-"], objects)
    }

    pub(crate) fn get(&self, object: &str) -> Outcome<Value> {
        Ok(serde_json::from_str(&self.kubectl(&["get", object, "-o", "json"], "")?)?)
    }

    /// Waits until the environment `name` runs, and says why if it does not.
    pub(crate) fn wait_until_available(&self, name: &str) -> Outcome {
        let deployment = format!("deployment/{name}");
        let waited = self.kubectl(&["wait", "--for=condition=Available", "--timeout=120s", &deployment], "");
        if let Err(refusal) = waited {
            let events = self.kubectl(&["get", "events", "--sort-by=.lastTimestamp"], "").unwrap_or_default();
            let pods = self.kubectl(&["get", "pods", "-o", "wide"], "").unwrap_or_default();
            return Err(format!("{refusal}\n{pods}\n{events}").into());
        }
        Ok(())
    }

    /// Runs a command in the environment `name`.
    pub(crate) fn exec(&self, name: &str, script: &str) -> Result<String, Refusal> {
        let deployment = format!("deployment/{name}");
        self.kubectl(&["exec", &deployment, "--", "sh", "-c", script], "")
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // It may never have been made; what a failed test leaves is named after this process.
        kubectl(&["delete", "namespace", &self.name, "--ignore-not-found", "--wait=false"], "").unwrap_or_default();
    }
}

/// Tries until it succeeds; after the limit, the last refusal is the answer.
pub(crate) fn wait<T>(what: &str, mut attempt: impl FnMut() -> Result<T, Refusal>) -> Outcome<T> {
    let limit = Instant::now() + Duration::from_mins(1);
    loop {
        match attempt() {
            Ok(value) => return Ok(value),
            Err(refusal) if Instant::now() > limit => return Err(format!("waited 60 s for {what}: {refusal}").into()),
            Err(_) => thread::yield_now(),
        }
    }
}

/// A configuration of an environment that runs the shell image and waits to be ended.
pub(crate) fn configuration(name: &str, deployment: &str, kubernetes: &str) -> String {
    let image = shell_image();
    let indented = |text: &str, by: usize| {
        text.lines().map(|line| format!("{}{line}\n", " ".repeat(by))).collect::<Vec<_>>().concat()
    };
    let kubernetes = if kubernetes.is_empty() {
        String::new()
    } else {
        format!("providers:\n  kubernetes:\n{}", indented(kubernetes, 4))
    };
    format!(
        "version: \"1.0\"\nname: {name}\ndeployment:\n  provider: kubernetes\n  image: {image}\n  \
         command: [sh, -c, \"trap 'exit 0' TERM; while :; do sleep 1 & wait; done\"]\n  \
         resources: {{memory: 64MB, cpus: 0.2, requests: {{memory: 8MB, cpus: 0.01}}}}\n{}{kubernetes}",
        indented(deployment, 2),
    )
}
