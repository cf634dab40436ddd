//! `deployment.resources` and `deployment.volumes`.

use super::Check;
use crate::config::file;
use crate::config::name::ObjectName;
use crate::config::problem::Code;
use crate::config::quantity::Quantity;
use crate::config::spec::{Amounts, Gpu, GpuVendor, Resources, Workspace};
use crate::config::tree::KeyPath;

const DEFAULT_MEMORY: &str = "4GB";
const DEFAULT_PROCESSORS: &str = "2";
const DEFAULT_WORKSPACE: &str = "10Gi";

pub(super) fn check(written: file::Resources, check: &mut Check<'_, '_>) -> Option<Resources> {
    let section = KeyPath::of("deployment.resources");
    let requests = written.requests.unwrap_or_default();
    let limits = amounts(
        &section,
        (written.memory.as_deref(), DEFAULT_MEMORY),
        (written.cpus.as_deref(), DEFAULT_PROCESSORS),
        check,
    );
    let section = section.key("requests");
    let memory = optional(&section.key("memory"), requests.memory.as_deref(), Quantity::size, check);
    let cpus = optional(&section.key("cpus"), requests.cpus.as_deref(), Quantity::processors, check);
    let gpu = written.gpu.filter(|gpu| gpu.enabled.unwrap_or(true)).map(|gpu| Gpu {
        vendor: match gpu.kind.as_deref() {
            Some("amd") => GpuVendor::Amd,
            Some("intel") => GpuVendor::Intel,
            _ => GpuVendor::Nvidia,
        },
        count: gpu.count.unwrap_or(1),
    });
    let limits = limits?;
    let requests = Amounts {
        memory: within(memory?, limits.memory, limits.memory.half_size(), &section.key("memory"), check),
        cpus: within(cpus?, limits.cpus, limits.cpus.half_processors(), &section.key("cpus"), check),
    };
    Some(Resources { limits, requests, gpu })
}

fn amounts(
    section: &KeyPath,
    memory: (Option<&str>, &str),
    cpus: (Option<&str>, &str),
    check: &mut Check<'_, '_>,
) -> Option<Amounts> {
    let memory =
        check.parse(&section.key("memory"), Code::InvalidQuantity, memory.0.or(Some(memory.1)), Quantity::size);
    let cpus = check.parse(&section.key("cpus"), Code::InvalidQuantity, cpus.0.or(Some(cpus.1)), Quantity::processors);
    Some(Amounts { memory: memory?, cpus: cpus? })
}

/// The outer option says whether it could be read, the inner one whether it was written.
#[expect(clippy::option_option, reason = "not written and not readable are two things")]
fn optional(
    path: &KeyPath,
    text: Option<&str>,
    parse: fn(&str) -> Result<Quantity, crate::config::malformed::Malformed>,
    check: &mut Check<'_, '_>,
) -> Option<Option<Quantity>> {
    match text {
        None => Some(None),
        Some(text) => check.parse(path, Code::InvalidQuantity, Some(text), parse).map(Some),
    }
}

fn within(
    request: Option<Quantity>,
    limit: Quantity,
    default: Quantity,
    path: &KeyPath,
    check: &mut Check<'_, '_>,
) -> Quantity {
    let Some(request) = request else { return default };
    if request > limit {
        let message = format!("`{path}` is {request}, more than the limit of {limit}");
        let problem = check.problems.value(path, Code::RequestAboveLimit, message);
        check.problems.push(problem.hint("lower the request, or raise the limit"));
    }
    request
}

pub(super) fn workspace(written: &file::Workspace, check: &mut Check<'_, '_>) -> Option<Workspace> {
    let section = KeyPath::of("deployment.volumes.workspace");
    let size = written.size.as_deref();
    if let Some(claim) = written.existing_claim.as_deref() {
        if size.is_some() {
            check.exclude(&section, "size", "existingClaim", "remove `size`: an existing claim keeps its own");
            check.parse(&section.key("size"), Code::InvalidQuantity, size, Quantity::size);
        }
        let claim = check.parse(&section.key("existingClaim"), Code::InvalidName, Some(claim), ObjectName::parse)?;
        return Some(Workspace::Existing { claim });
    }
    let size =
        check.parse(&section.key("size"), Code::InvalidQuantity, size.or(Some(DEFAULT_WORKSPACE)), Quantity::size)?;
    Some(Workspace::Own { size })
}
