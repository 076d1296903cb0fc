//! What goes wrong at the command line, and how it is told: one clear error, exit code 2 for bad input.

use std::io::IsTerminal;
use std::process::ExitCode;

use crate::abtest::data;
use crate::output;
use crate::results;
use crate::scenario::{Problem, Problems, Sources};

/// Why a command could not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// The scenario is wrong.
    Scenario(Box<(Problems, Sources)>),
    /// The scenario is wrong at this point of a sweep, `KEY=VALUE`.
    Point(Box<(String, Problems, Sources)>),
    /// An argument is wrong.
    Argument {
        /// What is wrong.
        what: String,
        /// What is allowed or what to do.
        help: String,
    },
    /// The data of a test are wrong.
    Data(data::Error),
    /// Results could not be written or read.
    Results(results::Error),
    /// A file or folder could not be written.
    Place(output::Error),
    /// Nobody reads the output any more.
    Output(std::io::Error),
}

impl From<results::Error> for Failure {
    fn from(error: results::Error) -> Self {
        Self::Results(error)
    }
}

impl From<output::Error> for Failure {
    fn from(error: output::Error) -> Self {
        Self::Place(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Output(error)
    }
}

impl Failure {
    /// An argument that cannot be followed.
    pub fn argument(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Argument { what: what.into(), help: help.into() }
    }

    /// A problem of a scenario that only its numbers show.
    pub fn of_world(problem: Problem, sources: &Sources) -> Self {
        let mut problems = Problems::default();
        problems.push(problem);
        Self::Scenario(Box::new((problems, sources.clone())))
    }

    /// Tells it on standard error.
    pub fn tell(self) -> ExitCode {
        match self {
            Self::Scenario(inner) => {
                let (problems, sources) = *inner;
                anstream::eprint!("{}", problems.render(&sources, std::io::stderr().is_terminal()));
                ExitCode::from(2)
            }
            Self::Point(inner) => {
                let (point, problems, sources) = *inner;
                anstream::eprint!("{}", problems.render(&sources, std::io::stderr().is_terminal()));
                anstream::eprintln!("nothing was played: that is what --sweep makes of the scenario at {point}");
                ExitCode::from(2)
            }
            Self::Argument { what, help } => {
                anstream::eprintln!("error: {what}");
                if !help.is_empty() {
                    anstream::eprintln!("  help: {help}");
                }
                ExitCode::from(2)
            }
            Self::Results(error) => {
                anstream::eprintln!("error: {error}");
                ExitCode::from(2)
            }
            Self::Data(error) => {
                anstream::eprintln!("error: {error}");
                ExitCode::from(2)
            }
            Self::Place(error) => {
                anstream::eprintln!("error: {error}");
                ExitCode::from(2)
            }
            // `channelmix … | head` is no mistake.
            Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Self::Output(error) => {
                anstream::eprintln!("error: the output could not be written: {error}");
                ExitCode::FAILURE
            }
        }
    }
}
