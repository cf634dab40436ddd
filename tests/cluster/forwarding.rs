//! A small proxy of each kind that there is, which leads to one server, whatever it is called.

use std::io;
use std::net::TcpListener as StdListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio_rustls::TlsAcceptor;

use crate::support::Outcome;

/// What it speaks.
#[derive(Clone)]
pub(crate) enum Speaks {
    Http,
    Https(TlsAcceptor),
    Socks,
}

/// The login that it asks for.
pub(crate) type Login = Option<(&'static str, &'static str)>;

/// A proxy that runs as long as the test.
pub(crate) struct Forwarder {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Doorkeeper {
    speaks: Speaks,
    login: Login,
    server: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Forwarder {
    /// Leads everybody who has the login to the server.
    pub(crate) fn to(server: &str, speaks: Speaks, login: Login) -> Outcome<Self> {
        let listener = StdListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?.to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let keeper = Doorkeeper { speaks, login, server: server.to_owned(), asked: asked.clone() };
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        thread::spawn(move || {
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener)?;
                loop {
                    let (stream, _) = listener.accept().await?;
                    tokio::spawn(keeper.clone().welcome(stream));
                }
                #[expect(unreachable_code, reason = "says what the block answers with")]
                io::Result::Ok(())
            })
        });
        Ok(Self { address, asked })
    }

    /// Whom it was asked for: those who had the login.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Doorkeeper {
    async fn welcome(self, stream: TcpStream) -> io::Result<()> {
        match self.speaks.clone() {
            Speaks::Http => self.connect(stream).await,
            Speaks::Https(acceptor) => self.connect(acceptor.accept(stream).await?).await,
            Speaks::Socks => self.socks(stream).await,
        }
    }

    async fn lead(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin, to: String, yes: &[u8]) -> io::Result<()> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(to);
        let mut server = TcpStream::connect(&self.server).await?;
        stream.write_all(yes).await?;
        copy_bidirectional(&mut stream, &mut server).await?;
        Ok(())
    }

    async fn connect(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
            if !head.starts_with(b"C") {
                return stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let login = head.lines().find_map(|line| line.strip_prefix("Proxy-Authorization: Basic "));
        let wanted = self.login.map(|(user, password)| base64(&format!("{user}:{password}")));
        if login.map(str::to_owned) != wanted {
            return stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
        }
        let to = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
        self.lead(stream, to.to_owned(), b"HTTP/1.1 200 OK\r\n\r\n").await
    }

    async fn socks(&self, mut stream: TcpStream) -> io::Result<()> {
        let methods = counted(&mut stream, Some(5)).await?;
        let wanted = if self.login.is_some() { 2 } else { 0 };
        if !methods.contains(&wanted) {
            return stream.write_all(&[5, 0xff]).await;
        }
        stream.write_all(&[5, wanted]).await?;
        if let Some((user, password)) = self.login {
            let told = (counted(&mut stream, Some(1)).await?, counted(&mut stream, None).await?);
            if told != (user.into(), password.into()) {
                return stream.write_all(&[1, 1]).await;
            }
            stream.write_all(&[1, 0]).await?;
        }
        let mut request = [0; 4];
        stream.read_exact(&mut request).await?;
        let host = match request {
            [5, 1, 0, 3] => String::from_utf8_lossy(&counted(&mut stream, None).await?).into_owned(),
            [5, 1, 0, 1] => std::net::Ipv4Addr::from(stream.read_u32().await?).to_string(),
            other => return Err(io::Error::other(format!("{other:?}"))),
        };
        let to = format!("{host}:{}", stream.read_u16().await?);
        self.lead(stream, to, &[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).await
    }
}

/// Bytes after their number, which may stand after a version.
async fn counted(stream: &mut TcpStream, version: Option<u8>) -> io::Result<Vec<u8>> {
    if let Some(version) = version {
        let told = stream.read_u8().await?;
        if told != version {
            return Err(io::Error::other(format!("version {told}")));
        }
    }
    let mut bytes = vec![0; usize::from(stream.read_u8().await?)];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
