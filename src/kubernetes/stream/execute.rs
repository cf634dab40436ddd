//! A program in a container, and what it is told and says.

use std::ops::ControlFlow;

use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::super::request::Request;
use super::super::scene::{items, text};
use super::super::session::Session;
use super::{END, Lost, Message, NoStream, Stream, open, talk};

/// The newer one can say that the input has ended.
const PROTOCOLS: &[&str] = &["v5.channel.k8s.io", "v4.channel.k8s.io"];
const INPUT: u8 = 0;
const OUTPUT: u8 = 1;
const ERRORS: u8 = 2;
const STATUS: u8 = 3;
const SIZE: u8 = 4;
/// No status is so long.
const LONGEST_STATUS: usize = 1 << 20;

/// Which program, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executing<'a> {
    /// The namespace.
    pub namespace: &'a str,
    /// The pod.
    pub pod: &'a str,
    /// The container.
    pub container: &'a str,
    /// The program with its arguments.
    pub command: &'a [String],
    /// Whether it has a terminal.
    pub is_terminal: bool,
}

/// Something that the program is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input(Message);

impl From<Input> for Message {
    fn from(input: Input) -> Self {
        input.0
    }
}

impl Input {
    /// Bytes of its standard input.
    #[must_use]
    pub fn bytes(bytes: Bytes) -> Self {
        Self((INPUT, bytes))
    }

    /// Its standard input has ended.
    #[must_use]
    pub fn end() -> Self {
        Self((END, Bytes::from_static(&[INPUT])))
    }

    /// Its terminal has this size.
    #[must_use]
    pub fn size(columns: u16, rows: u16) -> Self {
        Self((SIZE, json!({"Width": columns, "Height": rows}).to_string().into()))
    }
}

/// Something that the program says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// To its standard output.
    Data(Bytes),
    /// To its standard error.
    Error(Bytes),
}

/// How it ended.
#[derive(Debug)]
pub enum Ended {
    /// It exited with this code.
    Exit(u8),
    /// It did not run, in the words of the server.
    NotRun(String),
    /// It is not known: the stream ended before.
    Lost(Lost),
    /// Nobody wants to hear more of it.
    Unheard,
}

/// A program that has been begun.
pub struct Program(Stream);

impl Program {
    /// Begins a program. The session has to speak HTTP/1.1.
    ///
    /// # Errors
    /// When it could not be begun.
    pub async fn begin(session: &Session, executing: &Executing<'_>) -> Result<Self, NoStream> {
        let Executing { namespace, pod, container, command, is_terminal } = executing;
        let request = Request::execute(namespace, pod, container, command, *is_terminal);
        Ok(Self(open(session, &request, PROTOCOLS).await?))
    }

    /// Goes on until it has ended, or nobody takes what it says.
    pub async fn end(mut self, input: mpsc::Receiver<Input>, output: mpsc::Sender<Output>) -> Ended {
        let mut status = BytesMut::new();
        let hear = async |channel: u8, bytes: Bytes, is_last: bool| {
            let said = match channel {
                _ if bytes.is_empty() && channel != STATUS => return ControlFlow::Continue(()),
                OUTPUT => Output::Data(bytes),
                ERRORS => Output::Error(bytes),
                STATUS if status.len() + bytes.len() <= LONGEST_STATUS => {
                    status.extend_from_slice(&bytes);
                    // Each channel begins with a message that says nothing.
                    let is_known = is_last && !status.is_empty();
                    return if is_known { ControlFlow::Break(ended(&status)) } else { ControlFlow::Continue(()) };
                }
                _ => return ControlFlow::Continue(()),
            };
            match output.send(said).await {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(Ended::Unheard),
            }
        };
        talk(&mut self.0, input, hear).await.unwrap_or_else(Ended::Lost)
    }
}

/// What the server says of the end.
fn ended(status: &[u8]) -> Ended {
    let status: Value = serde_json::from_slice(status).unwrap_or_default();
    let code = items(&status, "/details/causes").iter().find(|cause| text(cause, "/reason") == "ExitCode");
    match (text(&status, "/status"), code.and_then(|cause| text(cause, "/message").parse::<i64>().ok())) {
        ("Success", _) => Ended::Exit(0),
        // As a shell has it: the lowest eight bits.
        (_, Some(code)) => Ended::Exit(u8::try_from(code & 0xff).unwrap_or(u8::MAX)),
        (_, None) => Ended::NotRun(text(&status, "/message").trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Ended, ended};

    #[test]
    fn the_end_of_a_program_is_told_by_its_status() {
        let exit = |status: &str| match ended(status.as_bytes()) {
            Ended::Exit(code) => format!("{code}"),
            Ended::NotRun(why) => why,
            other => format!("{other:?}"),
        };
        assert_eq!(exit(r#"{"metadata":{},"status":"Success"}"#), "0");
        let failure = |code: &str| {
            format!(
                r#"{{"status":"Failure","message":"m","reason":"NonZeroExitCode","details":{{"causes":[{{"reason":"ExitCode","message":"{code}"}}]}}}}"#
            )
        };
        assert_eq!(exit(&failure("3")), "3");
        assert_eq!(exit(&failure("257")), "1");
        assert_eq!(exit(&failure("-1")), "255");
        assert_eq!(exit(r#"{"status":"Failure","message":"no such program"}"#), "no such program");
    }
}
