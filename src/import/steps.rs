//! From a graph to a line: the journey is walked through, and what it sends is written down as steps of a cascade.
//!
//! The steps of all ways lie in one line, each with a condition that keeps it to its way. Of the ways at a question
//! about responses the one of those who *did* comes first (R19): its steps are skipped by the others at no cost, and the
//! first step of the others ends the run of those who did. That is exact as long as the question is read when it is
//! asked in the journey; where it is not, [`Walk::tell`] says so.

use std::collections::{BTreeMap, BTreeSet};

use super::journey::{Does, Journey, Next, Wait};
use super::meaning::{Group, Meanings};
use super::told::{Told, What};
use crate::scenario::{DAY, Otherwise, Response, Seconds, Span};

/// One step of a cascade, and what it comes from.
#[derive(Clone, Debug)]
pub struct Step {
    /// The channel.
    pub send: String,
    /// When it is due.
    pub due: Due,
    /// Responses that make it unnecessary.
    pub unless: Vec<Response>,
    /// The response that it needs.
    pub only_if: Option<Response>,
    /// What happens instead, where it is not the default.
    pub otherwise: Option<Otherwise>,
    /// Who has the step; none = all.
    pub segments: Option<Group>,
    /// The message's node.
    pub node: usize,
    /// Nodes on the way to it since the message before.
    pub by_way_of: Vec<usize>,
}

/// When a step is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// So many seconds after the last message that was sent, else after the trigger.
    pub after: Seconds,
    /// Then at this local time, in seconds since midnight.
    pub at: Option<Seconds>,
}

/// The way taken at each random cohort.
pub type Ways = BTreeMap<usize, usize>;

/// Why a walk did not come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Halt {
    /// It is not said which way to take at this random cohort.
    WhichWay(usize),
    /// There are more steps than a plan may have.
    TooMany,
}

/// The most steps that a plan may have.
pub const MOST_STEPS: usize = 64;
/// More looks at nodes than any journey takes whose steps fit into a plan.
const MOST_LOOKS: usize = 100_000;

/// A walk through a journey.
pub struct Walk<'a> {
    journey: &'a Journey,
    meanings: &'a Meanings,
    ways: &'a Ways,
    /// What it comes to.
    pub steps: Vec<Step>,
    /// What is not the same, what is left out and what must be filled in.
    pub told: BTreeSet<Told>,
    /// Nodes that it came to.
    pub seen: Vec<bool>,
    looks: usize,
}

/// How the walk got to where it is.
#[derive(Clone, Debug, Default)]
struct Path {
    due: Due,
    segments: Option<Group>,
    /// Questions since the last message, which the next one has to ask.
    asked: Vec<Asked>,
    /// The question on whose side of those who did this is.
    did: Option<Did>,
    /// Messages so far.
    sent: usize,
    /// Local time of the last one, where it is known.
    from: Option<Seconds>,
    by_way_of: Vec<usize>,
}

/// A question about responses that ends the run of those who answer it the other way.
#[derive(Clone, Copy, Debug)]
struct Asked {
    response: Response,
    /// Whether those go on who did.
    did: bool,
    node: usize,
    due: Due,
}

#[derive(Clone, Copy, Debug)]
struct Did {
    response: Response,
    node: usize,
    due: Due,
    /// Messages before the question.
    sent: usize,
}

impl Due {
    /// So much later.
    fn later(self, seconds: Seconds) -> Self {
        // The first 10:00 after an instant and two hours more is the first 12:00 after two hours more.
        Self { after: self.after + seconds, at: self.at.map(|at| (at + seconds) % DAY) }
    }

    /// At the next local time, strictly later: Dittofeed lets a day pass where it is just that time. A step goes on at
    /// once, and therefore gets a second more; of what counts from an event nobody knows to the second when it is.
    fn until(self, at: Seconds, from: Option<Seconds>) -> Self {
        match (self.at, from) {
            (Some(before), _) => self.later((at - before - 1).rem_euclid(DAY) + 1),
            (None, Some(from)) if (from + self.after) % DAY == at => Self { after: self.after + 1, at: Some(at) },
            (None, _) => Self { after: self.after, at: Some(at) },
        }
    }
}

impl<'a> Walk<'a> {
    /// Walks through a journey, and takes these ways at its random cohorts.
    ///
    /// # Errors
    /// If it comes to a random cohort of which nothing is said, or to more steps than a plan may have.
    pub fn through(journey: &'a Journey, meanings: &'a Meanings, ways: &'a Ways) -> Result<Self, Halt> {
        let seen = vec![false; journey.nodes.len()];
        let mut walk = Self { journey, meanings, ways, steps: Vec::new(), told: BTreeSet::new(), seen, looks: 0 };
        walk.go(journey.entry.child, Path::default())?;
        Ok(walk)
    }

    fn tell(&mut self, node: usize, what: What, why: impl Into<String>) {
        let Self { journey, .. } = self;
        let node = &journey.nodes[node];
        self.told.insert(Told::of_node(node, what, why));
    }

    fn go(&mut self, next: Next, mut path: Path) -> Result<(), Halt> {
        let Some(number) = next else { return Ok(()) };
        self.seen[number] = true;
        self.looks += 1;
        if self.looks > MOST_LOOKS {
            return Err(Halt::TooMany);
        }
        let journey = self.journey;
        match &journey.nodes[number].does {
            Does::Message { channel, child, .. } => {
                let path = self.send(number, channel, path)?;
                self.go(*child, path)
            }
            Does::Delay { wait, child } => {
                path.by_way_of.push(number);
                path.due = self.wait(number, wait, path.due, path.from);
                self.go(*child, path)
            }
            Does::Split { segment, yes, no } => {
                path.by_way_of.push(number);
                match self.meanings.response(segment) {
                    Some(response) => self.ask(number, response, (*yes, path.due), (*no, path.due), path),
                    None => self.part(number, segment, (*yes, path.due), (*no, path.due), &path),
                }
            }
            Does::WaitFor { timeout, late, segments } => {
                path.by_way_of.push(number);
                self.wait_for(number, *timeout, *late, segments, path)
            }
            Does::Cohort(arms) => {
                path.by_way_of.push(number);
                let &way = self.ways.get(&number).ok_or(Halt::WhichWay(number))?;
                let next = arms.get(way).and_then(|arm| arm.child);
                self.go(next, path)
            }
            Does::Other(_) => {
                self.tell(
                    number,
                    What::LeftOut,
                    "what it does is not known, and what is behind it is left out with it",
                );
                Ok(())
            }
        }
    }

    /// A message: one step, with all that was asked on the way to it.
    fn send(&mut self, number: usize, channel: &str, path: Path) -> Result<Path, Halt> {
        let Path { due, segments, asked, did, sent, from, by_way_of } = path;
        for one in asked.iter().filter(|one| one.due != due) {
            let why = format!(
                "is asked when {} is due, {} later: what happens in between counts too",
                self.id(number),
                later(one.due, due)
            );
            self.tell(one.node, What::Differs, why);
        }
        if let Some(did) = did {
            self.hold_to(did, number, due, sent);
        }
        let unless = asked.iter().filter(|one| !one.did).map(|one| one.response).collect();
        let needed = asked.iter().find(|one| one.did).map(|one| one.response);
        // On the side of those who did, the others go on to the next step, where their own way begins.
        let otherwise = if needed.is_some() { Some(Otherwise::End) } else { None };
        let step = Step {
            send: self.meanings.channel(self.id(number), channel),
            due,
            unless,
            only_if: needed.or(did.map(|did| did.response)),
            otherwise,
            segments: segments.clone(),
            node: number,
            by_way_of,
        };
        self.steps.push(step);
        if self.steps.len() > MOST_STEPS {
            return Err(Halt::TooMany);
        }
        let from = due.at.or(from.map(|from| (from + due.after) % DAY));
        Ok(Path { segments, did, sent: sent + 1, from, ..Path::default() })
    }

    /// Says where a step on the side of those who did is not read when its question is asked.
    fn hold_to(&mut self, did: Did, number: usize, due: Due, sent: usize) {
        let word = did.response.word();
        let first = sent == did.sent;
        if first && due != did.due {
            let why =
                format!("whether they {word} is asked when {} is due, {} later", self.id(number), later(did.due, due));
            self.tell(did.node, What::Differs, why);
        } else if !first && (due.at.is_some() || due.after > did.due.after) {
            let why = format!(
                "whether they {word} is asked once more before {}, so that who has done it by then has this message too",
                self.id(number)
            );
            self.tell(did.node, What::Differs, why);
        }
    }

    fn id(&self, number: usize) -> &'a str {
        let journey = self.journey;
        &journey.nodes[number].id
    }

    /// A delay.
    fn wait(&mut self, number: usize, wait: &Wait, due: Due, from: Option<Seconds>) -> Due {
        match wait {
            Wait::Seconds(seconds) => due.later(*seconds),
            Wait::LocalTime { at, any_day } => {
                if !any_day {
                    let why = "waits for certain days of the week; a step waits for a time of day only, of any day";
                    self.tell(number, What::Differs, why);
                }
                due.until(*at, from)
            }
            Wait::Property(property) => {
                let why = format!(
                    "waits for a date of the customer's own (\"{property}\"); customers here have no such dates"
                );
                self.tell(number, What::LeftOut, why + ": what is behind it comes without this wait");
                due
            }
            Wait::Other(kind) => {
                let why = format!("a delay of type \"{kind}\" is not known: what is behind it comes without this wait");
                self.tell(number, What::LeftOut, why);
                due
            }
        }
    }

    /// A question about what customers are: each way has steps of its own.
    fn part(
        &mut self,
        number: usize,
        segment: &str,
        yes: (Next, Due),
        no: (Next, Due),
        path: &Path,
    ) -> Result<(), Halt> {
        let (inside, outside) = self.meanings.sides(segment);
        for (side, (next, due)) in [(&inside, yes), (&outside, no)] {
            let both = match &path.segments {
                None => Some(side.clone()),
                Some(before) => before.and(side),
            };
            if !self.sends(next) {
                self.pass(next);
                continue;
            }
            match both {
                Some(group) if group.names.is_empty() => {
                    let why = "one of its ways is nobody's: no segment of the scenario is left for it";
                    self.tell(number, What::Differs, why);
                    self.pass(next);
                }
                Some(group) => {
                    if !group.known {
                        self.stand_ins(number, segment, &inside, &outside);
                    }
                    let path = Path { segments: Some(group), due, ..path.clone() };
                    self.go(next, path)?;
                }
                None => {
                    let why = "divides segments that are not known (say --segment and --scenario); what is behind it is left out";
                    self.tell(number, What::LeftOut, why);
                }
            }
        }
        Ok(())
    }

    /// Says that names stand for segments which nobody has named.
    fn stand_ins(&mut self, number: usize, segment: &str, inside: &Group, outside: &Group) {
        let unknown = [inside, outside].into_iter().filter(|group| !group.known).flat_map(|group| &group.names);
        let names: Vec<&str> = unknown.map(String::as_str).collect();
        let shown = crate::scenario::harmless(segment, 64);
        let say = if inside.known {
            format!("--scenario says which segments are not in \"{shown}\"")
        } else {
            format!(
                "--segment says what \"{shown}\" is: segments, or an effect of the messages; --scenario tells all segments"
            )
        };
        let many = if names.len() == 1 { "stands" } else { "stand" };
        let why = format!("`{}` {many} for segments of the scenario; {say}", names.join("` and `"));
        self.tell(number, What::FillIn, why);
    }

    /// A question about what customers have done so far.
    fn ask(
        &mut self,
        number: usize,
        response: Response,
        (yes, yes_due): (Next, Due),
        (no, no_due): (Next, Due),
        mut path: Path,
    ) -> Result<(), Halt> {
        if path.sent == 0 {
            self.nobody_yet(number, yes);
            return self.go(no, Path { due: no_due, ..path });
        }
        if let Some(before) = path.asked.iter().find(|one| !one.did && response.comes_with(one.response)) {
            let why = format!("nobody who is {} gets here: {} has let them go", response.word(), self.id(before.node));
            self.tell(number, What::Differs, why);
            self.pass(yes);
            return self.go(no, Path { due: no_due, ..path });
        }
        let asked = |did, due| Asked { response, did, node: number, due };
        if !self.sends(yes) {
            self.pass(yes);
            path.asked.push(asked(false, no_due));
            return self.go(no, Path { due: no_due, ..path });
        }
        let clear = path.did.is_none() && !path.asked.iter().any(|one| one.did) && !self.asks(yes);
        if clear && !self.sends(no) {
            self.pass(no);
            path.asked.push(asked(true, yes_due));
            return self.go(yes, Path { due: yes_due, ..path });
        }
        if clear {
            let did = Did { response, node: number, due: yes_due, sent: path.sent };
            let before = self.steps.len();
            self.go(yes, Path { did: Some(did), due: yes_due, ..path.clone() })?;
            // Who did not is held up by the steps of those who did, which wait until they are due.
            let longer = self.steps[before..].iter().rfind(|step| step.due.after > no_due.after).map(|step| step.node);
            if let Some(node) = longer {
                let why = format!("those for whom it is not so wait until {} would be due", self.id(node));
                self.tell(number, What::Differs, why);
            }
        } else {
            let why = "a question on the way of those who did something: a step has one `only_if`";
            self.tell(
                number,
                What::LeftOut,
                format!("{why}; what follows for those who {} is left out", response.word()),
            );
        }
        path.asked.push(asked(false, no_due));
        self.go(no, Path { due: no_due, ..path })
    }

    /// Before the first message there is nothing to respond to.
    fn nobody_yet(&mut self, number: usize, yes: Next) {
        let why = "asks for responses before the journey has sent anything; a plan asks only for those to its own messages, \
                   so that nobody has responded";
        let what = if self.sends(yes) { What::LeftOut } else { What::Differs };
        self.tell(number, what, why);
        if what == What::Differs {
            self.pass(yes);
        }
    }

    /// A wait that ends when customers come into a segment.
    fn wait_for(
        &mut self,
        number: usize,
        timeout: Seconds,
        late: Next,
        segments: &[(String, Next)],
        mut path: Path,
    ) -> Result<(), Halt> {
        let over = path.due.later(timeout);
        if let Some((segment, _)) = segments.iter().find(|(segment, _)| !self.meanings.knows(segment)) {
            let shown = crate::scenario::harmless(segment, 64);
            let why = format!(
                "segment \"{shown}\": what it means is not in the journey, so that nobody is taken to come into it; --segment says it"
            );
            self.tell(number, What::LeftOut, why);
            path.due = over;
            return self.go(late, path);
        }
        if let [(segment, next)] = segments
            && self.meanings.response(segment).is_none()
        {
            // Nobody changes segments: who is in goes on at once, and who is not waits in vain.
            let due = path.due;
            return self.part(number, segment, (*next, due), (late, over), &path);
        }
        let answers: Vec<(Option<Response>, Next)> =
            segments.iter().map(|(segment, next)| (self.meanings.response(segment), *next)).collect();
        if answers.iter().any(|(response, _)| response.is_none()) {
            let why =
                "waits for responses and for segments of the scenario at once; nobody is taken to come into either";
            self.tell(number, What::LeftOut, why);
            path.due = over;
            return self.go(late, path);
        }
        let busy: Vec<(Response, Next)> = answers
            .iter()
            .filter(|(_, next)| self.sends(*next))
            .filter_map(|(response, next)| Some(((*response)?, *next)))
            .collect();
        match busy[..] {
            [] => {
                for (response, next) in answers {
                    match response {
                        Some(response) if path.sent > 0 => {
                            self.pass(next);
                            path.asked.push(Asked { response, did: false, node: number, due: over });
                        }
                        _ => self.nobody_yet(number, next),
                    }
                }
                self.go(late, Path { due: over, ..path })
            }
            [(response, next)] if answers.len() == 1 => {
                if path.sent > 0 {
                    let word = response.word();
                    let why = format!("those who {word} go on when the wait is over ({}), not at once", Span(timeout));
                    self.tell(number, What::Differs, why);
                }
                self.ask(number, response, (next, over), (late, over), path)
            }
            _ => {
                let why = "waits for several things with messages behind them; nobody is taken to do any of them";
                self.tell(number, What::LeftOut, why);
                path.due = over;
                self.go(late, path)
            }
        }
    }

    /// Whether a message lies on a way.
    fn sends(&self, next: Next) -> bool {
        self.any(next, &|does| matches!(does, Does::Message { .. }))
    }

    /// Whether a question about responses lies on a way.
    fn asks(&self, next: Next) -> bool {
        self.any(next, &|does| match does {
            Does::WaitFor { segments, .. } => {
                segments.iter().any(|(segment, _)| self.meanings.response(segment).is_some())
            }
            Does::Split { segment, .. } => self.meanings.response(segment).is_some(),
            Does::Message { .. } | Does::Delay { .. } | Does::Cohort(_) | Does::Other(_) => false,
        })
    }

    fn any(&self, next: Next, what: &dyn Fn(&Does) -> bool) -> bool {
        let mut seen = vec![false; self.journey.nodes.len()];
        let mut ahead: Vec<usize> = next.into_iter().collect();
        while let Some(number) = ahead.pop() {
            if std::mem::replace(&mut seen[number], true) {
                continue;
            }
            let does = &self.journey.nodes[number].does;
            if what(does) {
                return true;
            }
            ahead.extend(does.children().into_iter().flatten());
        }
        false
    }

    /// Passes over a way on which nothing is sent.
    fn pass(&mut self, next: Next) {
        let mut ahead: Vec<usize> = next.into_iter().collect();
        while let Some(number) = ahead.pop() {
            if !std::mem::replace(&mut self.seen[number], true) {
                let does = &self.journey.nodes[number].does;
                if matches!(does, Does::Other(_)) {
                    self.tell(number, What::LeftOut, "what it does is not known");
                }
                ahead.extend(does.children().into_iter().flatten());
            }
        }
    }
}

/// How much later one instant is than another.
fn later(from: Due, to: Due) -> String {
    match (from.at, to.at) {
        (None, None) => Span(to.after - from.after).to_string(),
        (Some(before), Some(at)) if (before + to.after - from.after) % DAY == at => {
            Span(to.after - from.after).to_string()
        }
        _ => "up to a day".to_owned(),
    }
}
