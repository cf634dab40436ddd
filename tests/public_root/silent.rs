//! Nobody answers: what is kept stands in while it holds, and that is said.

use std::thread;
use std::time::Duration;

use sindri::image::public_root::Origin;

use crate::server::Reply;
use crate::signer::Edition;
use crate::{World, after, ask, is_edition, says};

#[test]
fn without_a_network_what_is_kept_is_used_while_it_holds() {
    let world = World::kept(&Edition::new(3));
    let kept = std::fs::read(world.file()).unwrap();
    for days in [1, 2, 6] {
        let root = world.ask_offline(after(days)).unwrap();
        is_edition(&root, 3);
        assert!(matches!(&root.origin, Origin::Unanswered(since, _) if *since == after(0)), "{:?}", root.origin);
        let remark = root.remark().unwrap();
        assert!(
            remark.starts_with("Sigstore's root of trust is the one that is kept here since 2026-11-28T12:00:00Z"),
            "{remark}"
        );
        assert!(remark.contains("nobody listens there"), "{remark}");
    }
    let error = world.ask_offline(after(8)).unwrap_err();
    says(
        &error,
        "kept here since 2026-11-28T12:00:00Z is refused (timestamp metadata expired at 2026-12-05T12:00:00Z)",
    );
    says(&error, "nobody listens there");
    assert!(error.hint().starts_with("is the clock of this machine right?"), "{}", error.hint());
    assert_eq!(std::fs::read(world.file()).unwrap(), kept);
}

#[test]
fn without_a_network_and_without_anything_kept_there_is_none() {
    let world = World::new(&Edition::new(3));
    let error = world.ask_offline(after(0)).unwrap_err();
    says(&error, "and none is kept here: cannot read http://127.0.0.1:");
    says(&error, "/2.root.json: 127.0.0.1:");
    assert!(error.hint().contains("SINDRI_SIGSTORE_MIRROR=URL"));
}

#[test]
fn a_mirror_that_does_not_end_its_answer_is_left() {
    let left = |path: &str, reply: Reply| {
        let world = World::new(&Edition::new(3));
        world.server.answer(path, reply);
        let place = world.place(&world.server.address());
        let error = ask(&place, after(0), Duration::from_secs(2)).unwrap_err();
        says(&error, &format!("{path}: 127.0.0.1:"));
        says(&error, "did not answer within 2 s");
    };
    at_once(
        &left,
        [("/2.root.json", Reply::Silence), ("/timestamp.json", Reply::Stalled), ("/3.targets.json", Reply::Silence)],
    );
}

#[test]
fn what_is_kept_stands_in_for_a_mirror_that_is_busy_or_stalls() {
    let stands_in = |path: &str, reply: Reply| {
        let world = World::kept(&Edition::new(3));
        world.serve(&Edition::new(4));
        let patience = Duration::from_secs(if matches!(reply, Reply::Full(..)) { 20 } else { 2 });
        world.server.answer(path, reply);
        let root = ask(&world.place(&world.server.address()), after(2), patience).unwrap();
        is_edition(&root, 3);
        assert!(root.remark().is_some_and(|remark| remark.contains(path)), "{:?}", root.remark());
    };
    at_once(
        &stands_in,
        [("/2.root.json", Reply::busy()), ("/timestamp.json", Reply::busy()), ("/4.snapshot.json", Reply::busy())],
    );
    at_once(&stands_in, [("/4.targets.json", Reply::Silence), ("/timestamp.json", Reply::Stalled)]);
}

/// All of them beside each other: they only wait.
fn at_once<const MANY: usize>(test: &(impl Fn(&str, Reply) + Sync), cases: [(&str, Reply); MANY]) {
    thread::scope(|scope| {
        for (path, reply) in cases {
            scope.spawn(move || test(path, reply));
        }
    });
}
