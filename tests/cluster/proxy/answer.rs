//! What the proxy answers: what the server said, or what becomes of it on the way.

use std::io;
use std::time::Duration;

use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::{Response, StatusCode, header};
use kube::client::Body;
use serde_json::json;

use super::fault::End;

pub(super) type Answer = UnsyncBoxBody<Bytes, io::Error>;

/// What the server answered, read to its end.
pub(super) struct Whole {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(header::HeaderName, header::HeaderValue)>,
    pub(super) body: Bytes,
}

/// Headers that belong to the answer and not to the connection.
const KEPT: [header::HeaderName; 4] = [header::CONTENT_TYPE, header::DATE, header::RETRY_AFTER, header::WARNING];

pub(super) fn kept<B>(response: &Response<B>) -> Vec<(header::HeaderName, header::HeaderValue)> {
    let of = |name: &header::HeaderName| {
        response.headers().get_all(name).iter().map(|value| (name.clone(), value.clone())).collect::<Vec<_>>()
    };
    KEPT.iter().flat_map(of).collect()
}

impl Whole {
    fn head(&self) -> Response<()> {
        let mut response = Response::new(());
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers.iter().cloned().map(|(name, value)| (Some(name), value)));
        response
    }

    pub(super) fn unharmed(self) -> Response<Answer> {
        let body = Full::new(self.body.clone()).map_err(|never| match never {}).boxed_unsync();
        self.head().map(|()| body)
    }

    /// Half of the bytes that the header promises.
    pub(super) fn cut(self) -> Response<Answer> {
        let half = self.body.slice(..self.body.len() / 2);
        let mut head = self.head();
        head.headers_mut().insert(header::CONTENT_LENGTH, header::HeaderValue::from(self.body.len()));
        head.map(|()| broken_after(half))
    }
}

/// Bytes that reach the client, and then no more of them.
fn broken_after(bytes: Bytes) -> Answer {
    let parts = stream::unfold(Some(bytes), |left| async {
        match left {
            Some(bytes) if !bytes.is_empty() => Some((Ok(Frame::data(bytes)), Some(Bytes::new()))),
            Some(_) => {
                // What was written is sent when there is nothing more to write for a moment.
                tokio::time::sleep(Duration::from_millis(5)).await;
                Some((Err(io::ErrorKind::ConnectionReset.into()), None))
            }
            None => None,
        }
    });
    StreamBody::new(parts).boxed_unsync()
}

/// A refusal as an API server writes it, or as something in front of it does.
pub(super) fn refusal(code: u16, retry_after: Option<u32>, page: bool) -> Response<Answer> {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (kind, body) = if page {
        ("text/html", format!("<html><body><h1>{status}</h1></body></html>\n"))
    } else {
        ("application/json", format!("{}\n", status_object(code)))
    };
    let mut headers = vec![(header::CONTENT_TYPE, header::HeaderValue::from_static(kind))];
    if let Some(seconds) = retry_after {
        headers.push((header::RETRY_AFTER, header::HeaderValue::from(seconds)));
    }
    Whole { status, headers, body: body.into() }.unharmed()
}

fn status_object(code: u16) -> serde_json::Value {
    let (reason, message) = match code {
        410 => ("Expired", "The resourceVersion for the provided watch is too old."),
        429 => ("TooManyRequests", "Too many requests, please try again later."),
        503 => ("ServiceUnavailable", "apiserver is shutting down."),
        _ => ("InternalError", "Internal error occurred: injected by the test"),
    };
    json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    })
}

/// A watch as the server sends it.
pub(super) fn watch(response: Response<Body>) -> Response<Answer> {
    let status = response.status();
    let headers = kept(&response);
    let body = response.into_body().map_err(io::Error::other).boxed_unsync();
    Whole { status, headers, body: Bytes::new() }.head().map(|()| body)
}

/// A watch of which only some events arrive.
pub(super) fn ending(response: Response<Answer>, events: usize, end: End) -> Response<Answer> {
    struct Rest {
        body: Answer,
        events: usize,
        buffer: Vec<u8>,
        ended: bool,
    }
    response.map(|body| {
        let rest = Rest { body, events, buffer: Vec::new(), ended: false };
        let lines = stream::unfold(rest, move |mut rest| async move {
            loop {
                if rest.ended {
                    return None;
                }
                if rest.events == 0 {
                    match end {
                        End::Silent => std::future::pending::<()>().await,
                        End::Closed => return None,
                        End::Cut if rest.buffer.is_empty() => {
                            rest.buffer.push(0);
                            return Some((Ok(Frame::data(Bytes::from_static(b"{\"type\":\"MODIF"))), rest));
                        }
                        End::Cut => {
                            tokio::time::sleep(Duration::from_millis(5)).await;
                            rest.ended = true;
                            return Some((Err(io::ErrorKind::ConnectionReset.into()), rest));
                        }
                        End::Gone => {
                            rest.ended = true;
                            let event = json!({"type": "ERROR", "object": status_object(410)});
                            return Some((Ok(Frame::data(format!("{event}\n").into())), rest));
                        }
                    }
                }
                if let Some(place) = rest.buffer.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = rest.buffer.drain(..=place).collect();
                    rest.events -= 1;
                    if rest.events == 0 {
                        rest.buffer.clear();
                    }
                    return Some((Ok(Frame::data(line.into())), rest));
                }
                match rest.body.frame().await {
                    Some(Ok(frame)) => rest.buffer.extend(frame.into_data().unwrap_or_default()),
                    Some(Err(error)) => {
                        rest.ended = true;
                        return Some((Err(error), rest));
                    }
                    None => return None,
                }
            }
        });
        StreamBody::new(lines).boxed_unsync()
    })
}
