#![expect(clippy::disallowed_methods, reason = "listens on ports of this machine")]
//! Ports of this machine that lead to ports of the environment, whichever pod it has.

use std::io;
use std::net::Ipv4Addr;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use futures_util::future::{join, select_all};
use futures_util::stream::FuturesUnordered;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use super::environment::Environment;
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::ui::{Remark, Ui};
use crate::kubernetes::watch::Lost;
use crate::kubernetes::{Carried, Channel, NoStream, Output, ReadyPod, Sent, follow_ready};

/// How many pieces wait in each direction, and how large they are.
const ROOM: usize = 4;
const PIECE: usize = 64 << 10;

/// A port of this machine, and the one that it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ports {
    /// None is chosen by the person: 0.
    local: u16,
    remote: u16,
}

impl Ports {
    /// `8080:80`; `8080` for the same on both sides; `0:80` for any free one here.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let problem = "write LOCAL:REMOTE, for example 8080:80; 8080 alone means both; 0:80 takes a free one here";
        let (local, remote) = text.split_once(':').unwrap_or((text, text));
        let port = |text: &str| text.parse::<u16>().ok().ok_or_else(|| format!("`{text}` is no port; {problem}"));
        match (port(local)?, port(remote)?) {
            (_, 0) => Err(problem.to_owned()),
            (local, remote) => Ok(Self { local, remote }),
        }
    }
}

/// What one connection came to.
struct Told {
    remote: u16,
    end: Result<Carried, NoStream>,
}

/// A port that is listened on.
struct Door {
    listener: TcpListener,
    remote: u16,
}

/// Leads on until the person leaves.
pub(super) async fn forward(
    environment: &Environment,
    pod: ReadyPod,
    ports: &[Ports],
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let mut doors = Vec::new();
    for ports in ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, ports.local)).await;
        let listener = listener.map_err(|error| taken(*ports, error))?;
        let address = listener.local_addr().map_err(|error| taken(*ports, error))?;
        ui.data(&format!("{address} -> {}\n", ports.remote))?;
        doors.push(Door { listener, remote: ports.remote });
    }
    ui.say(&format!("connected to pod/{}; Ctrl-C ends it", pod.name));
    let (tell, known) = watch::channel(Some(pod));
    let (say, mut heard) = mpsc::unbounded_channel();
    let ui = &mut *ui;
    let telling = async {
        while let Some(line) = heard.recv().await {
            let (kind, line): (Remark, String) = line;
            ui.remark(kind, &line);
        }
    };
    tokio::select! {
        () = interrupt.signal() => Err(Failure::left()),
        failure = attend(environment, &tell, &say) => Err(failure),
        failure = serve(environment, &doors, &known, &say) => Err(failure),
        () = telling => Ok(()),
    }
}

type Say = mpsc::UnboundedSender<(Remark, String)>;

/// Knows which pod is ready, as long as that can be known.
async fn attend(environment: &Environment, known: &watch::Sender<Option<ReadyPod>>, say: &Say) -> Failure {
    let (session, subject) = (&environment.reach.session, environment.subject());
    let mut last = known.borrow().as_ref().map(|pod| pod.name.clone());
    let mut take = |pod: Option<ReadyPod>| {
        let name = pod.as_ref().map(|pod| pod.name.clone());
        if name != last {
            let line = match (&name, &last) {
                (None, Some(old)) => format!("pod/{old} is gone; new connections wait for the next one"),
                (Some(new), _) => format!("connected to pod/{new}"),
                (None, None) => String::new(),
            };
            // Nobody listens when this ends.
            say.send((Remark::Note, line)).unwrap_or_default();
            last = name;
        }
        known.send_replace(pod);
    };
    loop {
        match follow_ready(session, &subject, &mut take).await {
            // Whoever may not watch keeps the pod of the beginning.
            Lost::Refused(refusal) => {
                let line = format!("whether the pod is replaced cannot be seen: {}", refusal.message);
                say.send((Remark::Note, line)).unwrap_or_default();
                return std::future::pending().await;
            }
            Lost::Unanswered(error) => say.send((Remark::Note, error.to_string())).unwrap_or_default(),
        }
        session.begin_anew();
    }
}

/// Lets everybody in who comes.
async fn serve(
    environment: &Environment,
    doors: &[Door],
    known: &watch::Receiver<Option<ReadyPod>>,
    say: &Say,
) -> Failure {
    let mut connections = FuturesUnordered::new();
    loop {
        let guests = select_all(doors.iter().map(|door| Box::pin(async move { (door, door.listener.accept().await) })));
        tokio::select! {
            ((door, guest), ..) = guests => match guest {
                Ok((stream, _)) => connections.push(lead(environment, stream, door.remote, known.clone())),
                // One who left before being let in, or one too many: the others are served.
                Err(error) => say.send((Remark::Note, format!("a connection was not taken: {error}"))).unwrap_or_default(),
            },
            Some(told) = connections.next() => {
                if let Some(line) = complaint(&told) {
                    say.send((Remark::Error, line)).unwrap_or_default();
                }
            }
        }
    }
}

fn complaint(told: &Told) -> Option<String> {
    let Told { remote, end } = told;
    match end {
        Ok(Carried::Closed) => None,
        Ok(Carried::Refused(why)) if why.contains("connection refused") => {
            Some(format!("nothing listens on port {remote} of the environment"))
        }
        Ok(Carried::Refused(why)) => Some(format!("port {remote}: {why}")),
        Ok(Carried::Lost(lost)) => Some(format!("a connection to port {remote} was lost: {lost}")),
        Err(error) => Some(error.to_string()),
    }
}

/// One connection, from its beginning to its end.
async fn lead(
    environment: &Environment,
    stream: TcpStream,
    remote: u16,
    mut known: watch::Receiver<Option<ReadyPod>>,
) -> Told {
    let session = &environment.reach.session;
    let mut tried = None;
    let opened = loop {
        let pod = match known.wait_for(|pod| pod.is_some() && *pod != tried).await {
            Ok(pod) => pod.clone(),
            // This ends.
            Err(_) => break None,
        };
        let Some(name) = pod.as_ref().map(|pod| pod.name.as_str()) else { break None };
        session.begin_anew();
        match Channel::open(session, environment.namespace(), name, remote).await {
            // It is gone, and that is not known yet.
            Err(NoStream::Refused { refusal, .. }) if refusal.code == 404 => tried = pod,
            opened => break Some(opened),
        }
    };
    let end = match opened {
        None => Ok(Carried::Closed),
        Some(Ok(channel)) => Ok(carry(stream, channel).await),
        Some(Err(error)) => Err(error),
    };
    Told { remote, end }
}

/// Carries what both sides say.
async fn carry(mut stream: TcpStream, channel: Channel) -> Carried {
    // What is slower without it is still right.
    stream.set_nodelay(true).unwrap_or_default();
    let (mut read, mut write) = stream.split();
    let (tell, input) = mpsc::channel(ROOM);
    let (output, pieces) = mpsc::channel(ROOM);
    let hearing = async {
        loop {
            let mut piece = BytesMut::with_capacity(PIECE);
            let sent = match read.read_buf(&mut piece).await {
                Ok(0) => Sent::of(None),
                Ok(_) => Sent::of(Some(piece.freeze())),
                Err(error) => return error,
            };
            let is_over = sent == Sent::of(None);
            if tell.send(sent).await.is_err() || is_over {
                return std::future::pending().await;
            }
        }
    };
    let speaking = async {
        let mut pieces = pieces;
        while let Some(Output::Data(bytes) | Output::Error(bytes)) = pieces.recv().await {
            let bytes: Bytes = bytes;
            if write.write_all(&bytes).await.is_err() {
                return;
            }
        }
        // Whoever has gone already does not have to be told.
        write.shutdown().await.unwrap_or_default();
    };
    tokio::select! {
        (carried, ()) = join(channel.carry(input, output), speaking) => carried,
        // What one side can hear no more is closed for the other.
        _broken = hearing => Carried::Closed,
    }
}

fn taken(ports: Ports, error: io::Error) -> Failure {
    let Ports { local, remote } = ports;
    let (message, hint) = match error.kind() {
        io::ErrorKind::AddrInUse => (
            format!("port {local} of this machine is taken"),
            format!("take a free one with `--forward 0:{remote}`, or see who has it with `ss -ltnp sport = :{local}`"),
        ),
        io::ErrorKind::PermissionDenied => (
            format!("port {local} of this machine may not be used by everybody"),
            format!("take a free one with `--forward 0:{remote}`"),
        ),
        _ => (format!("cannot listen on port {local} of this machine"), format!("try `--forward 0:{remote}`")),
    };
    Failure::failed(message, Some(error.into())).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::Ports;

    #[test]
    fn a_port_alone_is_meant_on_both_sides() {
        let ports = |local, remote| Ok(Ports { local, remote });
        assert_eq!(Ports::parse("8080"), ports(8080, 8080));
        assert_eq!(Ports::parse("8080:80"), ports(8080, 80));
        assert_eq!(Ports::parse("0:80"), ports(0, 80));
    }

    #[test]
    fn what_is_no_port_is_refused() {
        for text in ["", "0", "80:0", "80:", ":80", "65536", "80:90:100", "http"] {
            assert!(Ports::parse(text).is_err(), "{text}");
        }
    }
}
