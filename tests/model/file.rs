//! A `sindri.yaml` that is edited again and again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::chance::Chance;

/// What the file says.
#[derive(Clone, Debug)]
pub(crate) struct File {
    name: String,
    image: usize,
    memory: &'static str,
    cpus: &'static str,
    requests: Option<(&'static str, &'static str)>,
    env: BTreeMap<&'static str, &'static str>,
    ports: BTreeSet<u16>,
    pub(crate) command: Option<&'static str>,
    size: &'static str,
    class: Option<&'static str>,
    profile: Option<&'static str>,
    pull_secrets: BTreeSet<&'static str>,
    pub(crate) account: Option<&'static str>,
    node_labels: BTreeMap<&'static str, &'static str>,
    tolerations: BTreeSet<&'static str>,
    security: &'static str,
    pub(crate) policy: &'static str,
    users: BTreeSet<&'static str>,
    quota: BTreeMap<&'static str, &'static str>,
}

/// Images by digest: nobody has to be asked what they are.
const IMAGES: usize = 3;
const MEMORIES: [&str; 5] = ["64MB", "128Mi", "1GB", "1024Mi", "1.5Gi"];
const CPUS: [&str; 5] = ["0.2", "200m", "1", "1000m", "2"];
const REQUESTS: [(&str, &str); 3] = [("8MB", "0.01"), ("64Mi", "200m"), ("16Mi", "100m")];
const VARIABLES: [&str; 4] = ["EDITOR", "DEBUG", "ZIP_CODE", "GREETING"];
const VALUES: [&str; 5] = ["vim", "\"true\"", "\"01234\"", "\"\"", "\"two\\nlines\""];
const PORTS: [u16; 4] = [80, 8080, 9090, 2000];
const COMMANDS: [&str; 3] = ["[sleep, infinity]", "[sh, -c, \"exec sleep 1d\"]", "[\"true\"]"];
const SIZES: [&str; 4] = ["1Gi", "1024Mi", "2GB", "5Gi"];
const NAMES: [&str; 3] = ["one", "two", "three"];
const TOLERATIONS: [&str; 3] =
    ["{key: dedicated, value: dev, effect: NoSchedule}", "{operator: Exists}", "{key: spot, operator: Exists}"];
const LEVELS: [&str; 3] = ["restricted", "baseline", "privileged"];
const POLICIES: [&str; 3] = ["none", "deny-ingress", "restricted"];
const QUOTAS: [&str; 3] = ["requests.cpu", "requests.memory", "count/pods"];
const LIMITS: [&str; 3] = ["4", "8", "16"];

impl File {
    /// The shortest file; its pod fits on no node, so that nothing is pulled and nothing runs.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            image: 0,
            memory: "64MB",
            cpus: "0.2",
            requests: None,
            env: BTreeMap::new(),
            ports: BTreeSet::new(),
            command: None,
            size: "1Gi",
            class: None,
            profile: None,
            pull_secrets: BTreeSet::new(),
            account: None,
            node_labels: BTreeMap::from([("nowhere", "x")]),
            tolerations: BTreeSet::new(),
            security: "restricted",
            policy: "none",
            users: BTreeSet::new(),
            quota: BTreeMap::new(),
        }
    }

    /// Changes something, and says what.
    pub(crate) fn edit(&mut self, chance: &mut Chance) -> String {
        let before = self.to_string();
        match chance.below(18) {
            0 => self.image = chance.below(IMAGES),
            1 => self.memory = *chance.of(&MEMORIES),
            2 => self.cpus = *chance.of(&CPUS),
            3 => self.requests = option(chance, &REQUESTS).copied(),
            4 | 5 => set(&mut self.env, chance, &VARIABLES, &VALUES),
            6 => toggle(&mut self.ports, *chance.of(&PORTS)),
            7 => self.command = option(chance, &COMMANDS).copied(),
            8 => self.size = *chance.of(&SIZES),
            9 if chance.one_in(3) => self.class = option(chance, &["standard", "fixed"]).copied(),
            9 | 10 => self.profile = option(chance, &NAMES).copied(),
            11 => toggle(&mut self.pull_secrets, *chance.of(&NAMES)),
            12 => self.account = option(chance, &NAMES).copied(),
            13 => set(&mut self.node_labels, chance, &NAMES, &NAMES),
            14 => toggle(&mut self.tolerations, *chance.of(&TOLERATIONS)),
            15 => self.security = *chance.of(&LEVELS),
            16 => self.policy = *chance.of(&POLICIES),
            _ if chance.one_in(2) => set(&mut self.quota, chance, &QUOTAS, &LIMITS),
            _ => toggle(&mut self.users, *chance.of(&NAMES)),
        }
        let after = self.to_string();
        let differs: Vec<_> = after.lines().filter(|line| !before.lines().any(|other| other == *line)).collect();
        format!("edit the file: {}", differs.join("; "))
    }
}

fn option<'item, T>(chance: &mut Chance, items: &'item [T]) -> Option<&'item T> {
    (!chance.one_in(3)).then(|| chance.of(items))
}

fn toggle<T: Ord>(set: &mut BTreeSet<T>, item: T) {
    if !set.remove(&item) {
        set.insert(item);
    }
}

fn set(
    map: &mut BTreeMap<&'static str, &'static str>,
    chance: &mut Chance,
    keys: &[&'static str],
    values: &[&'static str],
) {
    let key = chance.of(keys);
    match option(chance, values) {
        Some(value) => map.insert(key, value),
        None => map.remove(key),
    };
}

fn flow<T: fmt::Display>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

fn pairs(map: &BTreeMap<&'static str, &'static str>) -> String {
    flow(map.iter().map(|(key, value)| format!("{key}: {value}")))
}

impl fmt::Display for File {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digest = format!("{:064x}", self.image + 1);
        writeln!(out, "version: \"1.0\"\nname: {}\ndeployment:\n  provider: kubernetes", self.name)?;
        writeln!(out, "  image: example.com/sindri@sha256:{digest}")?;
        let requests = self.requests.map(|(memory, cpus)| format!(", requests: {{memory: {memory}, cpus: {cpus}}}"));
        writeln!(out, "  resources: {{memory: {}, cpus: {}{}}}", self.memory, self.cpus, requests.unwrap_or_default())?;
        writeln!(out, "  volumes: {{workspace: {{size: {}}}}}", self.size)?;
        writeln!(out, "  env: {{{}}}", pairs(&self.env))?;
        writeln!(out, "  ports: [{}]", flow(&self.ports))?;
        if let Some(command) = self.command {
            writeln!(out, "  command: {command}")?;
        }
        if let Some(profile) = self.profile {
            writeln!(out, "extensions: {{profile: {profile}}}")?;
        }
        writeln!(out, "providers:\n  kubernetes:")?;
        for (key, value) in [("storageClass", self.class), ("serviceAccount", self.account)] {
            if let Some(value) = value {
                writeln!(out, "    {key}: {value}")?;
            }
        }
        writeln!(out, "    imagePullSecrets: [{}]", flow(&self.pull_secrets))?;
        writeln!(out, "    nodeSelector: {{{}}}", pairs(&self.node_labels))?;
        writeln!(out, "    tolerations: [{}]", flow(&self.tolerations))?;
        writeln!(out, "    security: {}", self.security)?;
        writeln!(out, "    networkPolicy: {}", self.policy)?;
        if !self.users.is_empty() {
            writeln!(out, "    rbac: {{users: [{}]}}", flow(&self.users))?;
        }
        if !self.quota.is_empty() {
            writeln!(out, "    quota: {{{}}}", pairs(&self.quota))?;
        }
        Ok(())
    }
}
