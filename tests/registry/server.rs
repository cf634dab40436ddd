//! A registry that does whatever a test wants, on a port of this machine.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use sindri::config::reference::Digest;

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// The path with the query.
    pub(crate) path: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: String,
    /// Whom it was meant for.
    pub(crate) host: String,
    /// How many came before it.
    pub(crate) number: usize,
}

/// What is answered.
pub(crate) enum Reply {
    /// A status, headers and a body.
    Full(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Half of a body, and then the end.
    Cut(Vec<u8>),
    /// A body without an end, announced with this length or in pieces.
    Endless(Option<u64>),
    /// Nothing: the connection ends.
    Nothing,
    /// Nothing, and the connection stays.
    Silence,
}

impl Reply {
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::Full(200, Vec::new(), body.into())
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::Full(status, Vec::new(), b"{\"errors\":[{\"code\":\"TOLD\",\"message\":\"as told\"}]}".to_vec())
    }

    pub(crate) fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        match self {
            Self::Full(status, mut headers, body) => {
                headers.push((name, value.into()));
                Self::Full(status, headers, body)
            }
            other => other,
        }
    }
}

type Script = dyn Fn(&Seen) -> Reply + Send + Sync;

/// A registry that plays a script.
pub(crate) struct Server {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub(crate) fn new(script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (log, script): (_, Arc<Script>) = (seen.clone(), Arc::new(script));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, script) = (log.clone(), script.clone());
                // How a connection ends is the client's concern.
                thread::spawn(move || serve(stream, &log, &*script).unwrap_or_default());
            }
        });
        Self { port, seen }
    }

    /// How images name it.
    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Each request on a line: the method, the path, and how it was let in.
    pub(crate) fn story(&self) -> Vec<String> {
        let line = |seen: &Seen| {
            let pass = seen.authorization.as_ref().map(|pass| format!(" {pass}")).unwrap_or_default();
            format!("{} {}{pass}", seen.method, seen.path)
        };
        self.seen().iter().map(line).collect()
    }
}

fn serve(stream: TcpStream, log: &Mutex<Vec<Seen>>, script: &Script) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let mut seen = match request(&mut reader) {
            Ok(Some(seen)) => seen,
            Ok(None) => return Ok(()),
            // As servers do that are spoken to in TLS and do not know it.
            Err(_) => return writer.write_all(b"HTTP/1.1 400 told\r\ncontent-length: 0\r\n\r\n"),
        };
        {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            seen.number = log.len();
            log.push(seen.clone());
        }
        match script(&seen) {
            Reply::Full(status, headers, body) => {
                let mut head = format!("HTTP/1.1 {status} told\r\ncontent-length: {}\r\n", body.len());
                for (name, value) in headers {
                    head += &format!("{name}: {value}\r\n");
                }
                writer.write_all(head.as_bytes())?;
                writer.write_all(b"\r\n")?;
                writer.write_all(&body)?;
            }
            Reply::Cut(body) => {
                let head = format!("HTTP/1.1 200 told\r\ncontent-length: {}\r\n\r\n", body.len() * 2);
                writer.write_all(head.as_bytes())?;
                return writer.write_all(&body);
            }
            Reply::Endless(Some(length)) => {
                writer.write_all(format!("HTTP/1.1 200 told\r\ncontent-length: {length}\r\n\r\n").as_bytes())?;
                loop {
                    writer.write_all(&[b' '; 4096])?;
                }
            }
            Reply::Endless(None) => {
                writer.write_all(b"HTTP/1.1 200 told\r\ntransfer-encoding: chunked\r\n\r\n")?;
                loop {
                    writer.write_all(b"1000\r\n")?;
                    writer.write_all(&[b' '; 4096])?;
                    writer.write_all(b"\r\n")?;
                }
            }
            Reply::Nothing => return Ok(()),
            Reply::Silence => {
                // Until the client leaves.
                reader.read_to_end(&mut Vec::new())?;
                return Ok(());
            }
        }
    }
}

fn request(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<Seen>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut seen =
        Seen { method: words.next().unwrap_or_default(), path: words.next().unwrap_or_default(), ..Seen::default() };
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => seen.authorization = Some(value.trim().to_owned()),
            "host" => value.trim().clone_into(&mut seen.host),
            "content-length" => length = value.trim().parse().unwrap_or_default(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    seen.body = String::from_utf8_lossy(&body).into_owned();
    Ok(Some(seen))
}

/// An image for one platform: its manifest, its configuration, and the digests of both.
pub(crate) struct Image {
    pub(crate) manifest: Vec<u8>,
    pub(crate) digest: Digest,
    pub(crate) configuration: Vec<u8>,
    pub(crate) configuration_digest: Digest,
}

pub(crate) fn image(architecture: &str) -> Image {
    let configuration =
        format!(r#"{{"os":"linux","architecture":"{architecture}","created":"2026-01-02T03:04:05Z"}}"#).into_bytes();
    let configuration_digest = Digest::of(&configuration);
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{configuration_digest}","size":100}},"layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{configuration_digest}","size":2000000}}]}}"#
    )
    .into_bytes();
    Image { digest: Digest::of(&manifest), manifest, configuration, configuration_digest }
}

/// An index of images.
pub(crate) fn index(images: &[(&str, &Image)]) -> Vec<u8> {
    let entry = |(architecture, image): &(&str, &Image)| {
        format!(
            r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{}","size":{},"platform":{{"os":"linux","architecture":"{architecture}"}}}}"#,
            image.digest,
            image.manifest.len()
        )
    };
    let entries: Vec<String> = images.iter().map(entry).collect();
    format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{}]}}"#,
        entries.join(",")
    )
    .into_bytes()
}

/// What an honest registry answers that has these tags of `team/dev`, and the images by digest.
pub(crate) fn honest(path: &str, tags: &[(&str, &[u8])], images: &[&Image]) -> Reply {
    let rest = path.strip_prefix("/v2/team/dev/").unwrap_or_default();
    if let Some(name) = rest.strip_prefix("manifests/") {
        let tagged = tags.iter().find(|(tag, _)| *tag == name).map(|(_, bytes)| bytes.to_vec());
        let by_digest =
            || images.iter().find(|image| image.digest.as_str() == name).map(|image| image.manifest.clone());
        let listed = || {
            let list = tags.iter().find(|(_, bytes)| Digest::of(bytes).as_str() == name);
            list.map(|(_, bytes)| bytes.to_vec())
        };
        return match tagged.or_else(by_digest).or_else(listed) {
            Some(bytes) => {
                let digest = Digest::of(&bytes).to_string();
                Reply::ok(bytes).with("docker-content-digest", digest)
            }
            None => Reply::status(404),
        };
    }
    if let Some(name) = rest.strip_prefix("blobs/") {
        let found = images.iter().find(|image| image.configuration_digest.as_str() == name);
        return found.map_or_else(|| Reply::status(404), |image| Reply::ok(image.configuration.clone()));
    }
    if rest.starts_with("tags/list") {
        let names: Vec<String> = tags.iter().map(|(tag, _)| format!("\"{tag}\"")).collect();
        return Reply::ok(format!("{{\"name\":\"team/dev\",\"tags\":[{}]}}", names.join(",")));
    }
    Reply::status(404)
}
