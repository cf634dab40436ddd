//! Why there is no way to a cluster, before anything was sent. Pure.

use std::io;
use std::path::{Path, PathBuf};

use kube::client::AuthError;
use kube::config::KubeconfigError;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why nobody can be asked.
#[derive(Debug, thiserror::Error)]
pub enum NotConnected {
    /// No kubeconfig anywhere, and this is no pod.
    #[error("no kubeconfig was found{}", looked(paths))]
    Nowhere {
        /// Where it was looked for.
        paths: Vec<PathBuf>,
        /// Whether `KUBECONFIG` named those places.
        variable: bool,
    },
    /// `--kubeconfig` names a file that does not exist.
    #[error("there is no kubeconfig {}", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A kubeconfig cannot be read.
    #[error("cannot read the kubeconfig {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A kubeconfig has nothing in it.
    #[error("the kubeconfig {} is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// A file of Kubernetes, but no kubeconfig.
    #[error("{} is no kubeconfig: its kind is `{kind}`, not `Config`", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is.
        kind: String,
    },
    /// A kubeconfig cannot be understood.
    #[error("cannot understand the kubeconfig {}: {problem}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, without what stands there: that may be secret.
        problem: String,
    },
    /// There are files, but no context in them.
    #[error("no context is defined{}", looked(files))]
    NoContexts {
        /// The files.
        files: Vec<PathBuf>,
    },
    /// Nobody says which context.
    #[error("no context is chosen, and the kubeconfig has no current one; there {}", listed(contexts))]
    NoCurrentContext {
        /// The files.
        files: Vec<PathBuf>,
        /// What there is.
        contexts: Vec<String>,
    },
    /// The context does not exist.
    #[error(
        "there is no context `{name}`{}; there {}",
        if *is_pin { ", which `providers.kubernetes.context` asks for" } else { "" },
        listed(contexts)
    )]
    UnknownContext {
        /// Its name.
        name: String,
        /// The files.
        files: Vec<PathBuf>,
        /// What there is.
        contexts: Vec<String>,
        /// Whether the configuration names it.
        is_pin: bool,
    },
    /// The configuration belongs to another context.
    #[error("the configuration is for the context `{pin}` only, and `{asked}` was asked for")]
    Pinned {
        /// What the configuration says.
        pin: String,
        /// What was asked for.
        asked: String,
    },
    /// A context is asked for where there are none: in a pod.
    #[error("there is no context `{name}`: inside a cluster, without a kubeconfig, there are none")]
    InsideWithContext {
        /// Its name.
        name: String,
    },
    /// A context names an entry that does not exist.
    #[error("the context `{context}` names the {what} `{entry}`, which the kubeconfig does not have")]
    Dangling {
        /// The context.
        context: String,
        /// What kind of entry.
        what: &'static str,
        /// Its name.
        entry: String,
    },
    /// The address is missing or is none.
    #[error("the cluster `{entry}` of the context `{context}` has no usable server address: `{server}`")]
    Address {
        /// The context.
        context: String,
        /// The cluster's entry.
        entry: String,
        /// What stands there.
        server: String,
    },
    /// What the server would be recognised by cannot be used.
    #[error("cannot use the certificate authority of the cluster `{entry}`")]
    Authority {
        /// The context; none inside a cluster.
        context: Option<String>,
        /// The cluster's entry.
        entry: String,
        /// The cause.
        source: Cause,
    },
    /// The proxy cannot be used.
    #[error("`{proxy}` is no proxy that can be used: write http://, https:// or socks5:// and an address")]
    Proxy {
        /// What stands there, without the password.
        proxy: String,
        /// The context whose own proxy it is; none if the environment names it.
        context: Option<String>,
    },
    /// What the person would be recognised by cannot be used.
    #[error("cannot use the credentials of the user `{user}`")]
    Credentials {
        /// The context; none inside a cluster.
        context: Option<String>,
        /// The user's entry.
        user: String,
        /// The cause.
        source: Cause,
    },
    /// The program that gives credentials is not installed.
    #[error("the credential plugin `{command}` of the user `{user}` is not installed")]
    PluginMissing {
        /// The user's entry.
        user: String,
        /// The program.
        command: String,
        /// What the kubeconfig says about how to install it.
        advice: Option<String>,
    },
    /// The program that gives credentials did not.
    #[error("the credential plugin `{command}` of the user `{user}` failed: {problem}")]
    PluginFailed {
        /// The user's entry.
        user: String,
        /// The program.
        command: String,
        /// What it was, and what the program said.
        problem: String,
    },
    /// The program that gives credentials has to ask, and nobody is there.
    #[error("the credential plugin `{command}` of the user `{user}` has to ask, and nobody is there to answer")]
    PluginAsks {
        /// The user's entry.
        user: String,
        /// The program.
        command: String,
    },
    /// The program that gives credentials does not end.
    #[error("the credential plugin `{command}` of the user `{user}` has not ended in {seconds} s")]
    PluginSilent {
        /// The user's entry.
        user: String,
        /// The program.
        command: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// This is a pod, and what is mounted there for its account cannot be used.
    #[error("cannot use the service account of this pod")]
    Inside {
        /// The cause.
        source: Cause,
    },
}

impl NotConnected {
    /// Whether what was asked for, or what a kubeconfig says, is a mistake: trying again does not help.
    #[must_use]
    pub fn is_mistake(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. }
                | Self::Empty { .. }
                | Self::Foreign { .. }
                | Self::Malformed { .. }
                | Self::NoContexts { .. }
                | Self::NoCurrentContext { .. }
                | Self::UnknownContext { .. }
                | Self::Pinned { .. }
                | Self::InsideWithContext { .. }
                | Self::Dangling { .. }
                | Self::Address { .. }
                | Self::Proxy { .. }
        )
    }

    pub(super) fn malformed(path: &Path, error: KubeconfigError) -> Self {
        let problem = match error {
            // What the reader shows of the file may hold a token.
            KubeconfigError::Parse(error) => {
                let place = error.location().map(|place| format!("line {}, column {}: ", place.line(), place.column()));
                let said = error.without_snippet().to_string();
                let said = said.lines().next().unwrap_or_default();
                format!("{}{}", place.unwrap_or_default(), unquoted(said))
            }
            other => other.to_string(),
        };
        Self::Malformed { path: path.to_owned(), problem }
    }
}

/// What a credential plugin did wrong; none if it is about something else. Nothing of what it gave away is said.
pub(super) fn plugin_problem(error: &AuthError) -> Option<String> {
    Some(match error {
        AuthError::AuthExecStart(error) => error.to_string(),
        AuthError::AuthExecRun { out, .. } => match plain(&out.stderr) {
            said if said.is_empty() => out.status.to_string(),
            said => format!("{}: {said}", out.status),
        },
        AuthError::AuthExecParse(_) | AuthError::ExecPluginFailed | AuthError::UnrefreshableTokenResponse => {
            "it did not print an ExecCredential with a token".to_owned()
        }
        AuthError::MalformedTokenExpirationDate(_) => "it printed an expirationTimestamp that is no time".to_owned(),
        AuthError::MissingCommand => "the kubeconfig names no command".to_owned(),
        _ => return None,
    })
}

/// The text without what stands between quotation marks.
fn unquoted(text: &str) -> String {
    text.split('"').enumerate().map(|(index, part)| if index % 2 == 1 { "\"…\"" } else { part }).collect()
}

fn looked(paths: &[PathBuf]) -> String {
    match paths {
        [] => String::new(),
        paths => {
            let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
            format!(" in {}", paths.join(", "))
        }
    }
}

fn listed(contexts: &[String]) -> String {
    const MOST: usize = 8;
    let names: Vec<_> = contexts.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    let more = match contexts.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{} {}{more}", if contexts.len() == 1 { "is" } else { "are" }, names.join(", "))
}

/// What a program said, as plain text: without what would steer a terminal, and in one line, and no more than its end.
fn plain(said: &[u8]) -> String {
    const MOST: usize = 600;
    let text = String::from_utf8_lossy(said);
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            match letters.next() {
                Some('[') => while letters.next().is_some_and(|letter| !('\u{40}'..='\u{7e}').contains(&letter)) {},
                Some(']') => while letters.next().is_some_and(|letter| !matches!(letter, '\u{7}' | '\\')) {},
                _ => {}
            }
        } else if letter.is_whitespace() {
            plain.push(' ');
        } else if !letter.is_control() {
            plain.push(letter);
        }
    }
    let plain = plain.trim();
    let from = plain.char_indices().rev().nth(MOST).map_or(0, |(index, _)| index);
    let end = plain.get(from..).unwrap_or_default();
    if from > 0 { format!("…{end}") } else { end.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_a_plugin_says_cannot_steer_the_terminal() {
        assert_eq!(plain(b"\x1b[1;31merror\x1b[0m: log in\x07\r\n\x1b]0;title\x1b\\again\n"), "error: log in  again");
        assert_eq!(plain(b"\x1b"), "");
        assert_eq!(plain(b"\x1b[31"), "");
        assert_eq!(plain("a\u{9b}31mb".as_bytes()), "a31mb");
    }

    #[test]
    fn of_a_long_speech_the_end_is_shown() {
        let long = "x".repeat(5000) + "the reason";
        let said = plain(long.as_bytes());
        assert!(said.starts_with('…') && said.ends_with("the reason") && said.len() < 700, "{said}");
    }
}
