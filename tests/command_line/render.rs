//! `sindri render`: the objects on standard output, and nothing else.

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use crate::run::{Ended, Folder, Outcome, VALID};

/// An image by its tag, no namespace, and somebody who may use it: everything that is noted at once.
const NOTEWORTHY: &str = "version: \"1.0\"
name: demo
deployment:
  provider: kubernetes
  image_config:
    registry: ghcr.io/org/dev
    tag: 1.4.0
    verify_signature: true
providers:
  kubernetes:
    rbac:
      users: [jane@example.com]
";

/// A quota for a namespace that Sindri makes.
const WITH_QUOTA: &str = "    quota:\n      cpu: 4\n      memory: 8Gi\n";

/// The kinds and names of the rendered objects.
fn objects(ended: Ended) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let list: Value = serde_json::from_str(&ended.quietly())?;
    let items = list["items"].as_array().ok_or("no items")?;
    let name = |item: &Value| format!("{}/{}", item["kind"], item["metadata"]["name"]).replace('"', "");
    Ok(items.iter().map(name).collect())
}

#[test]
fn yaml_is_a_stream_of_documents() -> Outcome {
    let data = Folder::with(VALID)?.sindri(["render"]).end()?.quietly();
    let kinds: Vec<_> =
        data.split("---\n").filter_map(|text| text.lines().find(|line| line.starts_with("kind"))).collect();
    assert_eq!(kinds, ["kind: Namespace", "kind: PersistentVolumeClaim", "kind: Deployment", "kind: Service"]);
    assert!(data.starts_with("apiVersion: v1\nkind: Namespace\n") && data.ends_with('\n'), "{data}");
    Ok(())
}

#[test]
fn json_is_one_list_of_the_same_objects() -> Outcome {
    let folder = Folder::with(VALID)?;
    let ended = folder.sindri(["render", "-o", "json"]).end()?;
    let list: Value = serde_json::from_str(&ended.data)?;
    assert_eq!((&list["kind"], &list["apiVersion"]), (&"List".into(), &"v1".into()));
    let expected = ["Namespace/team-a", "PersistentVolumeClaim/demo-home-pvc", "Deployment/demo", "Service/demo"];
    assert_eq!(objects(ended)?, expected);
    Ok(())
}

#[test]
fn the_namespace_of_the_flag_replaces_the_one_of_the_file() -> Outcome {
    let folder = Folder::with(VALID)?;
    let data = folder.sindri(["render", "-n", "team-b"]).end()?.quietly();
    assert_eq!(data, folder.sindri(["render"]).end()?.quietly().replace("team-a", "team-b"));
    assert_eq!(folder.read("sindri.yaml")?, VALID);
    Ok(())
}

#[test]
fn without_namespace_leaves_the_namespace_and_its_quota_to_others() -> Outcome {
    let folder = Folder::with(&format!("{VALID}{WITH_QUOTA}"))?;
    let all = objects(folder.sindri(["render", "-o", "json"]).end()?)?;
    let mut fewer = objects(folder.sindri(["render", "-o", "json", "--without-namespace"]).end()?)?;
    assert_eq!(all.len(), fewer.len() + 2, "{all:?} {fewer:?}");
    fewer.splice(0..0, ["Namespace/team-a".to_owned(), "ResourceQuota/demo-quota".to_owned()]);
    assert_eq!(all, fewer);
    // The objects that stay are still in the namespace.
    let data = folder.sindri(["render", "--without-namespace"]).end()?.quietly();
    assert_eq!(data.matches("namespace: team-a").count(), data.matches("kind: ").count(), "{data}");
    Ok(())
}

#[test]
fn a_quota_is_for_a_namespace_that_is_made_with_the_environment_only() -> Outcome {
    let folder = Folder::with(&format!("{VALID}{WITH_QUOTA}"))?;
    for (file, arguments) in [
        (format!("{VALID}{WITH_QUOTA}"), ["-n", "default"].as_slice()),
        (format!("{VALID}{WITH_QUOTA}").replace("    namespace: team-a\n", ""), &[]),
    ] {
        folder.write("sindri.yaml", file)?;
        let ended = folder.sindri(["render"].iter().chain(arguments)).end()?;
        assert_eq!(ended.code, Some(0));
        assert!(ended.said.contains("note: the quota is left out"), "{}", ended.said);
        assert!(!ended.data.contains("ResourceQuota") && !ended.data.contains("kind: Namespace"), "{}", ended.data);
    }
    Ok(())
}

#[test]
fn what_the_objects_do_not_show_is_noted() -> Outcome {
    let folder = Folder::with(NOTEWORTHY)?;
    let ended = folder.sindri(["render"]).end()?;
    assert_eq!(ended.code, Some(0));
    assert_data_eq!(
        ended.said,
        str![[r#"
note: the image ghcr.io/org/dev:1.4.0 is rendered as written: what it means can change until it is a digest
note: the image ghcr.io/org/dev:1.4.0 has not been verified: `render` asks no registry
note: no namespace is named: the objects go where they are applied
note: Kubernetes grants rights to pods by namespace: whoever `rbac` names can reach every pod in it

"#]]
    );
    let quiet = folder.sindri(["render", "-q"]).end()?.quietly();
    assert_eq!(quiet, ended.data);
    Ok(())
}

#[test]
fn a_digest_in_a_named_namespace_leaves_nothing_to_note() -> Outcome {
    Folder::with(VALID)?.sindri(["render"]).end()?.quietly();
    let ended = Folder::with(NOTEWORTHY)?.sindri(["render", "-n", "team-a"]).end()?;
    assert!(!ended.said.contains("no namespace"), "{ended}");
    Ok(())
}

#[test]
fn a_range_of_versions_is_an_error_with_the_way_out() -> Outcome {
    let folder = Folder::with(&NOTEWORTHY.replace("tag: 1.4.0", "version: \"^1.0.0\""))?;
    assert_data_eq!(
        folder.sindri(["render"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: the image of `demo` is a range of versions (`^1.0.0` of ghcr.io/org/dev), which only the registry can resolve
hint: ask it with `sindri render --pin`, or give `image_config.tag` or `image_config.digest` instead of `version`

"#]]
    );
    // It is what `render` cannot do, not a mistake in the file.
    assert_eq!(folder.sindri(["validate"]).end()?.code, Some(0));
    Ok(())
}

#[test]
fn a_namespace_that_kubernetes_refuses_is_refused() -> Outcome {
    let folder = Folder::with(VALID)?;
    assert_data_eq!(
        folder.sindri(["render", "--namespace", "Bad_Name"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: invalid value 'Bad_Name' for '--namespace <NAMESPACE>': `Bad_Name` is not a namespace: only lower-case letters, digits and `-`, starting and ending with a letter or digit; did you mean `bad-name`?

For more information, try '--help'.

"#]]
    );
    for namespace in ["", "-a", "a.b", "a b", &"a".repeat(64)] {
        let ended = folder.sindri([format!("--namespace={namespace}").as_str(), "render"]).end()?;
        assert_eq!((ended.code, ended.data.as_str()), (Some(2), ""), "{namespace}");
        let ended = folder.sindri(["render", &format!("--namespace={namespace}")]).end()?;
        assert_eq!((ended.code, ended.data.as_str()), (Some(2), ""), "{namespace}");
    }
    Ok(())
}

#[test]
fn the_same_file_gives_the_same_bytes_everywhere() -> Outcome {
    let folder = Folder::with(VALID)?;
    let expected = folder.sindri(["render"]).end()?;
    assert_eq!(expected.code, Some(0));
    let languages = ["C", "en_US.UTF-8", "tr_TR.UTF-8", "de_DE", "ja_JP.eucJP"];
    let zones = ["UTC", "Pacific/Kiritimati", "America/St_Johns", ":/nonsense"];
    let homes = ["/", "/nonexistent", ""];
    for turn in 0..50 {
        let run = folder
            .sindri(["render"])
            .variable("LANG", languages[turn % languages.len()])
            .variable("LC_ALL", languages[turn % languages.len()])
            .variable("TZ", zones[turn % zones.len()])
            .variable("HOME", homes[turn % homes.len()])
            .variable("USER", format!("user-{turn}"))
            .variable("COLUMNS", (turn * 10).to_string());
        assert_eq!(run.end()?, expected, "turn {turn}");
    }
    Ok(())
}

#[test]
fn the_name_of_the_file_and_where_it_lies_do_not_matter() -> Outcome {
    let folder = Folder::with(VALID)?;
    let expected = folder.sindri(["render"]).end()?.quietly();
    folder.write("a/other.yaml", VALID)?;
    assert_eq!(folder.sindri(["render", "-f", "a/other.yaml"]).end()?.quietly(), expected);
    assert_eq!(folder.sindri(["render", "-f", "-"]).input(VALID).end()?.quietly(), expected);
    let above = folder.sindri(["render"]).within(folder.path().join("a")).end()?;
    assert_eq!((above.data, above.said.as_str()), (expected, "using ../sindri.yaml\n"));
    Ok(())
}

#[test]
fn no_kubeconfig_and_no_proxy_is_looked_at() -> Outcome {
    let folder = Folder::with(VALID)?;
    let expected = folder.sindri(["render"]).end()?.quietly();
    // Reading the pipe would never end.
    let script = "mkfifo kubeconfig config.json && exec \"$0\" render";
    let run = folder
        .shell(script)
        .variable("PATH", "/usr/bin:/bin")
        .variable("KUBECONFIG", "kubeconfig")
        .variable("DOCKER_CONFIG", ".")
        .variable("HTTPS_PROXY", "http://127.0.0.1:1");
    assert_eq!(run.end()?.quietly(), expected);
    Ok(())
}

#[test]
fn an_invalid_file_renders_nothing() -> Outcome {
    let folder = Folder::with(&format!("{VALID}    colour: red\n"))?;
    for arguments in [&["render"][..], &["render", "-o", "json"], &["render", "-n", "team-b"]] {
        let ended = folder.sindri(arguments).end()?;
        assert_eq!((ended.code, ended.data.as_str()), (Some(2), ""));
        assert!(ended.said.contains("error[unknown-key]"), "{ended}");
    }
    Ok(())
}
