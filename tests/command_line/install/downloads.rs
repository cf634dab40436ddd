//! Downloads: whole, in parts, broken, interrupted, and of something else.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Barrier;
use std::thread;

use super::server::{Reply, Server};
use super::site::{Site, VERSION, kind, path, says, sum};
use crate::run::{Folder, Outcome};
use crate::terminal::{End, Terminal};

/// A server that sends half of a file and then knows nothing of it, and afterwards answers as it is told.
fn first_half(file: &[u8], then: impl Fn(Vec<u8>) -> Reply + Send + Sync + 'static) -> Outcome<Server> {
    let file = file.to_vec();
    Ok(Server::new(move |seen| match seen.number {
        0 => Reply::Cut(file.clone(), file.len() / 2),
        1 => Reply::Status(404, Vec::new()),
        _ => then(file.clone()),
    })?)
}

/// A home in which half of a file is kept.
fn half(file: &[u8], server: &Server) -> Outcome<Site> {
    let site = Site::new()?;
    let ended = site.install(file, &server.url()).end()?;
    says(&ended, 1, &["does not have it", "146.5 KiB are kept in", "the next run goes on with them"]);
    let [kept] = &site.kept()?[..] else { return Err("it is not one file that is kept".into()) };
    let there = fs::metadata(kept)?;
    assert_eq!((there.len(), there.permissions().mode() & 0o7777), (u64::try_from(file.len() / 2)?, 0o600));
    assert!(!site.program().exists());
    Ok(site)
}

#[test]
fn a_program_is_installed_and_the_second_time_nothing_is_downloaded() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let server = Server::with(&file)?;
    let ended = site.install(&file, &server.url()).variable("SHELL", "/bin/zsh").end()?;
    assert_eq!((ended.code, ended.data.as_str()), (Some(0), ""), "{ended}");
    let program = site.program().display().to_string();
    assert!(ended.said.contains(&format!("kind v{VERSION} is installed: {program}\n")), "{ended}");
    assert!(ended.said.contains("/.local/bin is not on PATH\n"), "{ended}");
    let line = "hint: `echo 'export PATH=\"$HOME/.local/bin:$PATH\"' >> ~/.zshrc`, and open a new shell\n";
    assert!(ended.said.contains(line), "{ended}");
    site.has_only(&file)?;
    assert_eq!(server.seen()[0].path, path("kind", VERSION));

    let again = site.install(&file, &server.url()).end()?;
    assert!(again.said.contains("is there already"), "{again}");
    assert_eq!((again.code, server.seen().len()), (Some(0), 1), "{again}");
    Ok(())
}

#[test]
fn another_file_is_removed_and_both_checksums_are_told() -> Outcome {
    let (site, file, other) = (Site::new()?, kind(VERSION), kind("0.66.6"));
    site.has(&kind("0.20.0"))?;
    let server = Server::with(&other)?;
    let ended = site.install(&file, &server.url()).end()?;
    says(&ended, 1, &[&sum(&file), &sum(&other), "nothing of it was kept", "hint: do not run that file"]);
    assert_eq!(server.seen().len(), 1);
    site.has_only(&kind("0.20.0"))
}

#[test]
fn an_interrupted_download_is_gone_on_with() -> Outcome {
    let file = kind(VERSION);
    let server = first_half(&file, Reply::Rest)?;
    let site = half(&file, &server)?;
    let ended = site.install(&file, &server.url()).end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(ended.said.contains("146.5 KiB of it are here already"), "{ended}");
    assert_eq!(server.ranges(), [None, Some(file.len() / 2), Some(file.len() / 2)]);
    site.has_only(&file)
}

#[test]
fn a_server_that_knows_nothing_of_parts_sends_it_all() -> Outcome {
    let file = kind(VERSION);
    let server = first_half(&file, Reply::Whole)?;
    let site = half(&file, &server)?;
    let ended = site.install(&file, &server.url()).end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    site.has_only(&file)
}

#[test]
fn what_was_kept_is_not_believed() -> Outcome {
    let file = kind(VERSION);
    for spoiled in [vec![b'x'; 1000], vec![b'x'; file.len() * 2], Vec::new()] {
        let server = first_half(&file, Reply::Rest)?;
        let site = half(&file, &server)?;
        fs::write(&site.kept()?[0], &spoiled)?;
        let ended = site.install(&file, &server.url()).end()?;
        assert_eq!(ended.code, Some(0), "{ended}");
        let asked = server.ranges().split_off(2);
        let expected = if spoiled.is_empty() { vec![None] } else { vec![Some(spoiled.len()), None] };
        assert_eq!(asked, expected);
        site.has_only(&file)?;
    }
    Ok(())
}

#[test]
fn a_whole_file_that_was_kept_is_not_downloaded_again() -> Outcome {
    let file = kind(VERSION);
    let server = first_half(&file, Reply::Rest)?;
    let site = half(&file, &server)?;
    fs::write(&site.kept()?[0], &file)?;
    let ended = site.install(&file, &server.url()).end()?;
    assert_eq!((ended.code, server.seen().len()), (Some(0), 2), "{ended}");
    site.has_only(&file)
}

#[test]
fn an_answer_that_breaks_off_is_gone_on_with_at_once() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let copy = file.clone();
    let server = Server::new(move |seen| match seen.number {
        0 => Reply::Cut(copy.clone(), 1000),
        1 => Reply::Status(503, Vec::new()),
        _ => Reply::Rest(copy.clone()),
    })?;
    let ended = site.install(&file, &server.url()).end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert_eq!(server.ranges(), [None, Some(1000), Some(1000)]);
    site.has_only(&file)
}

#[test]
fn a_server_that_always_breaks_off_is_given_up() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let copy = file.clone();
    let server = Server::new(move |_| Reply::Cut(copy.clone(), 1000))?;
    let ended = site.install(&file, &server.url()).end()?;
    says(&ended, 1, &["breaks off (tried", "1000 bytes are kept in", "hint: does it answer?"]);
    assert!(!site.program().exists());
    Ok(())
}

#[test]
fn a_server_that_asks_to_come_back_much_later_is_not_waited_for() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let server = Server::new(|_| Reply::Status(429, vec![("retry-after", "3600".to_owned())]))?;
    let ended = site.install(&file, &server.url()).end()?;
    says(&ended, 1, &["answers 429", "hint: it asks to come back in 3600 s"]);
    assert_eq!(server.seen().len(), 1);
    site.has_nothing()
}

#[test]
fn a_disk_that_is_full_loses_nothing() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let copy = file.clone();
    let server = Server::new(move |_| Reply::Rest(copy.clone()))?;
    // A process may be told that a file is full at some size: as the disk does it, and without a disk.
    let arguments = Site::arguments(&file, &server.url()).join(" ");
    let script = format!("trap '' XFSZ; ulimit -f 64; exec \"$0\" {arguments}");
    let ended = site.folder.shell(&script).variable("HOME", site.folder.path()).end()?;
    says(&ended, 1, &["cannot keep what is downloaded in", "because: File too large", "32.0 KiB are kept", "`df -h`"]);
    assert!(!site.program().exists());
    let ended = site.install(&file, &server.url()).end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert_eq!(server.ranges(), [None, Some(32 << 10)]);
    site.has_only(&file)
}

#[test]
fn a_person_sees_how_far_it_is_and_may_leave() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let copy = file.clone();
    let server = Server::new(move |seen| match seen.number {
        0 => Reply::Stall(copy.clone(), copy.len() / 2),
        _ => Reply::Rest(copy.clone()),
    })?;
    let home = site.folder.path().display().to_string();
    let script = format!("exec \"$0\" {}", Site::arguments(&file, &server.url()).join(" "));
    let mut terminal = Terminal::start(&site.folder, &script, &[("HOME", &home)])?;
    terminal.wait_for("KiB of 293.0 KiB (")?;
    terminal.control('c')?;
    let (said, end) = terminal.end()?;
    assert_eq!(end, End::Exit(130), "{said}");
    assert!(said.contains(&format!(": interrupted; kind v{VERSION} was not installed; ")), "{said}");
    assert!(said.contains("are kept in") && server.is_left(), "{said}");
    assert!(!site.program().exists());
    let ended = site.install(&file, &server.url()).end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(server.ranges()[1].is_some_and(|from| from > 0 && from <= file.len() / 2), "{:?}", server.ranges());
    site.has_only(&file)
}

#[test]
fn two_at_once_do_not_disturb_each_other() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let (copy, both) = (file.clone(), Barrier::new(2));
    let server = Server::new(move |_| {
        both.wait();
        Reply::Whole(copy.clone())
    })?;
    thread::scope(|scope| {
        let url = server.url();
        let (site, file) = (&site, &file);
        let install = || {
            let url = url.clone();
            move || site.install(file, &url).end()
        };
        let (one, other) = (scope.spawn(install()), scope.spawn(install()));
        for run in [one, other] {
            let ended = run.join().unwrap()?;
            assert_eq!(ended.code, Some(0), "{ended}");
        }
        Outcome::Ok(())
    })?;
    assert_eq!(server.ranges(), [None, None]);
    site.has_only(&file)
}

#[test]
fn nothing_is_drawn_where_no_terminal_is() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let ended = site.install(&file, &Server::with(&file)?.url()).variable("TERM", "xterm").end()?;
    assert!(!ended.said.contains(['\u{1b}', '\r', '%']), "{ended}");
    Ok(())
}

#[test]
fn without_a_place_for_caches_it_is_downloaded_all_the_same() -> Outcome {
    let (folder, file) = (Folder::new()?, kind(VERSION));
    let mut arguments = Site::arguments(&file, &Server::with(&file)?.url());
    arguments.extend(["--dir".to_owned(), "bin".to_owned()]);
    let ended = folder.sindri(arguments).variable("HOME", "nowhere").end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    assert_eq!(folder.names()?, ["bin"]);
    assert!(fs::read(folder.path().join("bin/kind"))? == file);
    Ok(())
}
