//! Sindri in a pod: its own service account, and no kubeconfig.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{Namespace, Outcome, Refusal, configuration, run, shell_image};

/// A pod that waits, and into which programs can be put.
fn pod(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name},
        "spec": {
            "serviceAccountName": "builder", "terminationGracePeriodSeconds": 0,
            "securityContext": {"runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [{
                "name": "main", "image": shell_image(), "command": ["sh", "-c", "while :; do sleep 1; done"],
                "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
                "volumeMounts": [{"name": "work", "mountPath": "/work"}],
            }],
            "volumes": [{"name": "work", "emptyDir": {}}],
        },
    })
}

/// The program and the libraries that it is linked with: the image has others, or none.
fn parts(program: &Path) -> Outcome<Vec<PathBuf>> {
    let mut command = Command::new("ldd");
    command.arg(program);
    let listed = run(command, "")?;
    let libraries = listed.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from);
    Ok(libraries.chain([program.to_owned()]).collect())
}

struct Inside<'a> {
    namespace: &'a Namespace,
    loader: String,
}

impl<'a> Inside<'a> {
    fn new(namespace: &'a Namespace) -> Outcome<Self> {
        namespace.kubectl(&["create", "serviceaccount", "builder"], "")?;
        namespace.kubectl(&["create", "-f", "-"], &pod("builder").to_string())?;
        namespace.kubectl(&["wait", "--for=condition=Ready", "--timeout=60s", "pod/builder"], "")?;
        let mut inside = Self { namespace, loader: String::new() };
        // What only helps to find faults is most of it.
        let folder = tempfile::TempDir::new()?;
        let program = folder.path().join("sindri");
        let mut strip = Command::new("objcopy");
        strip.arg("--strip-debug").arg(env!("CARGO_BIN_EXE_sindri")).arg(&program);
        if run(strip, "").is_err() {
            fs::copy(env!("CARGO_BIN_EXE_sindri"), &program)?;
        }
        for part in parts(&program)? {
            let name = part.file_name().ok_or("a file without a name")?.to_string_lossy().into_owned();
            inside.copy(&part, &name)?;
            if name.starts_with("ld-") {
                inside.loader = format!("/work/{name} --library-path /work ");
            }
        }
        Ok(inside)
    }

    fn copy(&self, file: &Path, name: &str) -> Outcome {
        let program = std::env::var("SINDRI_TEST_KUBECTL").unwrap_or_else(|_| "kubectl".to_owned());
        let script = format!("cat > /work/{name} && chmod 755 /work/{name}");
        let copied = Command::new(program)
            .args(["--context", &std::env::var("SINDRI_TEST_CONTEXT")?, "-n", &self.namespace.name])
            .args(["exec", "-i", "builder", "--", "sh", "-c", &script])
            .stdin(Stdio::from(File::open(file)?))
            .output()?;
        if copied.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&copied.stderr).into()) }
    }

    /// What sindri says there, and its exit code at the end.
    fn sindri(&self, arguments: &str, configuration: &str) -> Result<String, Refusal> {
        let script = format!("{}/work/sindri {arguments} 2>&1; echo exit code $?", self.loader);
        self.namespace.kubectl(&["exec", "-i", "builder", "--", "sh", "-c", &script], configuration)
    }
}

#[test]
fn in_a_pod_its_own_account_plans_and_deploys() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let inside = Inside::new(&namespace)?;
    let file = configuration("dev", "", "");
    let contains = |said: &str, texts: &[&str]| {
        for text in texts {
            assert!(said.contains(text), "it does not say `{text}`:\n{said}");
        }
    };

    let refused = inside.sindri("plan --file -", &file)?;
    let account = format!("system:serviceaccount:{}:builder", namespace.name);
    contains(&refused, &["forbidden", &account, "exit code 1"]);

    let subject = format!("--serviceaccount={}:builder", namespace.name);
    namespace.kubectl(&["create", "rolebinding", "builder", "--clusterrole=admin", &subject], "")?;
    let planned = inside.sindri("plan --file -", &file)?;
    contains(&planned, &["inside the cluster", &format!("namespace {}", namespace.name), "to create", "exit code 0"]);
    let deployed = inside.sindri("deploy --yes --file -", &file)?;
    contains(&deployed, &["dev is ready", "exit code 0"]);
    let deployment = namespace.get("deployment/dev")?;
    assert_eq!(deployment["metadata"]["annotations"]["sindri.dev/applied-by"], "pod@builder");
    contains(&inside.sindri("plan --detailed-exitcode --file -", &file)?, &["No changes.", "exit code 0"]);

    // There are no contexts here.
    contains(&inside.sindri("plan --context prod --file -", &file)?, &["there is no context `prod`", "exit code 2"]);
    let elsewhere = inside.sindri("plan --namespace kube-system --file -", &file)?;
    contains(&elsewhere, &["namespace kube-system", "exit code 1"]);
    Ok(())
}
