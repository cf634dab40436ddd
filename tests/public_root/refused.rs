//! Answers that are none: each is refused by name, and what is kept does not stand in for it.

use crate::server::Reply;
use crate::signer::{Edition, Signer};
use crate::{World, after};

#[test]
fn an_older_timestamp_than_the_one_before_is_refused() {
    let world = World::kept(&Edition::new(3));
    world.serve(&Edition { timestamp: 2, ..Edition::new(3) });
    world.refuses(after(2), "rollback detected for timestamp: trusted version 3 > new version 2");
}

#[test]
fn what_is_kept_is_remembered_when_it_has_expired() {
    let world = World::kept(&Edition::new(3));
    world.serve(&Edition { timestamp_days: 40, snapshot_days: 40, ..Edition::new(2) });
    world.refuses(after(30), "rollback detected for timestamp: trusted version 3 > new version 2");
}

#[test]
fn a_newer_timestamp_with_an_older_snapshot_is_refused() {
    let world = World::kept(&Edition::new(3));
    world.serve(&Edition { timestamp: 4, ..Edition::new(2) });
    world.refuses(after(2), "rollback detected for snapshot (via timestamp): trusted version 3 > new version 2");
}

#[test]
fn a_newer_snapshot_with_older_targets_is_refused() {
    let world = World::kept(&Edition::new(3));
    world.serve(&Edition { targets: 2, ..Edition::new(4) });
    world.refuses(after(2), "rollback detected for targets.json (via snapshot): trusted version 3 > new version 2");
}

#[test]
fn what_has_expired_is_refused() {
    let world = World::kept(&Edition::new(3));
    world.serve(&Edition { timestamp_days: 1, ..Edition::new(4) });
    world.refuses(after(2), "timestamp metadata expired at 2026-11-29T12:00:00Z");
    world.serve(&Edition { snapshot_days: 1, ..Edition::new(4) });
    world.refuses(after(2), "snapshot metadata expired at 2026-11-29T12:00:00Z");
    // The same timestamp forever.
    world.serve(&Edition::new(3));
    world.refuses(after(8), "timestamp metadata expired");
    let fresh = World::new(&Edition { timestamp_days: -1, ..Edition::new(1) });
    fresh.refuses(after(0), "timestamp metadata expired");
    assert!(fresh.ask(after(0)).unwrap_err().hint().starts_with("is the clock of this machine right?"));
}

#[test]
fn a_root_that_has_expired_is_refused() {
    let world = World::kept(&Edition::new(3));
    world.serve(&Edition { timestamp_days: 400, snapshot_days: 400, ..Edition::new(4) });
    world.refuses(after(181), "root metadata expired");
    let next = world.keys.root(2, 1, &world.keys.both());
    world.server.answer("/2.root.json", Reply::ok(next));
    world.refuses(after(2), "root metadata expired");
}

#[test]
fn a_target_that_was_changed_is_refused() {
    let edition = Edition::new(4);
    for (content, text) in [
        ("{\"edition\":5}", "sha256 mismatch"),
        ("{\"edition\":", "length 11 != pinned 13"),
        ("{\"edition\":45}", "it is larger than 13 bytes"),
    ] {
        let world = World::kept(&Edition::new(3));
        world.serve(&edition);
        world.server.answer(&edition.target(), Reply::ok(content));
        world.refuses(after(2), text);
    }
}

#[test]
fn what_never_ends_is_cut_off() {
    let edition = Edition::new(4);
    for (path, limit) in [
        ("/2.root.json", "500 KiB"),
        ("/timestamp.json", "16 KiB"),
        ("/4.snapshot.json", "2000000 bytes"),
        ("/4.targets.json", "5000000 bytes"),
        (&edition.target(), "13 bytes"),
    ] {
        let world = World::kept(&Edition::new(3));
        world.serve(&edition);
        world.server.answer(path, Reply::Endless);
        world.refuses(after(2), &format!("{path}: it is larger than {limit}"));
    }
}

#[test]
fn what_somebody_else_has_signed_is_refused() {
    for role in ["timestamp", "snapshot", "targets"] {
        let world = World::kept(&Edition::new(3));
        let signer = |name, honest: &Signer| if name == role { honest.impostor() } else { honest.clone() };
        let [timestamp, snapshot, targets] = [
            signer("timestamp", &world.keys.timestamp),
            signer("snapshot", &world.keys.snapshot),
            signer("targets", &world.keys.targets),
        ];
        world.server.serve(&Edition::new(4).signed_by(&timestamp, &snapshot, &targets));
        world.refuses(after(2), &format!("signature threshold not met for role {role}: 0/1 valid signatures"));
    }
}

#[test]
fn what_is_no_metadata_is_refused() {
    for (body, text) in [
        ("<html>Please log in to the network</html>", "failed to parse JSON"),
        ("{}", "malformed metadata: missing `signed`"),
        ("{\"signed\":{},\"signatures\":[]}", ""),
        ("", "failed to parse JSON"),
    ] {
        let world = World::kept(&Edition::new(3));
        world.server.answer("/timestamp.json", Reply::ok(body));
        world.refuses(after(2), text);
    }
}

#[test]
fn a_mirror_without_the_files_is_told_with_the_address() {
    let edition = Edition::new(4);
    for path in ["/timestamp.json", "/4.snapshot.json", "/4.targets.json", &edition.target()] {
        let world = World::kept(&Edition::new(3));
        world.serve(&edition);
        world.server.answer(path, Reply::status(404));
        let file = format!("/mirror{path}: 127.0.0.1:");
        world.refuses(after(2), &file);
        let error = world.ask(after(2)).unwrap_err();
        assert!(error.hint().starts_with("does the mirror hold"), "{}", error.hint());
        world.server.answer(path, Reply::status(403));
        world.refuses(after(2), "forbids it");
    }
    let empty = World::new(&Edition::new(1));
    empty.server.serve(&std::collections::BTreeMap::new());
    empty.refuses(after(0), "/mirror/timestamp.json: 127.0.0.1:");
}

#[test]
fn a_store_may_call_forbidden_what_it_does_not_have() {
    let world = World::new(&Edition::new(3));
    world.server.answer("/2.root.json", Reply::status(403));
    world.ask(after(0)).unwrap();
    let world = World::new(&Edition::new(3));
    for status in [400, 401, 410] {
        world.server.answer("/2.root.json", Reply::status(status));
        world.refuses(after(0), "/mirror/2.root.json: ");
    }
}

#[test]
fn a_redirect_is_followed_and_not_forever() {
    let world = World::new(&Edition::new(3));
    let files = Edition::new(3).files(&world.keys);
    world.server.serve(&files);
    world.server.answer("/elsewhere", Reply::ok(files["/timestamp.json"].clone()));
    world.server.answer("/timestamp.json", Reply::to("/mirror/elsewhere"));
    world.ask(after(0)).unwrap();
    world.server.answer("/timestamp.json", Reply::to("/mirror/timestamp.json"));
    world.refuses(after(2), "it is one redirect after another");
    world.server.answer("/timestamp.json", Reply::to("http://mirror.example.com/"));
    world.refuses(after(2), "it is not encrypted");
}
