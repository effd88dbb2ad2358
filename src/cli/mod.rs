//! The command line: what was asked for is wired to the use cases, and their results are printed.

mod args;
mod duration;
mod pages;
mod print;
mod printer;
mod read;
mod settings;
mod stand_in;
mod uins;
mod verbose;

use std::process::ExitCode;

use clap::Parser as _;

use crate::app::Wish;
use crate::cloud::{aliyun::Aliyun, tencent::Tencent};
use crate::model::Result;
use crate::render;
use args::{AliyunCommand, Arguments, Command, TencentCommand};

/// How a run ended, as the shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was read.
    Complete,
    /// Something could not be read.
    Incomplete,
    /// Usage, configuration or credentials are wrong: nothing was asked.
    Unusable,
    /// The user interrupted it.
    Interrupted,
}

impl Outcome {
    fn exit_status(self) -> u8 {
        match self {
            Self::Complete => 0,
            Self::Incomplete => 1,
            Self::Unusable => 2,
            Self::Interrupted => 130,
        }
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to stdout, and a pipe that is closed there is no error.
            _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let color = arguments.options.color.on_stderr();
    let outcome = run(arguments).unwrap_or_else(|error| {
        print::to_stderr(&render::error_for_people(&error, color));
        Outcome::Unusable
    });
    ExitCode::from(outcome.exit_status())
}

fn run(arguments: Arguments) -> Result<Outcome> {
    let Arguments { options, command } = arguments;
    match command {
        Command::Tencent { command: TencentCommand::Balance } => {
            read::run(&options, &Tencent, &Wish::Balance)
        }
        Command::Tencent { command: TencentCommand::Members(members) } => {
            let uins = uins::collect(&members.uin, members.uin_file.as_deref())?;
            read::run(&options, &Tencent, &Wish::Members(uins))
        }
        Command::Aliyun { command: AliyunCommand::Balance } => read::run(&options, &Aliyun, &Wish::Balance),
        Command::Sandbox(sandbox) => stand_in::serve(&sandbox),
        Command::Completions { shell } => pages::completions(shell),
        Command::Man { dir } => pages::man(dir.as_deref()),
        Command::Schema => print::to_stdout(render::SCHEMA),
    }
}
