//! An image of this machine through the registry that a local cluster announces: pushed once, and called by its digest.

use futures_util::future::join;

use super::engine::Reach;
use super::failure::Failure;
use super::machine::Machine;
use super::own_image::is_remote;
use super::registries::{Certainty, Found, RegistryArguments};
use super::ui::{Remark, Ui};
use crate::config::reference::{Reference, Repository, Tag};
use crate::config::spec::Spec;
use crate::image::{Named as _, Unresolved, Wanted, pin_pushed, resolve};
use crate::kubernetes::look_at;
use crate::local::hosting::{Hosting, KEY, NAME, NAMESPACE, hosting};
use crate::names::{ContentName, Kind, ObjectId};
use crate::plan::Live;

/// What is needed to ask and to push.
pub(super) struct Way<'a> {
    pub(super) registries: &'a RegistryArguments,
    pub(super) reach: &'a Reach,
    /// Whether it may be pushed. A plan that is only shown pushes nothing.
    pub(super) may_push: bool,
    pub(super) patience: std::time::Duration,
}

impl Way<'_> {
    /// The image by its digest, if the cluster announces a registry and that has it, or gets it. An announcement may be stale:
    /// then the image is loaded into the nodes as if there were none, and that is said.
    pub(super) async fn through(&self, spec: &Spec, found: Found, ui: &mut Ui) -> Result<Found, Failure> {
        let Some(name) = found.image.content().cloned() else { return Ok(found) };
        let (is_remote, announced) = join(is_remote(self.reach), self.announced()).await;
        // Whoever can write there could have an image of this machine brought anywhere.
        let Some(hosting) = announced.filter(|_| !is_remote) else { return Ok(found) };
        match self.pushed(spec, &name, &hosting, &found, ui).await {
            Ok(Some(pushed)) => Ok(pushed),
            Ok(None) => {
                let host = &hosting.host;
                ui.remark(
                    Remark::Note,
                    &format!("the cluster has a registry, {host}: `sindri deploy` pushes the image there, and names it by its digest"),
                );
                Ok(found)
            }
            Err(error) => {
                let help = hosting.help.as_deref().map(|help| format!("; see {help}")).unwrap_or_default();
                ui.remark(
                    Remark::Note,
                    &format!("the registry that the cluster announces, {}, does not take the image, which is loaded into the nodes instead: {error}{help}", hosting.host),
                );
                Ok(found)
            }
        }
    }

    /// The announcement, if there is one that may be read.
    async fn announced(&self) -> Option<Hosting> {
        let id = ObjectId::new(Kind::ConfigMap, NAMESPACE, NAME);
        let mut objects = look_at(&self.reach.session, std::slice::from_ref(&id), 1).await.ok()?;
        match objects.remove(&id) {
            Some(Live::Present(map)) => hosting(map.get("data")?.get(KEY)?.as_str()?),
            _ => None,
        }
    }

    /// The image in the registry; nothing if it is not there and may not be pushed.
    async fn pushed(
        &self,
        spec: &Spec,
        name: &ContentName,
        hosting: &Hosting,
        found: &Found,
        ui: &mut Ui,
    ) -> Result<Option<Found>, String> {
        let repository = |host: &str| Repository::parse(&format!("{host}/{}", name.path()));
        let here = repository(&hosting.host).map_err(|error| error.to_string())?;
        let there = repository(&hosting.from_nodes).map_err(|error| error.to_string())?;
        let tag = Tag::parse(name.digits()).map_err(|error| error.to_string())?;
        let wanted = Wanted::of_reference(&Reference { repository: here.clone(), tag: Some(tag), digest: None });
        let reached = self.registries.reach(&here, self.patience).await.map_err(|error| error.to_string())?;
        let mut answer = resolve(&reached.registry, &wanted).await;
        if matches!(answer, Err(Unresolved::NoTag { .. } | Unresolved::NoRepository { .. })) {
            if !self.may_push {
                return Ok(None);
            }
            push(name, &wanted.to_string()).await?;
            let shown = found.image.tagged().unwrap_or_else(|| name.to_string());
            ui.say(&format!("{shown} is pushed to {}", hosting.host));
            answer = resolve(&reached.registry, &wanted).await;
        }
        let resolved = answer.map_err(|error| error.to_string())?;
        let image = pin_pushed(spec, &found.image, resolved, there).map_err(|error| error.to_string())?;
        let certainty = Certainty::Asked(reached.registry.requests());
        Ok(Some(Found { image, login: Ok(None), certainty, remark: None, instead: found.instead.clone() }))
    }
}

async fn push(name: &ContentName, target: &str) -> Result<(), String> {
    let told = |error: crate::local::EngineTrouble| error.to_string();
    let engine = Machine::here().await.map_err(told)?.engine;
    engine.add_name(&name.identity(), target).await.map_err(told)?;
    let pushed = engine.push(target).await;
    // The name was for the way only. That it cannot be taken away is no reason not to deploy.
    engine.take_name(target).await.unwrap_or_default();
    pushed.map_err(told)
}
