//! A connection to a port of a pod.
//!
//! The protocol cannot say that one side has ended and still listens. So after the end on this side, the other one may go on as long as
//! it speaks.

use std::ops::ControlFlow;

use bytes::{Buf as _, Bytes};
use tokio::sync::mpsc;

use super::super::request::Request;
use super::super::session::Session;
use super::execute::Output;
use super::{END, Lost, Message, NoStream, Stream, open, talk};

const PROTOCOLS: &[&str] = &["v4.channel.k8s.io"];
const DATA: u8 = 0;
const ERROR: u8 = 1;
/// Each channel begins with the number of the port.
const NUMBER: usize = 2;
/// No complaint is so long.
const LONGEST_COMPLAINT: usize = 16 << 10;

/// Something that is sent to the port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent(Message);

impl Sent {
    /// Some bytes, or the end.
    #[must_use]
    pub fn of(bytes: Option<Bytes>) -> Self {
        Self(bytes.map_or((END, Bytes::from_static(&[DATA])), |bytes| (DATA, bytes)))
    }
}

impl From<Sent> for Message {
    fn from(sent: Sent) -> Self {
        sent.0
    }
}

/// How a connection ended.
#[derive(Debug)]
pub enum Carried {
    /// One side has closed it.
    Closed,
    /// Nobody listens there, or the pod is gone: in the words of the server.
    Refused(String),
    /// It broke.
    Lost(Lost),
}

/// A connection that is open.
pub struct Channel(Stream);

impl Channel {
    /// Opens a connection. The session has to speak HTTP/1.1.
    ///
    /// # Errors
    /// When the server does not open it. That nobody listens there is known only later.
    pub async fn open(session: &Session, namespace: &str, pod: &str, port: u16) -> Result<Self, NoStream> {
        Ok(Self(open(session, &Request::forward(namespace, pod, port), PROTOCOLS).await?))
    }

    /// Carries what both sides say until one of them ends.
    pub async fn carry(mut self, input: mpsc::Receiver<Sent>, output: mpsc::Sender<Output>) -> Carried {
        let mut numbers = [NUMBER; 2];
        let mut complaint = Vec::new();
        let hear = async |channel: u8, mut bytes: Bytes, is_last: bool| {
            let Some(number) = numbers.get_mut(usize::from(channel)) else { return ControlFlow::Continue(()) };
            let skipped = bytes.len().min(*number);
            bytes.advance(skipped);
            *number -= skipped;
            if channel == ERROR {
                complaint.extend_from_slice(bytes.get(..bytes.len().min(LONGEST_COMPLAINT)).unwrap_or_default());
                let is_known = (is_last && !complaint.is_empty()) || complaint.len() > LONGEST_COMPLAINT;
                let told = || Carried::Refused(String::from_utf8_lossy(&complaint).trim().to_owned());
                return if is_known { ControlFlow::Break(told()) } else { ControlFlow::Continue(()) };
            }
            if bytes.is_empty() || output.send(Output::Data(bytes)).await.is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(Carried::Closed)
            }
        };
        match talk(&mut self.0, input, hear).await {
            Ok(carried) => carried,
            Err(Lost::Closed(_)) => Carried::Closed,
            Err(lost) => Carried::Lost(lost),
        }
    }
}
