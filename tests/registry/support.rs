//! What the tests of registries share with those of clusters.

use std::error::Error;
use std::process::Command;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error>>;

pub(crate) fn run(mut command: Command, _: &str) -> Outcome<String> {
    let output = command.output()?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    if output.status.success() { Ok(said) } else { Err(format!("{command:?} failed: {said}").into()) }
}
