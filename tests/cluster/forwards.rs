//! `sindri connect --forward`: ports of this machine that lead into the environment.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Stdio};
use std::time::Duration;

use crate::support::{Desk, Namespace, Outcome, Refusal, dev, interrupt, wait};

/// Sindri with ports that lead on. It ends with the value.
struct Forwards {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Forwards {
    fn start(desk: &Desk, arguments: &[&str]) -> Outcome<Self> {
        let all = [&["connect"], arguments].concat();
        let mut child = desk.command(&all).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let output = BufReader::new(child.stdout.take().ok_or("no output")?);
        Ok(Self { child, output })
    }

    /// The address of the next port, and where it leads.
    fn address(&mut self) -> Outcome<(String, String)> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let (address, remote) = line.trim().split_once(" -> ").ok_or_else(|| format!("it says {line:?}"))?;
        Ok((address.to_owned(), remote.to_owned()))
    }
}

impl Drop for Forwards {
    fn drop(&mut self) {
        self.child.kill().and_then(|()| self.child.wait()).map(|_| ()).unwrap_or_default();
    }
}

/// Says something and hears the whole answer.
fn ask(address: &str, question: &[u8]) -> Outcome<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(question)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// An environment in which somebody answers on port 8080 with the name of the pod and a file of half a megabyte.
fn serving(namespace: &Namespace) -> Outcome<Desk> {
    let program = "command: [sh, -c, \"cd /tmp; (hostname; head -c 500000 /dev/zero) > answer; exec nc -ll -p 8080 -e cat answer\"]";
    let file = dev(namespace, "", "");
    let own = file.lines().find(|line| line.contains("command:")).ok_or("it has no command")?;
    let desk = Desk::new(&file.replace(own, &format!("  {program}")))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    Ok(desk)
}

/// The only pod there is: one that was replaced may be there a moment longer.
fn pod(namespace: &Namespace) -> Outcome<String> {
    wait("one pod", || {
        let names = ["get", "pods", "-l", "instance=dev", "-o", "jsonpath={.items[*].metadata.name}"];
        let names = namespace.kubectl(&names, "")?;
        if names.is_empty() || names.contains(' ') { Err(Refusal::of(&names)) } else { Ok(names) }
    })
}

/// The answer of the environment, as soon as there is a whole one of this pod.
fn answer_of(address: &str, pod: &str) -> Outcome {
    wait("the answer of the pod", || {
        let answer = ask(address, b"").map_err(|error| Refusal::of(&error.to_string()))?;
        let head = String::from_utf8_lossy(answer.get(..pod.len().min(answer.len())).unwrap_or_default()).into_owned();
        let is_whole = answer.len() == pod.len() + 1 + 500_000;
        if head == pod && is_whole { Ok(()) } else { Err(Refusal::of(&format!("{} bytes of {head}", answer.len()))) }
    })
}

#[test]
fn several_ports_lead_into_the_environment_and_go_on_when_its_pod_is_replaced() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = serving(&namespace)?;
    let mut forwards = Forwards::start(&desk, &["--forward", "0:8080", "--forward", "0:9"])?;
    let (address, remote) = forwards.address()?;
    assert!(address.starts_with("127.0.0.1:") && remote == "8080", "{address} {remote}");
    let (closed, _) = forwards.address()?;
    let first = pod(&namespace)?;
    answer_of(&address, &first)?;
    // Nothing listens there: the connection ends, and the others do not.
    assert_eq!(ask(&closed, b"hello").unwrap_or_default(), b"");
    let threads: Vec<_> = (0..8)
        .map(|_| (address.clone(), first.clone()))
        .map(|(address, first)| {
            std::thread::spawn(move || answer_of(&address, &first).map_err(|error| error.to_string()))
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_crash| "a thread crashed")??;
    }
    desk.sindri(&["restart"])?.ends(0);
    let second = pod(&namespace)?;
    assert_ne!(second, first);
    answer_of(&address, &second)?;
    interrupt(&forwards.child)?;
    assert_eq!(forwards.child.wait()?.code(), Some(130));
    Ok(())
}

#[test]
fn a_port_that_is_taken_is_told_with_what_to_do() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = serving(&namespace)?;
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port();
    let refused = desk.sindri(&["connect", "--forward", &format!("{port}:8080")])?;
    refused.ends(1).says(&format!("port {port} of this machine is taken")).says("`--forward 0:8080`");
    Ok(())
}
