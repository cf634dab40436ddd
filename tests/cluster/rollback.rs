//! `sindri history` and `sindri rollback`: what an environment was, and how it becomes that again.

use serde_json::{Value, json};

use crate::images::{MANIFEST, Shelf, running};
use crate::outcome::read;
use crate::support::{Desk, Ended, Namespace, Outcome, dev, end, wait};
use crate::verified::{Signer, annotation, configuration};

fn memory(namespace: &Namespace) -> Outcome<String> {
    Ok(namespace.field("deployment/dev", ".spec.template.spec.containers[0].resources.limits.memory")?)
}

/// An environment that was changed once: 64 MB first, 96 MB now.
fn changed(namespace: &Namespace, kubernetes: &str) -> Outcome<Desk> {
    let file = dev(namespace, "env: {ROUND: one}", kubernetes);
    let desk = Desk::new(&file)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    desk.write(
        "sindri.yaml",
        &file.replace("memory: 64MB", "memory: 96MB").replace("ROUND: one", "ROUND: two, MORE: 1"),
    )?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    Ok(desk)
}

fn history(desk: &Desk) -> Outcome<Vec<Value>> {
    let told: Value = serde_json::from_str(&desk.sindri(&["history", "--quiet", "-o", "json"])?.ends(0).said)?;
    let schema: Value = serde_json::from_str(include_str!("../../schemas/history.schema.json"))?;
    assert!(jsonschema::draft202012::new(&schema)?.is_valid(&told), "{told:#}");
    Ok(told["revisions"].as_array().cloned().unwrap_or_default())
}

fn changes(planned: &Ended) -> Vec<&str> {
    planned
        .said
        .lines()
        .filter(|line| line.starts_with("    ~ ") || line.starts_with("    - ") || line.starts_with("    + "))
        .collect()
}

#[test]
fn a_rollback_is_undone_by_another_and_plan_shows_what_the_file_says_instead() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = changed(&namespace, "networkPolicy: deny-ingress")?;
    namespace.exec("dev", "echo precious > $HOME/work")?;
    desk.sindri(&["plan", "--detailed-exitcode"])?.ends(0);
    // A restart is a revision, and none to go back from.
    desk.sindri(&["restart"])?.ends(0);
    let numbers = |desk: &Desk| -> Outcome<Vec<(i64, bool)>> {
        let row = |row: &Value| (row["revision"].as_i64().unwrap_or_default(), row["current"] == true);
        Ok(history(desk)?.iter().map(row).collect())
    };
    assert_eq!(numbers(&desk)?, [(3, true), (2, false), (1, false)]);
    let before = namespace.written()?;
    desk.sindri(&["rollback", "--dry-run"])?.ends(0).says("limits.memory: 96Mi → 64Mi");
    desk.sindri(&["rollback"])?.ends(1).says("answer with `--yes`");
    namespace.is_as(&before)?;
    let back = desk.sindri(&["rollback", "--yes"])?;
    back.ends(0)
        .says("dev goes back to revision 1, of ")
        .says("0 to create, 1 to change, 0 to delete")
        .says("dev is ready");
    back.says("the configuration says something else");
    assert_eq!(memory(&namespace)?, "64Mi");
    assert_eq!(namespace.exec("dev", "cat $HOME/work; echo $ROUND$MORE")?, "precious\none\n");
    // Exactly the difference between the file and what runs.
    let planned = desk.sindri(&["plan", "--detailed-exitcode"])?;
    planned.ends(2).hides("Changed outside sindri");
    let fields = changes(&planned);
    let expected = ["sindri.dev/config-hash", "env[MORE]", "env[ROUND]", "limits.memory: 64Mi → 96Mi"];
    assert!(expected.iter().all(|field| planned.said.contains(field)), "{}", planned.said);
    assert!(fields.len() <= expected.len() + 1, "{fields:#?}");
    // A second one undoes the first.
    desk.sindri(&["rollback", "--yes"])?.ends(0).says("64Mi → 96Mi");
    assert_eq!(memory(&namespace)?, "96Mi");
    desk.sindri(&["plan", "--detailed-exitcode"])?.ends(0).says("No changes.");
    Ok(())
}

#[test]
fn the_file_of_that_time_finds_nothing_to_change_after_a_rollback() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = changed(&namespace, "")?;
    desk.sindri(&["rollback", "--to", "1", "--yes", "--no-wait"])?.ends(0);
    desk.write("sindri.yaml", &dev(&namespace, "env: {ROUND: one}", ""))?;
    desk.sindri(&["plan", "--detailed-exitcode"])?.ends(0).says("No changes.");
    let newest =
        history(&desk)?.iter().map(|row| row["revision"].as_i64().unwrap_or_default()).max().unwrap_or_default();
    let there = desk.sindri(&["rollback", "--to", &newest.to_string(), "--yes"])?;
    there.ends(0).says(&format!("dev is at revision {newest} already"));
    desk.sindri(&["rollback", "--to", "99", "--yes"])?.ends(1).says("dev has no revision 99").says("`sindri history`");
    Ok(())
}

#[test]
fn a_person_is_asked_and_a_stopped_environment_stays_stopped() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = changed(&namespace, "")?;
    desk.sindri(&["stop"])?.ends(0);
    let before = namespace.written()?;
    let mut terminal = desk.terminal(&["rollback"])?;
    terminal.exp_string("Do this?")?;
    terminal.send_line("no")?;
    end(terminal)?.ends(3).says("nothing was changed");
    namespace.is_as(&before)?;
    let mut terminal = desk.terminal(&["rollback"])?;
    terminal.exp_string("the environment is stopped and stays so")?;
    terminal.exp_string("Do this?")?;
    terminal.send_line("yes")?;
    end(terminal)?.ends(0);
    assert_eq!(memory(&namespace)?, "64Mi");
    assert_eq!(namespace.field("deployment/dev", ".spec.replicas")?, "0");
    desk.sindri(&["start"])?.ends(0);
    assert_eq!(namespace.exec("dev", "echo $ROUND")?, "one\n");
    Ok(())
}

#[test]
fn what_others_have_set_is_taken_only_if_it_is_asked_for() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = changed(&namespace, "")?;
    namespace.kubectl(&["set", "resources", "deployment/dev", "--limits=memory=100Mi"], "")?;
    wait("the revision", || namespace.kubectl(&["rollout", "status", "deployment/dev", "--timeout=60s"], ""))?;
    let refused = desk.sindri(&["rollback", "--to", "1", "--yes"])?;
    refused.ends(1).says("belongs to").says("limits.memory");
    assert_eq!(memory(&namespace)?, "100Mi");
    desk.sindri(&["rollback", "--to", "1", "--yes", "--force-conflicts"])?.ends(0);
    assert_eq!(memory(&namespace)?, "64Mi");
    Ok(())
}

#[test]
fn there_is_no_history_of_what_is_not_there() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    for command in ["history", "rollback"] {
        desk.sindri(&[command])?.ends(1).says("there is no environment dev");
    }
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    desk.sindri(&["rollback", "--yes"])?.ends(1).says("dev has no earlier revision");
    // An image that somebody has set by its tag is pinned by nobody.
    let image = namespace.field("deployment/dev", ".spec.template.spec.containers[0].image")?;
    let tagged = image.split_once('@').map_or(image.clone(), |(repository, _)| format!("{repository}:1"));
    namespace.kubectl(&["set", "image", "deployment/dev", &format!("sindri={tagged}")], "")?;
    wait("the revision", || namespace.kubectl(&["rollout", "status", "deployment/dev", "--timeout=60s"], ""))?;
    desk.sindri(&["deploy", "--yes", "--force-conflicts"])?.ends(0);
    desk.sindri(&["rollback", "--to", "2", "--yes"])?.ends(4).says("its image is not named by its digest");
    Ok(())
}

#[test]
fn a_digest_is_verified_again_by_what_the_file_says_now() -> Outcome {
    let (shelf, namespace) = (Shelf::new()?, Namespace::new("restricted")?);
    let (repository, tag) = (&shelf.repository, Shelf::tag());
    let first = shelf.push(&tag, MANIFEST, &shelf.manifest("rolled back to")?)?;
    let file = configuration(&namespace, repository, &tag);
    let signer = Signer::new(Desk::new(&file)?)?;
    let desk = &signer.desk;
    signer.sign(&format!("{repository}@{first}"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let noted = annotation(&namespace, "image-signer")?;
    let second = shelf.push(&tag, MANIFEST, &shelf.manifest("rolled back from")?)?;
    signer.sign(&format!("{repository}@{second}"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let rows = history(desk)?;
    assert_eq!((&rows[0]["signer"], &rows[1]["signer"]), (&json!(noted), &json!(noted)), "{rows:#?}");
    assert_eq!(rows[1]["image_tag"], json!(format!("{repository}:{tag}")));

    // Whoever signed it then is not trusted any more.
    signer.cosign(&["generate-key-pair", "--output-key-prefix", "theirs"])?;
    desk.write("sindri.yaml", &file.replace("ours.pub", "theirs.pub"))?;
    desk.sindri(&["rollback", "--yes"])?.ends(4).says(&format!("the image {repository}@{first} is refused"));
    assert_eq!(running(&namespace)?, format!("{repository}@{second}"));
    desk.write("sindri.yaml", &file)?;
    desk.sindri(&["rollback", "--yes"])?.ends(0).says(&format!("signed by {noted}"));
    assert_eq!(running(&namespace)?, format!("{repository}@{first}"));
    assert_eq!(annotation(&namespace, "image-signer")?, noted);
    assert_eq!(annotation(&namespace, "image-tag")?, format!("{repository}:{tag}"));
    Ok(())
}

#[test]
fn whoever_leaves_while_it_waits_is_not_told_to_deploy_the_file() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", "nodeSelector: {nobody: has-this}"))?;
    desk.sindri(&["deploy", "--yes", "--no-wait"])?.ends(0);
    desk.write("sindri.yaml", &dev(&namespace, "", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    let mut terminal = desk.terminal(&["rollback", "--yes"])?;
    terminal.exp_string("giving up in")?;
    terminal.send_control('c')?;
    end(terminal)?.ends(130).says("everything was applied").says("`sindri status`").hides("`sindri deploy`");
    Ok(())
}

#[test]
fn a_program_is_told_of_a_rollback_as_of_a_deploy() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = changed(&namespace, "")?;
    for (arguments, result) in
        [(["--dry-run"].as_slice(), "planned"), (&["--yes"], "done"), (&["--to", "99"], "failed")]
    {
        let (document, said) = read(desk.start(&[&["rollback", "-o", "json"], arguments].concat())?)?;
        assert_eq!(document["result"], result, "{document:#}\n{said}");
        let applied = document["applied"].as_array().map(Vec::len);
        assert_eq!(applied, Some(usize::from(result == "done")), "{document:#}\n{said}");
    }
    Ok(())
}
