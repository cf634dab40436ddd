#![expect(clippy::disallowed_methods, reason = "measures how long an image is on its way")]
//! Brings an image of this machine to nodes: saved once, poured into all of them at the same time, and looked for afterwards.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use tokio::time::interval;

use super::failure::{Failure, word};
use super::interrupt::Interrupt;
use super::live::Live;
use super::ui::{Remark, Ui};
use crate::kubernetes::Progress;
use crate::local::{Call, ContainerEngine, Gauge, NotRun, Poured, Ran, Spring, pour};
use crate::names::ContentName;

/// How long it may take in all.
const LIMIT: Duration = Duration::from_hours(1);
/// How often it is told how far it is.
const BEAT: Duration = Duration::from_millis(250);
/// How often it is tried where another deploy takes the name away while the image is read.
const TRIES: u32 = 3;

/// An image, and the nodes that lack it.
#[derive(Debug)]
pub(super) struct Bring<'a> {
    pub(super) engine: ContainerEngine,
    pub(super) name: &'a ContentName,
    /// What it is called besides, here and on the nodes, where it is to be called that too.
    pub(super) also: Option<(&'a str, String)>,
    pub(super) nodes: &'a [String],
    /// What a person calls it.
    pub(super) shown: String,
    pub(super) size: Option<u64>,
}

impl Bring<'_> {
    /// Brings it. What was brought stays, also where it did not come to all nodes: it is in nobody's way.
    pub(super) async fn run(&self, interrupt: &Interrupt, ui: &mut Ui) -> Result<(), Failure> {
        let begun = Instant::now();
        let mut tries = 1;
        let amount = loop {
            let poured = self.poured(interrupt, ui).await?;
            let is_renamed = matches!(&poured.spring, Some(Ok(ran)) if !ran.success && says(ran, "no such image"));
            if is_renamed && tries < TRIES && self.is_there().await? {
                tries += 1;
                continue;
            }
            self.judge(&poured)?;
            break poured.amount;
        };
        self.look(&self.nodes.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        let (seconds, nodes) = (begun.elapsed().as_secs_f64(), listed(self.nodes));
        ui.say(&format!("{} is loaded into {nodes}: {} in {seconds:.1} s", self.shown, megabytes(amount)));
        Ok(())
    }

    async fn is_there(&self) -> Result<bool, Failure> {
        let identity = self.name.identity();
        Ok(self.engine.image(self.engine.by_identity(&identity)).await?.is_some())
    }

    async fn poured(&self, interrupt: &Interrupt, ui: &mut Ui) -> Result<Poured, Failure> {
        let (platform, saves_one) = self.engine.platform().await?;
        let content = self.name.to_string();
        self.engine.add_name(&self.name.identity(), &content).await?;
        let names: Vec<&str> =
            std::iter::once(content.as_str()).chain(self.also.as_ref().map(|(here, _)| *here)).collect();
        let spring = Spring::Program(self.engine.saving(&names, Some(platform.as_str()).filter(|_| saves_one)));
        let doing = format!("loading {} into {}", self.shown, listed(self.nodes));
        let nodes = self.nodes.iter().map(|node| self.engine.importing(node)).collect();
        let poured = told(spring, nodes, (&doing, self.size), interrupt, ui).await;
        if let Err(error) = self.engine.take_name(&content).await {
            ui.remark(Remark::Note, &format!("the name {content} is left behind: {error}"));
        }
        poured
    }

    fn judge(&self, poured: &Poured) -> Result<(), Failure> {
        // Who saves into nothing fails too. What came of the nodes says more.
        for (node, ended) in self.nodes.iter().zip(&poured.basins) {
            judge_node(self.engine, node, &self.shown, ended)?;
        }
        match &poured.spring {
            None => Ok(()),
            Some(Ok(ran)) if ran.success => Ok(()),
            Some(Ok(ran)) => Err(Failure::failed(
                format!("{} cannot be read from {}: {}", self.shown, self.engine.program(), last_words(ran)),
                None,
            )
            .hint(format!("see whether it is there: `{} image ls`", self.engine.program()))),
            Some(Err(error)) => Err(not_run(error)),
        }
    }

    /// Whether the nodes have it now. That a program ended well says less.
    async fn look(&self, nodes: &[&str]) -> Result<(), Failure> {
        let mut names = vec![self.name.to_string()];
        names.extend(self.also.as_ref().map(|(_, there)| there.clone()));
        let asking = nodes.iter().map(|node| self.engine.on_node(node, &names));
        for (node, found) in nodes.iter().zip(try_join_all(asking).await?) {
            let mut digests: Vec<&String> = found.values().collect();
            digests.dedup();
            if found.len() < names.len() || digests.len() > 1 {
                return Err(Failure::failed(
                    format!("{} was loaded into {node}, and is not there now", self.shown),
                    None,
                )
                .hint(format!("what it has: `{} exec {node} crictl images`", self.engine.program())));
            }
        }
        Ok(())
    }
}

/// How it came to a node.
pub(super) fn judge_node(
    engine: ContainerEngine,
    node: &str,
    shown: &str,
    ended: &Result<Ran, NotRun>,
) -> Result<(), Failure> {
    let (program, node) = (engine.program(), word(node));
    match ended {
        Ok(ran) if ran.success => Ok(()),
        Ok(ran) => {
            let hint = if says(ran, "no space left") {
                format!(
                    "remove what no pod uses there: `{program} exec {node} crictl rmi --prune`; what takes the space here: `{program} system df`"
                )
            } else if says(ran, "no such container") || says(ran, "is not running") {
                format!("see which nodes run: `{program} ps --all`")
            } else {
                format!("see what the node says: `{program} logs --tail 20 {node}`")
            };
            Err(Failure::failed(format!("{shown} cannot be loaded into {node}: {}", last_words(ran)), None).hint(hint))
        }
        Err(error) => Err(not_run(error)),
    }
}

fn not_run(error: &NotRun) -> Failure {
    Failure::failed(error.to_string(), None).hint("see whether the engine answers: `docker info`")
}

/// Pours, and tells how far it is.
pub(super) async fn told(
    spring: Spring,
    nodes: Vec<Call>,
    (doing, size): (&str, Option<u64>),
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<Poured, Failure> {
    let (begun, gauge, mut live) = (Instant::now(), Gauge::default(), Live::default());
    let mut pouring = std::pin::pin!(interrupt.or(pour(spring, nodes, LIMIT, gauge.clone())));
    let mut beat = interval(BEAT);
    loop {
        tokio::select! {
            biased;
            poured = &mut pouring => {
                live.clear(ui);
                return poured.ok_or_else(Failure::interrupted_early)?.map_err(|error| not_run(&error));
            }
            instant = beat.tick() => {
                let far = match size {
                    _ if ui.screen().is_none() => String::new(),
                    Some(size) => format!(": {} of {}", megabytes(gauge.amount()), megabytes(size)),
                    None => format!(": {}", megabytes(gauge.amount())),
                };
                let now = Progress { elapsed: instant.into_std().saturating_duration_since(begun), doing: format!("{doing}{far}"), patience: None, warning: None, latest: None };
                live.tell(&now, ui);
            }
        }
    }
}

fn says(ran: &Ran, words: &str) -> bool {
    String::from_utf8_lossy(&ran.complaint).to_lowercase().contains(words)
}

/// What a program said last: of what it says before, much is about how far it is.
fn last_words(ran: &Ran) -> String {
    let said = String::from_utf8_lossy(&ran.complaint).trim().to_owned();
    match said.lines().last().filter(|line| !line.is_empty()) {
        Some(line) => line.to_owned(),
        None => ran.end.clone(),
    }
}

pub(super) fn listed(nodes: &[String]) -> String {
    match nodes {
        [one] => one.clone(),
        [first, .., last] if nodes.len() > 3 => format!("{} nodes, {first} to {last}", nodes.len()),
        more => more.join(", "),
    }
}

fn megabytes(amount: u64) -> String {
    match amount >> 20 {
        0 => format!("{} KiB", amount.div_ceil(1 << 10)),
        mebibytes => format!("{mebibytes} MiB"),
    }
}
