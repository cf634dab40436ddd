//! Sigstore's root of trust from mirrors that are honest, silent, stale or hostile: what is asked, kept and refused.

#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

mod kept;
mod refused;
mod rotated;
mod server;
mod signer;
mod silent;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use server::Server;
use signer::{Edition, Keys};
use sindri::image::public_root::{Mirror, Origin, Place};
use sindri::image::{Network, NoPublicRoot, PublicRoot, public_root};
use tempfile::TempDir;

/// So many days after the first fetch.
fn after(days: i64) -> Timestamp {
    "2026-11-28T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * days)
}

/// A mirror, whose keys it is for, and a folder to keep things in.
struct World {
    server: Server,
    keys: Keys,
    home: TempDir,
}

impl World {
    /// With this edition on the mirror.
    fn new(edition: &Edition) -> Self {
        let world = Self { server: Server::new(), keys: Keys::new(), home: TempDir::new().unwrap() };
        world.serve(edition);
        world
    }

    /// With an edition that was fetched on the first day.
    fn kept(edition: &Edition) -> Self {
        let world = Self::new(edition);
        world.ask(after(0)).unwrap();
        world.server.story();
        world
    }

    fn serve(&self, edition: &Edition) {
        self.server.serve(&edition.files(&self.keys));
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("cache/sigstore")
    }

    fn file(&self) -> PathBuf {
        self.folder().join("public-good.json")
    }

    fn place(&self, mirror: &str) -> Place {
        Place::new(Some(self.folder()), Mirror::parse(mirror).unwrap(), self.keys.first_root())
    }

    fn ask(&self, now: Timestamp) -> Result<PublicRoot, NoPublicRoot> {
        ask(&self.place(&self.server.address()), now, Duration::from_secs(20))
    }

    /// Where nobody can be reached.
    fn ask_offline(&self, now: Timestamp) -> Result<PublicRoot, NoPublicRoot> {
        ask(&self.place(&server::nobody()), now, Duration::from_secs(20))
    }

    /// The files that are kept, by name.
    fn document(&self) -> BTreeMap<String, String> {
        let document: serde_json::Value = serde_json::from_slice(&std::fs::read(self.file()).unwrap()).unwrap();
        serde_json::from_value(document["files"].clone()).unwrap()
    }

    /// Refused, although what is kept may still hold; and that is not changed by it.
    #[track_caller]
    fn refuses(&self, now: Timestamp, text: &str) {
        let before = std::fs::read(self.file()).ok();
        let error = self.ask(now).unwrap_err();
        says(&error, text);
        assert_eq!(std::fs::read(self.file()).ok(), before);
    }
}

fn ask(place: &Place, now: Timestamp, patience: Duration) -> Result<PublicRoot, NoPublicRoot> {
    let network = Network { chance: 7, ..Network::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(public_root(&network, place, now, patience))
}

/// An error with its causes.
fn told(error: &NoPublicRoot) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

#[track_caller]
fn says(error: &NoPublicRoot, text: &str) {
    let told = told(error);
    assert!(told.contains(text), "{told}");
    let is_absent = told.contains("does not have it");
    assert!(is_absent || error.hint().contains("`trusted_root: FILE` under `trust`"), "{}", error.hint());
}

#[track_caller]
fn is_edition(root: &PublicRoot, version: u64) {
    assert_eq!(String::from_utf8_lossy(&root.bytes), Edition::new(version).content);
}

#[track_caller]
fn is_fetched(root: &PublicRoot) {
    assert!(matches!(root.origin, Origin::Fetched(_)), "{:?}", root.origin);
    assert_eq!(root.remark(), None);
}
