//! Files that are wrong. Each `tests/invalid/NAME.yaml` says what is wrong with it in its name, and `NAME.txt` beside it
//! is what a person is told: where it is, and what to type instead. `SINDRI_OVERWRITE=1` writes the second from the first;
//! what it writes is right only if it is what you would like to be told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use serde_json::Value;
use sindri::config::problem::Code;

use crate::run::{Ended, Folder, Outcome};

/// The file itself cannot be read: there is nothing to commit. `validate` and `contract` produce these.
const WITHOUT_A_FILE: [Code; 5] =
    [Code::NotFound, Code::IsADirectory, Code::PermissionDenied, Code::Unreadable, Code::TooLarge];

/// More than a person reads.
const MOST_SHOWN: usize = 50;

/// It takes a second on an idle machine. A busy one is slower; an algorithm that is quadratic takes many minutes.
const LIMIT: Duration = Duration::from_secs(30);

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid")
}

/// The names of the files with this extension, without it.
fn names(extension: &str) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(corpus())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(extension).map(str::to_owned));
    }
    Ok(names)
}

/// Validates every file, with these arguments more.
fn validate_all(arguments: &[&str]) -> io::Result<BTreeMap<String, Ended>> {
    let (names, folder) = (names(".yaml")?, Folder::new()?);
    let names: Vec<&String> = names.iter().collect();
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let validate = |name: &String| {
        let line = ["validate", "--file"].into_iter().chain([name.as_str()]).chain(arguments.iter().copied());
        let ended = folder.sindri(line).within(corpus()).variable("COLUMNS", "100").end()?;
        Ok((name.trim_end_matches(".yaml").to_owned(), ended))
    };
    thread::scope(|scope| {
        let part = names.len().div_ceil(workers).max(1);
        let parts: Vec<_> = names
            .chunks(part)
            .map(|names| {
                let files: Vec<String> = names.iter().map(|name| format!("{name}.yaml")).collect();
                scope.spawn(move || files.iter().map(validate).collect::<io::Result<Vec<_>>>())
            })
            .collect();
        let mut all = BTreeMap::new();
        for part in parts {
            all.extend(part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        }
        Ok(all)
    })
}

/// The first line in which two texts differ.
fn difference(expected: &str, said: &str) -> String {
    let (mut expected, mut said) = (expected.split('\n'), said.split('\n'));
    let mut number = 1;
    loop {
        match (expected.next(), said.next()) {
            (None, None) => return "no difference".to_owned(),
            (left, right) if left == right => number += 1,
            (left, right) => {
                let shown = |line: Option<&str>| line.map_or("(nothing more)".to_owned(), |line| format!("{line:?}"));
                return format!("line {number}\n    expected {}\n    but it is {}", shown(left), shown(right));
            }
        }
    }
}

#[test]
fn a_person_is_told_exactly_what_is_wrong_with_each_file() -> Outcome {
    let overwrite = env::var_os("SINDRI_OVERWRITE").is_some_and(|value| value == "1");
    let mut wrong = String::new();
    for (name, ended) in validate_all(&[])? {
        if ended.code != Some(2) {
            writeln!(wrong, "{name}: exit code {:?} instead of 2", ended.code)?;
        }
        if !ended.data.is_empty() {
            writeln!(wrong, "{name}: standard output is not empty: {:?}", ended.data)?;
        }
        let path = corpus().join(format!("{name}.txt"));
        if overwrite {
            fs::write(path, &ended.said)?;
            continue;
        }
        match fs::read_to_string(path) {
            Ok(expected) if expected == ended.said => {}
            Ok(expected) => writeln!(wrong, "{name}: {}", difference(&expected, &ended.said))?,
            Err(error) => writeln!(wrong, "{name}: {name}.txt cannot be read: {error}")?,
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    Ok(())
}

/// What a person can be told of one problem: its first line, where it is, and the hint.
fn told(problem: &Value, file: &str) -> Vec<String> {
    let text = |key: &str| problem[key].as_str().unwrap_or_default();
    let place = match (problem["line"].as_u64(), problem["column"].as_u64()) {
        (Some(line), Some(column)) => format!("--> {file}:{line}:{column}"),
        _ => format!("--> {file}"),
    };
    let mut lines = vec![format!("error[{}]: {}", text("code"), text("message")), place];
    lines.extend(problem["hint"].as_str().map(|hint| format!("= hint: {hint}")));
    lines
}

#[test]
fn a_program_is_told_the_same_as_a_person() -> Outcome {
    let documented = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/problems.md"))?;
    let people = validate_all(&[])?;
    let mut wrong = String::new();
    for (name, ended) in validate_all(&["-o", "json"])? {
        let file = format!("{name}.yaml");
        if (ended.code, ended.said.as_str()) != (Some(2), "") {
            writeln!(wrong, "{name}: exit code {:?}, standard error {:?}", ended.code, ended.said)?;
        }
        let verdict: Value = serde_json::from_str(&ended.data).map_err(|error| format!("{name}: {error}"))?;
        let head = (&verdict["format_version"], &verdict["valid"], &verdict["file"]);
        if head != (&Value::from("1"), &Value::from(false), &Value::from(file.as_str())) {
            writeln!(wrong, "{name}: {head:?}")?;
        }
        let Some(problems) = verdict["problems"].as_array().filter(|problems| !problems.is_empty()) else {
            writeln!(wrong, "{name}: no problems")?;
            continue;
        };
        for problem in problems {
            let code = problem["code"].as_str().unwrap_or_default();
            if !documented.contains(&format!("| `{code}` |")) {
                writeln!(wrong, "{name}: the code `{code}` is not in docs/problems.md")?;
            }
        }
        let expected: Vec<String> = problems.iter().flat_map(|problem| told(problem, &file)).collect();
        let is_told = |line: &&str| ["error[", "--> ", "= hint: "].iter().any(|start| line.starts_with(start));
        let said: Vec<&str> = people.get(&name).map_or("", |ended| &ended.said).lines().map(str::trim_start).collect();
        let said: Vec<&str> = said.into_iter().filter(is_told).collect();
        if said != expected {
            writeln!(wrong, "{name}: a person is told {said:#?}\n  and a program {expected:#?}")?;
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    Ok(())
}

#[test]
fn every_file_has_its_words_and_all_words_have_their_file() -> Outcome {
    let (files, words) = (names(".yaml")?, names(".txt")?);
    assert!(files.len() >= 150, "only {} bad files are left", files.len());
    let lonely: Vec<&String> = files.symmetric_difference(&words).collect();
    assert_eq!(lonely, Vec::<&String>::new(), "a bad file needs its words beside it; SINDRI_OVERWRITE=1 writes them");
    let others: Vec<String> = names("")?
        .into_iter()
        .filter(|name| ![".yaml", ".txt"].iter().any(|extension| name.ends_with(extension)))
        .collect();
    assert_eq!(others, [".gitattributes"], "git must not change the line ends of these files");
    Ok(())
}

#[test]
fn every_problem_that_a_file_can_have_is_in_the_corpus() -> Outcome {
    let mut found = BTreeSet::new();
    for (name, ended) in validate_all(&["-o", "json"])? {
        let verdict: Value = serde_json::from_str(&ended.data).map_err(|error| format!("{name}: {error}"))?;
        let codes = verdict["problems"].as_array().into_iter().flatten().filter_map(|problem| problem["code"].as_str());
        found.extend(codes.map(str::to_owned));
    }
    let possible = Code::ALL.iter().filter(|code| !WITHOUT_A_FILE.contains(code));
    let missing: Vec<&str> = possible.map(|code| code.as_str()).filter(|code| !found.contains(*code)).collect();
    assert_eq!(missing, Vec::<&str>::new());
    Ok(())
}

/// The start of a valid file.
const HEAD: &str = "version: \"1.0\"\nname: demo\ndeployment:\n  provider: kubernetes\n";

/// A file of nearly 1 MiB, of as many different lines as fit.
fn large(head: &str, line: impl Fn(usize) -> String) -> (String, usize) {
    let mut text = head.to_owned();
    for number in 0.. {
        let next = line(number);
        if text.len() + next.len() > 1 << 20 {
            return (text, number);
        }
        text.push_str(&next);
    }
    (text, 0)
}

#[test]
fn a_file_with_very_many_mistakes_is_read_in_no_time() -> Outcome {
    for (what, (text, count)) in [
        ("unknown keys", large(HEAD, |number| format!("key{number}: {number}\n"))),
        ("misspelled keys", large(HEAD, |number| format!("provider{number}: x\n"))),
        ("names that are wrong", large(&format!("{HEAD}  env:\n"), |number| format!("    A-{number}: x\n"))),
        ("aliases", large(&format!("{HEAD}  env:\n"), |number| format!("    A{number}: *a\n"))),
        ("one line", large(&format!("{HEAD}  env: {{"), |number| format!(" A-{number}: x,"))),
    ] {
        let text = if what == "one line" { text + "}\n" } else { text };
        assert!(count > 40_000, "{what}: {count}");
        let folder = Folder::new()?;
        folder.write("bad.yaml", &text)?;
        let started = Instant::now();
        let ended = folder.sindri(["validate", "-f", "bad.yaml"]).end()?;
        assert!(started.elapsed() < LIMIT, "{what}: {:?}", started.elapsed());
        assert_eq!(ended.code, Some(2), "{what}");
        assert_eq!(ended.said.matches("\nerror[").count() + 1, MOST_SHOWN, "{what}");
        let problems: usize = ended
            .said
            .lines()
            .last()
            .and_then(|line| line.strip_prefix("error: bad.yaml has ")?.strip_suffix(" problems")?.parse().ok())
            .ok_or(format!("{what}: no count in {:?}", ended.said.lines().last()))?;
        assert_eq!(problems, count, "{what}");
        assert!(ended.said.contains(&format!("\n… and {} more\n", problems - MOST_SHOWN)), "{what}");
    }
    Ok(())
}

#[test]
fn a_program_is_told_all_of_very_many_mistakes() -> Outcome {
    let (text, count) = large(HEAD, |number| format!("key{number}: {number}\n"));
    let folder = Folder::with(&text)?;
    let started = Instant::now();
    let ended = folder.sindri(["validate", "-o", "json"]).end()?;
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    let verdict: Value = serde_json::from_str(&ended.data)?;
    let problems = verdict["problems"].as_array().ok_or("no problems")?;
    assert_eq!((ended.code, problems.len()), (Some(2), count));
    let last = problems.last().ok_or("no last problem")?;
    assert_eq!(
        (last["line"].as_u64(), last["column"].as_u64()),
        (u64::try_from(count).ok().map(|line| line + 4), Some(1))
    );
    Ok(())
}

#[test]
fn ten_megabytes_of_nonsense_are_one_problem() -> Outcome {
    let folder = Folder::new()?;
    // Every byte there is, in an order that no text has.
    let nonsense: Vec<u8> = (0..10_u32 << 20).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    folder.write("nonsense.yaml", nonsense)?;
    let started = Instant::now();
    let ended = folder.sindri(["validate", "-f", "nonsense.yaml"]).end()?;
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    assert_eq!(
        ended.to_string(),
        "exit code 2\n--- standard output\n--- standard error\n\
         error[too-large]: the file is larger than 1 MiB\n--> nonsense.yaml\n = hint: is it the right file?\n"
    );
    Ok(())
}

#[test]
fn endless_input_ends() -> Outcome {
    for script in ["\"$0\" validate -f - < /dev/zero", "\"$0\" validate -f /dev/zero", "yes | \"$0\" validate -f -"] {
        let started = Instant::now();
        let ended = Folder::new()?.shell(script).variable("PATH", "/usr/bin:/bin").end()?;
        assert!(started.elapsed() < LIMIT, "{script}: {:?}", started.elapsed());
        assert_eq!(ended.code, Some(2), "{script}");
        assert!(
            ended.said.starts_with("error[too-large]: the file is larger than 1 MiB\n"),
            "{script}: {}",
            ended.said
        );
    }
    Ok(())
}
