//! Which cluster is meant, and what is said when that is not clear. No cluster is needed for it.

use snapbox::{assert_data_eq, str};

use crate::run::{Folder, Outcome, VALID};

const KUBECONFIG: &str = "apiVersion: v1
kind: Config
clusters:
- name: kind-dev
  cluster: {server: 'http://127.0.0.1:1'}
contexts:
- name: kind-dev
  context: {cluster: kind-dev, user: dev}
- name: prod
  context: {cluster: gone, user: dev}
users:
- name: dev
  user: {token: abc}
";

const PLUGIN: &str = "apiVersion: v1
kind: Config
current-context: dev
clusters:
- name: dev
  cluster: {server: 'https://127.0.0.1:1', insecure-skip-tls-verify: true}
contexts:
- name: dev
  context: {cluster: dev, user: dev}
users:
- name: dev
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login, interactiveMode: IfAvailable}
";

/// What `sindri plan` says, with a kubeconfig and more arguments.
fn said(kubeconfig: &str, arguments: &[&str]) -> Result<String, Box<dyn std::error::Error>> {
    let folder = Folder::with(VALID)?;
    folder.write("kubeconfig", kubeconfig)?;
    let run = folder.sindri([&["plan"], arguments].concat()).variable("KUBECONFIG", "kubeconfig");
    Ok(run.variable("PATH", "/usr/bin:/bin").end()?.to_string())
}

#[test]
fn without_a_kubeconfig_it_says_where_it_looked() -> Outcome {
    let folder = Folder::with(VALID)?;
    assert_data_eq!(
        folder.sindri(["plan"]).variable("HOME", "/nowhere").end()?.to_string(),
        str![[r#"
exit code 1
--- standard output
--- standard error
error: no kubeconfig was found in /nowhere/.kube/config
hint: name one with `--kubeconfig FILE`, or set KUBECONFIG; for a cluster on this machine: `sindri k8s create`

"#]]
    );
    let listed = folder.sindri(["plan"]).variable("HOME", "/nowhere").variable("KUBECONFIG", ":one:two");
    assert_data_eq!(
        listed.end()?.to_string(),
        str![[r#"
exit code 1
--- standard output
--- standard error
error: no kubeconfig was found in one, two
hint: KUBECONFIG names no file that exists: change it, or name one with `--kubeconfig FILE`

"#]]
    );
    assert_data_eq!(
        folder.sindri(["plan", "--kubeconfig", "absent file"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: there is no kubeconfig absent file
hint: look at it with `ls -l 'absent file'`

"#]]
    );
    Ok(())
}

#[test]
fn a_context_that_is_not_there_is_told_with_those_that_are() -> Outcome {
    assert_data_eq!(
        said(KUBECONFIG, &[])?,
        str![[r#"
exit code 2
--- standard output
--- standard error
error: no context is chosen, and the kubeconfig has no current one; there are `kind-dev`, `prod`
hint: name one with `--context`, or choose one with `kubectl --kubeconfig kubeconfig config use-context NAME`

"#]]
    );
    assert_data_eq!(
        said(KUBECONFIG, &["--context", "kind-deb"])?,
        str![[r#"
exit code 2
--- standard output
--- standard error
error: there is no context `kind-deb`; there are `kind-dev`, `prod`
hint: did you mean `--context kind-dev`?

"#]]
    );
    assert_data_eq!(
        said(KUBECONFIG, &["--context", "prod"])?,
        str![[r#"
exit code 2
--- standard output
--- standard error
error: the context `prod` names the cluster `gone`, which the kubeconfig does not have
hint: look at it with `kubectl config get-contexts prod`

"#]]
    );
    Ok(())
}

#[test]
fn a_file_that_is_no_kubeconfig_is_told_by_its_name() -> Outcome {
    assert_data_eq!(
        said("", &[])?,
        str![[r#"
exit code 2
--- standard output
--- standard error
error: the kubeconfig kubeconfig is empty
hint: look at it with `kubectl --kubeconfig kubeconfig config view`

"#]]
    );
    assert_data_eq!(
        said("users:\n- token: [abc\n", &[])?,
        str![[r#"
exit code 2
--- standard output
--- standard error
error: cannot understand the kubeconfig kubeconfig: line 2, column 10: unclosed bracket '[' at line 2, column 10
hint: look at it with `kubectl --kubeconfig kubeconfig config view`

"#]]
    );
    assert_data_eq!(
        said(VALID, &["--kubeconfig", "sindri.yaml"])?,
        str![[r#"
exit code 2
--- standard output
--- standard error
error: no context is defined in sindri.yaml
hint: look at it with `kubectl --kubeconfig sindri.yaml config view`

"#]]
    );
    Ok(())
}

#[test]
fn the_pinned_context_is_never_left() -> Outcome {
    let folder = Folder::with(&VALID.replace("namespace: team-a", "context: prod"))?;
    folder.write("kubeconfig", KUBECONFIG)?;
    let run = folder.sindri(["plan", "--context", "kind-dev"]).variable("KUBECONFIG", "kubeconfig");
    assert_data_eq!(
        run.end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: the configuration is for the context `prod` only, and `kind-dev` was asked for
hint: leave `--context` and SINDRI_CONTEXT out, or change `providers.kubernetes.context` in the file

"#]]
    );
    let variable = folder.sindri(["plan"]).variable("KUBECONFIG", "kubeconfig").variable("SINDRI_CONTEXT", "kind-dev");
    assert_eq!(variable.end()?.code, Some(2));
    Ok(())
}

#[test]
fn a_cluster_that_does_not_run_is_told_with_how_to_start_it() -> Outcome {
    assert_data_eq!(
        said(KUBECONFIG, &["--context", "kind-dev", "--timeout", "3s"])?,
        str![[r#"
exit code 1
--- standard output
--- standard error
error: cannot [..]: the server http://127.0.0.1:1 cannot be reached: nobody listens there (tried 5 times in [..] s)
  because: Connection refused (os error 111)
hint: start the cluster with `sindri k8s start dev --provider kind`

"#]]
    );
    Ok(())
}

#[test]
fn a_credential_plugin_that_fails_is_told_in_its_own_words() -> Outcome {
    assert_data_eq!(
        said(PLUGIN, &[])?,
        str![[r#"
exit code 1
--- standard output
--- standard error
error: the credential plugin `./login` of the user `dev` is not installed
hint: install it, then see that `command -v ./login` finds it

"#]]
    );
    assert_data_eq!(
        said(&PLUGIN.replace("./login", "ls"), &[])?,
        str![[r#"
exit code 1
--- standard output
--- standard error
error: the credential plugin `ls` of the user `dev` failed: it did not print an ExecCredential with a token
hint: run `ls` yourself and log in as it says, then try again

"#]]
    );
    let talking =
        PLUGIN.replace("./login", "sh, args: [-c, 'printf \"\\033[31mthe session is over\\033[0m\\n\" >&2; exit 3']");
    assert_data_eq!(
        said(&talking, &[])?,
        str![[r#"
exit code 1
--- standard output
--- standard error
error: the credential plugin `sh` of the user `dev` failed: exit status: 3: the session is over
hint: run `sh` yourself and log in as it says, then try again

"#]]
    );
    let asking = PLUGIN.replace("IfAvailable", "Always");
    assert_data_eq!(
        said(&asking, &[])?,
        str![[r#"
exit code 1
--- standard output
--- standard error
error: the credential plugin `./login` of the user `dev` has to ask, and nobody is there to answer
hint: run this in a terminal, without `--no-input`

"#]]
    );
    Ok(())
}

#[test]
fn options_about_the_cluster_are_checked_before_anything_else() -> Outcome {
    let folder = Folder::with(VALID)?;
    for arguments in [["--timeout", "5"], ["--timeout", "-1s"], ["--concurrency", "0"], ["--namespace", "Team_A"]] {
        let ended = folder.sindri([&["plan"], arguments.as_slice()].concat()).end()?;
        assert_eq!(ended.code, Some(2), "{ended}");
    }
    Ok(())
}

#[test]
fn with_a_detailed_exit_code_only_changes_are_2() -> Outcome {
    let folder = Folder::with("version: \"1.0\"\nname: [wrong]\n")?;
    let code = |arguments: &[&str]| folder.sindri(arguments).variable("HOME", "/nowhere").end().map(|ended| ended.code);
    for mistake in [[].as_slice(), &["--file", "absent.yaml"], &["--nonsense"], &["--timeout", "soon"]] {
        assert_eq!(code(&[&["plan"], mistake].concat())?, Some(2), "{mistake:?}");
        assert_eq!(code(&[&["plan", "--detailed-exitcode"], mistake].concat())?, Some(1), "{mistake:?}");
    }
    assert_eq!(code(&["plan", "--detailed-exitcode", "--help"])?, Some(0));
    Ok(())
}
