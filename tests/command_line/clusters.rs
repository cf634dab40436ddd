//! `sindri k8s` where docker, kind and k3d are scripts that say what the real ones say, in the worst of cases.

use serde_json::Value;

use crate::run::{Ended, Folder, Outcome, let_run};

/// What docker does here: it lists what is in a file, and notes what it is asked for.
const DOCKER: &str = r#"echo "docker $*" >> log
case "$1" in
  ps) [ -f containers ] && /bin/cat containers; exit 0;;
  rm) /bin/rm -f containers; exit 0;;
  info) echo /; exit 0;;
  *) exit 0;;
esac"#;

const KIND: &str = r#"echo "kind $*" >> log
case "$1" in
  version) echo 'kind v0.30.0 go1.24.6 linux/amd64';;
  delete) /bin/rm -f containers; echo 'Deleted nodes: ["dev-control-plane"]' >&2;;
  get) /bin/cat given;;
  create) "#;

const END: &str = ";;\nesac";

const K3D: &str = r#"echo "k3d $*" >> log
case "$1 $2" in
  'version ') echo 'k3d version v5.9.0'; echo 'k3s version v1.33.4-k3s1 (default)';;
  'cluster delete') echo "INFO[0000] No nodes found for cluster '$3', nothing to delete."; echo 'INFO[0000] No clusters found';;
  'cluster create') "#;

/// A control plane of kind as docker lists it.
const KIND_NODE: &str = "a1\tdev-control-plane\tkindest/node:v1.34.0\trunning\t127.0.0.1:40123->6443/tcp\tdev\tcontrol-plane\t\t\t\t\t/lib/modules";
const K3D_NODE: &str = "b1\tk3d-two-server-0\trancher/k3s:v1.33.4-k3s1\texited\t\t\t\ttwo\tserver\t\t\tk3d-two-images";

struct Machine(Folder);

impl Machine {
    fn new(programs: &[(&str, &str)]) -> Result<Self, Box<dyn std::error::Error>> {
        let folder = Folder::new()?;
        folder.write("programs/.keep", "")?;
        folder.write("log", "")?;
        for (name, script) in programs {
            let place = folder.write(format!("programs/{name}"), format!("#!/bin/sh\n{script}\n"))?;
            let_run(&place)?;
        }
        Ok(Self(folder))
    }

    fn run(&self, arguments: &str) -> Result<Ended, Box<dyn std::error::Error>> {
        let arguments: Vec<&str> = std::iter::once("k8s").chain(arguments.split_whitespace()).collect();
        let run = self.0.sindri(arguments).variable("HOME", self.0.path().join("home")).variable("COLUMNS", "200");
        Ok(run.variable("PATH", self.0.path().join("programs")).end()?)
    }

    fn log(&self) -> Result<String, std::io::Error> {
        self.0.read("log")
    }

    /// It failed with these words, and left neither a container nor a kubeconfig.
    #[track_caller]
    fn fails(&self, arguments: &str, parts: &[&str]) -> Outcome {
        let ended = self.run(arguments)?;
        assert_eq!(ended.code, Some(1), "{ended}");
        for part in parts {
            assert!(ended.said.contains(part), "{part}\n{ended}");
        }
        assert!(!self.0.path().join("home/.kube/config").exists(), "a kubeconfig was written");
        Ok(())
    }
}

fn kind(script: &str) -> String {
    format!("{KIND}{script}{END}")
}

fn k3d(script: &str) -> String {
    format!("{K3D}{script}{END}")
}

fn written(line: &str) -> String {
    format!("printf '%s\\n' '{}' >> containers", line.replace("\\t", "\t"))
}

#[test]
fn without_a_container_engine_it_is_said_how_to_get_one() -> Outcome {
    let hint = "sudo apt install docker.io";
    Machine::new(&[])?.fails("create", &["there is neither `docker` nor `podman`", hint])?;
    Machine::new(&[])?.fails("list", &["there is neither `docker` nor `podman`", hint])?;
    let down = "echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?' >&2; exit 1";
    for command in ["create", "list", "delete dev --yes", "status dev", "start dev", "stop dev"] {
        Machine::new(&[("docker", down)])?
            .fails(command, &["the daemon of docker does not answer", "sudo systemctl start docker"])?;
    }
    let other = Machine::new(&[("docker", DOCKER)])?;
    let ended = other.0.sindri(["k8s", "list"]).variable("KIND_EXPERIMENTAL_PROVIDER", "nerdctl").end()?;
    assert!(ended.code == Some(1) && ended.said.contains("says nerdctl, and clusters are made with Docker"), "{ended}");
    let denied = "echo 'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: connect: permission denied' >&2; exit 1";
    Machine::new(&[("docker", denied)])?
        .fails("create", &["this account may not use docker", "sudo usermod -aG docker $USER"])
}

#[test]
fn a_provider_that_is_missing_or_too_old_is_told_with_what_mends_it() -> Outcome {
    Machine::new(&[("docker", DOCKER)])?
        .fails("create", &["neither kind nor k3d is installed", "sindri k8s install kind"])?;
    Machine::new(&[("docker", DOCKER)])?
        .fails("create --provider k3d", &["k3d is not installed", "sindri k8s install k3d"])?;
    let old = "echo 'kind v0.11.1 go1.16.4 linux/amd64'";
    Machine::new(&[("docker", DOCKER), ("kind", old)])?
        .fails("create", &["kind 0.11.1 is too old: 0.20.0 or newer is needed", "sindri k8s install kind"])?;
    Machine::new(&[("podman", "exit 0"), ("k3d", &k3d("exit 0"))])?
        .fails("create --provider k3d", &["k3d needs Docker", "--provider kind"])
}

#[test]
fn what_fails_is_told_with_its_command_and_its_words_and_leaves_nothing() -> Outcome {
    let image = format!(
        "{}; echo 'ERROR: failed to create cluster: failed to pull image \"kindest/node:v9.9.9\": command \"docker pull kindest/node:v9.9.9\" failed with error: exit status 1' >&2; exit 1",
        written(KIND_NODE)
    );
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &kind(&image))])?;
    machine.fails(
        "create --name dev --k8s-version 9.9.9",
        &[
            "the image kindest/node:v9.9.9 is neither here nor can it be pulled: `kind create cluster --name dev --kubeconfig ",
            "failed (exit status: 1); nothing of it was left behind",
            "  ERROR: failed to create cluster: failed to pull image",
            "hint: `docker pull kindest/node:v9.9.9`",
        ],
    )?;
    assert!(machine.log()?.contains("kind delete cluster --name dev --kubeconfig "), "{}", machine.log()?);
    assert!(!machine.0.path().join("containers").exists());
    for (said, parts) in [
        (
            "ERRO[0001] Failed Cluster Start: Bind for 127.0.0.1:6550 failed: port is already allocated",
            ["the port 6550 is taken", "docker ps --filter publish=6550"],
        ),
        (
            "failed to create fsnotify watcher: too many open files",
            ["too few watches", "sudo sysctl fs.inotify.max_user_instances=512"],
        ),
        ("mkdir /var/lib/docker/x: no space left on device", ["the disk is full", "docker system prune"]),
        ("could not find a log line that matches \"detected cgroup v1\"", ["no cgroups", "Delegate=yes"]),
    ] {
        let script = k3d(&format!(
            "echo '{said}' >&2; echo 'FATA[0001] Cluster creation FAILED, all changes have been rolled back! ' >&2; exit 1"
        ));
        Machine::new(&[("docker", DOCKER), ("k3d", &script)])?
            .fails("create --name dev", &[parts[0], parts[1], "Cluster creation FAILED", "`k3d cluster create dev "])?;
    }
    Ok(())
}

#[test]
fn what_fails_is_kept_where_that_is_asked_for() -> Outcome {
    let script = kind(&format!("{}; echo 'ERROR: x' >&2; exit 1", written(KIND_NODE)));
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &script)])?;
    machine.fails("create --name dev --retain", &["what is there of it was kept", "sindri k8s delete dev"])?;
    assert!(machine.0.path().join("containers").exists());
    assert!(!machine.log()?.contains("kind delete"), "{}", machine.log()?);
    Ok(())
}

#[test]
fn a_success_that_is_none_is_a_failure() -> Outcome {
    let script = k3d("echo \"INFO[0012] Cluster 'dev' created successfully!\"; exit 0");
    Machine::new(&[("docker", DOCKER), ("k3d", &script)])?
        .fails("create --name dev", &["says that it succeeded, and 0 of 1 nodes run", "created successfully!"])?;
    // It deletes nothing, and says that all is well: the engine removes what is left.
    let machine = Machine::new(&[("docker", DOCKER), ("k3d", &k3d("exit 0"))])?;
    machine.0.write("containers", format!("{K3D_NODE}\n"))?;
    let ended = machine.run("delete two --yes")?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(machine.log()?.contains("docker rm --force --volumes k3d-two-server-0"), "{}", machine.log()?);
    machine.0.write("containers", format!("{K3D_NODE}\n"))?;
    machine.fails("start two", &["two: it was started, and not all of its nodes run", "sindri k8s status two"])?;
    machine.0.write("containers", format!("{}\n", K3D_NODE.replace("exited", "running")))?;
    machine.fails("stop two", &["two: it was stopped, and some of its nodes still run"])?;
    // It cannot be removed: it is not said to be gone.
    let docker = DOCKER.replace("rm) /bin/rm -f containers;", "rm)");
    let machine = Machine::new(&[("docker", &docker), ("k3d", &k3d("exit 0"))])?;
    machine.0.write("containers", format!("{K3D_NODE}\n"))?;
    machine.fails("delete two --yes", &["the cluster two is still there: k3d-two-server-0"])
}

#[test]
fn a_name_that_is_taken_is_left_alone() -> Outcome {
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &kind("exit 1")), ("k3d", &k3d("exit 1"))])?;
    machine.0.write("containers", format!("{KIND_NODE}\n{K3D_NODE}\n"))?;
    machine.fails(
        "create --name dev --provider k3d",
        &["there is a cluster dev already, made by kind", "--provider kind"],
    )?;
    machine.fails(
        "create --name dev --nodes 3 --registry --k8s-version 1.30.0",
        &[
            "there is a cluster dev already, of another shape",
            "  nodes: 1 there, 3 asked for\n  image: kindest/node:v1.34.0 there, kindest/node:v1.30.0 asked for\n  registry: none there",
            "sindri k8s delete dev",
        ],
    )?;
    // Both have one of that name: the one that is meant counts.
    machine.0.write("containers", format!("{KIND_NODE}\n{}\n", K3D_NODE.replace("two", "dev")))?;
    let ended = machine.run("create --name dev --provider k3d")?;
    assert!(ended.code == Some(0) && ended.said.contains("dev is there already, and is stopped"), "{ended}");
    machine.0.write("containers", format!("{KIND_NODE}\n{K3D_NODE}\n"))?;
    let ended = machine.run("create --name two --provider k3d")?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(ended.said.contains("two is there already, and is stopped\nhint: start it with `sindri k8s start two`"));
    assert!(!machine.log()?.contains("create"), "{}", machine.log()?);
    // Somebody made it between the look and the command.
    let raced = kind(&format!(
        "{}; echo 'ERROR: failed to create cluster: node(s) already exist for a cluster with the name \"dev\"' >&2; exit 1",
        written(KIND_NODE)
    ));
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &raced)])?;
    machine.fails("create --name dev", &["there is a cluster of that name already"])?;
    assert!(!machine.log()?.contains("kind delete"), "{}", machine.log()?);
    assert!(machine.0.path().join("containers").exists());
    Ok(())
}

#[test]
fn a_registry_that_is_somebody_elses_or_elsewhere_is_told_before_anything_is_made() -> Outcome {
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &kind("exit 1"))])?;
    machine.0.write("containers", "c1\tsindri-registry\tnginx\trunning\t\t\t\t\t\t\t\t\n")?;
    machine
        .fails("create --registry", &["there is a container `sindri-registry` that sindri did not make", "nginx"])?;
    machine.0.write("containers", "c1\tsindri-registry\tregistry:2\trunning\t\t\t\t\t\t5001\t\t\n")?;
    machine.fails("create --registry=5002", &["at the port 5001, and 5002 was asked for", "--registry=5001"])?;
    assert!(!machine.log()?.contains("kind create"), "{}", machine.log()?);
    let taken = DOCKER.replace(
        "  info)",
        "  volume) echo \"Error response from daemon: get $3: no such volume\" >&2; exit 1;;\n  \
         run) printf 'c1\\tsindri-registry\\tregistry:2\\tcreated\\t\\t\\t\\t\\t\\t5001\\t\\t\\n' > containers; echo 'docker: Error response from daemon: driver failed programming external connectivity: Bind for 127.0.0.1:5001 failed: port is already allocated.' >&2; exit 125;;\n  info)",
    );
    let machine = Machine::new(&[("docker", &taken), ("kind", &kind("exit 1"))])?;
    machine.fails("create --registry", &["the port 5001 is taken", "--registry=PORT"])?;
    assert!(machine.log()?.contains("docker rm --force --volumes sindri-registry"), "{}", machine.log()?);
    assert!(machine.log()?.contains("docker volume rm --force sindri-registry"), "{}", machine.log()?);
    // What was pushed to one that is gone is kept.
    let kept = taken.replace("no such volume\" >&2; exit 1", "found\"");
    let machine = Machine::new(&[("docker", &kept), ("kind", &kind("exit 1"))])?;
    machine.fails("create --registry", &["the port 5001 is taken"])?;
    assert!(machine.log()?.contains("docker rm --force --volumes sindri-registry"), "{}", machine.log()?);
    assert!(!machine.log()?.contains("volume rm"), "{}", machine.log()?);
    // Somebody else made it meanwhile: it runs, and is theirs.
    let raced = taken.replace("\\tcreated\\t", "\\trunning\\t");
    let machine = Machine::new(&[("docker", &raced), ("kind", &kind("exit 1"))])?;
    machine.fails("create --registry", &["the port 5001 is taken"])?;
    assert!(!machine.log()?.contains(" rm "), "{}", machine.log()?);
    Ok(())
}

#[test]
fn a_registry_whose_image_is_on_its_way_goes_when_that_is_interrupted() -> Outcome {
    let docker = DOCKER.replace(
        "  info)",
        "  volume) echo \"no such volume\" >&2; exit 1;;\n  \
         run) printf 'c1\\tsindri-registry\\tregistry:2\\trunning\\t\\t\\t\\t\\t\\t5001\\t\\t\\n' > containers; kill -INT $PPID; exec /bin/sleep 100;;\n  info)",
    );
    let machine = Machine::new(&[("docker", &docker), ("kind", &kind("exit 1"))])?;
    let ended = machine.run("create --name dev --registry")?;
    assert!(ended.code == Some(130) && ended.said.contains("interrupted: dev was not made"), "{ended}");
    assert!(machine.log()?.contains("docker rm --force --volumes sindri-registry"), "{}", machine.log()?);
    assert!(!machine.log()?.contains("kind create"), "{}", machine.log()?);
    Ok(())
}

#[test]
fn what_the_kubeconfig_said_before_stays_when_nothing_is_made() -> Outcome {
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &kind("echo 'ERROR: x' >&2; exit 1"))])?;
    let kubeconfig = "clusters:\n- cluster: {server: https://prod.example.com}\n  name: kind-prod\ncontexts:\n- context: {cluster: kind-prod, user: me}\n  name: kind-prod\nusers: []\n";
    machine.0.write("home/.kube/config", kubeconfig)?;
    let ended = machine.run("create --name prod")?;
    assert!(ended.code == Some(1) && ended.said.contains("nothing of it was left behind"), "{ended}");
    assert_eq!(machine.0.read("home/.kube/config")?, kubeconfig);
    Ok(())
}

#[test]
fn what_cannot_be_removed_is_told_and_what_failed_first_stays_the_failure() -> Outcome {
    let docker =
        DOCKER.replace("rm) /bin/rm -f containers;", "rm) echo 'Error response from daemon: busy' >&2; exit 1;");
    let script = kind(&format!("{}; kill -INT $PPID; exec /bin/sleep 100", written(KIND_NODE)));
    let script = script.replace("/bin/rm -f containers; echo", "echo");
    let machine = Machine::new(&[("docker", &docker), ("kind", &script)])?;
    let ended = machine.run("create --name dev --registry")?;
    assert_eq!(ended.code, Some(130), "{ended}");
    assert!(ended.said.contains("not everything of dev could be removed: "), "{ended}");
    assert!(ended.said.contains("remove it with `sindri k8s delete dev`"), "{ended}");
    assert!(ended.said.contains("error: interrupted: dev was not made\n"), "{ended}");
    // A network that is not let go of keeps neither k3d nor the engine from removing the rest.
    let busy = DOCKER.replace("  info)", "  network) echo 'Error response from daemon: busy' >&2; exit 1;;\n  info)");
    let machine = Machine::new(&[("docker", &busy), ("k3d", &k3d("echo 'FATA[0001] x' >&2; exit 1"))])?;
    machine.fails(
        "create --name dev",
        &["not everything of dev could be removed: ", "busy", "error: `k3d cluster create dev "],
    )?;
    assert!(machine.log()?.contains("k3d cluster delete dev"), "{}", machine.log()?);
    Ok(())
}

#[test]
fn who_changes_clusters_waits_for_whoever_does_it_already() -> Outcome {
    let script = kind(&format!(
        "{} k8s delete --all --yes 2> waiting & for turn in 1 2 3 4 5 6 7 8 9; do /bin/grep -q 'waits for it' waiting && break; /bin/sleep 0.2; done; \
         kill -TERM $!; wait $!; echo \"code $?\" >> waiting; echo 'ERROR: x' >&2; exit 1",
        env!("CARGO_BIN_EXE_sindri")
    ));
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &script)])?;
    machine.fails("create --name dev", &["nothing of it was left behind"])?;
    let waiting = machine.0.read("waiting")?;
    assert!(waiting.contains("`sindri k8s create --name dev (process "), "{waiting}");
    assert!(waiting.contains("`sindri k8s delete --all` waits for it, 10 minutes at most"), "{waiting}");
    assert!(waiting.ends_with("interrupted while waiting: nothing was changed\ncode 130\n"), "{waiting}");
    Ok(())
}

#[test]
fn a_kubeconfig_that_cannot_be_written_is_told_before_anything_is_made() -> Outcome {
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &kind("exit 1"))])?;
    machine.0.write("home/.kube", "a file in the place of the folder")?;
    let ended = machine.run("create")?;
    assert_eq!(ended.code, Some(1), "{ended}");
    assert!(ended.said.contains("cannot read the kubeconfig ") && ended.said.contains("hint: "), "{ended}");
    std::fs::remove_file(machine.0.path().join("home/.kube"))?;
    machine.0.write("home/.kube/config.lock", "")?;
    machine.fails("create", &[".kube/config is locked by", "if nobody writes it any more: `rm "])?;
    assert!(!machine.log()?.contains("kind create"), "{}", machine.log()?);
    Ok(())
}

#[test]
fn little_room_is_told_before_it_is_none() -> Outcome {
    // There is no room at all in what the kernel shows of processes.
    let docker = DOCKER.replace("info) echo /;", "info) echo /proc;");
    Machine::new(&[("docker", &docker), ("kind", &kind("exit 1"))])?
        .fails("create", &["only 0 MiB are left where the engine keeps its data", "docker system prune"])
}

#[test]
fn what_is_interrupted_leaves_nothing() -> Outcome {
    let script = kind(&format!("{}; kill -INT $PPID; exec /bin/sleep 100", written(KIND_NODE)));
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &script)])?;
    let ended = machine.run("create --name dev")?;
    assert_eq!(ended.code, Some(130), "{ended}");
    assert!(ended.said.contains("interrupted: dev was not made; nothing of it was left behind"), "{ended}");
    assert!(machine.log()?.contains("kind delete cluster --name dev"), "{}", machine.log()?);
    assert!(!machine.0.path().join("containers").exists());
    Ok(())
}

#[test]
fn a_start_or_stop_that_is_interrupted_says_how_things_stand() -> Outcome {
    let docker = DOCKER.replace("  info)", "  start|stop) kill -INT $PPID; exec /bin/sleep 2;;\n  info)");
    let machine = Machine::new(&[("docker", &docker), ("kind", &kind("exit 1"))])?;
    for (command, state) in [("stop", "running"), ("start", "exited")] {
        machine.0.write("containers", format!("{}\n", KIND_NODE.replace("running", state)))?;
        let ended = machine.run(&format!("{command} dev"))?;
        assert_eq!(ended.code, Some(130), "{ended}");
        assert!(ended.said.contains("what was begun with dev may go on"), "{ended}");
        assert!(ended.said.contains(&format!("go on with `sindri k8s {command} dev`")), "{ended}");
    }
    Ok(())
}

#[test]
fn the_registry_of_a_cluster_that_is_there_is_brought_back() -> Outcome {
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &kind("exit 1"))])?;
    machine.0.write("given", "clusters:\n- cluster: {server: https://127.0.0.1:1}\n  name: kind-dev\ncontexts:\n- context: {cluster: kind-dev, user: kind-dev}\n  name: kind-dev\nusers:\n- name: kind-dev\n  user: {token: a}\n")?;
    let node = KIND_NODE.replace("\t/lib/modules", "\t/dev/null,/lib/modules");
    let registry = "c1\tsindri-registry\tregistry:2\texited\t\t\t\t\t\t5001\t\t";
    machine.0.write("containers", format!("{node}\n{registry}\n"))?;
    let ended = machine.run("create --name dev --registry")?;
    assert!(ended.code == Some(0) && ended.said.contains("its registry was stopped, and runs now"), "{ended}");
    assert!(machine.log()?.contains("docker start sindri-registry"), "{}", machine.log()?);
    // It is made anew; here nobody answers who could be told of it, so the next run has to make it again.
    machine.0.write("containers", format!("{node}\n"))?;
    let ended = machine.run("create --name dev --registry --wait 1s")?;
    assert_eq!(ended.code, Some(1), "{ended}");
    let log = machine.log()?;
    for part in [
        "docker run --detach",
        "docker network connect kind sindri-registry",
        "docker rm --force --volumes sindri-registry",
    ] {
        assert!(log.contains(part), "{part}\n{log}");
    }
    Ok(())
}

#[test]
fn the_clusters_are_listed_with_one_process() -> Outcome {
    let machine = Machine::new(&[("docker", DOCKER)])?;
    let ended = machine.run("list")?;
    assert_eq!((ended.code, ended.data.as_str()), (Some(0), ""), "{ended}");
    assert!(ended.said.contains("there are no clusters on this machine\nhint: make one with `sindri k8s create`"));
    machine.0.write("containers", format!("{KIND_NODE}\n{K3D_NODE}\n"))?;
    let ended = machine.run("list")?;
    let expected = "    NAME   PROVIDER   STATE     NODES   VERSION   REGISTRY   CONTEXT   REASON\n    \
                    dev    kind       running   1       -         -          -\n    two    k3d        stopped   1       -         -          -\n";
    assert_eq!(ended.quietly(), expected);
    assert_eq!(machine.log()?.lines().count(), 2, "{}", machine.log()?);
    let schema: Value = serde_json::from_str(include_str!("../../schemas/clusters.schema.json"))?;
    let list: Value = serde_json::from_str(&machine.run("list -o json")?.quietly())?;
    let validator = jsonschema::draft202012::new(&schema)?;
    let wrong: Vec<String> = validator.iter_errors(&list).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}: {list:#}");
    assert_eq!(machine.run("ls -o name")?.quietly(), "dev\ntwo\n");
    let schema: Value = serde_json::from_str(include_str!("../../schemas/cluster.schema.json"))?;
    let page: Value = serde_json::from_str(&machine.run("status two -o json")?.quietly())?;
    let validator = jsonschema::draft202012::new(&schema)?;
    let wrong: Vec<String> = validator.iter_errors(&page).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?}: {page:#}");
    Ok(())
}

#[test]
fn a_deletion_asks_and_knows_which_is_meant() -> Outcome {
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &kind("exit 1"))])?;
    machine.0.write("containers", format!("{KIND_NODE}\n{}\n", K3D_NODE.replace("two", "dev")))?;
    let ended = machine.run("delete dev --yes")?;
    assert_eq!(ended.code, Some(2), "{ended}");
    assert!(
        ended.said.contains("there are several clusters dev: of kind and of k3d\nhint: say which with `--provider`")
    );
    machine
        .fails("delete dev --provider kind", &["its server does not answer", "nobody is there to answer", "--yes"])?;
    machine.fails("delete dve --yes", &["there is no cluster dve on this machine", "did you mean dev?"])?;
    assert!(!machine.log()?.contains("kind delete"), "{}", machine.log()?);
    Ok(())
}

#[test]
fn what_is_left_in_the_kubeconfig_of_a_cluster_that_is_gone_goes_too() -> Outcome {
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &kind("exit 1"))])?;
    let kubeconfig = "# mine\nclusters:\n- cluster: {server: https://127.0.0.1:1}\n  name: kind-dev\ncontexts:\n- context: {cluster: kind-dev, user: kind-dev}\n  name: kind-dev\ncurrent-context: kind-dev\nusers:\n- name: kind-dev\n  user: {token: a}\n";
    machine.0.write("home/.kube/config", kubeconfig)?;
    // It is asked first, and not at all where one of the names is unknown.
    for (arguments, said) in [
        ("delete dev", "nobody is there to answer \"Remove what the kubeconfig says of dev?\""),
        ("delete dev other --yes", "there is no cluster other on this machine"),
    ] {
        let ended = machine.run(arguments)?;
        assert!(ended.code == Some(1) && ended.said.contains(said), "{ended}");
        assert_eq!(machine.0.read("home/.kube/config")?, kubeconfig);
    }
    // One that leads elsewhere is of a cluster elsewhere.
    let elsewhere = kubeconfig.replace("127.0.0.1:1", "prod.example.com");
    machine.0.write("home/.kube/config", &elsewhere)?;
    let ended = machine.run("delete dev --yes")?;
    assert!(ended.code == Some(1) && ended.said.contains("there is no cluster dev on this machine"), "{ended}");
    assert_eq!(machine.0.read("home/.kube/config")?, elsewhere);
    machine.0.write("home/.kube/config", kubeconfig)?;
    let ended = machine.run("delete dev --yes")?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(ended.said.contains("  server https://127.0.0.1:1\n  context kind-dev\n"), "{ended}");
    assert!(ended.said.contains("dev was gone already"), "{ended}");
    let left = machine.0.read("home/.kube/config")?;
    assert_eq!(left, "# mine\nclusters: []\ncontexts: []\ncurrent-context: \"\"\nusers: []\n");
    Ok(())
}

#[test]
fn a_registry_that_nobody_uses_any_more_goes_with_the_last_cluster() -> Outcome {
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &kind("exit 1"))])?;
    let registry = "c1\tsindri-registry\tregistry:2\trunning\t\t\t\t\t\t5001\t\t\n";
    machine.0.write("containers", registry)?;
    let ended = machine.run("delete --all")?;
    assert!(ended.code == Some(1) && ended.said.contains("the registry on this machine, with everything"), "{ended}");
    assert!(!machine.log()?.contains("docker rm"), "{}", machine.log()?);
    for (containers, arguments) in [(registry.to_owned(), "--all"), (format!("{KIND_NODE}\n{registry}"), "dev")] {
        machine.0.write("log", "")?;
        machine.0.write("containers", containers)?;
        let ended = machine.run(&format!("delete {arguments} --yes"))?;
        assert!(ended.code == Some(0) && ended.said.contains("the registry is gone"), "{ended}");
        assert!(machine.log()?.contains("docker rm --force --volumes sindri-registry"), "{}", machine.log()?);
    }
    Ok(())
}

#[test]
fn a_deletion_that_is_interrupted_ends_with_what_it_is_at() -> Outcome {
    let script = kind("exit 1").replace("  delete) ", "  delete) kill -TERM $PPID; /bin/sleep 0.3; ");
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &script)])?;
    let other = KIND_NODE.replace("a1\tdev", "a2\tone").replace("\tdev\t", "\tone\t");
    // Docker removes both at once here: what counts is that the second is not begun.
    machine.0.write("containers", format!("{KIND_NODE}\n{other}\n"))?;
    let ended = machine.run("delete --all --yes")?;
    assert_eq!(ended.code, Some(130), "{ended}");
    assert!(ended.said.contains("dev is gone\nerror: interrupted: 1 of 2 clusters are gone"), "{ended}");
    assert_eq!(machine.log()?.matches("kind delete").count(), 1, "{}", machine.log()?);
    Ok(())
}

#[test]
fn a_file_of_the_provider_that_the_command_line_contradicts_is_refused() -> Outcome {
    let machine = Machine::new(&[("docker", DOCKER), ("kind", &kind("exit 1"))])?;
    machine.0.write("own.yaml", "kind: Cluster\nnodes:\n- role: control-plane\n")?;
    let ended = machine.run("create --config own.yaml --nodes 2")?;
    assert_eq!(ended.code, Some(2), "{ended}");
    let expected = "error: cannot use own.yaml: it says `nodes`, and so does `--nodes`: leave one of them out\n";
    assert_eq!(ended.said, expected);
    let ended = machine.run("create --config absent.yaml")?;
    assert_eq!(ended.code, Some(2), "{ended}");
    assert!(ended.said.contains("cannot read absent.yaml"), "{ended}");
    assert!(!machine.log()?.contains("kind create"), "{}", machine.log()?);
    Ok(())
}
