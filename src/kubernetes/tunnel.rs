//! What is said to a proxy until it leads to the server: `CONNECT`, or SOCKS 5.
//!
//! The client library can do both, but says neither what the proxy answered nor how to reach a server without a port or
//! at an IPv6 address.

use std::io::{self, ErrorKind};
use std::net::IpAddr;

use http::{HeaderValue, Uri};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::proxy::{Way, port};

/// More than any proxy says about itself.
const LONGEST_HEAD: usize = 16 * 1024;

/// Why the proxy does not lead to the server.
#[derive(Debug, thiserror::Error)]
pub(super) enum Closed {
    #[error("answers {status}")]
    Answers { code: u16, status: String },
    #[error("answers that {reason}")]
    Says { code: u8, reason: &'static str },
    #[error("asks for a login")]
    LoginWanted,
    #[error("does not accept the login")]
    LoginRefused,
    #[error("does not speak {0}")]
    Foreign(&'static str),
    #[error("hangs up")]
    Broken(#[source] io::Error),
}

impl Closed {
    /// Whether it would say the same to the next who asks.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Answers { code, .. } => *code < 500,
            Self::Says { code, .. } => matches!(code, 2 | 7 | 8),
            Self::LoginWanted | Self::LoginRefused | Self::Foreign(_) => true,
            Self::Broken(_) => false,
        }
    }
}

impl From<io::Error> for Closed {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

/// Makes a connection with a proxy one with a server.
pub(super) async fn lead<Stream>(stream: &mut Stream, server: &Uri, way: &Way) -> Result<(), Closed>
where
    Stream: AsyncRead + AsyncWrite + Unpin,
{
    let host = server.host().unwrap_or_default();
    match way {
        Way::Http(login) => connect(stream, host, port(server), login.as_ref()).await,
        Way::Socks(login) => {
            greet(stream, login.as_ref()).await?;
            name(stream, host.trim_start_matches('[').trim_end_matches(']'), port(server)).await
        }
    }
}

async fn connect<Stream>(stream: &mut Stream, host: &str, port: u16, login: Option<&HeaderValue>) -> Result<(), Closed>
where
    Stream: AsyncRead + AsyncWrite + Unpin,
{
    let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n").into_bytes();
    if let Some(login) = login {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(login.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await?;
    stream.flush().await?;
    let head = head(stream).await?;
    let (version, status) = head.lines().next().and_then(|line| line.split_once(' ')).unwrap_or_default();
    let code = status.split(' ').next().and_then(|code| code.parse::<u16>().ok());
    match code.filter(|_| version.starts_with("HTTP/1.")) {
        Some(200..300) => Ok(()),
        Some(407) if login.is_some() => Err(Closed::LoginRefused),
        Some(407) => Err(Closed::LoginWanted),
        Some(code) => Err(Closed::Answers { code, status: status.trim().to_owned() }),
        None => Err(Closed::Foreign("HTTP")),
    }
}

/// Byte by byte: what follows the head belongs to the server.
async fn head<Stream: AsyncRead + Unpin>(stream: &mut Stream) -> Result<String, Closed> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
        if head.len() > LONGEST_HEAD || (head.len() == 5 && head != b"HTTP/") {
            return Err(Closed::Foreign("HTTP"));
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// RFC 1928 until somebody has logged in, as RFC 1929 has it.
async fn greet<Stream>(stream: &mut Stream, login: Option<&(String, String)>) -> Result<(), Closed>
where
    Stream: AsyncRead + AsyncWrite + Unpin,
{
    let methods: &[u8] = if login.is_some() { &[5, 2, 0, 2] } else { &[5, 1, 0] };
    stream.write_all(methods).await?;
    stream.flush().await?;
    let mut answer = [0; 2];
    stream.read_exact(&mut answer).await?;
    match (answer, login) {
        ([5, 0], _) => Ok(()),
        ([5, 2], Some((user, password))) => {
            let mut message = vec![1];
            for text in [user, password] {
                message.push(u8::try_from(text.len()).or(Err(Closed::LoginRefused))?);
                message.extend_from_slice(text.as_bytes());
            }
            stream.write_all(&message).await?;
            stream.flush().await?;
            stream.read_exact(&mut answer).await.map_err(|error| match error.kind() {
                // Many hang up instead of saying no.
                ErrorKind::UnexpectedEof => Closed::LoginRefused,
                _ => Closed::Broken(error),
            })?;
            if let [_, 0] = answer { Ok(()) } else { Err(Closed::LoginRefused) }
        }
        ([5, 0xff], Some(_)) => Err(Closed::LoginRefused),
        ([5, 0xff], None) => Err(Closed::LoginWanted),
        _ => Err(Closed::Foreign("SOCKS 5")),
    }
}

/// RFC 1928 from there on: where to.
async fn name<Stream>(stream: &mut Stream, host: &str, port: u16) -> Result<(), Closed>
where
    Stream: AsyncRead + AsyncWrite + Unpin,
{
    let mut message = vec![5, 1, 0];
    match host.parse() {
        Ok(IpAddr::V4(address)) => {
            message.push(1);
            message.extend_from_slice(&address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            message.push(4);
            message.extend_from_slice(&address.octets());
        }
        Err(_) => {
            let length = u8::try_from(host.len());
            message.extend_from_slice(&[3, length.or(Err(Closed::Says { code: 8, reason: reason(8) }))?]);
            message.extend_from_slice(host.as_bytes());
        }
    }
    message.extend_from_slice(&port.to_be_bytes());
    stream.write_all(&message).await?;
    stream.flush().await?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).await?;
    let [version, code, _, kind] = answer;
    if version != 5 {
        return Err(Closed::Foreign("SOCKS 5"));
    }
    if code != 0 {
        return Err(Closed::Says { code, reason: reason(code) });
    }
    let length = match kind {
        1 => 4,
        4 => 16,
        3 => usize::from(stream.read_u8().await?),
        _ => return Err(Closed::Foreign("SOCKS 5")),
    };
    // Its own address and port on that side.
    let mut rest = vec![0; length + 2];
    stream.read_exact(&mut rest).await?;
    Ok(())
}

fn reason(code: u8) -> &'static str {
    match code {
        2 => "its rules do not allow it",
        3 => "the network cannot be reached",
        4 => "the server cannot be reached",
        5 => "nobody listens there",
        6 => "the server is too far away",
        7 => "it makes no connections",
        8 => "it does not know such addresses",
        _ => "it has failed",
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::{Closed, lead};
    use crate::kubernetes::proxy::Way;

    /// What was said to a proxy that answers so, and what came of it.
    fn talk(server: &str, way: &Way, answers: &[u8]) -> (Vec<u8>, Result<(), Closed>) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
            let (mut near, mut far) = duplex(64 * 1024);
            far.write_all(answers).await.unwrap();
            far.shutdown().await.unwrap();
            let outcome = lead(&mut near, &server.parse().unwrap(), way).await;
            drop(near);
            let mut said = Vec::new();
            far.read_to_end(&mut said).await.unwrap();
            (said, outcome)
        })
    }

    #[test]
    fn a_proxy_is_asked_for_the_server_by_name_and_port() {
        let login = Way::Http(Some(HeaderValue::from_static("Basic dTp3")));
        let (said, outcome) = talk("https://api.example.com", &login, b"HTTP/1.1 200 OK\r\nVia: x\r\n\r\n");
        outcome.unwrap();
        let said = String::from_utf8(said).unwrap();
        assert!(said.starts_with("CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n"), "{said}");
        assert!(said.ends_with("Proxy-Authorization: Basic dTp3\r\n\r\n"), "{said}");
    }

    #[test]
    fn what_a_proxy_answers_is_told() {
        let said = |way: Way, answers: &[u8]| {
            let closed = talk("https://10.0.0.1:6443", &way, answers).1.unwrap_err();
            format!("{closed}{}", if closed.is_final() { ", finally" } else { "" })
        };
        assert_eq!(said(Way::Http(None), b"HTTP/1.0 403 Forbidden\r\n\r\n"), "answers 403 Forbidden, finally");
        assert_eq!(said(Way::Http(None), b"HTTP/1.1 502 Bad Gateway\r\n\r\n"), "answers 502 Bad Gateway");
        assert_eq!(said(Way::Http(None), b"HTTP/1.1 407 Login\r\n\r\n"), "asks for a login, finally");
        assert_eq!(said(Way::Http(None), b"SSH-2.0-OpenSSH_9.2\r\n"), "does not speak HTTP, finally");
        assert_eq!(said(Way::Http(None), b"HTTP/1.1 200"), "hangs up");
        let known = || Way::Socks(Some(("u".to_owned(), "w".to_owned())));
        assert_eq!(said(Way::Socks(None), &[5, 0xff]), "asks for a login, finally");
        assert_eq!(said(known(), &[5, 0xff]), "does not accept the login, finally");
        assert_eq!(said(known(), &[5, 2, 1, 1]), "does not accept the login, finally");
        assert_eq!(said(known(), &[5, 2]), "does not accept the login, finally");
        assert_eq!(said(Way::Socks(None), b"HTTP/1.1 400"), "does not speak SOCKS 5, finally");
        assert_eq!(said(Way::Socks(None), &[5, 0, 5, 5, 0, 1]), "answers that nobody listens there");
        assert_eq!(said(Way::Socks(None), &[5, 0, 5, 2, 0, 1]), "answers that its rules do not allow it, finally");
    }

    #[test]
    fn socks_names_the_server_as_it_is_written() {
        let yes = [5, 0, 5, 0, 0, 1, 127, 0, 0, 1, 0, 80];
        let asked = |server: &str| {
            let (said, outcome) = talk(server, &Way::Socks(None), &yes);
            outcome.unwrap();
            said
        };
        assert_eq!(asked("https://10.0.0.1:6443"), [5, 1, 0, 5, 1, 0, 1, 10, 0, 0, 1, 0x19, 0x2b]);
        let named = [[5, 1, 0, 5, 1, 0, 3, 11].as_slice(), b"example.com", &[1, 0xbb]].concat();
        assert_eq!(asked("https://example.com"), named);
        let sixth = asked("https://[fd00::1]:6443");
        assert_eq!((sixth.len(), sixth.get(6)), (25, Some(&4)));
        let way = Way::Socks(Some(("ada".to_owned(), "pw".to_owned())));
        let answers = [5, 2, 1, 0, 5, 0, 0, 3, 1, b'x', 0, 80];
        let (said, outcome) = talk("https://10.0.0.1:6443", &way, &answers);
        outcome.unwrap();
        let login = [[5, 2, 0, 2, 1, 3].as_slice(), b"ada", &[2], b"pw", &[5, 1, 0, 1]].concat();
        assert!(said.starts_with(&login), "{said:?}");
    }
}
