//! A namespace, a proxy in front of the server, and a configuration: where a deploy is put through something.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::proxy::{CONTEXT, Ended, Program, Proxy, Record, Speech, sindri, trace};
use crate::support::{Namespace, Outcome, configuration, kubectl};

/// The environment's name.
pub(crate) const NAME: &str = "staged";

/// How long a command without faults may take, in a queue of others.
const LIMIT: Duration = Duration::from_mins(4);

pub(crate) struct Stage {
    pub(crate) namespace: Arc<Namespace>,
    pub(crate) proxy: Proxy,
}

/// A configuration: what the container sees, and the lines below `providers.kubernetes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) round: &'static str,
    pub(crate) kubernetes: &'static str,
}

impl Wanted {
    pub(crate) const PLAIN: Self = Self { round: "one", kubernetes: "" };
    pub(crate) const CHANGED: Self = Self { round: "two", kubernetes: "" };
    /// With objects that deploy deletes when they are no longer asked for.
    pub(crate) const RICH: Self =
        Self { round: "one", kubernetes: "networkPolicy: deny-ingress\nrbac: {users: [somebody]}" };

    fn written(self) -> String {
        let deployment =
            format!("env: {{ROUND: {}}}\nports: [8080]\nvolumes: {{workspace: {{size: 16Mi}}}}", self.round);
        configuration(NAME, &deployment, self.kubernetes)
    }
}

impl Stage {
    /// A stage in a namespace that exists, or in one that deploy makes.
    pub(crate) fn new(speech: Speech, exists: bool) -> Outcome<Self> {
        let namespace = if exists { Namespace::new("restricted")? } else { Namespace::reserve() };
        Ok(Self { namespace: Arc::new(namespace), proxy: Proxy::start(speech)? })
    }

    /// Sindri with this configuration, through the proxy.
    pub(crate) fn command(&self, wanted: Wanted, arguments: &[&str]) -> Outcome<Command> {
        let file = self.proxy.folder().join("sindri.yaml");
        fs::write(&file, wanted.written())?;
        let mut command = sindri();
        command.args(arguments).arg("--file").arg(file).arg("--kubeconfig").arg(self.proxy.kubeconfig());
        command.args(["--context", CONTEXT, "--namespace", &self.namespace.name]);
        Ok(command)
    }

    pub(crate) fn start(&self, wanted: Wanted, arguments: &[&str]) -> Outcome<Program> {
        Program::start(self.command(wanted, arguments)?)
    }

    pub(crate) fn run(&self, wanted: Wanted, arguments: &[&str]) -> Outcome<Ended> {
        self.start(wanted, arguments)?.end(LIMIT)
    }

    /// A deploy to the end, with nothing in its way.
    pub(crate) fn deploy(&self, wanted: Wanted) -> Outcome<Vec<Record>> {
        self.proxy.calm();
        let ended = self.run(wanted, &["deploy", "--yes", "--timeout", "180s"])?;
        let records = self.proxy.records();
        if ended.code != Some(0) {
            return Err(format!("{ended}\n{}", trace(&records)).into());
        }
        Ok(records)
    }

    /// Deploys, and holds the cluster to it: exactly what is wanted, nothing more, and nothing left to do.
    pub(crate) fn converge(&self, wanted: Wanted) -> Outcome {
        self.deploy(wanted)?;
        self.is_true(wanted, true)?;
        self.proxy.calm();
        let plan = self.run(wanted, &["plan", "--detailed-exitcode", "--timeout", "60s"])?;
        if plan.code != Some(0) {
            return Err(format!("a plan after deploy sees changes: {plan}").into());
        }
        let records = self.deploy(wanted)?;
        let writes = writes(&records);
        if !writes.is_empty() {
            return Err(format!("a second deploy writes: {writes:?}\n{}", trace(&records)).into());
        }
        Ok(())
    }

    /// Whether the cluster holds what is wanted: at least, or exactly and running.
    pub(crate) fn is_true(&self, wanted: Wanted, exactly: bool) -> Outcome {
        let there = self.inventory()?;
        let mut expected = self.expected(wanted)?;
        if exactly {
            expected.extend(["pod".to_owned(), "replicaset".to_owned()]);
        }
        let missing: Vec<_> = expected.difference(&there).collect();
        let more: Vec<_> = there.difference(&expected).collect();
        if !missing.is_empty() || exactly && !more.is_empty() {
            return Err(format!("missing: {missing:?}; too many: {more:?}; of {there:?}").into());
        }
        let round = self.namespace.kubectl(
            &["get", &format!("deployment/{NAME}"), "-o", r#"jsonpath={..env[?(@.name=="ROUND")].value}"#],
            "",
        )?;
        if round != wanted.round {
            return Err(format!("the container's round is {round:?}, not {:?}", wanted.round).into());
        }
        Ok(())
    }

    /// Every object that render prints, as `kind/name`.
    fn expected(&self, wanted: Wanted) -> Outcome<BTreeSet<String>> {
        let file = self.proxy.folder().join("sindri.yaml");
        fs::write(&file, wanted.written())?;
        let mut command = sindri();
        command.args(["render", "--quiet", "--output", "json", "--without-namespace", "--file"]).arg(file);
        command.args(["--namespace", &self.namespace.name]);
        let ended = Program::start(command)?.end(LIMIT)?;
        let rendered: Value = serde_json::from_str(&ended.stdout)?;
        let objects = rendered["items"].as_array().cloned().unwrap_or_else(|| vec![rendered]);
        if objects.len() < 3 {
            return Err(format!("only {} objects are rendered", objects.len()).into());
        }
        Ok(objects.iter().map(named).collect())
    }

    /// Every object in the namespace that somebody made, as `kind/name`; pods and replica sets that are in use.
    fn inventory(&self) -> Outcome<BTreeSet<String>> {
        const KINDS: &str = "deployments,replicasets,pods,services,persistentvolumeclaims,secrets,configmaps,roles,\
                             rolebindings,networkpolicies,resourcequotas,leases,serviceaccounts";
        let listed: Value = serde_json::from_str(&self.namespace.kubectl(&["get", KINDS, "-o", "json"], "")?)?;
        let mut inventory = BTreeSet::new();
        for object in listed["items"].as_array().into_iter().flatten() {
            let name = match object["kind"].as_str() {
                Some("Pod") if object["metadata"]["deletionTimestamp"].is_string() => continue,
                Some("ReplicaSet") if object["spec"]["replicas"] == 0 => continue,
                Some("Pod") => "pod".to_owned(),
                Some("ReplicaSet") => "replicaset".to_owned(),
                _ => named(object),
            };
            let servers = ["configmap/kube-root-ca.crt", "serviceaccount/default"].contains(&&*name);
            if !servers && !inventory.insert(name.clone()) {
                return Err(format!("there are two of {name}: {listed}").into());
            }
        }
        Ok(inventory)
    }

    /// The same before there is a namespace: nothing.
    pub(crate) fn inventory_if_any(&self) -> Outcome<BTreeSet<String>> {
        let name = &self.namespace.name;
        if kubectl(&["get", "namespace", name, "--ignore-not-found", "-o", "name"], "")?.is_empty() {
            return Ok(BTreeSet::new());
        }
        self.inventory()
    }

    /// The objects in the namespace, for a failure.
    pub(crate) fn shown(&self) -> String {
        let name = &self.namespace.name;
        kubectl(&["-n", name, "get", "all,leases", "-o", "wide"], "").unwrap_or_else(|refusal| refusal.said)
    }
}

fn named(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{}/{}", text(&object["kind"]).to_lowercase(), text(&object["metadata"]["name"]))
}

/// The writes among some requests, by name.
pub(crate) fn writes(records: &[Record]) -> Vec<String> {
    records.iter().filter(|record| record.seen.writes()).map(|record| record.seen.name()).collect()
}
