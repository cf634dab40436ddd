#![expect(clippy::disallowed_methods, reason = "reads the sources")]
//! Holds the sources to the architecture: which room may use which, where side effects are, and the house rules.
//!
//! A rule that is broken is told with its file and line. `architecture::samples` breaks each of them once.

use std::error::Error;
use std::fs;
use std::path::Path;

use architecture::effects::Only;
use architecture::rooms::Effects::{Anywhere, In, NotIn, Nowhere};
use architecture::rooms::Room;

mod architecture {
    pub(crate) mod checks;
    pub(crate) mod effects;
    pub(crate) mod house;
    pub(crate) mod reader;
    pub(crate) mod resolve;
    pub(crate) mod rooms;
    mod samples;
    pub(crate) mod shape;
    pub(crate) mod source;
    pub(crate) mod token;
}

/// The rooms, where in them side effects may be declared, and the rooms that they may use.
#[rustfmt::skip]
const ROOMS: &[Room] = &[
    //   room          side effects                  may use
    Room("names",      Nowhere,                      &[]),
    Room("config",     Nowhere,                      &["names"]),
    // HTTP as everybody speaks it. Registries and the servers of programs are asked by different rooms, through the same proxies.
    Room("web",        In(&["here"]),                &[]),
    Room("local",      Anywhere,                     &["web", "config", "names"]),
    Room("image",      In(&["registry/client", "registry/download", "public_root/kept", "public_root/place", "local", "login"]), &["local", "web", "config", "names"]),
    Room("workload",   Nowhere,                      &["config", "image", "names"]),
    Room("plan",       Nowhere,                      &["workload", "image", "config", "names"]),
    Room("kubernetes", NotIn(&["cluster_type", "context", "diagnose", "diagnose/container", "diagnose/pending", "diagnose/refused", "diagnose/state", "lean", "lease", "logs/lines", "logs/run", "not_connected", "not_ready", "pod_request", "proxy", "request", "scene", "stream/frame", "stream/handshake", "unanswered", "view"]), &["plan", "workload", "image", "names"]),
    Room("report",     Nowhere,                      &["plan", "workload", "image", "config", "names"]),
    Room("cli",        Anywhere,                     &["names", "config", "web", "image", "workload", "plan", "kubernetes", "local", "report"]),
    // The library lists its rooms and uses none; the program only calls the command line.
    Room("lib",        Nowhere,                      &[]),
    Room("main",       Nowhere,                      &["cli"]),
];

/// What one file does for all others.
const ONLY: &[Only] = &[
    Only {
        files: &["src/cli/ui.rs", "src/cli/pipes.rs"],
        what: "writes to standard output and standard error",
        names: &[
            "print!",
            "println!",
            "eprint!",
            "eprintln!",
            "std::io::stdout",
            "std::io::stderr",
            "std::io::Stdout",
            "std::io::Stderr",
            "anstream",
        ],
    },
    Only {
        files: &["src/cli/ui.rs", "src/cli/source.rs", "src/cli/pipes.rs"],
        what: "reads standard input",
        names: &["std::io::stdin", "std::io::Stdin"],
    },
    Only {
        files: &["src/cli/failure.rs"],
        what: "chooses exit codes",
        names: &[
            "std::process::ExitCode::from",
            "std::process::ExitCode::FAILURE",
            "std::process::exit",
            "std::process::abort",
        ],
    },
    Only {
        files: &["src/local/process.rs", "src/local/pour.rs"],
        what: "starts processes",
        names: &["std::process::Command", "tokio::process"],
    },
    Only { files: &["src/config/yaml.rs"], what: "knows the YAML parser", names: &["granit_parser"] },
    Only {
        files: &["src/kubernetes/connect.rs", "src/kubernetes/identity.rs"],
        what: "builds the client of a cluster",
        names: &["kube::Client::new", "kube::Client::try_from", "kube::Client::try_default", "kube::Config"],
    },
    Only {
        files: &["src/image/registry/client.rs", "src/image/registry/download.rs", "src/local/install/download.rs"],
        what: "talks to servers over HTTP",
        names: &["crate::web::transport::client", "oci_client::Client"],
    },
    Only { files: &[], what: "flattens errors: each room has its own", names: &["anyhow"] },
];

const LINTS: &str = include_str!("../clippy.toml");

type Outcome = Result<(), Box<dyn Error>>;

#[test]
fn the_sources_keep_to_the_architecture() -> Outcome {
    let sources = read_all("src")?;
    assert!(sources.len() > 40, "only {} files were read", sources.len());
    assert_none(&architecture::checks::sources(ROOMS, ONLY, LINTS, &borrowed(&sources))?);
    Ok(())
}

#[test]
fn violations_in_the_real_sources_are_found() -> Outcome {
    let broken = [
        (
            "src/cli/source.rs",
            "fn say() { println!() }",
            "uses `println!`; only src/cli/ui.rs or src/cli/pipes.rs writes to standard output and standard error",
        ),
        ("src/config/load.rs", "use crate::cli::command;", "uses `crate::cli::command`; `config` may use only names"),
        (
            "src/workload/pod.rs",
            "fn read() { std::fs::read(\"a\") }",
            "uses `std::fs::read`, and does not begin with #![expect(clippy::disallowed_methods, reason = \"…\")]: \
             declare the file that reads the disk",
        ),
    ];
    let mut sources = read_all("src")?;
    let mut expected = Vec::new();
    for (path, line, message) in broken {
        let (_, text) = sources.iter_mut().find(|(name, _)| name == path).ok_or(path)?;
        text.push_str(line);
        expected.push(format!("{path}:{}: {message}", text.lines().count()));
    }
    let mut seen = architecture::checks::sources(ROOMS, ONLY, LINTS, &borrowed(&sources))?;
    seen.sort();
    assert_eq!(seen, expected);
    Ok(())
}

#[test]
fn the_tests_keep_to_the_house_rules() -> Outcome {
    let sources = read_all("tests")?;
    assert!(sources.iter().any(|(path, _)| path == "tests/architecture.rs"));
    assert_none(&architecture::checks::tests(&borrowed(&sources))?);
    Ok(())
}

#[test]
fn rooms_use_only_rooms_above_them_in_the_table() {
    for (index, Room(name, _, uses)) in ROOMS.iter().enumerate() {
        for used in *uses {
            let mut above = ROOMS.iter().take(index);
            assert!(above.any(|room| room.0 == *used), "`{name}` uses `{used}`, which is no room above it");
        }
    }
}

fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

fn borrowed(sources: &[(String, String)]) -> Vec<(&str, &str)> {
    sources.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
}

/// Every Rust file under a folder of the repository, by its path, in order.
fn read_all(folder: &str) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut sources = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder))? {
            let entry = entry?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if Path::new(&path).extension().is_some_and(|extension| extension == "rs") {
                sources.push((path, fs::read_to_string(entry.path())?));
            }
        }
    }
    sources.sort();
    Ok(sources)
}
