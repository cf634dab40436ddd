//! `sindri logs`

use std::time::Duration;

use clap::Args;

use super::cluster::duration;
use super::environment::{Environment, EnvironmentArguments};
use super::failure::{Failure, word};
use super::interrupt::Interrupt;
use super::pod::may;
use super::runtime;
use super::ui::{Remark, Ui};
use crate::kubernetes::{Own, Reading, Told, Unread, read_logs};

/// Show what the environment's program has written.
///
/// Of a program that does not run, or has just failed and been started again, the last run is shown without being asked for. Following
/// goes on when the connection is cut, the program is started again or its pod is replaced; each line is shown once.
#[derive(Debug, Args)]
#[command(mut_arg("file", |file| file.short(None)))]
pub(super) struct Logs {
    /// Go on with what is written from now on, until Ctrl-C.
    #[arg(short, long)]
    follow: bool,
    /// The run before the present one.
    #[arg(long, conflicts_with = "follow")]
    previous: bool,
    /// Only so many lines, from the end.
    #[arg(long, value_name = "LINES")]
    tail: Option<u64>,
    /// Only what is not older: 90s, 5m, 1h30m.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    since: Option<Duration>,
    /// With the time that each line was written.
    #[arg(long)]
    timestamps: bool,
    /// Another container than the environment's own.
    #[arg(short, long, value_name = "NAME")]
    container: Option<String>,
    #[command(flatten)]
    environment: EnvironmentArguments,
}

impl Logs {
    pub(super) fn run(self, ui: &mut Ui) -> Result<(), Failure> {
        runtime::block_on(async {
            let interrupt = Interrupt::listen()?;
            let environment = self.environment.find(ui).await?;
            let session = &environment.reach.session;
            let subject = environment.subject();
            let reading = self.reading();
            let mut unwritten = None;
            let mut tell = |told: Told<'_>| match told {
                Told::Lines(bytes) => match ui.bytes(bytes) {
                    Ok(is_read) => is_read,
                    Err(failure) => {
                        unwritten = Some(failure);
                        false
                    }
                },
                Told::Note(note) => {
                    ui.remark(Remark::Note, &note);
                    true
                }
            };
            let outcome = interrupt.or(read_logs(session, &subject, &reading, &mut tell)).await;
            match (unwritten, outcome) {
                (Some(failure), _) => Err(failure),
                (None, None) => Err(Failure::left()),
                (None, Some(Ok(()) | Err(Unread::Unwanted))) => Ok(()),
                (None, Some(Err(error))) => Err(unread(error, &environment).await),
            }
        })
    }

    fn reading(&self) -> Reading {
        Reading {
            container: self.container.clone(),
            follow: self.follow,
            previous: self.previous,
            tail: self.tail,
            // A part of a second counts as one.
            seconds: self.since.map(|since| since.as_secs() + u64::from(since.subsec_nanos() > 0)),
            timestamps: self.timestamps,
        }
    }
}

async fn unread(error: Unread, environment: &Environment) -> Failure {
    let name = &environment.name;
    match error {
        Unread::Unanswered(error) => error.into(),
        Unread::NoPod => match Own::look(&environment.reach.session, &environment.deployment()).await {
            Err(error) => error.into(),
            Ok(own) if own.pods() == 0 => {
                Failure::failed(format!("{name} is stopped: there is no program that writes"), None)
                    .hint("start it with `sindri start`")
            }
            Ok(_) => Failure::failed(format!("{name} has no pod"), None).hint("see why with `sindri status`"),
        },
        Unread::NotStarted { .. } => {
            Failure::told(error).hint("see why with `sindri status`, or wait for it with `sindri logs --follow`")
        }
        Unread::NoContainer { ref known, .. } => {
            let known: Vec<_> = known.iter().map(|name| format!("`--container {}`", word(name))).collect();
            let hint = format!("it has {}", known.join(", "));
            Failure::told(error).hint(hint)
        }
        Unread::Refused { ref refusal, ref what } if refusal.code == 403 => {
            let right = if what.starts_with("read") { "get pods/log" } else { "list pods" };
            let hint = may(environment, right);
            Failure::told(error).hint(hint)
        }
        Unread::Refused { .. } | Unread::Cut { .. } | Unread::Unwanted => Failure::told(error),
    }
}
