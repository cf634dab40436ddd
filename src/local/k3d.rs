//! k3d: what it is told. Pure.
//!
//! It says that it succeeded where it did not, and that it failed where it did not: whoever runs what is described here looks
//! at the containers afterwards.

use std::time::Duration;

use semver::Version;
use serde_json::Value;

use super::kubeconfig::read_value;
use super::provider::{
    Configured, Files, LONG, MARK, Order, Provider, ProviderName, SHORT, Unmergeable, Wanted, order,
};

/// k3d.
pub(super) struct K3d;

impl Provider for K3d {
    fn name(&self) -> ProviderName {
        ProviderName::K3d
    }

    fn oldest(&self) -> Version {
        Version::new(5, 4, 0)
    }

    fn longest_name(&self) -> usize {
        32
    }

    fn image(&self, version: &str) -> String {
        format!("rancher/k3s:v{version}-k3s1")
    }

    fn user(&self, cluster: &str) -> String {
        format!("admin@{}", self.name().context(cluster))
    }

    fn configure(&self, wanted: &Wanted, written: Option<&str>) -> Result<Configured, Unmergeable> {
        let Some(text) = written else {
            return Ok(Configured { text: None, nodes: wanted.nodes.unwrap_or(1) });
        };
        let value = simple(text)?;
        let count = |key: &str| value.get(key).and_then(Value::as_u64).and_then(|count| u16::try_from(count).ok());
        let twice = |key, flag| Err(Unmergeable::Twice { key, flag });
        let (servers, agents) = (count("servers"), count("agents"));
        if wanted.nodes.is_some() && (servers.is_some() || agents.is_some()) {
            return twice("servers` and `agents", "--nodes");
        }
        if wanted.image.is_some() && value.get("image").is_some() {
            return twice("image", "--image");
        }
        if wanted.registry.is_some() && value.get("registries").is_some() {
            return twice("registries", "--registry");
        }
        let written = servers.unwrap_or(1).saturating_add(agents.unwrap_or(0));
        Ok(Configured { text: Some(text.to_owned()), nodes: wanted.nodes.unwrap_or(written) })
    }

    fn written_name(&self, written: &str) -> Option<String> {
        simple(written).ok()?.pointer("/metadata/name")?.as_str().map(str::to_owned)
    }

    fn create(&self, wanted: &Wanted, configured: &Configured, files: &Files) -> Order {
        let agents = wanted.nodes.map(|nodes| nodes.saturating_sub(1).to_string());
        let timeout = format!("{}s", wanted.limit.as_secs().max(1));
        let mark = format!("{MARK}@all");
        let mut arguments = vec!["cluster", "create", &wanted.name];
        if configured.text.is_some() {
            arguments.extend(["--config", &files.config]);
        }
        if let Some(agents) = &agents {
            arguments.extend(["--servers", "1", "--agents", agents]);
        }
        if let Some(image) = &wanted.image {
            arguments.extend(["--image", image]);
        }
        if wanted.registry.is_some() {
            arguments.extend(["--registry-config", &files.registries, "--volume", &mark]);
        }
        if wanted.retain {
            arguments.push("--no-rollback");
        }
        arguments.extend(["--kubeconfig-update-default=false", "--kubeconfig-switch-context=false"]);
        arguments.extend(["--wait", "--timeout", &timeout]);
        quiet(order(self.name(), &arguments, wanted.limit + Duration::from_secs(30)), &files.kubeconfig)
    }

    fn delete(&self, cluster: &str, files: &Files) -> Order {
        quiet(order(self.name(), &["cluster", "delete", cluster], LONG), &files.kubeconfig)
    }

    fn kubeconfig(&self, cluster: &str) -> Order {
        order(self.name(), &["kubeconfig", "get", cluster], SHORT)
    }

    fn start(&self, cluster: &str) -> Option<Order> {
        Some(order(self.name(), &["cluster", "start", cluster], LONG))
    }

    fn stop(&self, cluster: &str) -> Option<Order> {
        Some(order(self.name(), &["cluster", "stop", cluster], LONG))
    }

    fn leftovers(&self, cluster: &str) -> Vec<Vec<String>> {
        let rm = |what: &str, name: String| vec![what.to_owned(), "rm".to_owned(), name];
        vec![rm("network", self.network(cluster)), rm("volume", format!("k3d-{cluster}-images"))]
    }

    fn network(&self, cluster: &str) -> String {
        format!("k3d-{cluster}")
    }
}

/// The person's kubeconfig is not for it to change, whatever it is told otherwise.
fn quiet(mut order: Order, kubeconfig: &str) -> Order {
    order.environment.push(("KUBECONFIG".to_owned(), kubeconfig.to_owned()));
    order
}

fn simple(text: &str) -> Result<Value, Unmergeable> {
    let foreign = |why| Unmergeable::Foreign { program: "k3d", why };
    let value = read_value(text).ok_or(foreign("it is no plain YAML"))?;
    match value.get("kind").and_then(Value::as_str) {
        Some("Simple") => Ok(value),
        _ => Err(foreign("its `kind` is not `Simple`")),
    }
}

/// How its nodes reach a registry that the person reaches at this port.
#[must_use]
pub fn registries(port: u16, inside: &str) -> String {
    format!("mirrors:\n  \"localhost:{port}\":\n    endpoint:\n      - http://{inside}\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Files, K3d, Provider as _, Unmergeable, Wanted};

    fn wanted() -> Wanted {
        Wanted {
            name: "dev".to_owned(),
            nodes: Some(3),
            image: Some("k3s:1".to_owned()),
            registry: Some(5001),
            retain: true,
            limit: Duration::from_mins(5),
        }
    }

    #[test]
    fn everything_is_told_by_the_command_line() {
        let [kubeconfig, config, registries] = ["/k", "/c", "/r"].map(str::to_owned);
        let files = Files { kubeconfig, config, registries };
        let configured = K3d.configure(&wanted(), None).unwrap();
        assert_eq!((configured.nodes, &configured.text), (3, &None));
        let order = K3d.create(&wanted(), &configured, &files);
        assert_eq!(
            order.call.in_words(),
            "k3d cluster create dev --servers 1 --agents 2 --image k3s:1 --registry-config /r --volume \
             /dev/null:/etc/sindri-registry@all --no-rollback --kubeconfig-update-default=false \
             --kubeconfig-switch-context=false --wait --timeout 300s"
        );
        let told = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(order.environment, [told("LOG_LEVEL", "info"), told("KUBECONFIG", "/k")]);
        assert_eq!(K3d.delete("dev", &files).environment, order.environment);
    }

    #[test]
    fn the_persons_own_file_is_not_contradicted() {
        let own = "apiVersion: k3d.io/v1alpha5\nkind: Simple\nmetadata: {name: own}\nservers: 1\nagents: 2\nimage: a\nregistries: {}\n";
        assert_eq!(K3d.written_name(own).as_deref(), Some("own"));
        let refused = |wanted: &Wanted| K3d.configure(wanted, Some(own)).unwrap_err();
        assert!(matches!(refused(&wanted()), Unmergeable::Twice { flag: "--nodes", .. }));
        let no_nodes = Wanted { nodes: None, ..wanted() };
        assert!(matches!(refused(&no_nodes), Unmergeable::Twice { flag: "--image", .. }));
        let only_registry = Wanted { image: None, ..no_nodes };
        assert!(matches!(refused(&only_registry), Unmergeable::Twice { flag: "--registry", .. }));
        let nothing = Wanted { registry: None, ..only_registry };
        assert_eq!(K3d.configure(&nothing, Some(own)).unwrap().nodes, 3);
    }

    #[test]
    fn versions_are_read_from_what_it_says() {
        let said = "k3d version v5.9.0\nk3s version v1.33.4-k3s1 (default)\n";
        assert_eq!(K3d.read_version(said), Some(semver::Version::new(5, 9, 0)));
        assert_eq!(K3d.read_version("k3d version dev\n"), None);
        // One that somebody has built without a version.
        assert_eq!(K3d.read_version("k3d version v5-dev\nk3s version v1.33.4-k3s1 (default)\n"), None);
    }
}
