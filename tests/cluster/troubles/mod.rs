//! What goes wrong with environments, provoked: `plan` foresees it, `deploy` names it while it happens, `status` and `doctor` name
//! it afterwards, each with what mends it. What they say is kept beside this file; `SINDRI_OVERWRITE=1` writes it anew.

mod cases;
mod words;

use std::io::{BufRead as _, BufReader};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Desk, Namespace, Outcome, Refusal, wait};
use words::Words;

/// How long it may take from the moment that the cluster knows the cause until it is told.
const PROMPT: Duration = Duration::from_secs(10);

/// A trouble: how it is made, and how it is known.
struct Trouble {
    /// The file with what is said.
    name: &'static str,
    /// The configuration, for this namespace.
    configuration: String,
    /// What `status` calls it: the phase and the code of the reason.
    known_as: (&'static str, &'static str),
    /// What the line of a deploy has to say that names the cause; none where it may have been ready for a moment before.
    named: Option<&'static str>,
    /// What has to be done after the deploy for it to happen: arguments of kubectl.
    afterwards: Vec<String>,
}

impl Trouble {
    /// Goes through it, and compares what was said with what is kept.
    fn happens(&self, namespace: &Namespace) -> Outcome {
        let desk = Desk::new(&self.configuration)?;
        let words = Words::of(namespace)?;
        let mut said = String::new();
        let planned = desk.sindri(&["plan"])?;
        said += &format!("# sindri plan (exit code {})\n{}", planned.code.unwrap_or(-1), words.findings(&planned.said));
        if planned.code == Some(0) {
            match self.named {
                Some(named) if self.afterwards.is_empty() => said += &deploy(&desk, &words, named)?,
                Some(_) => {
                    desk.sindri(&["deploy", "--yes"])?.ends(0);
                    let arguments: Vec<&str> = self.afterwards.iter().map(String::as_str).collect();
                    namespace.kubectl(&arguments, "")?;
                }
                None => {
                    desk.sindri(&["deploy", "--yes", "--no-wait"])?.ends(0);
                }
            }
            said += &self.status(namespace, &desk, &words)?;
        }
        said += &self.doctor(&desk, &words)?;
        words::keep(self.name, &said)
    }

    /// What `doctor` says of it: of the environment it knows what `status` does.
    fn doctor(&self, desk: &Desk, words: &Words) -> Outcome<String> {
        let (_, code) = self.known_as;
        let is_told = |report: &Value| {
            let mut checks = report["checks"].as_array().into_iter().flatten();
            checks.any(|check| check["name"] == "environment" && check["findings"][0]["code"] == code)
        };
        wait("doctor to know it", || {
            let refusal = |error: Box<dyn std::error::Error>| Refusal::of(&error.to_string());
            let ended = desk.sindri(&["doctor"]).map_err(refusal)?;
            if !code.is_empty() {
                let report = desk.sindri(&["doctor", "-o", "json"]).map_err(refusal)?.said;
                let mut documents = serde_json::Deserializer::from_str(&report).into_iter::<Value>();
                let report = documents.next().transpose().map_err(|error| Refusal::of(&error.to_string()))?;
                if !report.as_ref().is_some_and(is_told) {
                    return Err(Refusal::of(&ended.said));
                }
            }
            let code = ended.code.unwrap_or(-1);
            Ok(format!("# sindri doctor (exit code {code})\n{}", words.doctor(&ended.said)))
        })
    }

    /// What `status` says, promptly.
    fn status(&self, namespace: &Namespace, desk: &Desk, words: &Words) -> Outcome<String> {
        let (phase, code) = self.known_as;
        let is_told = |seen: &Value| {
            seen["reason"]["message"].as_str().is_some_and(|message| phase != "starting" || message.contains("probe"))
        };
        let mut visible: Option<Instant> = None;
        let mut trail: Vec<String> = Vec::new();
        let text = wait("status to know it", || {
            let is_visible = visible.is_some() || words::is_visible(namespace)?;
            let asked = Instant::now();
            if is_visible {
                visible.get_or_insert(asked);
            }
            let refusal = |error: Box<dyn std::error::Error>| Refusal::of(&error.to_string());
            let ended = desk.sindri(&["status", "-o", "json"]).map_err(refusal)?;
            let seen: Value = serde_json::from_str(&ended.said).map_err(|error| Refusal::of(&error.to_string()))?;
            if seen["phase"] != phase || seen["reason"]["code"].as_str().unwrap_or_default() != code || !is_told(&seen)
            {
                let told = format!("{} {} {}", seen["phase"], seen["reason"]["code"], seen["reason"]["message"]);
                if trail.last() != Some(&told) {
                    trail.push(told);
                }
                if !seen["reason"]["code"].is_null() {
                    // A busy node has troubles of its own before it comes to this one; those are told too.
                    visible = None;
                }
                return Err(Refusal::of(&format!("{seen:#}")));
            }
            Ok(desk.sindri(&["status"]).map_err(refusal)?.said)
        })?;
        let took = visible.map(|visible| visible.elapsed()).unwrap_or_default();
        assert!(took < PROMPT, "{}: the cluster knew it for {took:?}; before it, status told {trail:#?}", self.name);
        Ok(format!("# sindri status\n{}", words.status(&text)))
    }
}

/// The line in which a deploy names the cause; and how it ends, if it ends because of it.
fn deploy(desk: &Desk, words: &Words, named: &str) -> Outcome<String> {
    let mut deploy = desk.start(&["deploy", "--yes", "--timeout", "2m"])?;
    let lines = BufReader::new(deploy.stderr.take().ok_or("no errors")?).lines();
    let mut cause = None;
    let mut end = String::new();
    for line in lines {
        let line = line?;
        // Whether the events that go with it have arrived yet is chance.
        if line.starts_with("error: ") || line.starts_with("hint: ") {
            end += &format!("{line}\n");
        } else if cause.is_none() && line.contains("giving up in") && line.contains(named) {
            cause = Some(line);
            // Whoever has read the cause need not wait until the deploy gives up.
            Command::new("kill").args(["-INT", &deploy.id().to_string()]).status()?;
        }
    }
    let code = deploy.wait()?.code().unwrap_or(-1);
    let told = match (&cause, code) {
        (Some(cause), 130) => format!("# sindri deploy, as long as it may pass\n{}\n", words.said(cause)),
        _ => format!("# sindri deploy (exit code {code})\n{}", words.said(&end)),
    };
    Ok(told)
}

/// What every command says where none of them gets through.
fn nothing_works(name: &str, desk: &Desk, words: &Words) -> Outcome {
    let mut said = String::new();
    for command in [&["plan"][..], &["deploy", "--yes"], &["status"], &["list"], &["stop"]] {
        let ended = desk.sindri(command)?;
        said += &format!(
            "# sindri {} (exit code {})\n{}",
            command.join(" "),
            ended.code.unwrap_or(-1),
            words.said(&ended.said)
        );
    }
    let ended = desk.sindri(&["doctor"])?;
    said += &format!("# sindri doctor (exit code {})\n{}", ended.code.unwrap_or(-1), words.doctor(&ended.said));
    words::keep(name, &said)
}
