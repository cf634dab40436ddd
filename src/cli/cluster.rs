//! What every command that talks to a cluster can be told about it.

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::ui::Ui;
use super::value;
use crate::config::name::Namespace;
use crate::config::spec::Spec;
use crate::kubernetes::Options;

#[derive(Debug, Args)]
#[command(next_help_heading = "Cluster options")]
pub(super) struct ClusterArguments {
    /// The kubeconfig; default: the files of `KUBECONFIG`, then `~/.kube/config`.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(super) kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig; default: the file's, then the current one.
    #[arg(long, value_name = "CONTEXT", env = "SINDRI_CONTEXT", hide_env_values = true)]
    pub(super) context: Option<String>,
    /// The namespace; default: the file's, then the context's.
    #[arg(short, long, value_name = "NAMESPACE", env = "SINDRI_NAMESPACE", hide_env_values = true, value_parser = value::read(Namespace::parse))]
    pub(super) namespace: Option<Namespace>,
    /// How long the whole command may wait for the cluster: 90s, 5m, 1h30m.
    #[arg(long, value_name = "DURATION", default_value = "5m", env = "SINDRI_TIMEOUT", hide_env_values = true, value_parser = duration)]
    pub(super) timeout: Duration,
    /// How many requests may be under way at the same time.
    #[arg(long, value_name = "NUMBER", default_value = "32", env = "SINDRI_CONCURRENCY", hide_env_values = true)]
    pub(super) concurrency: NonZeroU16,
}

impl ClusterArguments {
    /// What the command line and the configuration, if there is one, say together.
    pub(super) fn options(&self, spec: Option<&Spec>, ui: &Ui) -> Options {
        let written = spec.map(|spec| &spec.kubernetes);
        let namespace = self.namespace.as_ref().or(written.and_then(|written| written.namespace.as_ref()));
        Options {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            pin: written.and_then(|written| written.context.clone()),
            namespace: namespace.map(ToString::to_string),
            asks: ui.asks(),
            ..Options::default()
        }
    }
}

/// A span of time as Go writes it: `1h30m`, `90s`, `1.5m`, `500ms`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let problem = || "write a number with a unit, for example 90s, 5m or 1h30m".to_owned();
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').ok_or_else(problem)?;
        let (number, after) = rest.split_at_checked(digits).ok_or_else(problem)?;
        let letters = after.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(letters).ok_or_else(problem)?;
        let seconds = match unit {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return Err(problem()),
        };
        total += number.parse::<f64>().map_err(|error| format!("{error}; {}", problem()))? * seconds;
        rest = after;
    }
    match Duration::try_from_secs_f64(total) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        Ok(_) => Err("it has to be longer than nothing".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::duration;

    #[test]
    fn spans_of_time_are_read_as_go_writes_them() {
        for (text, milliseconds) in [
            ("90s", 90_000),
            ("5m", 300_000),
            ("1h30m", 5_400_000),
            ("1.5m", 90_000),
            ("500ms", 500),
            ("1m0.5s", 60_500),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_spans_of_time() {
        for text in ["", "5", "m", "0s", "-5m", "5 m", "5min", "1..5s", "5m3", "99999999999999999999999999h", "∞s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
