//! The images, made by `tests/attacks`, and the programs that look at them.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::{env, fs};

use tempfile::TempDir;

use super::case::{Asked, Case, Found, Questions, Verdict};
use crate::support::Outcome;

/// Nothing listens there: whatever would be asked on the internet is refused at once.
const NOWHERE: &str = "http://127.0.0.1:1";

/// Everything that was made, and whoever made it: he serves the registry that has faults.
pub(super) struct Corpus {
    pub(super) cases: Vec<Case>,
    folder: TempDir,
    maker: Child,
}

impl Corpus {
    pub(super) fn make() -> Outcome<Self> {
        let folder = TempDir::new()?;
        let made = folder.path().join("made");
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks");
        // Debian's own Python, wherever others are: it has the cryptography package.
        let mut python = Command::new("/usr/bin/python3");
        python.arg("-B").arg(sources).arg(&made).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut maker = python.spawn()?;
        let mut line = String::new();
        let said = maker.stdout.take().ok_or("the maker has no output")?;
        BufReader::new(said).read_line(&mut line)?;
        if line != "ready\n" {
            return Err(format!("the images were not made: {}", maker.wait()?).into());
        }
        let cases = serde_json::from_str(&fs::read_to_string(made.join("cases.json"))?)?;
        Ok(Self { cases, folder, maker })
    }

    pub(super) fn look_at(&self, case: &Case) -> Outcome<Found> {
        let verify = self.sindri(case, &["image", "verify", "--file", "sindri.yaml", "--output", "json"])?;
        let pinned = if case.pinned {
            let rendered = self.sindri(case, &["render", "--pin", "--file", "sindri.yaml"])?;
            Some((verdict(&rendered)?, text(&rendered.stdout)))
        } else {
            None
        };
        Ok(Found {
            name: case.name.clone(),
            cosign2: self.cosign("SINDRI_TEST_COSIGN2", &case.cosign2)?,
            cosign3: self.cosign("SINDRI_TEST_COSIGN3", &case.cosign3)?,
            sindri: verdict(&verify)?,
            stdout: text(&verify.stdout),
            stderr: text(&verify.stderr),
            pinned,
        })
    }

    fn sindri(&self, case: &Case, arguments: &[&str]) -> Outcome<Output> {
        let program =
            env::var_os("SINDRI_TEST_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_sindri").into(), PathBuf::from);
        let mut command = Command::new(program);
        command.current_dir(&case.folder).args(arguments);
        command.env("COLUMNS", "1000").env("SINDRI_TIMEOUT", &case.timeout);
        Ok(self.end(command)?)
    }

    /// Whether cosign is satisfied; a panic is no verdict, but it lets nothing pass.
    fn cosign(&self, program: &str, questions: &Questions) -> Outcome<Verdict> {
        if questions.is_empty() {
            return Ok(Verdict::None);
        }
        let program = env::var_os(program).ok_or_else(|| format!("{program} is not set: the test needs a bed"))?;
        for alternatives in questions {
            let mut satisfied = false;
            for Asked { environment, arguments } in alternatives {
                let mut command = Command::new(&program);
                command.args(["--timeout", "30s"]).args(arguments).envs(environment).env("HTTPS_PROXY", NOWHERE);
                satisfied = satisfied || self.end(command)?.status.success();
            }
            if !satisfied {
                return Ok(Verdict::Refused);
            }
        }
        Ok(Verdict::Accepted)
    }

    /// Somebody with a home of his own and no logins.
    fn end(&self, mut command: Command) -> std::io::Result<Output> {
        command.env("HOME", self.folder.path()).env("TUF_ROOT", self.folder.path().join("tuf"));
        for variable in ["DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "HTTP_PROXY", "http_proxy"] {
            command.env_remove(variable);
        }
        command.stdin(Stdio::null()).output()
    }
}

impl Drop for Corpus {
    fn drop(&mut self) {
        // It serves until its input ends.
        drop(self.maker.stdin.take());
        self.maker.wait().ok();
    }
}

fn verdict(output: &Output) -> Outcome<Verdict> {
    let found = Verdict::of(output.status.code());
    Ok(found.ok_or_else(|| format!("{}: {}", output.status, text(&output.stderr)))?)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
