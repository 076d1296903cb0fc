//! `channelmix import`: journeys of other tools as strategies.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::failure::Failure;
use super::interrupt;
use crate::import::{Does, Error, Journey, Meaning, Meanings, Names, What, slug, translate};
use crate::output::{Place, Replaces};
use crate::scenario::{Response, Scenario, check_trigger, harmless, load, nearest, unusable_name};

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// A journey of Dittofeed (JSON) as a campaign and a strategy, to be pasted into a scenario. What has no counterpart is
    /// listed, with its line; exit code 1 if there is any such thing.
    Dittofeed(Box<Dittofeed>),
}

/// Arguments of `import dittofeed`.
#[derive(Debug, clap::Args)]
struct Dittofeed {
    /// The journey, or its definition alone, as Dittofeed's API answers it; `-` reads standard input.
    #[arg(value_name = "JOURNEY.json")]
    file: PathBuf,
    /// Write the campaign and the strategy to this file instead of printing them.
    #[arg(long, value_name = "FILE.toml")]
    output: Option<PathBuf>,
    /// Replace the file if it exists.
    #[arg(long, requires = "output")]
    overwrite: bool,
    /// Name of the campaign; the journey's name unless said otherwise.
    #[arg(long, value_name = "NAME")]
    campaign: Option<String>,
    /// Name of the strategy; the campaign's unless said otherwise.
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// What brings customers in, as a trigger of a scenario: `--trigger joined`, `--trigger '{ event = "inactive", for = "60d" }'`.
    #[arg(long, value_name = "TRIGGER")]
    trigger: Option<String>,
    /// What a segment of the journey is: an effect of the run's earlier messages (delivered, opened, clicked, replied, responded
    /// or ordered), or segments of the scenario with commas between. Repeatable.
    #[arg(long, value_name = "ID=MEANING")]
    segment: Vec<String>,
    /// Channel of the scenario for a type of messages (such as Email or Webhook) or for a node: `--channel Webhook=whatsapp`.
    /// Repeatable.
    #[arg(long, value_name = "TYPE-OR-NODE=CHANNEL")]
    channel: Vec<String>,
    /// The scenario that it is meant for: names are held to it, and it says which segments are outside of one.
    #[arg(long, value_name = "FILE.toml")]
    scenario: Option<PathBuf>,
    /// No list on standard error; it stays in the comments.
    #[arg(long)]
    quiet: bool,
}

/// A file larger than this holds no journey, in bytes.
const LARGEST: u64 = 16 << 20;

/// Imports.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    match &arguments.from {
        From::Dittofeed(dittofeed) => dittofeed.run(),
    }
}

impl Dittofeed {
    fn run(&self) -> Result<ExitCode, Failure> {
        let place = self.output.as_deref().map(|path| self.place(path)).transpose()?;
        let scenario = self.scenario.as_deref().map(scenario).transpose()?;
        let text = self.text()?;
        let journey = Journey::read(&text).map_err(|error| self.wrong(&error))?;
        let meanings = self.meanings(&journey, scenario.as_ref())?;
        let names = self.names(&journey, scenario.as_ref())?;
        let trigger = self.trigger.as_deref().map(trigger).transpose()?;
        let translation = translate(&journey, &meanings, names, trigger).map_err(|error| self.wrong(&error))?;
        let fragment = translation.fragment();
        if let Some(place) = &place {
            interrupt::held_back(|| place.write_stream(|out| out.write_all(fragment.as_bytes())))?;
        } else {
            let mut out = std::io::stdout().lock();
            out.write_all(fragment.as_bytes())?;
            out.flush()?;
        }
        if !self.quiet {
            let file = self.file.display();
            for what in What::ALL {
                for told in translation.told.iter().filter(|told| told.what == what) {
                    anstream::eprintln!("{file}:{}: {told}", told.line);
                }
            }
        }
        Ok(if translation.whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn place(&self, path: &Path) -> Result<Place, Failure> {
        if path.extension().is_none_or(|extension| extension != "toml") {
            let what = format!("--output writes a part of a scenario, not {}", path.display());
            return Err(Failure::argument(what, "call it FILE.toml"));
        }
        let what = "a part of a scenario";
        Ok(Place::prepare(path, if self.overwrite { Replaces::File(what) } else { Replaces::Nothing(what) })?)
    }

    fn text(&self) -> Result<String, Failure> {
        let name = self.file.display();
        let help = "give a journey of Dittofeed as JSON";
        let stream: std::io::Result<Box<dyn Read>> = if self.file == Path::new("-") {
            Ok(Box::new(std::io::stdin()))
        } else {
            std::fs::File::open(&self.file).map(|file| Box::new(file) as Box<dyn Read>)
        };
        let mut bytes = Vec::new();
        let read = stream.and_then(|stream| stream.take(LARGEST + 1).read_to_end(&mut bytes));
        read.map_err(|error| Failure::argument(format!("{name} cannot be read: {error}"), help))?;
        if bytes.len() as u64 > LARGEST {
            return Err(Failure::argument(format!("{name} is larger than {} MB", LARGEST >> 20), help));
        }
        String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + valid.iter().filter(|&&byte| byte == b'\n').count();
            Failure::argument(format!("{name}:{line}: this is not UTF-8 text"), "save the file as UTF-8")
        })
    }

    fn wrong(&self, error: &Error) -> Failure {
        let place = error.at.map_or(String::new(), |at| format!("{}:{}:", at.line, at.column));
        Failure::argument(format!("{}:{place} {error}", self.file.display()), error.help.clone())
    }

    fn names(&self, journey: &Journey, scenario: Option<&Scenario>) -> Result<Names, Failure> {
        let own = journey.name.as_deref().map_or_else(|| "journey".to_owned(), slug);
        let campaign = self.campaign.clone().unwrap_or(own);
        let strategy = self.strategy.clone().unwrap_or_else(|| campaign.clone());
        for (option, name) in [("--campaign", &campaign), ("--strategy", &strategy)] {
            if let Some(why) = unusable_name(name) {
                let help = "names have 1 to 64 characters: letters, digits, spaces, `-` and `_` are always fine";
                return Err(Failure::argument(format!("{option} \"{name}\" cannot be used: {why}"), help));
            }
        }
        if strategy == crate::scenario::NONE {
            let help = "doing nothing is always played under that name: give another --strategy";
            return Err(Failure::argument("a strategy cannot be called `none`", help));
        }
        if let Some(scenario) = scenario {
            let campaign_there = scenario.campaigns.iter().any(|other| other.name == campaign);
            let strategy_there = scenario.strategies.iter().any(|other| other.name == strategy);
            let there = [("campaign", &campaign, campaign_there), ("strategy", &strategy, strategy_there)];
            if let Some((what, name, _)) = there.into_iter().find(|(_, _, there)| *there) {
                let taken = format!("{} has a {what} called `{name}` already", scenario.name);
                return Err(Failure::argument(taken, format!("give another --{what}")));
            }
        }
        let file = self.file.file_name().map_or_else(|| "-".to_owned(), |name| name.to_string_lossy().into_owned());
        let file = if file == "-" { "standard input".to_owned() } else { harmless(&file, 200) };
        Ok(Names { file, campaign, strategy })
    }

    fn meanings(&self, journey: &Journey, scenario: Option<&Scenario>) -> Result<Meanings, Failure> {
        let mut meanings = Meanings {
            scenario_segments: scenario.map(|scenario| scenario.segments.iter().map(|s| s.name.clone()).collect()),
            ..Meanings::default()
        };
        let (segments, places) = words(journey);
        for text in &self.segment {
            let (id, meaning) = pair("--segment", text, "say --segment ID=opened, or --segment ID=students,seniors")?;
            known("--segment", "the journey asks for no segment", id, &segments)?;
            let meaning = meaning_of(meaning, scenario)?;
            if meanings.segments.insert(id.to_owned(), meaning).is_some() {
                return Err(Failure::argument(format!("--segment {id} is said twice"), ""));
            }
        }
        for text in &self.channel {
            let (place, channel) = pair("--channel", text, "say --channel Webhook=whatsapp")?;
            known("--channel", "the journey has no message or type of messages", place, &places)?;
            if let Some(scenario) = scenario {
                let all: BTreeSet<String> = contacts(scenario);
                known("--channel", "the scenario has no channel for messages", channel, &all)?;
            }
            if meanings.channels.insert(place.to_owned(), channel.to_owned()).is_some() {
                return Err(Failure::argument(format!("--channel {place} is said twice"), ""));
            }
        }
        if let Some(scenario) = scenario {
            let all = contacts(scenario);
            for node in &journey.nodes {
                if let Does::Message { channel: kind, .. } = &node.does {
                    let channel = meanings.channel(&node.id, kind);
                    if !all.contains(&channel) {
                        let what = format!("{} has no channel for messages called `{channel}`", scenario.name);
                        let help = format!("say which it is for messages of type {kind}: --channel {kind}=NAME");
                        return Err(Failure::argument(what, help));
                    }
                }
            }
        }
        Ok(meanings)
    }
}

fn scenario(path: &Path) -> Result<Scenario, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::argument(format!("{} cannot be read: {error}", path.display()), "--scenario FILE.toml")
    })?;
    let loaded = load(&path.to_string_lossy(), &text, &[]);
    loaded.scenario.ok_or_else(|| Failure::Scenario(Box::new((loaded.problems, loaded.sources))))
}

fn contacts(scenario: &Scenario) -> BTreeSet<String> {
    let contacts = scenario.channels.iter().filter(|channel| channel.contact.is_some());
    contacts.map(|channel| channel.name.clone()).collect()
}

/// The segments that a journey asks for, and the words by which its messages are told apart.
fn words(journey: &Journey) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut segments, mut places) = (BTreeSet::new(), BTreeSet::new());
    for node in &journey.nodes {
        match &node.does {
            Does::Message { channel, .. } => places.extend([node.id.clone(), channel.clone()]),
            Does::Split { segment, .. } => _ = segments.insert(segment.clone()),
            Does::WaitFor { segments: several, .. } => segments.extend(several.iter().map(|(id, _)| id.clone())),
            Does::Delay { .. } | Does::Cohort(_) | Does::Other(_) => {}
        }
    }
    (segments, places)
}

fn pair<'a>(option: &str, text: &'a str, help: &str) -> Result<(&'a str, &'a str), Failure> {
    let pair = text.split_once('=').map(|(key, value)| (key.trim(), value.trim()));
    pair.filter(|(key, value)| !key.is_empty() && !value.is_empty())
        .ok_or_else(|| Failure::argument(format!("{option} \"{text}\" says nothing"), help))
}

fn known(option: &str, what: &str, word: &str, all: &BTreeSet<String>) -> Result<(), Failure> {
    if all.contains(word) {
        return Ok(());
    }
    let near = nearest(word, all.iter().map(String::as_str));
    let listed: Vec<&str> = all.iter().map(String::as_str).take(12).collect();
    let help = match near {
        Some(near) => format!("did you mean {near}?"),
        None if listed.is_empty() => "there are none".to_owned(),
        None => format!("there are {}", listed.join(", ")),
    };
    Err(Failure::argument(format!("{option}: {what} \"{word}\""), help))
}

fn meaning_of(text: &str, scenario: Option<&Scenario>) -> Result<Meaning, Failure> {
    let all = [
        Response::Delivered,
        Response::Opened,
        Response::Clicked,
        Response::Replied,
        Response::Responded,
        Response::Ordered,
    ];
    if let Some(response) = all.into_iter().find(|response| response.word() == text) {
        return Ok(Meaning::Response(response));
    }
    let names: BTreeSet<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    if let Some(scenario) = scenario {
        let all = scenario.segments.iter().map(|segment| segment.name.clone()).collect();
        for name in &names {
            known("--segment", "neither an effect of messages nor a segment of the scenario:", name, &all)?;
        }
    }
    Ok(Meaning::Segments(names))
}

/// A trigger as TOML: a single word is an event.
fn trigger(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let text = if plain { format!("{{ event = \"{text}\" }}") } else { text.to_owned() };
    let read = toml::from_str::<toml::Table>(&format!("trigger = {text}"));
    let whole = read.is_ok_and(|table| table.len() == 1 && table.get("trigger").is_some_and(toml::Value::is_table));
    if whole && !text.contains('\n') {
        return match check_trigger("--trigger", &text) {
            Ok(()) => Ok(text),
            Err(problems) => Err(Failure::Scenario(problems)),
        };
    }
    let help = "say an event, --trigger joined, or a whole trigger, --trigger '{ every = \"7d\", at = \"10:00\" }'";
    Err(Failure::argument(format!("--trigger {} is no trigger", harmless(&text, 200)), help))
}
