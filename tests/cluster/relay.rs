//! A wire between sindri and the API server that can be cut. It looks at nothing.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::{Value, json};

use crate::support::{Desk, Outcome};

/// A wire that is there as long as the test.
pub(crate) struct Relay {
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Relay {
    /// From now on, whoever works at this desk reaches the server over the wire.
    pub(crate) fn between(desk: &Desk) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let mut kubeconfig: Value = serde_json::from_str(&desk.read("kubeconfig")?)?;
        let cluster = &mut kubeconfig["clusters"][0]["cluster"];
        let server = cluster["server"].as_str().ok_or("no server")?.trim_start_matches("https://").to_owned();
        let (host, _) = server.rsplit_once(':').ok_or("the server has no port")?;
        cluster["tls-server-name"] = json!(host);
        cluster["server"] = json!(format!("https://{}", listener.local_addr()?));
        desk.write("kubeconfig", &kubeconfig.to_string())?;
        let streams: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let all = streams.clone();
        thread::spawn(move || {
            for near in listener.incoming() {
                let (near, far) = (near?, TcpStream::connect(&server)?);
                let both = [near.try_clone()?, far.try_clone()?];
                all.lock().unwrap_or_else(PoisonError::into_inner).extend(both);
                carry(near.try_clone()?, far.try_clone()?);
                carry(far, near);
            }
            io::Result::Ok(())
        });
        Ok(Self { streams })
    }

    /// Cuts everything that is open; who comes again is let through. How many that were.
    pub(crate) fn cut(&self) -> usize {
        let streams = std::mem::take(&mut *self.streams.lock().unwrap_or_else(PoisonError::into_inner));
        // When one end of a wire is cut, the other one may be closed before it can be.
        let is_cut = |ends: &&[TcpStream]| ends.iter().filter(|end| end.shutdown(Shutdown::Both).is_ok()).count() > 0;
        streams.chunks(2).filter(is_cut).count()
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        // A wire that was cut carries nothing more.
        io::copy(&mut from, &mut to).and_then(|_| to.shutdown(Shutdown::Write)).unwrap_or_default();
    });
}
