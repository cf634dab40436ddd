//! The command line: one file for each command, and what they share.

mod archive;
mod bring;
mod carry;
mod cluster;
mod completion;
mod connect;
mod converge;
mod deploy;
mod deploy_failure;
mod destroy;
mod destroy_failure;
mod doctor;
mod engine;
mod environment;
mod examination;
mod failure;
mod forward;
mod health;
mod history;
mod holder;
mod image;
mod init;
mod interrupt;
mod k8s;
mod line;
mod list;
mod live;
mod logs;
mod machine;
mod man;
mod output;
mod own_image;
mod pipes;
mod plan;
mod plan_file;
mod pod;
mod pushing;
mod reach;
mod ready;
pub mod reference;
mod registries;
mod registry_login;
mod remote;
mod removing;
mod render;
mod restart;
mod rollback;
mod runtime;
mod scaling;
mod schema;
mod source;
mod ssh;
mod standing;
mod start;
mod status;
mod stop;
mod story;
mod terminal;
mod tools;
mod trust;
mod ui;
mod unwritten;
mod validate;
mod value;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgAction, Args, CommandFactory as _, Parser, Subcommand};

use failure::Failure;
use line::Line;
use ui::{ColorChoice, Ui};

/// Declarative environments for people and agents on Kubernetes.
///
/// One file, `sindri.yaml`, says what an environment is; sindri makes it so.
#[derive(Debug, Parser)]
#[command(
    name = "sindri",
    version,
    propagate_version = false,
    max_term_width = 100,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// When to use colours.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        env = "SINDRI_COLOR",
        hide_env_values = true
    )]
    color: ColorChoice,
    /// Say nothing but what was asked for, and what went wrong.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more about what is done.
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
    /// Never ask; fail and name the flag that would have answered.
    #[arg(long, global = true, env = "SINDRI_NO_INPUT", hide_env_values = true, value_parser = clap::builder::FalseyValueParser::new())]
    no_input: bool,
}

impl Cli {
    /// Flags that exclude each other are found by the parser only where they stand on the same side of the command.
    fn consistent(self) -> Result<Self, clap::Error> {
        if self.global.quiet && self.global.verbose > 0 {
            let message = "the argument '--quiet' cannot be used with '--verbose...'";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, message));
        }
        Ok(self)
    }
}

impl Global {
    /// What holds while the command line is not understood.
    fn before_parsing(color: ColorChoice) -> Self {
        Self { color, quiet: false, verbose: 0, no_input: true }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Validate(validate::Validate),
    Render(render::Render),
    Plan(plan::Plan),
    #[command(visible_alias = "apply")]
    Deploy(deploy::Deploy),
    Status(status::Status),
    #[command(visible_alias = "ls")]
    List(list::List),
    Connect(connect::Connect),
    Logs(logs::Logs),
    Stop(stop::Stop),
    Start(start::Start),
    Restart(restart::Restart),
    History(history::History),
    Rollback(rollback::Rollback),
    Destroy(destroy::Destroy),
    Doctor(doctor::Doctor),
    Image(image::Image),
    K8s(k8s::K8s),
    Schema(schema::Schema),
    Completion(completion::Completion),
    Man(man::Man),
}

/// Runs the command line that this process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let line = Line::of_this_process();
    let cli = match line.parse().and_then(Cli::consistent) {
        Ok(cli) => cli,
        Err(error) => {
            let mut ui = Ui::new(&Global::before_parsing(line.color()));
            return failure::usage(&error, line.blame(&error, &command()), line.is_detailed(), &mut ui);
        }
    };
    let mut ui = Ui::new(&cli.global);
    let outcome = run(cli.command, &mut ui);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&mut ui),
    }
}

fn run(command: Command, ui: &mut Ui) -> Result<(), Failure> {
    match command {
        Command::Init(command) => command.run(ui),
        Command::Validate(command) => command.run(ui),
        Command::Render(command) => command.run(ui),
        Command::Plan(command) => command.run(ui),
        Command::Deploy(command) => command.run(ui),
        Command::Status(command) => command.run(ui),
        Command::List(command) => command.run(ui),
        Command::Connect(command) => command.run(ui),
        Command::Logs(command) => command.run(ui),
        Command::Stop(command) => command.run(ui),
        Command::Start(command) => command.run(ui),
        Command::Restart(command) => command.run(ui),
        Command::History(command) => command.run(ui),
        Command::Rollback(command) => command.run(ui),
        Command::Destroy(command) => command.run(ui),
        Command::Doctor(command) => command.run(ui),
        Command::Image(command) => command.run(ui),
        Command::K8s(command) => command.run(ui),
        Command::Schema(command) => command.run(ui),
        Command::Completion(command) => command.run(ui),
        Command::Man(command) => command.run(ui),
    }
}

/// The whole command line, for what is generated from it.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}
