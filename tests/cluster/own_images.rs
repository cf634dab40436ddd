//! Images of this machine, and a cluster that is somewhere else.

use std::os::unix::fs::PermissionsExt as _;
use std::{env, fs};

use crate::support::{Desk, Namespace, Outcome, dev, kubectl, shell_image};

/// A Docker that has one image, and writes down what it was told.
const DOCKER: &str = r#"#!/bin/sh
echo "$*" >> "${0%/*}/calls"
case "$1 $2" in
"image inspect") echo '[{"Id": "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "RepoTags": ["sindri:latest"], "Os": "linux", "Architecture": "amd64", "Size": 12}]' ;;
"version --format") echo "linux/amd64 1.50 1.50" ;;
esac
"#;

/// What somebody who may write there could announce.
struct Announced;

impl Announced {
    fn new(host: &str) -> Outcome<Self> {
        let map = format!(
            "{{apiVersion: v1, kind: ConfigMap, metadata: {{name: local-registry-hosting, namespace: kube-public}}, \
             data: {{localRegistryHosting.v1: \"host: {host}\"}}}}"
        );
        kubectl(&["apply", "-f", "-"], &map)?;
        Ok(Self)
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        let words = ["delete", "configmap", "-n", "kube-public", "local-registry-hosting", "--ignore-not-found"];
        kubectl(&words, "").unwrap_or_default();
    }
}

#[test]
fn nothing_of_this_machine_is_brought_anywhere_for_a_cluster_that_is_elsewhere() -> Outcome {
    let registry = env::var("SINDRI_TEST_REGISTRY")?;
    let namespace = Namespace::new("restricted")?;
    let file = dev(&namespace, "", "").replace(&format!("  image: {}\n", shell_image()), "");
    let desk = Desk::new(&file)?;
    desk.write("programs/docker", DOCKER)?;
    fs::set_permissions(desk.path("programs/docker"), fs::Permissions::from_mode(0o755))?;
    let _announced = Announced::new(&registry)?;
    let path = format!("{}:/usr/bin:/bin", desk.path("programs").display());
    for command in [&["plan"][..], &["deploy", "--yes"]] {
        let ended = desk.sindri_with(&[("PATH", &path)], command)?;
        ended.ends(2).says("the image is this machine's own").says("push it to a registry that the cluster reaches");
    }
    let calls = desk.read("programs/calls")?;
    let brings = |call: &&str| ["push", "tag", "save", "exec"].iter().any(|word| call.starts_with(word));
    assert_eq!(calls.lines().find(brings), None, "{calls}");
    Ok(())
}
