//! What fails, or is interrupted, leaves nothing; and what a provider says of itself is not believed.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::support::{K3D, KIND, Outcome, Person, Provider};

#[test]
fn an_interrupted_creation_of_kind_leaves_nothing() -> Outcome {
    interrupted(KIND, "c-stop-kind", "Preparing nodes")?;
    interrupted(KIND, "c-stop-kind", "Starting control-plane")
}

#[test]
fn an_interrupted_creation_of_k3d_leaves_nothing() -> Outcome {
    interrupted(K3D, "c-stop-k3d", "Created network")?;
    interrupted(K3D, "c-stop-k3d", "Starting servers")
}

/// Ctrl-C as soon as the provider says this.
fn interrupted(provider: Provider, name: &'static str, moment: &str) -> Outcome {
    let person = Person::new(&[name])?;
    let line = format!("k8s create --provider {} --name {name} --image {}", provider.name, provider.image()?);
    let mut command = person.command(env!("CARGO_BIN_EXE_sindri"), &line);
    let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let mut said = String::new();
    let mut is_sent = false;
    for line in BufReader::new(child.stderr.take().ok_or("no pipe")?).lines() {
        let line = line?;
        said = said + &line + "\n";
        if !is_sent && line.contains(moment) {
            person.run(&format!("kill -INT {}", child.id()))?.well();
            is_sent = true;
        }
    }
    assert_eq!(child.wait()?.code(), Some(130), "{said}");
    assert!(said.contains(&format!("interrupted: {name} was not made; nothing of it was left behind")), "{said}");
    assert!(!person.written().contains(name));
    person.is_gone(name)
}

#[test]
fn an_image_that_is_nowhere_is_told_and_nothing_is_left() -> Outcome {
    for provider in [KIND, K3D] {
        let name = "c-no-image";
        let person = Person::new(&[name])?;
        let image = "localhost:1/no/such:1";
        let ended = person.k8s(&format!("create --provider {} --name {name} --image {image}", provider.name))?;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        ended
            .says(&format!("the image {image} is neither here nor can it be pulled"))
            .says("nothing of it was left behind");
        person.is_gone(name)?;
    }
    Ok(())
}

#[test]
fn a_deletion_without_docker_is_no_success() -> Outcome {
    let person = Person::new(&[])?;
    let mut command = person.command(env!("CARGO_BIN_EXE_sindri"), "k8s delete any --yes");
    let ended = command.env("DOCKER_HOST", "unix:///nonexistent").output()?;
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("the daemon of docker does not answer"));
    Ok(())
}

#[test]
fn a_node_that_is_killed_makes_a_broken_cluster() -> Outcome {
    let name = "c-killed";
    let person = Person::new(&[name])?;
    person.k8s(&format!("create --provider k3d --name {name} --image {} --nodes 2", K3D.image()?))?.well();
    person.run(&format!("docker kill k3d-{name}-agent-0"))?.well();
    let row = person.row(name)?;
    assert_eq!((&row["state"], &row["reason"]), (&"broken".into(), &"1 of its 2 nodes do not run".into()), "{row:#}");
    person.k8s(&format!("delete {name} --yes"))?.well();
    person.is_gone(name)
}
