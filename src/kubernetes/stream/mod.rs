#![expect(clippy::disallowed_methods, reason = "keeps connections alive, and notices when nobody answers any more")]
//! Streams to a pod: a program that is talked to, a port that is connected to.
//!
//! A request over HTTP/1.1 becomes a connection of WebSocket, with the TLS, the credentials and the proxy of every other request.
//! Over it go messages of numbered channels, as Kubernetes has it.

mod execute;
mod forward;
mod frame;
mod handshake;

use std::cell::Cell;
use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::ops::ControlFlow;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::StatusCode;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use rustls::crypto::CryptoProvider;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, interval_at, timeout};

pub use execute::{Ended, Executing, Input, Output, Program};
pub use forward::{Carried, Channel, Sent};
pub use frame::Malformed;

use super::request::Request;
use super::session::Session;
use super::unanswered::Unanswered;
use crate::plan::Refusal;
use frame::{Code, Piece, Reader};
use handshake::{Foreign, Handshake};

/// How often the server is asked whether it is there: what stands between us and it may end connections that are silent.
const BEAT: Duration = Duration::from_secs(20);
/// After which silence nobody is there.
const SILENCE: Duration = Duration::from_secs(65);
/// How long the other side may still speak after this one has ended, where it cannot be told: no longer than until the next beat.
const LINGER: Duration = Duration::from_secs(10);
/// A server that still has so much to hand on may not come to answer.
const FEW: usize = 16 << 10;
/// How much is read at a time, and when room is made for more.
const ROOM: usize = 128 << 10;
const LITTLE: usize = 16 << 10;

/// Why there is no stream.
#[derive(Debug, thiserror::Error)]
pub enum NoStream {
    /// The server does not answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// It says no.
    #[error("cannot {what}: {}", .refusal.message)]
    Refused {
        /// What was asked.
        what: String,
        /// Why not.
        refusal: Refusal,
    },
    /// It does not speak the protocol, or something between us and it does not.
    #[error("cannot {what}: what answers there does not open a stream")]
    Foreign {
        /// What was asked.
        what: String,
        /// What is wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Why a stream has ended before its time.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// The connection broke.
    #[error("the connection broke")]
    Broken(#[source] io::Error),
    /// The connection was closed.
    #[error("the connection was closed{}", told(.0))]
    Closed(String),
    /// Nobody answers any more.
    #[error("nobody has answered for {} s", .0.as_secs())]
    Silent(Duration),
    /// What came cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

fn told(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(": {reason}") }
}

/// A stream that is open.
struct Stream {
    incoming: Incoming,
    outgoing: Outgoing,
}

struct Incoming {
    connection: ReadHalf<TokioIo<Upgraded>>,
    read: BytesMut,
    reader: Reader,
}

struct Outgoing {
    connection: WriteHalf<TokioIo<Upgraded>>,
    frame: BytesMut,
    /// Whether the server can be told that a channel has ended.
    knows_end: bool,
}

/// The channel on which it is said that another one has ended.
const END: u8 = 255;

/// A message to the server: for which channel, and what.
type Message = (u8, Bytes);

/// Opens a stream. The session has to speak HTTP/1.1.
async fn open(session: &Session, request: &Request, protocols: &'static [&'static str]) -> Result<Stream, NoStream> {
    let what = || request.what.clone();
    let handshake = Handshake::new(random(), protocols);
    let is_opened = |status: &StatusCode| *status == StatusCode::SWITCHING_PROTOCOLS || status.is_success();
    let response = match session.open_with(request, &handshake.headers(), is_opened).await? {
        Ok(response) => response,
        Err(reply) if reply.code == 401 => {
            let now = session.now();
            return Err(Unanswered::unauthorized(session.server(), &request.what, &reply.body, now).into());
        }
        Err(reply) => return Err(NoStream::Refused { what: what(), refusal: reply.refusal() }),
    };
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let source = format!("it answers {} and goes on as before", response.status()).into();
        return Err(NoStream::Foreign { what: what(), source });
    }
    let foreign = |error: Foreign| NoStream::Foreign { what: what(), source: error.into() };
    let protocol = handshake.agree(response.headers()).map_err(foreign)?;
    let upgraded = hyper::upgrade::on(response).await;
    let upgraded = upgraded.map_err(|error| NoStream::Foreign { what: what(), source: error.into() })?;
    let (read, write) = tokio::io::split(TokioIo::new(upgraded));
    Ok(Stream {
        incoming: Incoming { connection: read, read: BytesMut::new(), reader: Reader::default() },
        outgoing: Outgoing { connection: write, frame: BytesMut::new(), knows_end: protocol.starts_with("v5.") },
    })
}

/// What nobody can foretell; nothing but zeros where there is no chance, which harms nobody over TLS.
fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    if let Some(provider) = CryptoProvider::get_default() {
        provider.secure_random.fill(&mut bytes).unwrap_or_default();
    }
    bytes
}

impl Incoming {
    /// The next piece. What was read is kept if this is not waited for.
    async fn next(&mut self) -> Result<Piece, Lost> {
        loop {
            if let Some(piece) = self.reader.next(&mut self.read)? {
                return Ok(piece);
            }
            if self.read.capacity() - self.read.len() < LITTLE {
                self.read.reserve(ROOM);
            }
            match self.connection.read_buf(&mut self.read).await {
                Ok(0) => return Err(Lost::Closed(String::new())),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(Lost::Closed(String::new())),
                Err(error) => return Err(Lost::Broken(error)),
            }
        }
    }
}

impl Outgoing {
    async fn send(&mut self, code: Code, channel: Option<u8>, bytes: &[u8]) -> io::Result<()> {
        self.frame.clear();
        frame::write(&mut self.frame, code, channel, bytes, random());
        self.connection.write_all(&self.frame).await?;
        self.connection.flush().await
    }
}

/// What the two sides of a stream know of each other.
#[derive(Default)]
struct State {
    /// How much was sent since something was heard.
    unheard: Cell<usize>,
    /// Whether there is nothing more to be sent, where the server cannot be told.
    is_over: Cell<bool>,
    over: Notify,
}

/// Sends what there is to be said and hears what is said, until `hear` has heard enough.
async fn talk<T>(
    stream: &mut Stream,
    messages: mpsc::Receiver<impl Into<Message>>,
    mut hear: impl AsyncFnMut(u8, Bytes, bool) -> ControlFlow<T>,
) -> Result<T, Lost> {
    let Stream { incoming, outgoing } = stream;
    let (pong, pongs) = mpsc::channel(4);
    let state = State::default();
    let hearing = async {
        loop {
            let is_over = state.is_over.get();
            let patience = if is_over { LINGER } else { SILENCE };
            let heard = tokio::select! {
                heard = timeout(patience, incoming.next()) => heard,
                () = state.over.notified() => continue,
            };
            let piece = match heard {
                Ok(piece) => piece?,
                Err(_) if is_over => return Err(Lost::Closed(String::new())),
                Err(_) if state.unheard.get() > FEW => continue,
                Err(_) => return Err(Lost::Silent(SILENCE)),
            };
            state.unheard.set(0);
            match piece {
                Piece::Message { channel, bytes, is_last } => {
                    if let ControlFlow::Break(outcome) = hear(channel, bytes, is_last).await {
                        return Ok(outcome);
                    }
                }
                // Who asks faster than is answered has his answer.
                Piece::Ping(bytes) => pong.try_send(bytes).unwrap_or_default(),
                Piece::Pong => {}
                Piece::Close { reason, .. } => return Err(Lost::Closed(reason)),
            }
        }
    };
    tokio::select! {
        outcome = hearing => outcome,
        never = say(outgoing, messages, pongs, &state) => match never {},
    }
}

/// Sends everything, and never ends: that the connection is broken is heard on its other side.
async fn say(
    outgoing: &mut Outgoing,
    mut messages: mpsc::Receiver<impl Into<Message>>,
    mut pongs: mpsc::Receiver<Bytes>,
    state: &State,
) -> Infallible {
    let mut beat = interval_at(Instant::now() + BEAT, BEAT);
    loop {
        let sent = tokio::select! {
            biased;
            Some(bytes) = pongs.recv() => outgoing.send(Code::Pong, None, &bytes).await,
            _now = beat.tick() => outgoing.send(Code::Ping, None, &[]).await,
            Some(message) = messages.recv() => {
                let (channel, bytes) = message.into();
                if channel == END && !outgoing.knows_end {
                    state.is_over.set(true);
                    state.over.notify_one();
                    continue;
                }
                state.unheard.set(state.unheard.get().saturating_add(bytes.len()));
                outgoing.send(Code::Binary, Some(channel), &bytes).await
            }
        };
        if sent.is_err() {
            return pending().await;
        }
    }
}
