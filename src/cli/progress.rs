//! A progress bar on a terminal; silence in a pipe.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::simulation::Progress;

/// Shows how many customers were played.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar for a number of customers, hidden unless someone watches.
    pub fn new(customers: u64, quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(customers);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} customers, {eta} left") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// A bar for a number of experiments.
    pub fn experiments(experiments: u64, quiet: bool) -> Self {
        let bar = Self::new(experiments, quiet);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} experiments, {eta} left") {
            bar.0.set_style(style);
        }
        bar
    }

    /// A bar that counts customers without knowing how many there will be.
    pub fn counting(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::no_length();
        if let Ok(style) = ProgressStyle::with_template("{human_pos} customers played") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Prints something without tearing the bar.
    pub fn pause<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }

    /// More customers than was thought.
    pub fn expect(&self, customers: u64) {
        self.0.set_length(customers);
    }

    /// Takes the bar away.
    pub fn done(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn advance(&self, customers: u64) {
        self.0.inc(customers);
    }
}

/// Shows how much of a file was read.
pub struct Bytes(ProgressBar);

impl Bytes {
    /// A bar, hidden unless someone watches.
    pub fn new(quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// So far it was read, in this pass.
    pub fn at(&self, pass: u32, read: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(read);
        self.0.set_message(format!("pass {pass}"));
    }

    /// Takes the bar away.
    pub fn done(&self) {
        self.0.finish_and_clear();
    }
}
