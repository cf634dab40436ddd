//! `sindri k8s load` and images of this machine, with a Docker of which every word is known.

use crate::run::{Ended, Folder, Outcome, let_run};

const DIGITS: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// It keeps what it was told in `calls`, and what its nodes have in files.
const DOCKER: &str = r#"#!/bin/sh
here=${0%/*}/..
echo "$*" >> "$here/calls"
if [ -f "$here/down" ]; then
    echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2
    exit 1
fi
case "$1 $2" in
"ps --all") cat "$here/containers" ;;
"image inspect")
    [ -f "$here/image" ] || { echo '[]'; echo "Error response from daemon: No such image: $3" >&2; exit 1; }
    cat "$here/image" ;;
"version --format") echo "linux/amd64 1.50 1.50" ;;
"save "*) [ "$(cat "$here/image" | wc -c)" -gt 0 ] && echo "an archive" ;;
"exec -i")
    cat > "$here/archive-$3"
    [ ! -f "$here/full-$3" ] || { echo "ctr: write /var/lib/containerd/x: no space left on device" >&2; exit 1; }
    [ -f "$here/liar" ] || echo yes > "$here/on-$3" ;;
"exec "*)
    echo "REF TYPE DIGEST SIZE PLATFORMS LABELS"
    [ -f "$here/on-$2" ] || exit 0
    for word in "$@"; do
        case $word in name==*) echo "${word#name==} application/vnd.oci.image.manifest.v1+json sha256:1 1 MiB linux/amd64 -" ;; esac
    done ;;
esac
"#;

fn node(name: &str, cluster: &str, role: &str) -> String {
    format!("id\t{name}\tkindest/node\trunning\t\t{cluster}\t{role}\t\t\t\t\t\n")
}

/// A machine with one cluster of two nodes, and an image.
fn machine() -> Result<Folder, Box<dyn std::error::Error>> {
    let folder = Folder::with("version: \"1.0\"\nname: demo\ndeployment:\n  provider: kubernetes\n")?;
    let docker = folder.write("programs/docker", DOCKER)?;
    let_run(&docker)?;
    let nodes = [node("dev-worker", "dev", "worker"), node("dev-control-plane", "dev", "control-plane")].concat();
    folder.write("containers", nodes + &node("dev-lb", "dev", "external-load-balancer"))?;
    let image = format!(
        r#"[{{"Id": "sha256:{DIGITS}", "RepoTags": ["sindri:latest", "x"], "Os": "linux", "Architecture": "amd64", "Size": 12}}]"#
    );
    folder.write("image", image)?;
    Ok(folder)
}

fn sindri(folder: &Folder, arguments: &[&str], input: &str) -> Result<Ended, Box<dyn std::error::Error>> {
    let path = format!("{}:/usr/bin:/bin", folder.path().join("programs").display());
    let run = folder.sindri(arguments).variable("PATH", path).variable("HOME", "/nowhere").variable("COLUMNS", "200");
    Ok(run.input(input).end()?)
}

/// How often Docker was told something that begins like this.
fn count(folder: &Folder, beginning: &str) -> Result<usize, Box<dyn std::error::Error>> {
    Ok(folder.read("calls")?.lines().filter(|line| line.starts_with(beginning)).count())
}

#[test]
fn an_image_comes_to_every_node_once() -> Outcome {
    let folder = machine()?;
    let ended = sindri(&folder, &["k8s", "load", "sindri:latest"], "")?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(
        ended.said.contains("sindri:latest (0123456789ab) is loaded into dev-control-plane, dev-worker: "),
        "{ended}"
    );
    for node in ["dev-control-plane", "dev-worker"] {
        assert_eq!(folder.read(&format!("archive-{node}"))?, "an archive\n");
    }
    assert_eq!(count(&folder, &format!("save --platform linux/amd64 localhost/sindri:{DIGITS} sindri:latest"))?, 1);
    assert_eq!(count(&folder, &format!("image rm localhost/sindri:{DIGITS}"))?, 1, "the name is taken away again");
    let again = sindri(&folder, &["k8s", "load", "sindri:latest"], "")?;
    assert_eq!(again.code, Some(0), "{again}");
    assert!(again.said.contains("is on dev-control-plane, dev-worker already"), "{again}");
    assert_eq!(count(&folder, "save")?, 1);
    Ok(())
}

#[test]
fn only_nodes_that_lack_it_get_it() -> Outcome {
    let folder = machine()?;
    folder.write("on-dev-worker", "yes")?;
    let ended = sindri(&folder, &["k8s", "load", "sindri"], "")?;
    assert!(ended.said.contains("is loaded into dev-control-plane: "), "{ended}");
    assert_eq!(count(&folder, "exec -i dev-worker")?, 0);
    Ok(())
}

#[test]
fn what_the_node_says_counts_and_not_how_a_program_ended() -> Outcome {
    let folder = machine()?;
    folder.write("liar", "")?;
    let ended = sindri(&folder, &["k8s", "load", "sindri:latest"], "")?;
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(ended.said.contains("was loaded into dev-control-plane, and is not there now"), "{ended}");
    Ok(())
}

#[test]
fn a_node_without_room_is_named_with_what_makes_room() -> Outcome {
    let folder = machine()?;
    folder.write("full-dev-worker", "")?;
    let ended = sindri(&folder, &["k8s", "load", "sindri:latest"], "")?;
    assert_eq!(ended.code, Some(1), "{ended}");
    for part in [
        "error: sindri:latest (0123456789ab) cannot be loaded into dev-worker: ctr: write /var/lib/containerd/x: no space left on device",
        "`docker exec dev-worker crictl rmi --prune`",
    ] {
        assert!(ended.said.contains(part), "{part}: {ended}");
    }
    assert_eq!(folder.read("on-dev-control-plane")?, "yes\n", "the other node has it");
    Ok(())
}

#[test]
fn what_is_missing_is_told_with_the_command_that_brings_it() -> Outcome {
    let folder = machine()?;
    let unknown = sindri(&folder, &["k8s", "load", "--name", "prod", "sindri:latest"], "")?;
    assert_eq!(unknown.code, Some(2), "{unknown}");
    assert!(unknown.said.contains("docker has no cluster prod; it has dev (kind)"), "{unknown}");
    std::fs::remove_file(folder.path().join("image"))?;
    let none = sindri(&folder, &["k8s", "load", "sindri:latest"], "")?;
    assert_eq!(none.code, Some(1), "{none}");
    assert!(none.said.contains("docker does not have the image sindri:latest\nhint: "), "{none}");
    folder.write("down", "")?;
    let down = sindri(&folder, &["k8s", "load", "sindri:latest"], "")?;
    assert_eq!(down.code, Some(1), "{down}");
    assert!(down.said.contains("`sudo systemctl start docker`"), "{down}");
    Ok(())
}

#[test]
fn of_several_clusters_one_is_named() -> Outcome {
    let folder = machine()?;
    let nodes = folder.read("containers")? + &node("other-control-plane", "other", "control-plane");
    folder.write("containers", nodes)?;
    let ended = sindri(&folder, &["k8s", "load", "sindri:latest"], "")?;
    assert_eq!(ended.code, Some(2), "{ended}");
    assert!(ended.said.contains("docker has dev (kind), other (kind)\nhint: name one with `--name`"), "{ended}");
    let named = sindri(&folder, &["k8s", "load", "--name", "other", "sindri:latest"], "")?;
    assert!(named.said.contains("is loaded into other-control-plane"), "{named}");
    Ok(())
}

#[test]
fn what_is_no_archive_of_images_is_told() -> Outcome {
    let folder = machine()?;
    for (input, why) in
        [("some text", "standard input is no archive of images"), ("BZh9", "standard input is compressed")]
    {
        let ended = sindri(&folder, &["k8s", "load", "--archive", "-"], input)?;
        assert_eq!(ended.code, Some(2), "{ended}");
        assert!(ended.said.contains(why), "{ended}");
    }
    let missing = sindri(&folder, &["k8s", "load", "--archive", "nowhere.tar"], "")?;
    assert_eq!(missing.code, Some(1), "{missing}");
    assert!(missing.said.contains("cannot open the archive nowhere.tar"), "{missing}");
    Ok(())
}

#[test]
fn without_a_name_the_image_of_this_machine_is_meant() -> Outcome {
    let folder = machine()?;
    let ended = sindri(&folder, &["render", "--pin"], "")?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(ended.data.contains(&format!("image: localhost/sindri:{DIGITS}\n")), "{ended}");
    assert!(ended.said.contains("is this machine's own: nodes have to have it"), "{ended}");
    std::fs::remove_file(folder.path().join("image"))?;
    let none = sindri(&folder, &["render", "--pin"], "")?;
    assert_eq!(none.code, Some(4), "{none}");
    assert!(none.said.contains("docker does not have sindri:latest, which is meant then"), "{none}");
    assert!(none.said.contains("`docker build -t sindri:latest .`"), "{none}");
    Ok(())
}
