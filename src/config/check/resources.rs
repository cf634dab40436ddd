//! `deployment.resources` and `deployment.volumes`.

use super::Check;
use crate::config::file;
use crate::config::malformed::Malformed;
use crate::config::name::ObjectName;
use crate::config::problem::Code;
use crate::config::quantity::Quantity;
use crate::config::spec::{Amounts, Gpu, GpuVendor, Resources, Workspace};
use crate::config::tree::KeyPath;

const DEFAULT_MEMORY: &str = "4GB";
const DEFAULT_PROCESSORS: &str = "2";
const DEFAULT_WORKSPACE: &str = "10Gi";

pub(super) fn check(written: file::Resources, check: &mut Check<'_, '_>) -> Option<Resources> {
    let requests = written.requests.unwrap_or_default();
    let memory = Amount {
        key: "memory",
        limit: written.memory.as_deref(),
        default: DEFAULT_MEMORY,
        request: requests.memory.as_deref(),
        parse: Quantity::size,
        half: Quantity::half_size,
    };
    let cpus = Amount {
        key: "cpus",
        limit: written.cpus.as_deref(),
        default: DEFAULT_PROCESSORS,
        request: requests.cpus.as_deref(),
        parse: Quantity::processors,
        half: Quantity::half_processors,
    };
    let (memory, cpus) = (memory.check(check), cpus.check(check));
    let gpu = written.gpu.filter(|gpu| gpu.enabled.unwrap_or(true)).map(|gpu| Gpu {
        vendor: match gpu.kind.as_deref() {
            Some("amd") => GpuVendor::Amd,
            Some("intel") => GpuVendor::Intel,
            _ => GpuVendor::Nvidia,
        },
        count: gpu.count.unwrap_or(1),
    });
    let ((memory, requested_memory), (cpus, requested_cpus)) = (memory?, cpus?);
    let requests = Amounts { memory: requested_memory, cpus: requested_cpus };
    Some(Resources { limits: Amounts { memory, cpus }, requests, gpu })
}

/// The limit and the request of one resource.
struct Amount<'written> {
    key: &'static str,
    limit: Option<&'written str>,
    default: &'static str,
    request: Option<&'written str>,
    parse: fn(&str) -> Result<Quantity, Malformed>,
    half: fn(Quantity) -> Quantity,
}

impl Amount<'_> {
    fn check(&self, check: &mut Check<'_, '_>) -> Option<(Quantity, Quantity)> {
        let section = KeyPath::of("deployment.resources");
        // A limit that could not be read is not the default one.
        let default = (!check.is_attempted(&section, &[self.key])).then_some(self.default);
        let limit_path = section.key(self.key);
        let limit = check.parse(&limit_path, Code::InvalidQuantity, self.limit.or(default), self.parse);
        let path = section.key("requests").key(self.key);
        let request = check.parse(&path, Code::InvalidQuantity, self.request, self.parse);
        let limit = limit?;
        match request {
            Some(request) if request > limit => self.too_much(request, limit, &limit_path, &path, check),
            None if self.request.is_some() => return None,
            _ => {}
        }
        Some((limit, request.unwrap_or_else(|| (self.half)(limit))))
    }

    fn too_much(
        &self,
        request: Quantity,
        limit: Quantity,
        limit_path: &KeyPath,
        path: &KeyPath,
        check: &mut Check<'_, '_>,
    ) {
        let kind = if self.limit.is_some() { "limit" } else { "default limit" };
        let message = format!("`{path}` is {request}, more than the {kind} of {limit}");
        let problem = check.problems.value(path, Code::RequestAboveLimit, message);
        let problem = if self.limit.is_some() {
            let limit = check.problems.span_of(limit_path);
            problem.related(limit, "the limit").hint("lower the request, or raise the limit")
        } else {
            problem.hint(format!("lower the request, or set `{limit_path}`"))
        };
        check.problems.push(problem);
    }
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
