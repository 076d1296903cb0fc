//! The binary as a user runs it, in a folder of its own.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Two strategies and two segments, every rate exact, played in a few milliseconds.
pub const SCENARIO: &str = r#"
name = "Offers by SMS, or by e-mail first?"
currency = "EUR"
start = 2026-01-05
horizon = "56d"
tail = "0d"
retention_window = "28d"
population = 100_000
simulate = 2_048
seed = 11

[channels.email]
cost_per_message = 0.002
delivery_rate = 0.98
open_rate = 0.30
click_to_open_rate = 0.20
opt_out_rate = 0.001
open_delay = { mean = "6h" }
landing = "web"
[channels.sms]
cost_per_message = 0.06
delivery_rate = 0.97
open_rate = 0.90
click_to_open_rate = 0.12
opt_out_rate = 0.002
open_delay = "10m"
landing = "web"
[channels.web]
order_rate = 0.06
[channels.store]
order_rate = 0.30

[segments.regulars]
share = 0.7
joined = { base = { age = "0d" } }
opt_in = { email = 0.8, sms = 0.6 }
needs = { every = "14d", shape = 2.0 }
dropout = { after-order = 0.05 }
basket = { lognormal = { mean = 60, cv = 0.8 } }
gross_margin = 0.4
entry = { web = 0.7, store = 0.3 }
hops = { web = { store = 0.15 }, store = { web = 0.05 } }
[segments.occasional]
share = 0.3
joined = { base = { age = "0d" } }
opt_in = { email = 0.6, sms = 0.3 }
needs = { every = "40d" }
dropout = { after-order = 0.10 }
basket = { fixed = 35 }
gross_margin = 0.3
entry = { web = 0.9, store = 0.1 }
hops = { web = { store = 0.10 }, store = { web = 0.05 } }

[campaigns.offer]
trigger = { every = "7d", at = "10:00" }
goal = "order"

[strategies.blast.campaigns.offer]
blast = ["sms"]
[strategies.cascade.campaigns.offer]
cascade = [{ send = "email" }, { send = "sms", after = "24h", unless = "clicked" }]
"#;

/// `--set` that makes two of its inputs uncertain.
pub const UNCERTAIN: [&str; 4] = [
    "--set",
    "channels.sms.cost_per_message={ low = 0.04, typical = 0.06, high = 0.09 }",
    "--set",
    "channels.sms.click_to_open_rate={ low = 0.06, typical = 0.12, high = 0.20 }",
];

/// What a run of the program came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Said {
    /// What it said when all went well.
    #[track_caller]
    pub fn fine(self) -> String {
        assert_eq!(self.code, Some(0), "{}", self.err);
        self.out
    }

    /// Its answer as JSON.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        serde_json::from_str(&self.fine()).expect("the answer is JSON")
    }

    /// What it told as an error, for bad input: exit code 2, nothing on standard output.
    #[track_caller]
    pub fn refused(self) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{}", self.err);
        assert!(self.err.starts_with("error: ") && !self.err.contains("panicked"), "{}", self.err);
        self.err
    }
}

/// A folder that goes when the test is over, with [`SCENARIO`] in it as `offers.toml`.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        let place = Self(tempfile::tempdir().expect("a temporary folder"));
        place.write("offers.toml", SCENARIO);
        place
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.at(name), text).expect("the file can be written");
    }

    /// Names of what lies in it, hidden things too.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.path()).expect("the folder can be read");
        let mut names: Vec<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The program about to run here.
    pub fn command<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_channelmix"));
        command.args(arguments).current_dir(self.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program here.
    pub fn run<S: AsRef<std::ffi::OsStr>>(&self, arguments: &[S]) -> Said {
        said(self.command(arguments).spawn().expect("the program starts"))
    }

    /// Runs the program here with something on its standard input.
    pub fn run_on(&self, input: &[u8], arguments: &[&str]) -> Said {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().expect("the program starts");
        // Dropped at once, so that the program sees the end.
        child.stdin.take().expect("it was piped").write_all(input).expect("the program reads");
        said(child)
    }

    /// Runs the program here, which must be done long before it could have played what it was asked to.
    #[track_caller]
    pub fn run_at_once(&self, arguments: &[&str]) -> Said {
        let mut child = self.command(arguments).spawn().expect("the program starts");
        let begin = Instant::now();
        while child.try_wait().expect("it is a child").is_none() {
            if begin.elapsed() > Duration::from_secs(60) {
                let _ = child.kill();
                panic!("it plays instead of refusing");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        said(child)
    }
}

/// Waits for the program.
pub fn said(child: Child) -> Said {
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("it says text");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}
