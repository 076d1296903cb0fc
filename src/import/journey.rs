//! A journey of Dittofeed as it stands in a file: nodes that name the nodes behind them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::{Error, Position};
use crate::scenario::{DAY, Seconds, harmless};

/// A journey definition, whole: every node that another one names is there or is the end.
#[derive(Clone, Debug)]
pub struct Journey {
    /// What the journey is called, where the file says so.
    pub name: Option<String>,
    /// Whether a customer may come in again; none = the file does not say.
    pub can_run_multiple: Option<bool>,
    /// How customers come in.
    pub entry: Entry,
    /// What happens to them, in the order of the file.
    pub nodes: Vec<Node>,
    /// Children that are named but not there, with who names them: Dittofeed ends the journey at these.
    pub dangling: Vec<(usize, String)>,
}

/// How customers come into a journey.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Line of its node in the file, from 1.
    pub line: usize,
    /// What brings them in.
    pub by: By,
    /// The first node.
    pub child: Next,
}

/// What brings customers into a journey.
#[derive(Clone, Debug)]
pub enum By {
    /// They do something.
    Event {
        /// The event's name.
        event: String,
        /// A property of the event: there is one passage for each of its values.
        key: Option<String>,
    },
    /// They come into a segment.
    Segment {
        /// Its id.
        segment: String,
        /// Whether they begin again at the end if they are still in it.
        again: bool,
    },
}

/// The node that follows: its number in [`Journey::nodes`], or none for the end.
pub type Next = Option<usize>;

/// One node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its id, harmless to print.
    pub id: String,
    /// Its line in the file, from 1.
    pub line: usize,
    /// What it does.
    pub does: Does,
}

/// What a node does.
#[derive(Clone, Debug)]
pub enum Does {
    /// Sends a message.
    Message {
        /// Type of channel.
        channel: String,
        /// Whether the journey goes on if the message cannot be sent; else it ends.
        skip_on_failure: bool,
        /// What follows.
        child: Next,
    },
    /// Waits.
    Delay {
        /// How long.
        wait: Wait,
        /// What follows.
        child: Next,
    },
    /// Waits until the customer is in one of some segments, but not for ever.
    WaitFor {
        /// How long at the most.
        timeout: Seconds,
        /// What follows then.
        late: Next,
        /// Segments, and what follows at once for those who come into them, the first that holds.
        segments: Vec<(String, Next)>,
    },
    /// Asks whether the customer is in a segment.
    Split {
        /// Its id.
        segment: String,
        /// What follows for those who are.
        yes: Next,
        /// What follows for the others.
        no: Next,
    },
    /// Picks one way at random, by percent.
    Cohort(Vec<Arm>),
    /// Something of which nothing is known but the word for it.
    Other(String),
}

/// How long a delay is.
#[derive(Clone, Debug)]
pub enum Wait {
    /// So many seconds.
    Seconds(Seconds),
    /// Until the next time of day.
    LocalTime {
        /// Seconds since local midnight.
        at: Seconds,
        /// Whether any day of the week will do.
        any_day: bool,
    },
    /// Until a date that is a property of the customer.
    Property(String),
    /// Something of which nothing is known but the word for it.
    Other(String),
}

/// One way of a random cohort.
#[derive(Clone, Debug)]
pub struct Arm {
    /// Its name, or its number from 1.
    pub name: String,
    /// Customers who go this way, 0 to 100.
    pub percent: f64,
    /// The first node on it.
    pub child: Next,
}

/// The name under which other nodes know the end.
const END: &str = "ExitNode";
/// More nodes than any journey has that a person looks at.
const MOST_NODES: usize = 1000;
/// Longest wait, in seconds: a century, as everywhere in a scenario.
const LONGEST_WAIT: f64 = 36_525.0 * DAY as f64;
/// Longest id and name that is shown.
const SHOWN: usize = 64;

impl Journey {
    /// Reads a file: a journey's definition, or a journey with its name around it.
    ///
    /// # Errors
    /// If it is not JSON, not a journey, or a journey that nobody can walk through: two nodes with one id, or a circle.
    pub fn read(text: &str) -> Result<Self, Error> {
        let file = File::of(text);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let whole: &RawValue = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        if !whole.get().starts_with('{') {
            return Err(
                Error::at(file.position(whole), "this is JSON, but no journey: it is not an object").help(WANTED)
            );
        }
        let top: Top = file.read(whole, "this is no journey")?;
        if let Some(inner) = top.definition {
            let mut journey = Self::of_definition(&file, inner)?;
            journey.name = top.name.map(|name| harmless(&name, SHOWN));
            journey.can_run_multiple = top.can_run_multiple;
            return Ok(journey);
        }
        Self::of_definition(&file, whole)
    }

    fn of_definition(file: &File<'_>, raw: &RawValue) -> Result<Self, Error> {
        let definition: Definition = file.read(raw, "this is no journey")?;
        let (Some(entry), Some(nodes)) = (definition.entry, definition.nodes) else {
            let missing = if definition.entry.is_none() { "entryNode" } else { "nodes" };
            let what = format!("this is no journey: it has no `{missing}`");
            return Err(Error::at(file.position(raw), what).help(WANTED));
        };
        if nodes.len() > MOST_NODES {
            let what = format!("a journey of {} nodes, at most {MOST_NODES} are read", nodes.len());
            return Err(Error::at(file.position(raw), what));
        }
        let mut heads = Vec::new();
        let mut known = Known { numbers: BTreeMap::new(), dangling: Vec::new(), from: 0 };
        for (number, raw) in nodes.iter().enumerate() {
            let head: Head = file.read(raw, "this is no node")?;
            let shown = harmless(&head.id, SHOWN);
            if head.id == END || known.numbers.insert(head.id.clone(), number).is_some() {
                let what = format!("two nodes have the id \"{shown}\"");
                return Err(Error::at(file.position(raw), what).help("every node needs an id of its own"));
            }
            heads.push((head.kind, shown));
        }
        let entry = read_entry(file, entry, &mut known)?;
        let mut all = Vec::new();
        for (raw, (kind, id)) in nodes.iter().zip(heads) {
            known.from = file.position(raw).line;
            let does = read_node(file, raw, &kind, &id, &mut known)?;
            all.push(Node { id, line: known.from, does });
        }
        let dangling = known.dangling;
        let journey = Self { name: None, can_run_multiple: None, entry, nodes: all, dangling };
        journey.refuse_circles()?;
        Ok(journey)
    }

    /// Refuses nodes that lead back to themselves: Dittofeed lets nobody go round, and a plan has no way back.
    fn refuse_circles(&self) -> Result<(), Error> {
        // Depth first without recursion: a node on the current path that comes up again closes a circle.
        let mut done = vec![false; self.nodes.len()];
        for start in 0..self.nodes.len() {
            let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
            let mut next = Some(start).filter(|&start| !done[start]);
            loop {
                if let Some(node) = next.take() {
                    if let Some(from) = path.iter().position(|(on, _)| *on == node) {
                        let ring: Vec<&str> = path[from..]
                            .iter()
                            .map(|(on, _)| *on)
                            .chain([node])
                            .map(|on| self.nodes[on].id.as_str())
                            .collect();
                        let at = Position { line: self.nodes[node].line, column: 1 };
                        let what = format!("the journey runs in a circle: {}", ring.join(" → "));
                        return Err(
                            Error::at(at, what).help("a journey must come to its end; Dittofeed walks no node twice")
                        );
                    }
                    if !done[node] {
                        path.push((node, self.nodes[node].does.children().into_iter().flatten().collect()));
                    }
                }
                let Some((node, children)) = path.last_mut() else { break };
                next = children.pop();
                if next.is_none() {
                    done[*node] = true;
                    path.pop();
                }
            }
        }
        Ok(())
    }

    /// For each node, whether customers can come to it.
    pub fn reached(&self) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        let mut ahead: Vec<usize> = self.entry.child.into_iter().collect();
        while let Some(node) = ahead.pop() {
            if !reached[node] {
                reached[node] = true;
                ahead.extend(self.nodes[node].does.children().into_iter().flatten());
            }
        }
        reached
    }
}

impl Does {
    /// The nodes behind it.
    pub fn children(&self) -> Vec<Next> {
        match self {
            Self::Message { child, .. } | Self::Delay { child, .. } => vec![*child],
            Self::WaitFor { late, segments, .. } => segments.iter().map(|(_, child)| *child).chain([*late]).collect(),
            Self::Split { yes, no, .. } => vec![*yes, *no],
            Self::Cohort(arms) => arms.iter().map(|arm| arm.child).collect(),
            Self::Other(_) => Vec::new(),
        }
    }

    /// What Dittofeed calls such a node.
    pub fn word(&self) -> &str {
        match self {
            Self::Message { .. } => "MessageNode",
            Self::Delay { .. } => "DelayNode",
            Self::WaitFor { .. } => "WaitForNode",
            Self::Split { .. } => "SegmentSplitNode",
            Self::Cohort(_) => "RandomCohortNode",
            Self::Other(kind) => kind,
        }
    }
}

const WANTED: &str = "give the definition of one journey, `{ \"entryNode\": …, \"nodes\": […], \"exitNode\": … }`, or a journey \
                      with its `name` and `definition`, as Dittofeed's API answers it";

/// The text, in which every value that is read still lies: where it begins says its line.
struct File<'a> {
    text: &'a str,
    /// Where each line begins, in bytes.
    lines: Vec<usize>,
}

impl<'a> File<'a> {
    fn of(text: &'a str) -> Self {
        let lines = [0].into_iter().chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, lines }
    }

    /// Where a value begins.
    fn position(&self, raw: &RawValue) -> Position {
        let offset = (raw.get().as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize).min(self.text.len());
        let line = self.lines.partition_point(|&start| start <= offset);
        let before = &self.text.as_bytes()[self.lines[line - 1]..offset];
        Position { line, column: 1 + String::from_utf8_lossy(before).chars().count() }
    }

    /// Reads a value that is JSON already, and says where in the file it is not what it should be.
    fn read<'b, T: Deserialize<'b>>(&self, raw: &'b RawValue, else_what: &str) -> Result<T, Error> {
        serde_json::from_str(raw.get()).map_err(|error| {
            let begin = self.position(raw);
            // What is missing is told at the end of the value, of no use to who looks for it.
            let missing = error.to_string().starts_with("missing field");
            let at = match error.line() {
                _ if missing => begin,
                0 | 1 => Position { line: begin.line, column: begin.column + error.column().saturating_sub(1) },
                line => Position { line: begin.line + line - 1, column: error.column() },
            };
            Error::at(at, format!("{else_what}: {}", said(&error)))
        })
    }
}

fn not_json(error: &serde_json::Error) -> Error {
    let at = Position { line: error.line().max(1), column: error.column().max(1) };
    let help = "give a journey definition of Dittofeed as JSON";
    if error.is_eof() && error.column() == 0 {
        return Error::at(at, "the file is empty").help(help);
    }
    Error::at(at, format!("this is not JSON: {}", said(error))).help(help)
}

/// What serde says, without the place, which is said in front.
fn said(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    harmless(text, 200)
}

/// Nodes by id, and what is named but is not there.
struct Known {
    numbers: BTreeMap<String, usize>,
    dangling: Vec<(usize, String)>,
    /// Line of the node that is read.
    from: usize,
}

impl Known {
    fn find(&mut self, id: &str) -> Next {
        let found = self.numbers.get(id).copied();
        if found.is_none() && id != END && !id.is_empty() {
            self.dangling.push((self.from, harmless(id, SHOWN)));
        }
        found
    }
}

fn read_entry(file: &File<'_>, raw: &RawValue, known: &mut Known) -> Result<Entry, Error> {
    let Kind { kind } = file.read(raw, "this is no entry")?;
    let line = file.position(raw).line;
    known.from = line;
    let (by, child) = match kind.as_str() {
        "EventEntryNode" => {
            let EventEntry { event, key, child } = file.read(raw, "this is no EventEntryNode")?;
            (By::Event { event, key }, child)
        }
        "EntryNode" => {
            let SegmentEntry { segment, again, child } = file.read(raw, "this is no EntryNode")?;
            (By::Segment { segment, again }, child)
        }
        other => {
            let what = format!("an entry of type \"{}\" is not known", harmless(other, SHOWN));
            let help = "a journey begins with an `EntryNode` (a segment) or an `EventEntryNode`";
            return Err(Error::at(file.position(raw), what).help(help));
        }
    };
    Ok(Entry { line, by, child: known.find(&child) })
}

fn read_node(file: &File<'_>, raw: &RawValue, kind: &str, id: &str, known: &mut Known) -> Result<Does, Error> {
    let wrong = format!("node \"{id}\" is no {}", harmless(kind, SHOWN));
    Ok(match kind {
        "MessageNode" => {
            let node: Message = file.read(raw, &wrong)?;
            let Kind { kind: channel } = file.read(node.variant, &wrong)?;
            let child = known.find(&node.child);
            Does::Message { channel, skip_on_failure: node.skip_on_failure, child }
        }
        "DelayNode" => {
            let node: Delay = file.read(raw, &wrong)?;
            let wait = read_wait(file, node.variant, &wrong)?;
            Does::Delay { wait, child: known.find(&node.child) }
        }
        "WaitForNode" => {
            let node: WaitFor = file.read(raw, &wrong)?;
            let timeout =
                seconds(node.timeout, "timeoutSeconds", &wrong).map_err(|what| Error::at(file.position(raw), what))?;
            let segments = node.segments.into_iter().map(|one| (one.segment, known.find(&one.child))).collect();
            Does::WaitFor { timeout, late: known.find(&node.late), segments }
        }
        "SegmentSplitNode" => {
            let node: Split = file.read(raw, &wrong)?;
            let Kind { kind } = file.read(node.variant, &wrong)?;
            if kind != "Boolean" {
                return Ok(Does::Other(format!("SegmentSplitNode of type {}", harmless(&kind, SHOWN))));
            }
            let split: Boolean = file.read(node.variant, &wrong)?;
            Does::Split { segment: split.segment, yes: known.find(&split.yes), no: known.find(&split.no) }
        }
        "RandomCohortNode" => {
            let node: Cohort = file.read(raw, &wrong)?;
            let mut arms = Vec::new();
            for (number, arm) in node.children.into_iter().enumerate() {
                if !(0.0..=100.0).contains(&arm.percent) {
                    let what = format!("{wrong}: a percentage must be from 0 to 100, found {:?}", arm.percent);
                    return Err(Error::at(file.position(raw), what));
                }
                let name = arm.name.map_or_else(|| (number + 1).to_string(), |name| harmless(&name, SHOWN));
                arms.push(Arm { name, percent: arm.percent, child: known.find(&arm.child) });
            }
            Does::Cohort(arms)
        }
        other => Does::Other(harmless(other, SHOWN)),
    })
}

fn read_wait(file: &File<'_>, raw: &RawValue, wrong: &str) -> Result<Wait, Error> {
    let Kind { kind } = file.read(raw, wrong)?;
    let at = |what| Error::at(file.position(raw), what);
    Ok(match kind.as_str() {
        "Second" => {
            let Fixed { seconds: number } = file.read(raw, wrong)?;
            Wait::Seconds(seconds(number, "seconds", wrong).map_err(at)?)
        }
        "LocalTime" => {
            let LocalTime { hour, minute, days } = file.read(raw, wrong)?;
            if !(0..24).contains(&hour) || !(0..60).contains(&minute) {
                return Err(at(format!("{wrong}: {hour}:{minute:02} is no time of day")));
            }
            let any_day = days.is_none_or(|days| (0..7).all(|day| days.contains(&day)));
            Wait::LocalTime { at: hour * 3600 + minute * 60, any_day }
        }
        "UserProperty" => {
            let Property { property } = file.read(raw, wrong)?;
            Wait::Property(harmless(&property, SHOWN))
        }
        other => Wait::Other(harmless(other, SHOWN)),
    })
}

/// Whole seconds, upwards.
fn seconds(number: f64, key: &str, wrong: &str) -> Result<Seconds, String> {
    if (0.0..=LONGEST_WAIT).contains(&number) {
        Ok(number.ceil() as Seconds)
    } else {
        Err(format!("{wrong}: `{key}` must be from 0 to {LONGEST_WAIT} (a century), found {number:?}"))
    }
}

#[derive(Deserialize)]
struct Top<'a> {
    #[serde(default)]
    name: Option<String>,
    #[serde(default, rename = "canRunMultiple")]
    can_run_multiple: Option<bool>,
    #[serde(default, borrow)]
    definition: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Definition<'a> {
    #[serde(default, borrow, rename = "entryNode")]
    entry: Option<&'a RawValue>,
    #[serde(default, borrow)]
    nodes: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

#[derive(Deserialize)]
struct EventEntry {
    event: String,
    #[serde(default)]
    key: Option<String>,
    child: String,
}

#[derive(Deserialize)]
struct SegmentEntry {
    segment: String,
    #[serde(default, rename = "reEnter")]
    again: bool,
    child: String,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    variant: &'a RawValue,
    #[serde(default, rename = "skipOnFailure")]
    skip_on_failure: bool,
    child: String,
}

#[derive(Deserialize)]
struct Delay<'a> {
    #[serde(borrow)]
    variant: &'a RawValue,
    child: String,
}

#[derive(Deserialize)]
struct Fixed {
    seconds: f64,
}

#[derive(Deserialize)]
struct LocalTime {
    hour: i64,
    #[serde(default)]
    minute: i64,
    #[serde(default, rename = "allowedDaysOfWeek")]
    days: Option<Vec<u8>>,
}

#[derive(Deserialize)]
struct Property {
    #[serde(rename = "userProperty")]
    property: String,
}

#[derive(Deserialize)]
struct WaitFor {
    #[serde(rename = "timeoutSeconds")]
    timeout: f64,
    #[serde(rename = "timeoutChild")]
    late: String,
    #[serde(rename = "segmentChildren")]
    segments: Vec<WaitForSegment>,
}

#[derive(Deserialize)]
struct WaitForSegment {
    #[serde(rename = "id")]
    child: String,
    #[serde(rename = "segmentId")]
    segment: String,
}

#[derive(Deserialize)]
struct Split<'a> {
    #[serde(borrow)]
    variant: &'a RawValue,
}

#[derive(Deserialize)]
struct Boolean {
    segment: String,
    #[serde(rename = "trueChild")]
    yes: String,
    #[serde(rename = "falseChild")]
    no: String,
}

#[derive(Deserialize)]
struct Cohort {
    children: Vec<CohortArm>,
}

#[derive(Deserialize)]
struct CohortArm {
    #[serde(rename = "id")]
    child: String,
    percent: f64,
    #[serde(default)]
    name: Option<String>,
}
