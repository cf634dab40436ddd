//! Images of this machine in a plan: found where no registry has them, and brought to the nodes before anything is applied.

use super::bring::Bring;
use super::engine::Reach;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::machine::Machine;
use super::registries::{Certainty, Found};
use super::ui::Ui;
use crate::config::spec::Spec;
use crate::image::{
    LocalImage, Unresolved, Wanted, find_content, find_local, may_be_local, pin_local, pin_recalled, unnamed,
};
use crate::kubernetes::look_for;
use crate::names::{ContentName, Kind};
use crate::plan::{ClusterType, Loading, Plan, Question};

/// The image that is meant where the configuration names none.
pub(super) async fn unnamed_image(spec: &Spec) -> Result<Found, Failure> {
    may_be_local(spec)?;
    let reference = unnamed().map_err(|error| Failure::failed(error.to_string(), None))?;
    let engine = Machine::here().await?.engine;
    let Some(image) = find_local(engine, &reference).await? else {
        return Err(Failure::image(format!(
            "no image is named, and {} does not have {reference}, which is meant then",
            engine.program()
        ))
        .hint(format!("build it: `{} build -t {reference} .`, or name one: `deployment.image`", engine.program())));
    };
    found(spec, &image, None)
}

fn found(spec: &Spec, image: &LocalImage, instead: Option<String>) -> Result<Found, Failure> {
    let image = pin_local(spec, image)?;
    Ok(Found { image, login: Ok(None), certainty: Certainty::Asked(0), remark: None, instead })
}

/// The image of this machine, where a registry does not have it or is not there. What somebody has to vouch for, and what is
/// written by its digest, is the registry's alone.
pub(super) async fn instead(spec: &Spec, wanted: &Wanted, error: Unresolved) -> Result<Found, Failure> {
    let Some(reference) = wanted.tagged().filter(|_| error.may_be_elsewhere()) else { return Err(error.into()) };
    let Ok(machine) = Machine::here().await else { return Err(error.into()) };
    let Ok(Some(image)) = find_local(machine.engine, &reference).await else { return Err(error.into()) };
    let remark = format!("{error}: the one that {} has on this machine is meant", machine.engine.program());
    found(spec, &image, Some(remark))
}

/// An image that was deployed once.
pub(super) fn recalled(spec: &Spec, name: ContentName) -> Result<Found, Failure> {
    let image = pin_recalled(spec, name)?;
    Ok(Found { image, login: Ok(None), certainty: Certainty::Asked(0), remark: None, instead: None })
}

/// The reason that comes first where no image was found: on a remote cluster no image of this machine would do.
pub(super) async fn blame(reach: &Reach, failure: Failure) -> Failure {
    if is_remote(reach).await { Failure::remote_image() } else { failure }
}

/// Whether the cluster is somewhere else. Where its nodes may not be seen, its entry in the kubeconfig decides.
pub(super) async fn is_remote(reach: &Reach) -> bool {
    let question = Question::All { kind: Kind::Node, namespace: None, selector: String::new() };
    let facts = look_for(&reach.session, vec![question], 1).await.unwrap_or_default();
    reach.target.cluster_type(&facts) == ClusterType::Remote
}

/// Which nodes lack the image; and whether it can be brought to them.
pub(super) async fn look(name: &ContentName, cluster_type: &ClusterType) -> Result<Loading, Failure> {
    if *cluster_type == ClusterType::Remote {
        return Err(Failure::remote_image());
    }
    let machine = Machine::here().await?;
    let loading = machine.loading(name, cluster_type).await?;
    if !loading.lacking.is_empty() && find_content(machine.engine, name).await?.is_none() {
        return Err(gone(name, &loading, machine.engine.program()));
    }
    Ok(loading)
}

/// The same for a plan that was saved: what has gone since has moved.
pub(super) async fn look_for_saved(plan: &mut Plan) -> Result<(), Failure> {
    let Some(name) = ContentName::parse(&plan.image) else { return Ok(()) };
    let looked = look(&name, &plan.cluster.cluster_type).await;
    plan.loading = Some(looked.map_err(Failure::since_it_was_saved)?);
    Ok(())
}

fn gone(name: &ContentName, loading: &Loading, program: &str) -> Failure {
    let nodes = super::bring::listed(&loading.lacking);
    Failure::image(format!(
        "nothing was changed: {program} does not have the image {name} any more, and {nodes} lacks it"
    ))
    .hint(format!("build it again and deploy: `{program} build -t {}:latest .`", name.path()))
}

/// Brings the image of a plan to the nodes that lack it. Whether something was brought.
pub(super) async fn bring(plan: &Plan, interrupt: &Interrupt, ui: &mut Ui) -> Result<bool, Failure> {
    let Some((loading, name)) = plan.loading.as_ref().zip(ContentName::parse(&plan.image)) else { return Ok(false) };
    if loading.lacking.is_empty() {
        return Ok(false);
    }
    let machine = Machine::here().await?;
    // A person has thought, and another deploy may have brought it meanwhile.
    let nodes = machine.lacking(&name, &loading.lacking).await?;
    if nodes.is_empty() {
        return Ok(false);
    }
    let image = find_content(machine.engine, &name).await?;
    let image = image.ok_or_else(|| gone(&name, loading, machine.engine.program()))?;
    let shown = plan.tag.clone().unwrap_or_else(|| name.repository());
    let shown = format!("{shown} ({})", name.short());
    let bring = Bring { engine: machine.engine, name: &name, also: None, nodes: &nodes, shown, size: image.size() };
    bring.run(interrupt, ui).await?;
    Ok(true)
}
