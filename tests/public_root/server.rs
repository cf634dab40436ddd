//! A mirror that serves whatever a test wants, on a port of this machine.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// What is answered.
#[derive(Clone)]
pub(crate) enum Reply {
    /// A status, a header and a body.
    Full(u16, String, Vec<u8>),
    /// A body without an end.
    Endless,
    /// Half of a body, and the connection stays.
    Stalled,
    /// Nothing, and the connection stays.
    Silence,
}

impl Reply {
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::Full(200, String::new(), body.into())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::Full(status, String::new(), b"<html>told</html>".to_vec())
    }

    /// Busy for longer than anybody waits.
    pub(crate) fn busy() -> Self {
        Self::Full(503, "retry-after: 3600\r\n".to_owned(), Vec::new())
    }

    pub(crate) fn to(place: &str) -> Self {
        Self::Full(302, format!("location: {place}\r\n"), Vec::new())
    }
}

type Replies = BTreeMap<String, Reply>;

/// A mirror: what it answers by path, and 404 to everything else.
pub(crate) struct Server {
    port: u16,
    replies: Arc<Mutex<Replies>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, replies: Arc::default(), seen: Arc::default() };
        let (replies, seen) = (server.replies.clone(), server.seen.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (replies, seen) = (replies.clone(), seen.clone());
                // How a connection ends is the client's concern.
                thread::spawn(move || serve(stream, &replies, &seen).unwrap_or_default());
            }
        });
        server
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/mirror/", self.port)
    }

    /// Answers these, by path, and nothing else.
    pub(crate) fn serve(&self, files: &BTreeMap<String, Vec<u8>>) {
        let replies = files.iter().map(|(path, bytes)| (path.clone(), Reply::ok(bytes.clone())));
        *self.replies() = replies.collect();
    }

    pub(crate) fn answer(&self, path: &str, reply: Reply) {
        self.replies().insert(path.to_owned(), reply);
    }

    /// The paths that were asked for since it was looked at last.
    pub(crate) fn story(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn replies(&self) -> MutexGuard<'_, Replies> {
        self.replies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An address at which nobody listens. A port that was free a moment ago may be another test's by now.
pub(crate) fn nobody() -> String {
    "http://127.0.0.1:1".to_owned()
}

fn serve(stream: TcpStream, replies: &Mutex<Replies>, seen: &Mutex<Vec<String>>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    while let Some(path) = asked_for(&mut reader)? {
        let path = path.strip_prefix("/mirror").unwrap_or(&path).to_owned();
        seen.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        let reply = replies.lock().unwrap_or_else(PoisonError::into_inner).get(&path).cloned();
        match reply.unwrap_or_else(|| Reply::status(404)) {
            Reply::Full(status, header, body) => {
                let head = format!("HTTP/1.1 {status} told\r\n{header}content-length: {}\r\n\r\n", body.len());
                writer.write_all(head.as_bytes())?;
                writer.write_all(&body)?;
            }
            Reply::Endless => {
                writer.write_all(b"HTTP/1.1 200 told\r\ntransfer-encoding: chunked\r\n\r\n")?;
                loop {
                    writer.write_all(b"1000\r\n")?;
                    writer.write_all(&[b' '; 4096])?;
                    writer.write_all(b"\r\n")?;
                }
            }
            Reply::Stalled => {
                writer.write_all(b"HTTP/1.1 200 told\r\ncontent-length: 100\r\n\r\n{\"signed\":")?;
                return reader.read_to_end(&mut Vec::new()).map(|_| ());
            }
            // Until the client leaves.
            Reply::Silence => return reader.read_to_end(&mut Vec::new()).map(|_| ()),
        }
    }
    Ok(())
}

fn asked_for(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let path = line.split_whitespace().nth(1).unwrap_or_default().to_owned();
    while !line.trim().is_empty() {
        line.clear();
        reader.read_line(&mut line)?;
    }
    Ok(Some(path))
}
