//! `sindri connect` and `sindri logs`, as far as they need no cluster.

use crate::run::{Folder, Outcome, VALID};

#[test]
fn connect_does_one_thing_at_a_time() -> Outcome {
    let folder = Folder::with(VALID)?;
    for arguments in [
        &["--ssh", "--stdio"][..],
        &["--ssh-config", "--code"],
        &["--forward", "80", "--ssh"],
        &["--forward", "80", "--", "true"],
        &["--stdio", "--", "true"],
        &["--ssh-config", "--", "true"],
        &["--code", "--", "true"],
    ] {
        let ended = folder.sindri([&["connect"], arguments].concat()).end()?;
        assert_eq!((ended.code, ended.data.as_str()), (Some(2), ""), "{arguments:?}: {ended}");
        assert!(ended.said.contains("cannot be used with"), "{ended}");
    }
    Ok(())
}

#[test]
fn a_port_that_is_none_is_told_with_how_one_is_written() -> Outcome {
    let folder = Folder::with(VALID)?;
    for port in ["http", "0", "8080:0", "65536", "1:2:3"] {
        let ended = folder.sindri(["connect", "--forward", port]).end()?;
        assert_eq!(ended.code, Some(2), "{ended}");
        assert!(ended.said.contains("write LOCAL:REMOTE, for example 8080:80"), "{ended}");
    }
    Ok(())
}

#[test]
fn logs_follow_with_the_letter_that_means_a_file_elsewhere() -> Outcome {
    let folder = Folder::with(VALID)?;
    let ended = folder.sindri(["logs", "-f", "--previous"]).end()?;
    assert_eq!(ended.code, Some(2), "{ended}");
    assert!(ended.said.contains("'--follow' cannot be used with '--previous'"), "{ended}");
    let ended = folder.sindri(["logs", "--since", "yesterday"]).end()?;
    assert_eq!(ended.code, Some(2), "{ended}");
    assert!(ended.said.contains("for example 90s, 5m or 1h30m"), "{ended}");
    Ok(())
}

#[test]
fn whoever_has_no_cluster_is_told_so_at_once() -> Outcome {
    let folder = Folder::with(VALID)?;
    for command in [&["connect", "--", "true"][..], &["logs"], &["connect", "--forward", "80"]] {
        let ended = folder.sindri(command).end()?;
        assert_ne!(ended.code, Some(0), "{ended}");
        assert!(ended.said.contains("--kubeconfig FILE"), "{ended}");
    }
    Ok(())
}
