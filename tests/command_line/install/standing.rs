//! What is there already: older, newer, the same, a link, something else.

use std::fs;
use std::os::unix::fs::symlink;

use super::server::Server;
use super::site::{Site, VERSION, kind, says, sum};
use crate::run::{Outcome, let_run};

#[test]
fn an_older_program_is_replaced_and_what_it_was_is_told() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let server = Server::with(&file)?;
    site.has(&kind("0.98.0"))?;
    let ended = site.install(&file, &server.url()).end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(ended.said.contains("(it was v0.98.0)"), "{ended}");
    site.has_only(&file)?;

    // It says the same, and is another file.
    site.has(&[&file[..], b"more"].concat())?;
    let ended = site.install(&file, &server.url()).end()?;
    assert!(ended.said.contains("(it was a v0.99.0 that is not the published one)"), "{ended}");
    site.has_only(&file)
}

#[test]
fn a_newer_program_is_kept() -> Outcome {
    let (site, newer) = (Site::new()?, kind("0.99.1"));
    site.has(&newer)?;
    let server = Server::with(&newer)?;
    let pinned = ["k8s", "install", "kind", "--base-url", &server.url()].map(str::to_owned);
    let ended = site.run(pinned.clone().into()).end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(ended.said.contains("kind v0.99.1 is there, which is newer than v0.33.0: "), "{ended}");
    let json = site.run(pinned.into_iter().chain(["-o".to_owned(), "json".to_owned()]).collect()).end()?.quietly();
    let json: serde_json::Value = serde_json::from_str(&json)?;
    assert_eq!((&json["action"], &json["version"], &json["sha256"]), (&"kept".into(), &"0.99.1".into(), &().into()));

    // Whoever asks for the older one by its name does not get it, and is not told that they did.
    let ended = site.install(&kind(VERSION), &server.url()).end()?;
    says(&ended, 1, &["is kind v0.99.1, which is newer than v0.99.0: it was not replaced", "hint: if it is no longer"]);
    assert_eq!(server.seen().len(), 0);
    site.has_only(&newer)
}

#[test]
fn what_is_no_such_program_is_left_alone() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let server = Server::with(&file)?;
    for foreign in [
        "#!/bin/sh\necho k3d version v5.9.0\n",
        "#!/bin/sh\necho kind v0.1.0; exit 3\n",
        "#!/no/such/shell\n",
        "\u{7f}ELF for another machine",
        "",
    ] {
        site.has(foreign.as_bytes())?;
        let ended = site.install(&file, &server.url()).end()?;
        let program = site.program().display().to_string();
        says(&ended, 1, &[&format!("error: {program} is there, and it does not say a version of kind"), "`rm /"]);
        site.has_only(foreign.as_bytes())?;
    }
    site.folder.write(".local/bin/kind", "")?;
    fs::set_permissions(site.program(), std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    says(&site.install(&file, &server.url()).end()?, 1, &["is there, and it cannot be run: it was not replaced"]);
    fs::remove_file(site.program())?;
    fs::create_dir(site.program())?;
    says(&site.install(&file, &server.url()).end()?, 1, &["is there, and it is no file: it was not replaced"]);
    assert_eq!(server.seen().len(), 0);
    Ok(())
}

#[test]
fn a_link_is_never_replaced() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let server = Server::with(&file)?;
    site.has(b"")?;
    fs::remove_file(site.program())?;
    let cellar = site.folder.path().join("cellar");
    symlink(&cellar, site.program())?;
    says(&site.install(&file, &server.url()).end()?, 1, &["is there, and it is a link to nothing"]);
    let pinned = ["k8s", "install", "kind", "--base-url", &server.url()].map(str::to_owned);
    for (version, arguments, code, said) in [
        (
            "0.98.0",
            Site::arguments(&file, &server.url()),
            1,
            "is a link to kind v0.98.0, and whoever made it looks after it",
        ),
        (
            VERSION,
            Site::arguments(&file, &server.url()),
            1,
            "is a link to kind v0.99.0, and whoever made it looks after it",
        ),
        ("0.33.0", pinned.clone().into(), 0, "is a link to it; nothing was changed"),
        ("0.33.1", pinned.into(), 0, "which is newer than v0.33.0"),
    ] {
        let there = [&kind(version)[..], b"built by somebody else"].concat();
        fs::write(&cellar, &there)?;
        let_run(&cellar)?;
        let ended = site.run(arguments).end()?;
        assert_eq!(ended.code, Some(code), "{ended}");
        assert!(ended.said.contains(said), "{ended}");
        assert!(fs::read(&cellar)? == there && fs::read_link(site.program())? == cellar);
    }
    assert_eq!(server.seen().len(), 0);
    Ok(())
}

#[test]
fn a_program_is_told_what_came_of_it() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let server = Server::with(&file)?;
    site.has(&kind("0.98.0"))?;
    let bin = site.program().parent().map(|bin| bin.display().to_string()).unwrap_or_default();
    for (action, previous, search) in [("replaced", Some("0.98.0"), bin.clone()), ("unchanged", None, String::new())] {
        let mut arguments = Site::arguments(&file, &server.url());
        arguments.extend(["-o".to_owned(), "json".to_owned()]);
        let ended = site.run(arguments).variable("PATH", &search).end()?;
        assert_eq!(ended.code, Some(0), "{ended}");
        let json: serde_json::Value = serde_json::from_str(&ended.data)?;
        let expected = serde_json::json!({
            "format_version": "1",
            "program": "kind",
            "action": action,
            "version": VERSION,
            "previous_version": previous,
            "platform": json["platform"],
            "path": site.program().display().to_string(),
            "sha256": sum(&file),
            "on_path": !search.is_empty(),
        });
        assert_eq!(json, expected);
        let schema = serde_json::from_str(include_str!("../../../schemas/installed.schema.json"))?;
        assert!(jsonschema::draft202012::new(&schema)?.is_valid(&json), "{json}");
    }
    Ok(())
}

#[test]
fn another_program_of_that_name_in_front_of_it_is_told() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let server = Server::with(&file)?;
    let other = site.folder.write("other/kind", "")?;
    let bin = site.folder.path().join(".local/bin");
    let search = format!("{}:{}", site.folder.path().join("other").display(), bin.display());
    let install = || site.install(&file, &server.url()).variable("PATH", &search).end();
    // A file that cannot be run is not found.
    let ended = install()?;
    assert!(!ended.said.contains("note:") && !ended.said.contains("hint:"), "{ended}");
    let_run(&other)?;
    let ended = install()?;
    let note = format!("note: `kind` means {}, which comes before it on PATH\n", other.display());
    assert!(ended.said.contains(&note), "{ended}");
    Ok(())
}
