//! What came out, for people to read: the same in each run.

use std::fmt::Write as _;

use regex::{Captures, Regex};

use super::case::{Case, Found, Verdict};

const HEAD: &str = "\
# Attacks on signed images

Each row is an image in a real registry, signed by a real cosign 2 or 3 against stand-ins for the public services, or forged with their
keys; and what cosign and `sindri image verify` say of it under the same policy. `make test` does all of it anew and compares; a cosign that
is not asked (–) does not know the form. What cosign refuses is never accepted: where an image has signatures of two forms, one cosign that
accepts suffices.

`tests/attacks` makes the images; `SINDRI_OVERWRITE=1 cargo test --test cluster attacks` writes this table.
";

/// What differs from run to run, and what it is called here instead.
const VARYING: [(&str, &str); 15] = [
    (r"^the image \S+ is refused: ", ""),
    (r"10\.200\.\d+\.2:5000", "registry.example"),
    (r"10\.200\.\d+\.2:5001", "registry.example"),
    (r"127\.0\.0\.1:\d+", "registry.example"),
    (r"10\.200\.\d+\.2", "rekor.example"),
    (r"[0-9a-f]{12,}", "…"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?UTC|Z)?", "TIME"),
    (r"[A-Za-z0-9+/]{43}=", "KEY"),
    (r"(/[^ ':,]+)+/made/(cases/[a-z0-9.-]+|[a-z]+)/", ""),
    (r"\b\d{7,}\b", "N"),
    (r"column \d+", "column N"),
    (r"decoded \d+ bytes", "decoded N bytes"),
    (r"DER byte \d+", "DER byte N"),
    (r"\d+ proof hashes, got \d+", "N proof hashes, got N"),
    (r" \(tried \d+ times in [\d.]+ s\)", ""),
];

/// Of a message that goes on and on: as much as tells what it is about.
const LONGEST: usize = 500;

pub(super) fn write(found: &[(&Case, &Found)]) -> String {
    let mut text = HEAD.to_owned();
    for (title, verdict) in
        [("Accepted", Verdict::Accepted), ("Refused", Verdict::Refused), ("The registry is at fault", Verdict::Fault)]
    {
        let rows: Vec<_> = found.iter().filter(|(case, _)| case.expected == verdict).collect();
        write!(text, "\n## {title}: {}\n\n", rows.len()).unwrap_or_default();
        text.push_str(
            "| | what was done | how it was made | cosign 2 | cosign 3 | sindri |\n|---|---|---|---|---|---|\n",
        );
        for (case, found) in rows {
            row(&mut text, case, found);
        }
    }
    text
}

fn row(text: &mut String, case: &Case, found: &Found) {
    let where_it_is = if case.registry == "referrers" { "; referrers" } else { "" };
    writeln!(
        text,
        "| {} | {} | {}{where_it_is} | {} | {} | {}{} |",
        case.name,
        cell(&case.title),
        cell(&case.made),
        found.cosign2.shown(),
        found.cosign3.shown(),
        found.sindri.shown(),
        if found.sindri == Verdict::Accepted { String::new() } else { format!(": {}", cell(&said(&found.stderr))) },
    )
    .unwrap_or_default();
}

/// The message, without what only this run has, and without hints.
fn said(stderr: &str) -> String {
    let lines: Vec<&str> = stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let message = lines.iter().take_while(|line| !line.starts_with("hint:")).copied().collect::<Vec<_>>().join(" ");
    let message = message.strip_prefix("error: ").unwrap_or(&message).to_owned();
    let message = VARYING.iter().fold(message, |message, (pattern, name)| match Regex::new(pattern) {
        Ok(pattern) => pattern.replace_all(&message, |_: &Captures<'_>| *name).into_owned(),
        Err(error) => error.to_string(),
    });
    if message.chars().count() <= LONGEST {
        return message;
    }
    message.chars().take(LONGEST).chain(" …".chars()).collect()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The rows without the messages: where a forgery is seen first depends on how long the logs are by then. What a message has
/// to say is said by each case.
pub(super) fn verdicts(table: &str) -> String {
    let row = |line: &str| match line.rsplit_once(" | ") {
        Some((rest, said)) => {
            format!("{rest} | {}\n", said.split(": ").next().unwrap_or_default().trim_end_matches(" |"))
        }
        None => format!("{line}\n"),
    };
    table.lines().map(row).collect()
}

/// The first rows in which two tables differ.
pub(super) fn difference(expected: &str, said: &str) -> String {
    let mut shown = "docs/image-attacks.md is not what came out; SINDRI_OVERWRITE=1 writes it:".to_owned();
    let (expected, said): (Vec<_>, Vec<_>) = (expected.lines().collect(), said.lines().collect());
    let (before, after) =
        (said.iter().filter(|line| !expected.contains(line)), expected.iter().filter(|line| !said.contains(line)));
    for (sign, line) in after.take(5).map(|line| ('-', line)).chain(before.take(5).map(|line| ('+', line))) {
        write!(shown, "\n    {sign} {line}").unwrap_or_default();
    }
    shown
}
