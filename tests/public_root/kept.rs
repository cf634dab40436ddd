//! What is kept for the next time, and when somebody is asked again.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::Duration;

use jiff::SignedDuration;
use sindri::image::public_root::{Mirror, Origin, Place};

use crate::signer::Edition;
use crate::{World, after, ask, is_edition, is_fetched, says};

#[test]
fn the_first_time_each_file_is_asked_for_once() {
    let edition = Edition::new(3);
    let world = World::new(&edition);
    let root = world.ask(after(0)).unwrap();
    is_edition(&root, 3);
    is_fetched(&root);
    let target = edition.target();
    let expected = ["/2.root.json", "/timestamp.json", "/3.snapshot.json", "/3.targets.json", &target];
    assert_eq!(world.server.story(), expected);
}

#[test]
fn for_a_day_nobody_is_asked_again() {
    let world = World::kept(&Edition::new(3));
    world.serve(&Edition::new(4));
    for hours in [0, 1, 23] {
        let root = world.ask(after(0) + SignedDuration::from_hours(hours)).unwrap();
        is_edition(&root, 3);
        assert!(matches!(root.origin, Origin::Kept(since) if since == after(0)), "{:?}", root.origin);
        assert_eq!(root.remark(), None);
    }
    assert!(world.server.story().is_empty());
}

#[test]
fn after_a_day_what_has_changed_is_asked_for() {
    let world = World::kept(&Edition::new(3));
    is_edition(&world.ask(after(1)).unwrap(), 3);
    assert_eq!(world.server.story(), ["/2.root.json", "/timestamp.json"]);
    // That counts as a day again.
    world.ask(after(1) + SignedDuration::from_hours(23)).unwrap();
    assert!(world.server.story().is_empty());
    world.serve(&Edition::new(4));
    let root = world.ask(after(2)).unwrap();
    is_edition(&root, 4);
    is_fetched(&root);
    is_edition(&world.ask_offline(after(2)).unwrap(), 4);
}

#[test]
fn what_was_kept_in_the_future_is_asked_for_again() {
    let world = World::kept(&Edition::new(3));
    is_fetched(&world.ask(after(0) - SignedDuration::from_hours(1)).unwrap());
    assert!(!world.server.story().is_empty());
}

#[test]
fn what_is_kept_belongs_to_its_user() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::kept(&Edition::new(3));
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(world.folder()), mode(world.file())), (0o700, 0o600));
    let names: Vec<_> = world.document().into_keys().collect();
    assert_eq!(
        names,
        ["root_history/1.root.json", "snapshot.json", "targets.json", "targets/trusted_root.json", "timestamp.json"]
    );
    assert_eq!(fs::read_dir(world.folder()).unwrap().count(), 1);
}

/// Writes what is kept again, with one file changed.
fn tamper(world: &World, name: &str, change: impl Fn(&str) -> String) {
    let mut files = world.document();
    let changed = change(&files[name]);
    assert_ne!(files[name], changed);
    files.insert(name.to_owned(), changed);
    write(world, &files);
}

/// Writes what is kept again, as if it were from the first day.
pub(crate) fn write(world: &World, files: &BTreeMap<String, String>) {
    let document = serde_json::json!({"refreshed": after(0), "files": files});
    fs::write(world.file(), document.to_string()).unwrap();
}

#[test]
fn each_kept_file_that_was_changed_is_fetched_again_or_refused() {
    let edition = Edition::new(3);
    for (name, reason) in [
        ("timestamp.json", "signature threshold not met for role timestamp"),
        ("snapshot.json", "snapshot.json: sha256 mismatch"),
        ("targets.json", "targets.json: sha256 mismatch"),
        ("targets/trusted_root.json", "trusted_root.json: sha256 mismatch"),
    ] {
        let world = World::kept(&edition);
        let change = |text: &str| text.replacen(":3", ":9", 1);
        tamper(&world, name, change);
        says(&world.ask_offline(after(0)).unwrap_err(), reason);
        let root = world.ask(after(0)).unwrap();
        is_edition(&root, 3);
        is_fetched(&root);
        is_edition(&world.ask_offline(after(0)).unwrap(), 3);
    }
}

#[test]
fn each_kept_file_that_is_missing_is_fetched_again_or_refused() {
    for name in ["timestamp.json", "snapshot.json", "targets.json", "targets/trusted_root.json"] {
        let world = World::kept(&Edition::new(3));
        let mut files = world.document();
        files.remove(name).unwrap();
        write(&world, &files);
        says(&world.ask_offline(after(0)).unwrap_err(), &format!("{name} is missing"));
        is_fetched(&world.ask(after(0)).unwrap());
    }
}

#[test]
fn a_file_that_is_something_else_is_replaced_or_told() {
    let world = World::kept(&Edition::new(3));
    let whole = fs::read(world.file()).unwrap();
    for other in [&b""[..], b"{}", &whole[..whole.len() / 2], b"\xff\xfe", &vec![b' '; (16 << 20) + 1]] {
        fs::write(world.file(), other).unwrap();
        says(&world.ask_offline(after(0)).unwrap_err(), "public-good.json cannot be read");
        is_fetched(&world.ask(after(0)).unwrap());
        is_edition(&world.ask_offline(after(0)).unwrap(), 3);
    }
}

#[test]
fn without_a_place_to_keep_it_it_is_fetched_each_time() {
    let world = World::new(&Edition::new(3));
    let mirror = Mirror::parse(&world.server.address()).unwrap();
    let nowhere = Place::new(None, mirror, world.keys.first_root());
    for _ in 0..2 {
        is_fetched(&ask(&nowhere, after(0), Duration::from_secs(20)).unwrap());
        assert_eq!(world.server.story().len(), 5);
    }
}

#[test]
fn a_place_that_cannot_be_written_is_told_and_in_nobody_s_way() {
    let world = World::new(&Edition::new(3));
    fs::write(world.home.path().join("cache"), "a file where a folder should be").unwrap();
    for _ in 0..2 {
        let root = world.ask(after(0)).unwrap();
        is_edition(&root, 3);
        let remark = root.remark().unwrap();
        assert!(remark.starts_with("cannot keep Sigstore's root of trust in "), "{remark}");
        assert_eq!(world.server.story().len(), 5);
    }
    // A folder where the file should be.
    fs::remove_file(world.home.path().join("cache")).unwrap();
    fs::create_dir_all(world.file()).unwrap();
    let root = world.ask(after(0)).unwrap();
    assert!(root.remark().is_some_and(|remark| remark.contains("public-good.json")));
    assert_eq!(fs::read_dir(world.folder()).unwrap().count(), 1, "something is left behind");
}

#[test]
fn many_at_once_do_not_disturb_each_other() {
    let world = World::new(&Edition::new(3));
    for day in 0..5 {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let root = world.ask(after(day)).unwrap();
                    is_edition(&root, 3);
                    assert_eq!(root.remark(), None);
                });
            }
        });
        is_edition(&world.ask_offline(after(day)).unwrap(), 3);
    }
    assert_eq!(fs::read_dir(world.folder()).unwrap().count(), 1, "something is left behind");
}
