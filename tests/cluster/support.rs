//! The cluster that the tests run on, seen as a person sees it: through `sindri` and `kubectl`.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fmt, fs, process, thread};

use rexpect::process::WaitStatus;
use rexpect::session::{PtySession, spawn_command};
use serde_json::Value;
use tempfile::TempDir;

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

    /// Everything that somebody has written here, without what the cluster itself writes into it while it runs.
    pub(crate) fn written(&self) -> Outcome<BTreeMap<String, Value>> {
        const KINDS: &str = "deployments,services,persistentvolumeclaims,networkpolicies,roles,rolebindings,\
                             resourcequotas,secrets,leases";
        let list = self.kubectl(&["get", KINDS, "-o", "json", "--show-managed-fields"], "")?;
        let mut list: Value = serde_json::from_str(&list)?;
        let namespace = kubectl(&["get", "namespace", &self.name, "--ignore-not-found", "-o", "json"], "")?;
        let namespace = if namespace.is_empty() { Value::Null } else { serde_json::from_str(&namespace)? };
        let mut written = BTreeMap::from([("namespace".to_owned(), namespace["metadata"].clone())]);
        for object in list["items"].as_array_mut().ok_or("no list")? {
            let has_controller =
                matches!(object["kind"].as_str(), Some("Deployment" | "PersistentVolumeClaim" | "ResourceQuota"));
            let name = format!("{}/{}", object["kind"], object["metadata"]["name"]);
            if has_controller {
                object["status"] = Value::Null;
                object["metadata"]["resourceVersion"] = Value::Null;
                object["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = Value::Null;
                let managers = object["metadata"]["managedFields"].as_array_mut().ok_or("nobody made it")?;
                managers.retain(|manager| {
                    manager["manager"] != "kube-controller-manager" && manager["subresource"] != "status"
                });
            }
            written.insert(name, object.clone());
        }
        Ok(written)
    }

    /// Everything is still as it was written.
    #[track_caller]
    pub(crate) fn is_as(&self, before: &BTreeMap<String, Value>) -> Outcome {
        let now = self.written()?;
        for name in before.keys().chain(now.keys()) {
            assert_eq!(now.get(name), before.get(name), "{name} is not as it was");
        }
        Ok(())
    }

    /// One field of an object.
    pub(crate) fn field(&self, object: &str, path: &str) -> Result<String, Refusal> {
        self.kubectl(&["get", object, "--ignore-not-found", "-o", &format!("jsonpath={{{path}}}")], "")
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

/// A person's folder: a `sindri.yaml`, a kubeconfig, and a home with nothing else in it.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new(configuration: &str) -> Outcome<Self> {
        let desk = Self(TempDir::new()?);
        desk.write("sindri.yaml", configuration)?;
        desk.acts_as(None)?;
        Ok(desk)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> Outcome {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(self.0.path()))?;
        Ok(fs::write(path, text)?)
    }

    pub(crate) fn read(&self, name: &str) -> Outcome<String> {
        Ok(fs::read_to_string(self.path(name))?)
    }

    /// From now on, this person is another one; the administrator if none is named.
    pub(crate) fn acts_as(&self, person: Option<&str>) -> Outcome {
        let written = kubectl(&["config", "view", "--raw", "--minify", "--flatten", "-o", "json"], "")?;
        let mut kubeconfig: Value = serde_json::from_str(&written)?;
        kubeconfig["current-context"] = Value::from(env::var("SINDRI_TEST_CONTEXT")?);
        if let Some(person) = person {
            kubeconfig["users"][0]["user"]["as"] = Value::from(person);
        }
        self.write("kubeconfig", &kubeconfig.to_string())
    }

    /// What sindri says and does here.
    pub(crate) fn sindri(&self, arguments: &[&str]) -> Outcome<Ended> {
        self.sindri_with(&[], arguments)
    }

    /// The same with these variables, and no proxies but those in them.
    pub(crate) fn sindri_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Outcome<Ended> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sindri"));
        command.args(arguments);
        self.prepare(&mut command);
        if !variables.is_empty() {
            for variable in ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"] {
                command.env_remove(variable);
            }
        }
        command.envs(variables.iter().copied());
        let output = command.stdin(Stdio::null()).output()?;
        Ok(Ended {
            command: format!("sindri {}", arguments.join(" ")),
            code: output.status.code(),
            said: String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
        })
    }

    /// Sindri, about to run here, with whatever the test does to its input and output. A Ctrl-C is heard.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("/usr/bin/env");
        command.args(["--default-signal=INT", env!("CARGO_BIN_EXE_sindri")]).args(arguments);
        self.prepare(&mut command);
        command
    }

    /// Sindri, which reads nothing and goes on by itself.
    pub(crate) fn start(&self, arguments: &[&str]) -> Outcome<Child> {
        let mut command = Command::new("/usr/bin/env");
        command.args(["--default-signal=INT", env!("CARGO_BIN_EXE_sindri")]).args(arguments);
        self.prepare(&mut command);
        Ok(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?)
    }

    /// Sindri on a terminal, with somebody who presses keys. An ignored Ctrl-C would stay ignored.
    pub(crate) fn terminal(&self, arguments: &[&str]) -> Outcome<PtySession> {
        let mut command = Command::new("/usr/bin/env");
        command.args(["--default-signal=INT", env!("CARGO_BIN_EXE_sindri")]).args(arguments);
        self.prepare(&mut command);
        command.env("TERM", "xterm-256color").env("NO_COLOR", "1");
        Ok(spawn_command(command, Some(120_000))?)
    }

    fn prepare(&self, command: &mut Command) {
        command.current_dir(self.0.path()).env("HOME", self.0.path()).env("KUBECONFIG", self.path("kubeconfig"));
        command.env("COLUMNS", "1000");
        for variable in ["CI", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR"] {
            command.env_remove(variable);
        }
    }
}

/// Ctrl-C, to a program that is not on a terminal.
pub(crate) fn interrupt(child: &Child) -> Outcome {
    let mut kill = Command::new("kill");
    kill.args(["-INT", &child.id().to_string()]);
    run(kill, "")?;
    Ok(())
}

/// Everything that is said until the end, and the exit code.
pub(crate) fn end(mut session: PtySession) -> Outcome<Ended> {
    let said = session.exp_eof()?;
    match session.process().wait()? {
        WaitStatus::Exited(_, code) => Ok(Ended { command: "sindri on a terminal".to_owned(), code: Some(code), said }),
        other => Err(format!("it did not exit: {other:?}\n{said}").into()),
    }
}

/// How sindri ended, and all that it said on both streams.
pub(crate) struct Ended {
    command: String,
    pub(crate) code: Option<i32>,
    pub(crate) said: String,
}

impl Ended {
    #[track_caller]
    pub(crate) fn ends(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "`{}` said:\n{}", self.command, self.said);
        self
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.said.contains(text), "`{}` does not say `{text}`:\n{}", self.command, self.said);
        self
    }

    #[track_caller]
    pub(crate) fn hides(&self, text: &str) -> &Self {
        assert!(!self.said.contains(text), "`{}` says `{text}`:\n{}", self.command, self.said);
        self
    }
}

/// The configuration of an environment `dev` in a namespace.
pub(crate) fn dev(namespace: &Namespace, deployment: &str, kubernetes: &str) -> String {
    configuration("dev", deployment, &format!("namespace: {}\n{kubernetes}", namespace.name))
}
