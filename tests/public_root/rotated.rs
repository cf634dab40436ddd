//! Roots that follow each other: each has to be signed by the one before and by itself.

use crate::kept::write;
use crate::server::Reply;
use crate::signer::{Edition, Keys};
use crate::{World, after, is_edition, is_fetched, says};

#[test]
fn a_chain_of_roots_is_followed_and_kept() {
    let world = World::kept(&Edition::new(3));
    let (second, third) = (Keys::new(), Keys::new());
    world.server.serve(&Edition::new(4).files(&third));
    let [one, two] = world.keys.both();
    let [three, four] = second.both();
    let [five, six] = third.both();
    // That one on the way has expired does not matter.
    world.server.answer("/2.root.json", Reply::ok(second.root(2, 1, &[one, two, three, four])));
    world.server.answer("/3.root.json", Reply::ok(third.root(3, 90, &[three, four, five, six])));
    let root = world.ask(after(2)).unwrap();
    is_edition(&root, 4);
    is_fetched(&root);
    assert_eq!(&world.server.story()[..4], ["/2.root.json", "/3.root.json", "/4.root.json", "/timestamp.json"]);
    assert!(world.document().contains_key("root_history/2.root.json"));
    is_edition(&world.ask_offline(after(4)).unwrap(), 4);
    // From the last one on.
    world.ask(after(4)).unwrap();
    assert_eq!(world.server.story(), ["/4.root.json", "/timestamp.json"]);
    // A kept root that is missing or was changed is asked for again.
    let files = world.document();
    for change in [None, Some(("1.0.31", "1.0.32"))] {
        let mut files = files.clone();
        let root = files.remove("root_history/2.root.json").unwrap();
        if let Some((from, to)) = change {
            files.insert("root_history/2.root.json".to_owned(), root.replace(from, to));
        }
        write(&world, &files);
        says(&world.ask_offline(after(4)).unwrap_err(), "signature threshold not met for role timestamp");
        is_edition(&world.ask(after(4)).unwrap(), 4);
        assert_eq!(&world.server.story()[..3], ["/2.root.json", "/3.root.json", "/4.root.json"]);
        is_edition(&world.ask_offline(after(4)).unwrap(), 4);
    }
}

#[test]
fn a_root_that_the_one_before_has_not_signed_is_refused() {
    let world = World::kept(&Edition::new(3));
    let other = Keys::new();
    world.server.serve(&Edition::new(4).files(&other));
    let [one, _] = world.keys.both();
    let [three, four] = other.both();
    for (signers, text) in [
        (vec![three, four], "signature threshold not met for role root: 0/2"),
        (vec![one, three, four], "signature threshold not met for role root: 1/2"),
    ] {
        world.server.answer("/2.root.json", Reply::ok(other.root(2, 90, &signers)));
        world.refuses(after(2), text);
    }
}

#[test]
fn a_root_that_has_not_signed_itself_is_refused() {
    let world = World::kept(&Edition::new(3));
    let other = Keys::new();
    let [one, two] = world.keys.both();
    let [three, _] = other.both();
    world.server.answer("/2.root.json", Reply::ok(other.root(2, 90, &[one, two, three])));
    world.refuses(after(2), "signature threshold not met for role root: 1/2");
}

#[test]
fn a_root_that_is_another_version_than_its_name_is_refused() {
    let world = World::kept(&Edition::new(3));
    for version in [1, 3] {
        let next = world.keys.root(version, 90, &world.keys.both());
        world.server.answer("/2.root.json", Reply::ok(next));
        world.refuses(after(2), &format!("root version must increment by one: trusted 1, got {version}"));
    }
}

#[test]
fn what_a_newer_root_revokes_does_not_stand_in() {
    let world = World::kept(&Edition::new(3));
    let other = Keys::new();
    let [one, two] = world.keys.both();
    let [three, four] = other.both();
    world.server.answer("/2.root.json", Reply::ok(other.root(2, 90, &[one, two, three, four])));
    world.server.answer("/timestamp.json", Reply::busy());
    let error = world.ask(after(2)).unwrap_err();
    says(&error, "refused (signature threshold not met for role timestamp");
}
