//! Watches that end in every way that a watch can end: played by a server under the real client.

#![allow(
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test fails where it is wrong"
)]

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use kube::client::Body;
use serde_json::{Value, json};

use sindri::kubernetes::watch::{Change, Followed, LONGEST_LINE, Lost, follow};
use sindri::kubernetes::{Selecting, Session};
use sindri::names::{Kind, ObjectId};

type Frames<Bytes> = StreamBody<BoxStream<'static, io::Result<Frame<Bytes>>>>;

const IDLE: Duration = Duration::from_millis(300);

/// A piece of an answer.
enum Piece {
    Text(String),
    Reset,
    Silence,
}

fn event(kind: &str, name: &str, version: u32) -> Piece {
    let object = json!({"metadata": {"name": name, "uid": name, "resourceVersion": version.to_string()}});
    Piece::Text(format!("{}\n", json!({"type": kind, "object": object})))
}

type Answer = (u16, Vec<Piece>);

fn list(version: u32) -> Answer {
    let list = json!({"metadata": {"resourceVersion": version.to_string()}, "items": []});
    (200, vec![Piece::Text(list.to_string())])
}

fn status(code: u16) -> Answer {
    (code, vec![Piece::Text(json!({"kind": "Status", "code": code, "message": "no"}).to_string())])
}

/// A server that gives these answers, one after the other, and is then silent; and what it was asked.
#[derive(Clone)]
struct Server(Arc<Mutex<(VecDeque<Answer>, Vec<String>)>>);

impl Server {
    fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self(Arc::new(Mutex::new((answers.into_iter().collect(), Vec::new()))))
    }

    fn answer<Bytes: From<String> + Send + 'static>(&self, request: &Request<Body>) -> Response<Frames<Bytes>> {
        let mut script = self.0.lock().unwrap();
        script.1.push(request.uri().to_string());
        let (code, pieces) = script.0.pop_front().unwrap_or((200, vec![Piece::Silence]));
        let frames = stream::iter(pieces).then(async |piece| match piece {
            Piece::Text(text) => Ok(Frame::data(text.into())),
            Piece::Reset => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
            Piece::Silence => std::future::pending().await,
        });
        Response::builder().status(code).body(StreamBody::new(frames.boxed())).unwrap()
    }

    fn session(&self, patience: Duration) -> Session {
        let server = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let response = server.answer(&request);
            async move { Ok::<_, io::Error>(response) }
        });
        Session::new(kube::Client::new(service, "team"), "https://server".to_owned(), patience, 7)
    }

    /// What was asked, without what is always the same.
    fn asked(&self) -> Vec<String> {
        let short = |path: &String| {
            let path = path.replace("allowWatchBookmarks=true&", "").replace("labelSelector=a%3Db", "…");
            path.replace("/api/v1/namespaces/team/", "").replace("/apis/apps/v1/namespaces/team/", "")
        };
        self.0.lock().unwrap().1.iter().map(short).collect()
    }
}

fn pods() -> Followed {
    Followed::All(Kind::Pod, Selecting::Labels("a=b".to_owned()))
}

/// The first changes, in short, and what was asked until then.
fn seen(followed: Followed, answers: Vec<Answer>, count: usize) -> (Vec<String>, Vec<String>) {
    let server = Server::new(answers);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let changes = runtime.block_on(async {
        let session = server.session(Duration::from_secs(20));
        follow(&session, "team", followed, IDLE).take(count).map(|change| short(&change)).collect().await
    });
    (changes, server.asked())
}

fn short(change: &Result<Change, Lost>) -> String {
    let name = |object: &Value| format!("{}{}", text(object, "name"), text(object, "resourceVersion"));
    match change {
        Ok(Change::Listed(objects)) => format!("listed {}", objects.len()),
        Ok(Change::Seen(object)) => format!("seen {}", name(object)),
        Ok(Change::Removed(object)) => format!("removed {}", name(object)),
        Ok(Change::Interrupted(why)) => format!("interrupted: {why}"),
        Err(Lost::Refused(refusal)) => format!("refused {}", refusal.code),
        Err(Lost::Unanswered(problem)) => format!("lost: {problem}"),
    }
}

fn text<'value>(object: &'value Value, field: &str) -> &'value str {
    object["metadata"][field].as_str().unwrap_or_default()
}

#[test]
fn a_watch_that_ends_is_opened_again_where_it_ended() {
    let first = vec![event("ADDED", "a", 6), event("BOOKMARK", "", 9)];
    let second = vec![event("MODIFIED", "a", 10), event("DELETED", "a", 11)];
    let (seen, asked) = seen(pods(), vec![list(5), (200, first), (200, second)], 4);
    assert_eq!(seen, ["listed 0", "seen a6", "seen a10", "removed a11"]);
    let watch = |version: u32| format!("pods?watch=true&…&resourceVersion={version}");
    assert_eq!(asked, ["pods?limit=500&…".to_owned(), watch(5), watch(9)]);
}

#[test]
fn what_the_server_has_forgotten_is_listed_again() {
    let gone = json!({"type": "ERROR", "object": {"kind": "Status", "code": 410, "reason": "Expired"}});
    let told = (200, vec![event("ADDED", "a", 6), Piece::Text(format!("{gone}\n"))]);
    let (changes, asked) = seen(pods(), vec![list(5), told, list(20), status(410), list(30)], 4);
    assert_eq!(changes, ["listed 0", "seen a6", "listed 0", "listed 0"]);
    assert_eq!(asked[2], "pods?limit=500&…");
    assert_eq!(asked[3], "pods?watch=true&…&resourceVersion=20");
    assert_eq!(asked[4], "pods?limit=500&…");
}

#[test]
fn a_line_that_is_cut_is_read_again() {
    let Piece::Text(line) = event("MODIFIED", "a", 7) else { return };
    let (half, rest) = line.split_at(line.len() / 2);
    // In the middle of a line: the end, a reset, a pause, and nothing at all.
    for end in [None, Some(Piece::Reset)] {
        let mut cut = vec![event("ADDED", "a", 6), Piece::Text(half.to_owned())];
        cut.extend(end);
        let (changes, asked) = seen(pods(), vec![list(5), (200, cut), (200, vec![event("MODIFIED", "a", 7)])], 3);
        assert_eq!(changes, ["listed 0", "seen a6", "seen a7"]);
        assert_eq!(asked[2], "pods?watch=true&…&resourceVersion=6");
    }
    let pieces = vec![Piece::Text(half.to_owned()), Piece::Text(rest.to_owned()), event("DELETED", "a", 8)];
    assert_eq!(seen(pods(), vec![list(5), (200, pieces)], 3).0, ["listed 0", "seen a7", "removed a8"]);
}

#[test]
fn what_is_no_event_is_a_cut() {
    let garbled = vec![Piece::Text("<html>\n".to_owned()), event("ADDED", "lost", 6)];
    let (changes, asked) = seen(pods(), vec![list(5), (200, garbled), (200, vec![event("ADDED", "a", 6)])], 2);
    assert_eq!(changes, ["listed 0", "seen a6"]);
    assert_eq!(asked[2], "pods?watch=true&…&resourceVersion=5");
}

#[test]
fn a_line_longer_than_any_object_is_not_kept() {
    let endless = vec![Piece::Text("x".repeat(LONGEST_LINE + 1)), Piece::Silence];
    let (changes, asked) = seen(pods(), vec![list(5), (200, endless), list(8)], 2);
    assert_eq!((changes, asked[2].as_str()), (vec!["listed 0".to_owned(), "listed 0".to_owned()], "pods?limit=500&…"));
}

#[test]
fn a_watch_that_says_nothing_is_opened_again() {
    let silent = vec![event("ADDED", "a", 6), Piece::Silence];
    let (changes, asked) = seen(pods(), vec![list(5), (200, silent), (200, vec![event("MODIFIED", "a", 7)])], 3);
    assert_eq!(changes, ["listed 0", "seen a6", "seen a7"]);
    assert_eq!(asked[2], "pods?watch=true&…&resourceVersion=6");
}

#[test]
fn a_list_of_several_pages_is_read_to_its_end() {
    let page = |token: &str| {
        let items = json!([{"metadata": {"name": "a"}}]);
        let list = json!({"metadata": {"resourceVersion": "5", "continue": token}, "items": items});
        (200, vec![Piece::Text(list.to_string())])
    };
    let (changes, asked) = seen(pods(), vec![page("more"), page("")], 1);
    assert_eq!(changes, ["listed 2"]);
    assert_eq!(asked[1], "pods?limit=500&…&continue=more");
    // The second page is too old: from the start.
    assert_eq!(seen(pods(), vec![page("more"), status(410), page("")], 1).0, ["listed 1"]);
}

#[test]
fn one_object_is_followed_without_the_right_to_list() {
    let one = Followed::One(ObjectId::new(Kind::Deployment, "team", "a"));
    let object = || (200, vec![Piece::Text(json!({"metadata": {"name": "a"}}).to_string())]);
    let (changes, asked) = seen(one, vec![object(), (200, vec![event("ADDED", "a", 6)]), status(404)], 3);
    assert_eq!(changes, ["listed 1", "seen a6", "listed 0"]);
    let watch = "deployments?watch=true&fieldSelector=metadata.name%3Da";
    assert_eq!(asked, ["deployments/a", watch, "deployments/a"]);
}

#[test]
fn what_is_not_allowed_is_not_tried_again() {
    for answers in [vec![status(403)], vec![list(5), status(403)]] {
        let count = answers.len();
        let (changes, asked) = seen(pods(), answers, 9);
        assert_eq!((changes.last().map(String::as_str), asked.len()), (Some("refused 403"), count));
    }
    let (changes, _) = seen(pods(), vec![list(5), status(401)], 9);
    assert!(changes[1].contains("does not accept the credentials"), "{changes:?}");
}

#[test]
fn a_server_in_trouble_is_asked_less_and_less_and_given_up_in_time() {
    let mut answers = vec![list(5)];
    answers.extend((0..100).map(|_| status(503)));
    let server = Server::new(answers);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let changes: Vec<_> = runtime.block_on(async {
        let session = server.session(Duration::from_millis(1500));
        follow(&session, "team", pods(), IDLE).map(|change| short(&change)).collect().await
    });
    assert!(changes[1].starts_with("interrupted: ") && changes[1].contains("503"), "{changes:?}");
    assert!(changes.last().is_some_and(|last| last.starts_with("lost: ")), "{changes:?}");
    assert!((3..9).contains(&server.asked().len()), "{:?}", server.asked());
}
