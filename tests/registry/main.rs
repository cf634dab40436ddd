//! Registries that are slow, broken or hostile: what is asked of them, what they are told, and what is believed.

#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::format_push_string,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test touches what it tests, and fails where it is wrong"
)]

mod answers;
#[path = "../cluster/authority.rs"]
mod authority;
mod default_trust;
#[path = "../cluster/forwarding.rs"]
mod forwarding;
mod guarded;
mod logins;
mod mutated;
mod program;
mod programs;
mod proxied;
mod secure;
mod server;
mod support;
mod tags;
mod verified;

use std::future::Future;
use std::time::Duration;

use server::Server;
use sindri::config::reference::Reference;
use sindri::config::spec::Image;
use sindri::image::{Login, Network, Proof, Registry, Resolved, Unresolved, Wanted, resolve};

/// Nothing that holds this is ever shown.
const SECRET: &str = "hunter2-of-robot";

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

fn password() -> Login {
    Login::new("the registry", "robot", Proof::Password(SECRET.to_owned()))
}

/// What an image means to whoever asks a server for it.
fn asked(server: &Server, image: &str, login: Option<Login>) -> Result<Resolved, Unresolved> {
    within(server, image, login, Duration::from_secs(20))
}

fn within(server: &Server, image: &str, login: Option<Login>, patience: Duration) -> Result<Resolved, Unresolved> {
    let reference = Reference::parse(&format!("{}/team/dev{image}", server.host())).unwrap();
    wanted(&Wanted::of_reference(&reference), login, patience)
}

/// What the configuration's `image_config` means.
fn chosen(server: &Server, choice: &str) -> Result<Resolved, Unresolved> {
    let text = format!(
        "version: \"1.0\"\nname: a\ndeployment:\n  provider: kubernetes\n  resources: {{memory: 1GB, cpus: 1}}\n  \
         image_config: {{registry: \"{}/team/dev\", {choice}, verify_signature: false, verify_provenance: false}}\n",
        server.host()
    );
    let image: Image = sindri::config::load(text.as_bytes()).unwrap().image;
    wanted(&Wanted::of(&image).unwrap(), None, Duration::from_mins(2))
}

fn wanted(wanted: &Wanted, login: Option<Login>, patience: Duration) -> Result<Resolved, Unresolved> {
    let outcome = run(async {
        let registry = Registry::new(wanted.repository(), &Network::default(), login, patience)?;
        resolve(&registry, wanted).await
    });
    if let Err(error) = &outcome {
        let shown = format!("{error} {error:?} {}", error.hint());
        assert!(!shown.contains(SECRET), "{shown}");
    }
    outcome
}

#[track_caller]
fn says(outcome: Result<Resolved, Unresolved>, is_of_the_image: bool, text: &str) {
    let error = outcome.unwrap_err();
    assert!(error.to_string().contains(text), "{error}");
    assert_eq!(error.is_of_the_image(), is_of_the_image, "{error}");
    assert!(!error.hint().is_empty());
}
