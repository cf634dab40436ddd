//! How an answer is written: for a person, or for a program.

use clap::{Args, ValueEnum};
use serde_json::Value;

use crate::report::yaml;

/// For commands that answer with one document.
#[derive(Debug, Args)]
pub(super) struct DocumentArguments {
    /// How to write the answer.
    #[arg(
        short,
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "text",
        env = "SINDRI_OUTPUT",
        hide_env_values = true
    )]
    output: Document,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Document {
    /// For a person.
    Text,
    /// For a program.
    Json,
    /// For a program.
    Yaml,
}

impl DocumentArguments {
    /// The answer as it was asked for.
    pub(super) fn answer(&self, text: impl FnOnce() -> String, data: impl FnOnce() -> Value) -> String {
        self.for_program(data).unwrap_or_else(text)
    }

    /// The answer, if a program wants it: a person has seen what happened.
    pub(super) fn for_program(&self, data: impl FnOnce() -> Value) -> Option<String> {
        match self.output {
            Document::Text => None,
            Document::Json => Some(format!("{:#}\n", data())),
            Document::Yaml => Some(yaml::document(&data())),
        }
    }
}

/// For commands that show objects, as kubectl has it.
#[derive(Debug, Args)]
pub(super) struct ListingArguments {
    /// How to write the answer.
    #[arg(
        short,
        long,
        value_enum,
        value_name = "FORMAT",
        default_value = "text",
        env = "SINDRI_OUTPUT",
        hide_env_values = true
    )]
    pub(super) output: Listing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Listing {
    /// For a person.
    Text,
    /// For a person who wants to know more.
    Wide,
    /// For a program.
    Json,
    /// For a program.
    Yaml,
    /// Only what it is called.
    Name,
}

/// For commands that change something, and then wait until the cluster has done it.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct WaitArguments {
    /// Wait until it has happened: ready, stopped or gone. This is the default.
    #[arg(long, overrides_with = "no_wait")]
    wait: bool,
    /// Do not wait until it has happened.
    #[arg(long, overrides_with = "wait")]
    pub(super) no_wait: bool,
}
