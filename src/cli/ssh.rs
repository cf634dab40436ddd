#![expect(
    clippy::disallowed_methods,
    reason = "finds this program and the kubeconfig, for a command that others run later"
)]
//! SSH to the environment: not over a port of this machine but through this program, as `ssh` itself can do it.
//!
//! What is on the way is encrypted and proven already, from here to the API server and from there to the node. The key of the server in
//! the pod is another one after each start, and proves nothing more: it is not kept.

use std::env;
use std::path::{Path, absolute};

use tokio::sync::mpsc;

use super::environment::{Environment, EnvironmentArguments};
use super::failure::{Failure, word};
use super::interrupt::Interrupt;
use super::pipes::{self, Writing};
use super::pod::unopened;
use super::ui::{Remark, Ui};
use crate::config::SSH_PORT;
use crate::kubernetes::{Carried, Channel, ReadyPod, Sent};
use crate::local::{NotRun, become_program};

/// Whom the images have.
const USER: &str = "developer";
/// How many pieces wait.
const ROOM: usize = 4;

/// The way to one environment, whoever goes it and from where.
pub(super) struct Way<'a> {
    pub(super) environment: &'a Environment,
    pub(super) arguments: &'a EnvironmentArguments,
    /// Whether the environment is to be started if it is stopped.
    pub(super) start: bool,
}

impl Way<'_> {
    /// What `~/.ssh/config` needs.
    pub(super) fn block(&self) -> Result<String, Failure> {
        let lines: Vec<_> = self.options()?.into_iter().map(|(key, value)| format!("  {key} {value}\n")).collect();
        Ok(format!("Host {}\n{}", self.host(), lines.concat()))
    }

    /// Becomes `ssh`. Where there is none, says how it would be started.
    pub(super) fn run(&self, command: &[String], ui: &mut Ui) -> Result<(), Failure> {
        let options = self.options()?;
        let mut arguments: Vec<_> =
            options.iter().flat_map(|(key, value)| ["-o".to_owned(), format!("{key}={value}")]).collect();
        arguments.push(self.host());
        arguments.extend(command.iter().cloned());
        match become_program("ssh", &arguments) {
            error @ NotRun::Missing { .. } => {
                ui.remark(Remark::Note, &format!("{error}; this is what would be run:"));
                let words: Vec<_> = arguments.iter().map(|argument| word(argument)).collect();
                ui.data(&format!("ssh {}\n", words.join(" ")))
            }
            error => Err(Failure::told(error)),
        }
    }

    fn host(&self) -> String {
        format!("{}.{}.sindri", self.environment.name, self.environment.namespace())
    }

    fn options(&self) -> Result<[(&'static str, String); 5], Failure> {
        Ok([
            ("User", USER.to_owned()),
            // To `ssh`, a percent sign is the beginning of something else.
            ("ProxyCommand", self.command()?.replace('%', "%%")),
            ("StrictHostKeyChecking", "no".to_owned()),
            ("UserKnownHostsFile", "/dev/null".to_owned()),
            ("LogLevel", "ERROR".to_owned()),
        ])
    }

    /// This program, with everything said that it would otherwise find out from where it is started.
    fn command(&self) -> Result<String, Failure> {
        let program = env::current_exe().map_err(Failure::runtime)?;
        let mut words = Vec::new();
        let kubeconfig = self.arguments.cluster.kubeconfig.as_deref();
        if let Some(list) = env::var_os("KUBECONFIG").filter(|list| kubeconfig.is_none() && !list.is_empty()) {
            let files: Result<Vec<_>, _> = env::split_paths(&list).map(absolute).collect();
            let files = env::join_paths(files.map_err(Failure::folder)?).unwrap_or(list);
            words.extend(["env".to_owned(), format!("KUBECONFIG={}", files.to_string_lossy())]);
        }
        words.push(shown(&program));
        words.extend(["connect", "--stdio", "--name", self.environment.name.as_str()].map(str::to_owned));
        words.extend(["--namespace".to_owned(), self.environment.namespace().to_owned()]);
        if let Some(context) = &self.environment.reach.target.context {
            words.extend(["--context".to_owned(), context.clone()]);
        }
        if let Some(file) = kubeconfig {
            words.extend(["--kubeconfig".to_owned(), shown(&absolute(file).map_err(Failure::folder)?)]);
        }
        words.extend(self.start.then(|| "--start".to_owned()));
        let words: Vec<_> = words.iter().map(|text| assigned(text)).collect();
        Ok(words.join(" "))
    }
}

/// As a shell reads it, also `NAME=value`.
fn assigned(text: &str) -> String {
    match text.split_once('=') {
        Some((name, value)) if name == "KUBECONFIG" => format!("{name}={}", word(value)),
        _ => word(text).into_owned(),
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Carries standard input and output to and from the SSH server in the pod.
pub(super) async fn carry(environment: &Environment, pod: &ReadyPod, interrupt: &Interrupt) -> Result<(), Failure> {
    let opening = Channel::open(&environment.reach.session, environment.namespace(), &pod.name, SSH_PORT);
    let opened = interrupt.or(opening).await.ok_or_else(Failure::left)?;
    let channel = opened.map_err(|error| unopened(error, environment, "create pods/portforward"))?;
    let (tell, input) = mpsc::channel(ROOM);
    let (output, rest) = Writing::start()?.split();
    pipes::read(tell, Sent::of)?;
    let carried = interrupt.or(channel.carry(input, output)).await.ok_or_else(Failure::left)?;
    match carried {
        Carried::Closed => rest.written().await,
        Carried::Refused(why) if why.contains("connection refused") => {
            let name = &environment.name;
            Err(Failure::failed(
                format!("nothing listens on port {SSH_PORT} of {name}: its image runs no SSH server"),
                None,
            )
            .hint("without one, there is `sindri connect`"))
        }
        Carried::Refused(why) => Err(Failure::failed(format!("port {SSH_PORT} of {}: {why}", environment.name), None)),
        Carried::Lost(lost) => {
            Err(Failure::failed(format!("the connection to {} was lost", environment.name), Some(lost.into())))
        }
    }
}
