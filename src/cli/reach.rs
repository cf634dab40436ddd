//! What to type when a cluster cannot be reached.

use std::path::{Path, PathBuf};

use super::failure::word;
use crate::config::suggest::nearest;
use crate::kubernetes::{Distrust, NotConnected, Obstacle, Outside, Reason, Server, Unanswered};

/// What to type when there is no way to a cluster.
pub(super) fn unconnected(error: &NotConnected) -> String {
    use NotConnected as Is;
    match error {
        Is::Nowhere { variable: true, .. } => {
            "KUBECONFIG names no file that exists: change it, or name one with `--kubeconfig FILE`".to_owned()
        }
        Is::Nowhere { .. } => "name one with `--kubeconfig FILE`, or set KUBECONFIG; for a cluster on this machine: \
                               `sindri k8s create`"
            .to_owned(),
        Is::Missing { path } | Is::Unreadable { path, .. } => format!("look at it with `ls -l {}`", file(path)),
        Is::Empty { path } | Is::Foreign { path, .. } | Is::Malformed { path, .. } => {
            format!("look at it with `kubectl --kubeconfig {} config view`", file(path))
        }
        Is::NoContexts { files } => format!("look at it with `{} config view`", kubectl_with(files)),
        Is::NoCurrentContext { contexts, files } => match contexts.as_slice() {
            [only] => format!("use it with `--context {}`", word(only)),
            _ => format!(
                "name one with `--context`, or choose one with `{} config use-context NAME`",
                kubectl_with(files)
            ),
        },
        Is::UnknownContext { name, contexts, files, .. } => match nearest(name, contexts.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `--context {}`?", word(near)),
            None => format!("see them all with `{} config get-contexts`", kubectl_with(files)),
        },
        Is::Pinned { .. } => {
            "leave `--context` and SINDRI_CONTEXT out, or change `providers.kubernetes.context` in the file".to_owned()
        }
        Is::InsideWithContext { .. } => {
            "leave `--context` and `providers.kubernetes.context` out, or name a file with `--kubeconfig FILE`"
                .to_owned()
        }
        Is::Dangling { context, .. } => format!("look at it with `kubectl config get-contexts {}`", word(context)),
        Is::Address { context, .. } | Is::Proxy { context: Some(context), .. } => view(Some(context)),
        Is::Proxy { context: None, .. } => "change HTTPS_PROXY, or leave the server out of it with NO_PROXY".to_owned(),
        Is::Authority { context, .. } | Is::Credentials { context, .. } => view(context.as_deref()),
        Is::PluginMissing { advice: Some(advice), .. } => advice.trim().to_owned(),
        Is::PluginMissing { command, .. } => {
            format!("install it, then see that `command -v {}` finds it", word(command))
        }
        Is::PluginFailed { command, .. } | Is::PluginSilent { command, .. } => {
            format!("run `{}` yourself and log in as it says, then try again", word(command))
        }
        Is::PluginAsks { .. } => "run this in a terminal, without `--no-input`".to_owned(),
        Is::Inside { .. } => "look at it with `ls -l /var/run/secrets/kubernetes.io/serviceaccount`".to_owned(),
    }
}

/// What to type when a server does not answer.
pub(super) fn unanswered(error: &Unanswered) -> String {
    match error {
        Unanswered::Unreachable { server, reason, .. } => match (local(server), reason) {
            (Some((_, _, start)), Reason::Refused | Reason::Silent) => format!("start the cluster with `{start}`"),
            (_, Reason::NameUnknown) => {
                format!("is the network or the VPN up? see the address with {}", quoted_view(server.context.as_deref()))
            }
            (_, Reason::Plain) => {
                format!("it does not speak TLS: see the address with {}", quoted_view(server.context.as_deref()))
            }
            _ => format!("does it answer kubectl? `{} get --raw /readyz`", kubectl(server.context.as_deref())),
        },
        Unanswered::Untrusted { server, distrust, .. } => match (local(server), distrust) {
            (Some((_, export, _)), Distrust::Issuer) => {
                format!("the cluster was made anew since: fetch its kubeconfig with `{export}`")
            }
            (Some((name, _, _)), Distrust::Outside(Outside::Expired { .. })) => {
                format!("a local cluster is quickly made anew: delete {name} and create it again")
            }
            (None, Distrust::Outside(Outside::Expired { .. })) => {
                format!("whoever runs the cluster has to renew it; see it with `{}`", dates(&server.address))
            }
            (_, Distrust::Outside(Outside::NotYet { .. })) => {
                format!("is the clock of this machine right? see `date -u` and `{}`", dates(&server.address))
            }
            _ => format!("see what is trusted with {}", quoted_view(server.context.as_deref())),
        },
        Unanswered::Obstructed { proxy, obstacle: Obstacle::Untrusted(_), .. } => {
            format!("see it with `{}`; the kubeconfig's authority has to have signed it", dates(proxy))
        }
        Unanswered::Obstructed { .. } => {
            "see which proxy is used with `env | grep -i _proxy` and the kubeconfig's `proxy-url`; a login stands in its \
             address: http://USER:PASSWORD@HOST:PORT"
                .to_owned()
        }
        Unanswered::Unauthorized { server, outside: Some(outside), .. } => match (outside, local(server)) {
            (Outside::NotYet { .. }, _) => "is the clock of the server right? compare it with `date -u`".to_owned(),
            (Outside::Expired { .. }, Some((_, export, _))) => format!("fetch a new one with `{export}`"),
            (Outside::Expired { .. }, None) => format!(
                "get a new kubeconfig from whoever gave you this one; see it with `{} config view --minify --raw`",
                kubectl(server.context.as_deref())
            ),
        },
        Unanswered::Unauthorized { server, .. } => {
            format!("log in again, then see who you are with `{} auth whoami`", kubectl(server.context.as_deref()))
        }
        Unanswered::Credentials { server, .. } => format!("see them with {}", quoted_view(server.context.as_deref())),
        Unanswered::Silent { server, .. } | Unanswered::Busy { server, .. } | Unanswered::Cut { server, .. } => {
            format!("see how it is with `{} get --raw '/readyz?verbose'`", kubectl(server.context.as_deref()))
        }
    }
}

/// What shows the dates of a certificate.
fn dates(address: &str) -> String {
    let place = address.split_once("://").map_or(address, |(_, place)| place);
    let has_port = place.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let place = if has_port { place.to_owned() } else { format!("{place}:443") };
    format!("openssl s_client -connect {} </dev/null | openssl x509 -noout -subject -dates", word(&place))
}

/// The name of a local cluster, how its kubeconfig is fetched, and how it is started.
fn local(server: &Server) -> Option<(&str, String, String)> {
    let (provider, name) = server.entry.split_once('-').filter(|(provider, _)| ["kind", "k3d"].contains(provider))?;
    let of = format!("{} --provider {provider}", word(name));
    Some((name, format!("sindri k8s kubeconfig {of} --write"), format!("sindri k8s start {of}")))
}

fn view(context: Option<&str>) -> String {
    format!("look at it with {}", quoted_view(context))
}

fn quoted_view(context: Option<&str>) -> String {
    format!("`{} config view --minify`", kubectl(context))
}

fn kubectl(context: Option<&str>) -> String {
    context.map_or_else(|| "kubectl".to_owned(), |context| format!("kubectl --context {}", word(context)))
}

fn kubectl_with(files: &[PathBuf]) -> String {
    match files {
        [only] => format!("kubectl --kubeconfig {}", file(only)),
        _ => "kubectl".to_owned(),
    }
}

fn file(path: &Path) -> String {
    word(&path.to_string_lossy()).into_owned()
}
