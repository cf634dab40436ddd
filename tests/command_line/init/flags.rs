//! What is written without a question.

use std::fs;

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use crate::run::{Folder, Outcome};

/// What the file in the folder means: the rendered objects.
fn meaning(folder: &Folder) -> Result<Value, Box<dyn std::error::Error>> {
    let ended = folder.sindri(["render", "-q", "-o", "json"]).end()?;
    if ended.code != Some(0) {
        return Err(format!("{ended}\nof\n{}", folder.read("sindri.yaml")?).into());
    }
    Ok(serde_json::from_str(&ended.data)?)
}

/// The objects of one kind.
fn of_kind<'a>(list: &'a Value, kind: &str) -> &'a Value {
    let items = list["items"].as_array().map_or(&[][..], Vec::as_slice);
    items.iter().find(|item| item["kind"] == kind).unwrap_or(&Value::Null)
}

#[test]
fn the_defaults_make_a_valid_file_that_explains_itself() -> Outcome {
    let folder = Folder::new()?;
    let ended = folder.sindri(["init", "--name", "demo"]).end()?;
    assert_data_eq!(
        ended.to_string(),
        str![[r#"
exit code 0
--- standard output
--- standard error
wrote sindri.yaml: environment demo
hint: look at it, then run `sindri validate` and `sindri render`

"#]]
    );
    assert_data_eq!(
        folder.read("sindri.yaml")?,
        str![[r##"
# yaml-language-server: $schema=https://sindri.dev/schemas/sindri.schema.json
version: "1.0"
name: demo

deployment:
  provider: kubernetes
  # image: ghcr.io/org/dev:1.4.0   # without one: the local sindri:latest, on kind and k3d only
  resources:
    memory: 4GB
    cpus: 2
  volumes:
    workspace:
      # the home directory: stop, deploy and destroy keep it
      size: 10Gi
  # ports: [8080]   # besides 2222, for SSH
  # env:
  #   EDITOR: vim

# extensions:
#   profile: fullstack   # what the image installs; it reaches the container as SINDRI_PROFILE

# providers:
#   kubernetes:
#     namespace: team-a   # default: the context's
#     storageClass: fast-ssd   # default: the cluster's
#     context: prod-cluster    # pins the context: no other one is ever used

"##]]
    );
    assert_eq!(folder.sindri(["validate"]).end()?.code, Some(0));
    assert_eq!(of_kind(&meaning(&folder)?, "Deployment")["metadata"]["name"], "demo");
    Ok(())
}

/// The text with everything in it that is commented out: lines of prose are those whose first word is not a key.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.split_once("# ") {
        Some((before, rest)) if before.trim().is_empty() => match rest.split_whitespace().next() {
            Some("yaml-language-server:") => None,
            Some(word) if word.ends_with(':') => Some(format!("{before}{rest}\n")),
            _ => None,
        },
        _ => Some(format!("{line}\n")),
    };
    text.lines().filter_map(line).collect()
}

#[test]
fn what_is_commented_out_is_valid_as_it_stands() -> Outcome {
    let folder = Folder::new()?;
    let flags = ["--name=demo", "--profile=rust", "--namespace=team-b", "--image=ghcr.io/org/dev:2.0.0"];
    for flags in [&flags[..1], &flags[..2], &flags[..3], &flags[..]] {
        let arguments = ["init", "-f", "-"].into_iter().chain(flags.iter().copied());
        let text = uncommented(&folder.sindri(arguments).end()?.quietly());
        for key in [
            "image: ghcr.io",
            "ports: [8080]",
            "EDITOR: vim",
            "profile: ",
            "namespace: team-",
            "storageClass: ",
            "context: ",
        ] {
            assert!(text.contains(key), "{key} is not in {text}");
        }
        let ended = folder.sindri(["validate", "-f", "-"]).input(text.clone()).end()?;
        assert_eq!(ended.code, Some(0), "{ended}\nof\n{text}");
    }
    Ok(())
}

#[test]
fn the_first_line_tells_editors_where_the_schema_is() -> Outcome {
    let folder = Folder::new()?;
    folder.sindri(["init", "-q"]).end()?.quietly();
    let schema: Value = serde_json::from_str(&folder.sindri(["schema"]).end()?.quietly())?;
    let header = format!("# yaml-language-server: $schema={}", schema["$id"].as_str().unwrap_or_default());
    assert_eq!(folder.read("sindri.yaml")?.lines().next(), Some(header.as_str()));
    Ok(())
}

#[test]
fn every_flag_reaches_the_objects() -> Outcome {
    let folder = Folder::new()?;
    let digest = format!("ghcr.io/org/dev@sha256:{}", "a".repeat(64));
    let flags = ["init", "-q", "--name", "my-env", "--image", &digest, "-n", "team-a", "--memory", "6GB"];
    let more = ["--cpus", "1.5", "--size", "20GB", "--profile", "rust"];
    folder.sindri([&flags[..], &more].concat()).end()?.quietly();
    assert_data_eq!(
        folder.read("sindri.yaml")?.replace(&digest, "DIGEST"),
        str![[r##"
# yaml-language-server: $schema=https://sindri.dev/schemas/sindri.schema.json
version: "1.0"
name: my-env

deployment:
  provider: kubernetes
  image: DIGEST
  resources:
    memory: 6GB
    cpus: 1.5
  volumes:
    workspace:
      # the home directory: stop, deploy and destroy keep it
      size: 20GB
  # ports: [8080]   # besides 2222, for SSH
  # env:
  #   EDITOR: vim

extensions:
  profile: rust   # what the image installs; it reaches the container as SINDRI_PROFILE

providers:
  kubernetes:
    namespace: team-a   # default: the context's
    # storageClass: fast-ssd   # default: the cluster's
    # context: prod-cluster    # pins the context: no other one is ever used

"##]]
    );
    let list = meaning(&folder)?;
    assert_eq!(of_kind(&list, "Namespace")["metadata"]["name"], "team-a");
    let claim = &of_kind(&list, "PersistentVolumeClaim")["spec"]["resources"]["requests"]["storage"];
    assert_eq!(claim, "20Gi");
    let pod = &of_kind(&list, "Deployment")["spec"]["template"]["spec"];
    let container = &pod["containers"][0];
    assert_eq!(container["image"], digest.as_str());
    assert_eq!(container["resources"]["limits"], serde_json::json!({"cpu": "1500m", "memory": "6Gi"}));
    assert_eq!(variable(container, "SINDRI_PROFILE"), &Value::from("rust"));
    Ok(())
}

/// The value of a variable of a container.
fn variable<'a>(container: &'a Value, name: &str) -> &'a Value {
    let variables = container["env"].as_array().map_or(&[][..], Vec::as_slice);
    variables.iter().find(|variable| variable["name"] == name).map_or(&Value::Null, |variable| &variable["value"])
}

#[test]
fn values_that_yaml_could_misread_keep_their_meaning() -> Outcome {
    for profile in
        ["1.0", "1e3", "0x10", "0o7", "1_000", "no", "true", "null", "2001-12-14", "12e03", "1.5.2", "007", "nan"]
    {
        let folder = Folder::new()?;
        folder.sindri(["init", "-q", "--name", "demo", "--profile", profile]).end()?.quietly();
        let list = meaning(&folder)?;
        let container = &of_kind(&list, "Deployment")["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(variable(container, "SINDRI_PROFILE"), &Value::from(profile));
    }
    for namespace in ["1", "007", "no", "1e3", "null", "0x10", "2001-12-14", "true"] {
        let folder = Folder::new()?;
        folder.sindri(["init", "-q", "--name", "demo", "--namespace", namespace]).end()?.quietly();
        assert_eq!(of_kind(&meaning(&folder)?, "Namespace")["metadata"]["name"], namespace);
    }
    for name in ["no", "null", "true", "y", "e3", "nan", "off"] {
        let folder = Folder::new()?;
        folder.sindri(["init", "-q", "--name", name]).end()?.quietly();
        assert_eq!(of_kind(&meaning(&folder)?, "Deployment")["metadata"]["name"], name);
    }
    Ok(())
}

#[test]
fn amounts_keep_their_meaning_however_they_are_written() -> Outcome {
    for (written, meant) in [
        ("4GB", "4Gi"),
        ("512Mi", "512Mi"),
        ("1.5Gi", "1536Mi"),
        ("1073741824", "1073741824"),
        ("2e9", "2e9"),
        ("0.5Ti", "512Gi"),
    ] {
        let folder = Folder::new()?;
        folder.sindri(["init", "-q", "--name", "demo", "--memory", written, "--size", written]).end()?.quietly();
        let list = meaning(&folder)?;
        let container = &of_kind(&list, "Deployment")["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["resources"]["limits"]["memory"], meant, "{written}");
        let claim = &of_kind(&list, "PersistentVolumeClaim")["spec"]["resources"]["requests"]["storage"];
        assert_eq!(claim, meant, "{written}");
    }
    for (written, meant) in
        [("2", "2"), ("0.5", "500m"), ("500m", "500m"), ("1.0", "1"), ("02", "2"), ("1e1", "10"), (".5", "500m")]
    {
        let folder = Folder::new()?;
        folder.sindri(["init", "-q", "--name", "demo", "--cpus", written]).end()?.quietly();
        let list = meaning(&folder)?;
        let container = &of_kind(&list, "Deployment")["spec"]["template"]["spec"]["containers"][0];
        assert_eq!(container["resources"]["limits"]["cpu"], meant, "{written}");
    }
    Ok(())
}

#[test]
fn wrong_values_are_refused_before_anything_is_written() -> Outcome {
    for (flag, value) in [
        ("--name", "My_Env"),
        ("--name", ""),
        ("--name", "1st"),
        ("--image", "Upper:1"),
        ("--image", ""),
        ("--image", "a b"),
        ("--namespace", "Bad_Name"),
        ("--memory", "4XB"),
        ("--memory", "-4GB"),
        ("--memory", "lots"),
        ("--cpus", "two"),
        ("--cpus", "0"),
        ("--size", "10 GB of space"),
        ("--profile", "a b"),
        ("--profile", ""),
    ] {
        let folder = Folder::new()?;
        let ended = folder.sindri(["init", &format!("{flag}={value}")]).end()?;
        assert_eq!((ended.code, ended.data.as_str()), (Some(2), ""), "{flag}={value}: {ended}");
        assert!(ended.said.contains(flag), "{ended}");
        assert!(folder.names()?.is_empty());
    }
    let folder = Folder::new()?;
    assert_data_eq!(
        folder.sindri(["init", "--name", "My Env"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: invalid value 'My Env' for '--name <NAME>': `My Env` is not a name: only lower-case letters, digits and `-`, starting and ending with a letter or digit; did you mean `my-env`?

For more information, try '--help'.

"#]]
    );
    assert_data_eq!(
        folder.sindri(["init", "--memory", "4XB"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: invalid value '4XB' for '--memory <SIZE>': `4XB` is not a size; write it like `4GB`, `512Mi` or `1.5Gi`

For more information, try '--help'.

"#]]
    );
    assert_data_eq!(
        folder.sindri(["init", "--image", "ghcr.io/Org/dev:1"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: invalid value 'ghcr.io/Org/dev:1' for '--image <IMAGE>': `ghcr.io/Org/dev` is not a repository: `Org` may hold lower-case letters, digits, and single `.`, `_`, `-` between them; did you mean `ghcr.io/org/dev:1`?

For more information, try '--help'.

"#]]
    );
    Ok(())
}

#[test]
fn the_name_is_made_from_the_folder() -> Outcome {
    let folder = Folder::new()?;
    for (name, expected) in [
        ("my-project", "my-project"),
        ("My Project", "my-project"),
        ("api_v2.1", "api-v2-1"),
        ("2nd-try", "env-2nd-try"),
        ("---", "sindri"),
        ("123", "env-123"),
        ("日本", "sindri"),
        ("no", "no"),
    ] {
        let inner = folder.path().join(name);
        fs::create_dir(&inner)?;
        let ended = folder.sindri(["init"]).within(&inner).end()?;
        assert!(ended.said.starts_with(&format!("wrote sindri.yaml: environment {expected}\n")), "{name}: {ended}");
        let ended = folder.sindri(["validate"]).within(&inner).end()?;
        assert_eq!(ended.said, format!("sindri.yaml is valid: environment {expected}\n"));
    }
    let long = folder.path().join("x".repeat(80));
    fs::create_dir(&long)?;
    assert!(folder.sindri(["init"]).within(&long).end()?.said.contains("environment sindri\n"));
    Ok(())
}

#[test]
fn a_dash_prints_the_file_and_writes_nothing() -> Outcome {
    let folder = Folder::new()?;
    let text = folder.sindri(["init", "--name", "demo", "-f", "-"]).end()?.quietly();
    assert!(folder.names()?.is_empty());
    folder.sindri(["init", "-q", "--name", "demo"]).end()?.quietly();
    assert_eq!(folder.read("sindri.yaml")?, text);
    let ended = folder.sindri(["validate", "-f", "-"]).input(text).end()?;
    assert_eq!(ended.said, "<stdin> is valid: environment demo\n");
    Ok(())
}
