//! `sindri.yaml` as it is written. The schema and the reference are generated from the comments and attributes here;
//! the loader walks that same schema, so a key is declared once.
//!
//! Every field is optional to Rust: what the schema requires is reported by the walk, with its place.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::pattern;

/// A declarative environment: what `sindri deploy` makes so.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(title = "sindri.yaml", rename = "Sindri", deny_unknown_fields)]
pub(crate) struct File {
    /// The version of this file's format. Quote it: without quotes YAML reads a number.
    #[schemars(required, title = "Format version", extend("pattern" = pattern::VERSION, "examples" = ["1.0"]))]
    pub(crate) version: Option<String>,
    /// The name of the environment. Its objects are named after it.
    #[schemars(required, title = "Name", extend("pattern" = pattern::ENVIRONMENT_NAME, "examples" = ["sindri-k8s"]))]
    pub(crate) name: Option<String>,
    /// What runs, and with how much.
    #[schemars(required, title = "Deployment", extend("examples" = [{"provider": "kubernetes"}]))]
    pub(crate) deployment: Option<Deployment>,
    /// What is installed inside the environment.
    #[schemars(title = "Extensions", extend("examples" = [{"profile": "fullstack"}]))]
    pub(crate) extensions: Option<Extensions>,
    /// Where it runs.
    #[schemars(title = "Providers", extend("examples" = [{"kubernetes": {"namespace": "team-a"}}]))]
    pub(crate) providers: Option<Providers>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Deployment {
    /// Where environments run. Kubernetes is the only provider.
    #[schemars(required, title = "Provider", extend("enum" = ["kubernetes"], "examples" = ["kubernetes"]))]
    #[expect(dead_code, reason = "the walk over the schema accepts one value only")]
    pub(crate) provider: Option<String>,
    /// The image as one reference. Without `image` and `image_config`, the local image `sindri:latest` is used, on local clusters only.
    #[schemars(title = "Image", extend("pattern" = pattern::IMAGE, "examples" = ["ghcr.io/org/dev:1.4.0"]))]
    pub(crate) image: Option<String>,
    /// The image by repository and version, and who must have signed it.
    #[schemars(title = "Image configuration", extend("examples" = [{"registry": "ghcr.io/org/dev", "version": "^1.0.0"}]))]
    pub(crate) image_config: Option<ImageConfig>,
    /// How much memory and processor time the environment gets.
    #[schemars(title = "Resources", extend("default" = {"memory": "4GB", "cpus": 2}, "examples" = [{"memory": "4GB", "cpus": 2}]))]
    pub(crate) resources: Option<Resources>,
    /// What is kept when the environment stops.
    #[schemars(title = "Volumes", extend("default" = {"workspace": {"size": "10Gi"}}, "examples" = [{"workspace": {"size": "10Gi"}}]))]
    pub(crate) volumes: Option<Volumes>,
    /// Environment variables of the container. Not for secrets: use `providers.kubernetes.secrets`.
    #[schemars(title = "Variables", with = "Option<Variables>", extend("default" = {}, "examples" = [{"EDITOR": "vim"}]))]
    pub(crate) env: Option<BTreeMap<String, String>>,
    /// Further ports of the container that the Service offers, besides 2222 for SSH.
    #[schemars(title = "Ports", with = "Option<Ports>", extend("default" = [], "examples" = [[8080]]))]
    pub(crate) ports: Option<Vec<u16>>,
    /// The command that runs instead of the image's own.
    #[schemars(title = "Command", with = "Option<Command>", extend("examples" = [["sleep", "infinity"]]))]
    pub(crate) command: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ImageConfig {
    /// The repository, with the registry's host: without tag and digest.
    #[schemars(required, title = "Repository", extend("pattern" = pattern::REPOSITORY, "examples" = ["ghcr.io/org/dev"]))]
    pub(crate) registry: Option<String>,
    /// A range of versions; the highest tag in it is taken. Exactly one of `version`, `tag` and `digest` is given.
    #[schemars(title = "Version range", extend("minLength" = 1, "examples" = ["^1.0.0", ">=1.2, <2"]))]
    pub(crate) version: Option<String>,
    /// One tag.
    #[schemars(title = "Tag", extend("pattern" = pattern::TAG, "examples" = ["1.4.0"]))]
    pub(crate) tag: Option<String>,
    /// One image by its content: the only reference that cannot move.
    #[schemars(title = "Digest", extend("pattern" = pattern::DIGEST, "examples" = ["sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"]))]
    pub(crate) digest: Option<String>,
    /// Whether `version` may choose a pre-release such as 2.0.0-rc.1.
    #[schemars(title = "Pre-releases", extend("default" = false, "examples" = [true]))]
    pub(crate) allow_prerelease: Option<bool>,
    /// Deploy only an image that somebody named in `trust` has signed.
    #[schemars(title = "Verify the signature", extend("default" = false, "examples" = [true]))]
    pub(crate) verify_signature: Option<bool>,
    /// Deploy only an image whose SLSA provenance was signed by somebody named in `trust`.
    #[schemars(title = "Verify the provenance", extend("default" = false, "examples" = [true]))]
    pub(crate) verify_provenance: Option<bool>,
    /// Who may sign: one entry, or a list of which any suffices. For ghcr.io the default is any GitHub workflow of the image's organisation.
    #[schemars(title = "Trust", with = "Option<TrustEntries>", extend("examples" = [{"key": "cosign.pub"}]))]
    pub(crate) trust: Option<OneOrMany<Trust>>,
    /// When the node asks the registry. The image is deployed by digest, so `IfNotPresent` never runs an old one.
    #[schemars(title = "Pull policy", extend("enum" = ["Always", "IfNotPresent", "Never"], "default" = "IfNotPresent", "examples" = ["IfNotPresent"]))]
    pub(crate) pull_policy: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Trust {
    /// A public key: a file beside this one, or the PEM text itself. Exactly one of `key` and `identity` is given.
    #[schemars(title = "Public key", extend("minLength" = 1, "examples" = ["cosign.pub"]))]
    pub(crate) key: Option<String>,
    /// Who signed without a key: an account or workflow that an issuer vouches for.
    #[schemars(title = "Identity", extend("examples" = [{"issuer": "https://token.actions.githubusercontent.com", "subject": "https://github.com/org/dev/.github/workflows/release.yml@refs/heads/main"}]))]
    pub(crate) identity: Option<Identity>,
    /// A file with the root of trust, for sites without the internet. Default: the public-good root.
    #[schemars(title = "Trusted root", extend("minLength" = 1, "examples" = ["root.json"]))]
    pub(crate) trusted_root: Option<String>,
    /// The builder that provenance must name. Needs `verify_provenance: true`.
    #[schemars(title = "Builder", extend("minLength" = 1, "examples" = ["https://github.com/actions/runner/github-hosted"]))]
    pub(crate) builder: Option<String>,
    /// The source repository that provenance must name. Needs `verify_provenance: true`.
    #[schemars(title = "Source repository", extend("minLength" = 1, "examples" = ["https://github.com/org/dev"]))]
    pub(crate) source_repository: Option<String>,
    /// The branch or tag that provenance must name. Needs `verify_provenance: true`.
    #[schemars(title = "Source ref", extend("minLength" = 1, "examples" = ["refs/heads/main"]))]
    #[serde(rename = "ref")]
    pub(crate) source_ref: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Identity {
    /// The issuer that vouched for the signer.
    #[schemars(required, title = "Issuer", extend("pattern" = pattern::ISSUER, "examples" = ["https://token.actions.githubusercontent.com"]))]
    pub(crate) issuer: Option<String>,
    /// The signer, exactly. Exactly one of `subject` and `subject_regexp` is given.
    #[schemars(title = "Subject", extend("minLength" = 1, "examples" = ["release@example.com"]))]
    pub(crate) subject: Option<String>,
    /// The signer by a regular expression that must match the whole subject.
    #[schemars(title = "Subject by pattern", extend("minLength" = 1, "examples" = ["https://github\\.com/org/dev/.+@refs/tags/v.*"]))]
    pub(crate) subject_regexp: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Resources {
    /// The most memory the environment may use. `GB` means GiB, as everywhere in this file.
    #[schemars(title = "Memory", with = "Option<Size>", extend("default" = "4GB", "examples" = ["4GB", "512Mi"]))]
    pub(crate) memory: Option<String>,
    /// The most processor time the environment may use.
    #[schemars(title = "Processors", with = "Option<Processors>", extend("default" = 2, "examples" = [2, 0.5, "500m"]))]
    pub(crate) cpus: Option<String>,
    /// What the environment is promised. Default: half of each limit.
    #[schemars(title = "Requests", extend("examples" = [{"memory": "1GB", "cpus": 0.5}]))]
    pub(crate) requests: Option<Requests>,
    /// Graphics processors.
    #[schemars(title = "GPU", extend("examples" = [{"enabled": true, "type": "nvidia", "count": 1}]))]
    pub(crate) gpu: Option<Gpu>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Requests {
    /// The memory that a node must have free. Default: half of the limit.
    #[schemars(title = "Requested memory", with = "Option<Size>", extend("examples" = ["2GB"]))]
    pub(crate) memory: Option<String>,
    /// The processor time that a node must have free. Default: half of the limit.
    #[schemars(title = "Requested processors", with = "Option<Processors>", extend("examples" = [1]))]
    pub(crate) cpus: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Gpu {
    /// Whether the environment gets any.
    #[schemars(title = "Enabled", extend("default" = true, "examples" = [true]))]
    pub(crate) enabled: Option<bool>,
    /// Whose they are. The node is chosen by the label `gpu`, and the vendor's resource is requested.
    #[schemars(title = "Type", extend("enum" = ["nvidia", "amd", "intel"], "default" = "nvidia", "examples" = ["nvidia"]))]
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    /// How many.
    #[schemars(title = "Count", extend("minimum" = 1, "maximum" = 128, "default" = 1, "examples" = [1]), with = "Option<i64>")]
    pub(crate) count: Option<u32>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Volumes {
    /// The home directory. It survives stop, start, deploy, and destroy without `--volumes`.
    #[schemars(title = "Workspace", extend("default" = {"size": "10Gi"}, "examples" = [{"size": "10Gi"}]))]
    pub(crate) workspace: Option<Workspace>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Workspace {
    /// How large it is. It can grow where the storage class allows it, and never shrinks.
    #[schemars(title = "Size", with = "Option<Size>", extend("default" = "10Gi", "examples" = ["10Gi", "30GB"]))]
    pub(crate) size: Option<String>,
    /// A claim that exists already, used instead of one of its own. Excludes `size`.
    #[schemars(title = "Existing claim", extend("pattern" = pattern::SUBDOMAIN, "maxLength" = 253, "examples" = ["old-home"]))]
    #[serde(rename = "existingClaim")]
    pub(crate) existing_claim: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Extensions {
    /// The set of tools the image installs; it reaches the container as `SINDRI_PROFILE`.
    #[schemars(title = "Profile", extend("pattern" = pattern::PROFILE, "examples" = ["minimal", "fullstack"]))]
    pub(crate) profile: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Providers {
    /// Where in Kubernetes it runs, and under which rules.
    #[schemars(title = "Kubernetes", extend("examples" = [{"namespace": "team-a"}]))]
    pub(crate) kubernetes: Option<Kubernetes>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Kubernetes {
    /// Pins the kubeconfig context: another one is never used. Default: the current one.
    #[schemars(title = "Context", extend("minLength" = 1, "examples" = ["prod-cluster"]))]
    pub(crate) context: Option<String>,
    /// The namespace. Default: the context's.
    #[schemars(title = "Namespace", extend("pattern" = pattern::LABEL, "examples" = ["team-a"]))]
    pub(crate) namespace: Option<String>,
    /// The storage class of the workspace. Default: the cluster's.
    #[schemars(title = "Storage class", extend("pattern" = pattern::SUBDOMAIN, "maxLength" = 253, "examples" = ["fast-ssd"]))]
    pub(crate) storage_class: Option<String>,
    /// Secrets whose entries become environment variables.
    #[schemars(title = "Secrets", with = "Option<ObjectNames>", extend("default" = [], "examples" = [["team-secrets"]]))]
    pub(crate) secrets: Option<Vec<String>>,
    /// Secrets that the node logs in to the registry with.
    #[schemars(title = "Pull secrets", with = "Option<ObjectNames>", extend("default" = [], "examples" = [["ghcr"]]))]
    pub(crate) image_pull_secrets: Option<Vec<String>>,
    /// The account the environment runs as. Its token is mounted only when one is named here.
    #[schemars(title = "Service account", extend("pattern" = pattern::SUBDOMAIN, "maxLength" = 253, "examples" = ["developer"]))]
    pub(crate) service_account: Option<String>,
    /// Labels that the node must have.
    #[schemars(title = "Node selector", with = "Option<Labels>", extend("default" = {}, "examples" = [{"pool": "dev"}]))]
    pub(crate) node_selector: Option<BTreeMap<String, String>>,
    /// Taints that the environment accepts.
    #[schemars(title = "Tolerations", extend("default" = [], "examples" = [[{"key": "dedicated", "operator": "Equal", "value": "dev", "effect": "NoSchedule"}]]))]
    pub(crate) tolerations: Option<Vec<Toleration>>,
    /// The priority of its pod.
    #[schemars(title = "Priority class", extend("pattern" = pattern::SUBDOMAIN, "maxLength" = 253, "examples" = ["interactive"]))]
    pub(crate) priority_class_name: Option<String>,
    /// The container runtime of its pod.
    #[schemars(title = "Runtime class", extend("pattern" = pattern::SUBDOMAIN, "maxLength" = 253, "examples" = ["gvisor"]))]
    pub(crate) runtime_class_name: Option<String>,
    /// The Pod Security level it is made for. `privileged` runs a privileged container.
    #[schemars(title = "Security", extend("enum" = ["restricted", "baseline", "privileged"], "default" = "restricted", "examples" = ["restricted"]))]
    pub(crate) security: Option<String>,
    /// What everything in the namespace may use together. Only in a namespace that Sindri makes.
    #[schemars(title = "Quota", with = "Option<Quota>", extend("examples" = [{"cpu": "4", "memory": "8Gi", "persistentvolumeclaims": 2}]))]
    pub(crate) quota: Option<BTreeMap<String, String>>,
    /// Who may use the environment.
    #[schemars(title = "Access", extend("examples" = [{"groups": ["team-a"]}]))]
    pub(crate) rbac: Option<Rbac>,
    /// Which connections are refused: none, all incoming ones, or also outgoing ones to private addresses. DNS always works.
    #[schemars(title = "Network policy", extend("enum" = ["none", "deny-ingress", "restricted"], "default" = "none", "examples" = ["deny-ingress"]))]
    pub(crate) network_policy: Option<String>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Toleration {
    /// The taint's key. Without it, every key is accepted, and `operator` is `Exists`.
    #[schemars(title = "Key", extend("pattern" = pattern::LABEL_KEY, "examples" = ["dedicated"]))]
    pub(crate) key: Option<String>,
    /// Whether the taint's value matters.
    #[schemars(title = "Operator", extend("enum" = ["Equal", "Exists"], "default" = "Equal", "examples" = ["Equal"]))]
    pub(crate) operator: Option<String>,
    /// The taint's value.
    #[schemars(title = "Value", with = "Option<LabelValue>", extend("default" = "", "examples" = ["dev"]))]
    pub(crate) value: Option<String>,
    /// The taint's effect. Without it, every effect is accepted.
    #[schemars(title = "Effect", extend("enum" = ["NoSchedule", "PreferNoSchedule", "NoExecute"], "examples" = ["NoSchedule"]))]
    pub(crate) effect: Option<String>,
    /// How long the pod stays after the taint appears. Only with the effect `NoExecute`.
    #[schemars(title = "Seconds", extend("minimum" = 0, "maximum" = 2_147_483_647, "examples" = [300]), with = "Option<i64>")]
    #[serde(rename = "tolerationSeconds")]
    pub(crate) seconds: Option<i64>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Rbac {
    /// Users, as the cluster names them.
    #[schemars(title = "Users", with = "Option<People>", extend("default" = [], "examples" = [["alice@example.com"]]))]
    pub(crate) users: Option<Vec<String>>,
    /// Groups, as the cluster names them.
    #[schemars(title = "Groups", with = "Option<People>", extend("default" = [], "examples" = [["team-a"]]))]
    pub(crate) groups: Option<Vec<String>>,
}

/// One thing, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

/// Types that stand for a schema only: what is read is text, as it is written.
macro_rules! shapes {
    ($($(#[$meta:meta])* $name:ident: |$generator:ident| $schema:expr;)+) => {$(
        $(#[$meta])*
        enum $name {}

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )+};
}

shapes! {
    Size: |_generator| json_schema!({"type": ["string", "number"], "pattern": pattern::SIZE, "minimum": 1_048_576});
    Processors: |_generator| json_schema!({"type": ["string", "number"], "pattern": pattern::PROCESSORS, "minimum": 0.001});
    /// Values that YAML reads as numbers or booleans are taken as they are written.
    Variables: |_generator| json_schema!({
        "type": "object",
        "propertyNames": {"pattern": pattern::VARIABLE},
        "additionalProperties": {"type": ["string", "number", "boolean"]}
    });
    Labels: |generator| json_schema!({
        "type": "object",
        "propertyNames": {"pattern": pattern::LABEL_KEY},
        "additionalProperties": LabelValue::json_schema(generator)
    });
    LabelValue: |_generator| json_schema!({"type": ["string", "number", "boolean"], "pattern": pattern::LABEL_VALUE, "minimum": 0});
    Quota: |_generator| json_schema!({
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": pattern::LABEL_KEY},
        "additionalProperties": {"type": ["string", "number"], "pattern": pattern::AMOUNT, "minimum": 0}
    });
    Ports: |_generator| json_schema!({"type": "array", "uniqueItems": true, "items": {"type": "integer", "minimum": 1, "maximum": 65535}});
    Command: |_generator| json_schema!({"type": "array", "minItems": 1, "items": {"type": ["string", "number", "boolean"]}});
    ObjectNames: |_generator| json_schema!({
        "type": "array",
        "uniqueItems": true,
        "items": {"type": "string", "pattern": pattern::SUBDOMAIN, "maxLength": 253}
    });
    People: |_generator| json_schema!({"type": "array", "uniqueItems": true, "items": {"type": "string", "minLength": 1}});
    /// One entry, or a list of them.
    TrustEntries: |generator| {
        let mut one = Trust::json_schema(generator);
        let item = one.clone();
        one.insert("type".to_owned(), ["object", "array"].into());
        one.insert("items".to_owned(), item.to_value());
        one.insert("minItems".to_owned(), 1.into());
        one
    };
}
