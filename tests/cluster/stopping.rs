//! Stopping, starting and restarting: nothing on the volume is lost, and asking twice changes nothing.

use crate::support::{Desk, Namespace, Outcome, dev, end};

/// How often it is stopped and started: `make long` does it fifty times.
fn cycles() -> Outcome<u32> {
    Ok(std::env::var("SINDRI_TEST_CYCLES").ok().map(|cycles| cycles.parse()).transpose()?.unwrap_or(2))
}

#[test]
fn what_is_on_the_volume_is_the_same_after_many_stops() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let write = "cd $HOME && head -c 1000000 /dev/urandom >data && mkdir -p deep/er && cp data deep/er/ && sha256sum data deep/er/data";
    let sums = namespace.exec("dev", write)?;
    for cycle in 0..cycles()? {
        desk.sindri(&["stop"])?.ends(0).says("dev is stopped; its volume is kept");
        assert_eq!(namespace.kubectl(&["get", "pods", "-o", "name"], "")?, "", "cycle {cycle}: stopped means gone");
        desk.sindri(&["start"])?.ends(0).says("dev is ready: pod/dev-");
        let now = namespace.exec("dev", "cd $HOME && sha256sum data deep/er/data")?;
        assert_eq!(now, sums, "cycle {cycle}");
    }
    Ok(())
}

#[test]
fn asking_again_changes_nothing() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["stop"])?.ends(1).says("there is no environment dev in the namespace").says("sindri deploy");
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let before = namespace.written()?;
    desk.sindri(&["start"])?.ends(0).says("dev is already ready: pod/dev-");
    namespace.is_as(&before)?;
    desk.sindri(&["stop"])?.ends(0);
    let before = namespace.written()?;
    desk.sindri(&["stop"])?.ends(0).says("dev is already stopped; its volume is kept");
    desk.sindri(&["restart"])?.ends(1).says("nothing was changed: dev is stopped").says("`sindri start`");
    namespace.is_as(&before)?;
    // A deploy leaves it stopped, and finds nothing to change.
    desk.sindri(&["deploy", "--yes"])?.ends(0).says("No changes");
    namespace.is_as(&before)?;
    desk.sindri(&["start", "--no-wait"])?.ends(0).says("dev: it was asked to start");
    desk.sindri(&["start"])?.ends(0);

    let pod = namespace.field("pods", ".items[0].metadata.name")?;
    desk.sindri(&["restart"])?.ends(0).says("dev is ready: pod/dev-");
    assert_ne!(namespace.field("pods", ".items[0].metadata.name")?, pod);
    desk.sindri(&["plan"])?.ends(0).says("No changes").hides("Changed outside");
    Ok(())
}

#[test]
fn somebody_elses_deployment_is_not_stopped() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    namespace.kubectl(&["create", "deployment", "dev", "--image=nowhere.example/nothing"], "")?;
    for command in ["stop", "start", "restart"] {
        let ended = desk.sindri(&[command])?;
        ended.ends(1).says(&format!("deployment/{}/dev was not made by sindri", namespace.name));
    }
    assert_eq!(namespace.field("deployment/dev", ".spec.replicas")?, "1");
    Ok(())
}

#[test]
fn whoever_leaves_is_told_what_was_done() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    // It does not end when it is asked to, for as long as Kubernetes lets it.
    let file = dev(&namespace, "", "");
    let command = file.lines().find(|line| line.starts_with("  command:")).ok_or("no command")?;
    let desk = Desk::new(&file.replace(command, "  command: [sh, -c, \"trap '' TERM; while :; do sleep 1; done\"]"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let mut terminal = desk.terminal(&["stop"])?;
    terminal.exp_string("waiting for the pod dev-")?;
    terminal.send_control('c')?;
    end(terminal)?.ends(130).says("interrupted: it was asked to stop").says("`sindri status`");
    assert_eq!(namespace.field("deployment/dev", ".spec.replicas")?, "0");
    desk.sindri(&["status", "--exit-code"])?.ends(13).says("dev is stopping");
    desk.sindri(&["stop"])?.ends(0).says("dev is already stopped");
    Ok(())
}
