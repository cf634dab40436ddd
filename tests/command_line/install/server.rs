//! A server of programs that does whatever a test wants, on a port of this machine. It also stands in for a proxy: whoever asks it
//! to connect somewhere talks to it as if it were there.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// `GET`, or `CONNECT` with the place as its path.
    pub(crate) method: String,
    pub(crate) path: String,
    /// From which byte on.
    pub(crate) range: Option<usize>,
    /// How many came before it.
    pub(crate) number: usize,
}

/// What is answered.
pub(crate) enum Reply {
    /// A status and headers.
    Status(u16, Vec<(&'static str, String)>),
    /// A whole file.
    Whole(Vec<u8>),
    /// The rest of a file from the byte that was asked for.
    Rest(Vec<u8>),
    /// So much of a file, and then the end.
    Cut(Vec<u8>, usize),
    /// So much of a file, and then nothing until the client leaves.
    Stall(Vec<u8>, usize),
}

type Script = dyn Fn(&Seen) -> Reply + Send + Sync;

pub(crate) struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    /// Says when a client has left a stalled answer.
    left: Receiver<()>,
}

impl Server {
    pub(crate) fn new(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (log, script): (_, Arc<Script>) = (seen.clone(), Arc::new(script));
        let (leave, left) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, script, leave) = (log.clone(), script.clone(), leave.clone());
                // How a connection ends is the client's concern.
                thread::spawn(move || serve(stream, &log, &*script, &leave).unwrap_or_default());
            }
        });
        Ok(Self { port, seen, left })
    }

    /// One that has a file.
    pub(crate) fn with(file: &[u8]) -> io::Result<Self> {
        let file = file.to_vec();
        Self::new(move |_| Reply::Whole(file.clone()))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From which byte on the file was asked for, each time.
    pub(crate) fn ranges(&self) -> Vec<Option<usize>> {
        self.seen().iter().map(|seen| seen.range).collect()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until a client has left a stalled answer.
    pub(crate) fn is_left(&self) -> bool {
        self.left.recv_timeout(std::time::Duration::from_mins(1)).is_ok()
    }
}

fn serve(stream: TcpStream, log: &Mutex<Vec<Seen>>, script: &Script, leave: &Sender<()>) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    while let Some(mut seen) = request(&mut reader)? {
        let is_tunnel = seen.method == "CONNECT";
        {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            seen.number = log.len();
            log.push(seen.clone());
        }
        let reply = if is_tunnel { Reply::Status(200, Vec::new()) } else { script(&seen) };
        match reply {
            // The answer to CONNECT has no body and no length.
            Reply::Status(status, _) if is_tunnel => write!(writer, "HTTP/1.1 {status} told\r\n\r\n")?,
            Reply::Status(status, headers) => {
                write!(writer, "HTTP/1.1 {status} told\r\ncontent-length: 0\r\n")?;
                for (name, value) in headers {
                    write!(writer, "{name}: {value}\r\n")?;
                }
                write!(writer, "\r\n")?;
            }
            Reply::Whole(file) => {
                write!(writer, "HTTP/1.1 200 told\r\ncontent-length: {}\r\n\r\n", file.len())?;
                writer.write_all(&file)?;
            }
            Reply::Rest(file) => match seen.range {
                Some(from) if from < file.len() => {
                    let (length, last) = (file.len() - from, file.len() - 1);
                    let range = format!("content-range: bytes {from}-{last}/{}", file.len());
                    write!(writer, "HTTP/1.1 206 told\r\ncontent-length: {length}\r\n{range}\r\n\r\n")?;
                    writer.write_all(&file[from..])?;
                }
                Some(_) => {
                    let range = format!("content-range: bytes */{}", file.len());
                    write!(writer, "HTTP/1.1 416 told\r\ncontent-length: 0\r\n{range}\r\n\r\n")?;
                }
                None => {
                    write!(writer, "HTTP/1.1 200 told\r\ncontent-length: {}\r\n\r\n", file.len())?;
                    writer.write_all(&file)?;
                }
            },
            Reply::Cut(file, length) => {
                write!(writer, "HTTP/1.1 200 told\r\ncontent-length: {}\r\n\r\n", file.len())?;
                return writer.write_all(&file[..length]);
            }
            Reply::Stall(file, length) => {
                write!(writer, "HTTP/1.1 200 told\r\ncontent-length: {}\r\n\r\n", file.len())?;
                writer.write_all(&file[..length])?;
                // Ends with the connection.
                let end = reader.read_line(&mut String::new());
                leave.send(()).map_err(io::Error::other)?;
                return end.map(drop);
            }
        }
    }
    Ok(())
}

/// The next request; nothing at the end.
fn request(reader: &mut BufReader<TcpStream>) -> io::Result<Option<Seen>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut seen =
        Seen { method: words.next().unwrap_or_default(), path: words.next().unwrap_or_default(), ..Seen::default() };
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            return Ok(Some(seen));
        }
        if let Some(from) = header.strip_prefix("range: bytes=").and_then(|range| range.strip_suffix('-')) {
            seen.range = from.parse().ok();
        }
    }
}
