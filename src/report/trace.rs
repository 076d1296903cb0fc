//! One customer's lives: the head that says who it is and where the strategies part, then the lives side by side.

mod page;

use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Table, presets};
use serde::Serialize;

pub use page::page;

use super::markdown::{drawn as drawn_markdown, drawn_left, escaped};
use super::table::drawn as drawn_table;
use super::words::Words;
use crate::compare::{count, number, percent};
use crate::scenario::{GoalEvent, NONE, Seconds};
use crate::trace::{Contact, End, Fate, Found, Journey, Reason, Refusal, Row, Trace, What, Why, log};

/// Which rows are shown: those that pass every filter that is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Only rows in which the strategies part.
    pub differences: bool,
    /// Only rows in which the customer does something, under any strategy.
    pub actions: bool,
}

impl Shown {
    fn shows(self, trace: &Trace, row: &Row) -> bool {
        let acts = |what: &What| match what {
            What::Message(_, fate) => matches!(fate, Fate::Delivered { opted_out: true, .. }),
            What::Refused { .. } => false,
            _ => true,
        };
        (!self.differences || trace.parts(row)) && (!self.actions || row.cells.iter().flatten().any(acts))
    }
}

/// Columns of a line that goes to no terminal.
const WIDTH: u16 = 120;
/// A column narrower than this cannot be read.
const NARROWEST: u16 = 26;
/// `Mon 2026-01-05 10:00` and the space around it.
const TIME: u16 = 22;

/// The trace as text for a terminal of a width.
pub fn table(trace: &Trace, found: Option<&Found>, shown: Shown, width: Option<u16>) -> String {
    let width = width.unwrap_or(WIDTH);
    let mut text = format!("{}\n\n", trace.scenario);
    for line in head(trace, found) {
        text += &indented(&line, width);
    }
    text += &format!("\n{}", drawn_table(&summary(trace)));
    for line in parting(trace) {
        text += &indented(&line, width);
    }
    let (rows, left_out) = rows(trace, shown);
    text += "\n";
    let columns = u16::try_from(trace.strategies.len()).unwrap_or(u16::MAX);
    if columns.saturating_mul(NARROWEST + 2).saturating_add(TIME) <= width {
        text += &drawn(&side_by_side(trace, &rows), width);
    } else {
        for strategy in 0..trace.strategies.len() {
            text += &drawn(&alone(trace, &rows, strategy), width);
            text += "\n";
        }
    }
    for note in notes(trace, left_out) {
        text += &indented(&note, width);
    }
    text
}

/// The trace as Markdown.
pub fn markdown(trace: &Trace, found: Option<&Found>, shown: Shown) -> String {
    let mut text = format!("# {}\n\n", escaped(trace.scenario));
    for line in head(trace, found) {
        text += &format!("{}\n\n", escaped(&line));
    }
    text += &drawn_markdown(&summary(trace));
    text += "\n";
    for line in parting(trace) {
        text += &format!("{}\n\n", escaped(&line));
    }
    let (rows, left_out) = rows(trace, shown);
    text += &drawn_left(&side_by_side(trace, &rows));
    for note in notes(trace, left_out) {
        text += &format!("\n{}\n", escaped(&note));
    }
    text
}

/// The trace with every event, as JSON; numbers in full. Without a trace, only what was searched.
pub fn json(trace: Option<&Trace>, found: Option<&Found>) -> String {
    #[derive(Serialize)]
    struct Answer<'a, 'w> {
        #[serde(skip_serializing_if = "Option::is_none")]
        search: Option<&'a Found>,
        #[serde(flatten)]
        trace: Option<&'a Trace<'w>>,
    }
    let text = serde_json::to_string_pretty(&Answer { search: found, trace });
    text.map_or_else(|error| error.to_string(), |text| text + "\n")
}

/// Every event of the trace as CSV, in the columns of the event log.
///
/// # Errors
/// None that can happen: writing to memory does not fail.
pub fn csv(trace: &Trace) -> std::io::Result<String> {
    log::of_lives(&trace.customer, &trace.strategies)
}

/// What a search came to, in one sentence.
pub fn searched(found: &Found) -> String {
    let all = count(found.searched);
    if found.matching == 0 {
        return format!("None of {all} customers: {}.", found.predicate);
    }
    let share = percent(found.matching as f64 / found.searched as f64);
    let numbers: Vec<String> = found.lowest.iter().map(ToString::to_string).collect();
    let more = if found.matching > found.lowest.len() as u64 { ", …" } else { "." };
    format!(
        "{} of {all} customers ({share}): {}. By number: {}{more}",
        count(found.matching),
        found.predicate,
        numbers.join(", ")
    )
}

/// Who it is, in sentences.
fn head(trace: &Trace, found: Option<&Found>) -> Vec<String> {
    let who = &trace.customer;
    let joined = match who.joined_seconds {
        0 => "joined at the start".to_owned(),
        past if past < 0 => format!("joined {} before the start", span(-past)),
        later => format!("joins on {}", time(trace, later)),
    };
    let alive =
        if who.alive { "" } else { ", lost already by then: it may still be sent messages, and never responds" };
    let needs = span((who.days_between_needs * 86_400.0) as Seconds);
    let list = |channels: &[&str]| channels.join(", ");
    let consent = match (&who.opted_in[..], &who.not_opted_in[..]) {
        ([], _) => "Opted in to nothing.".to_owned(),
        (own, []) => format!("Opted in to {}.", list(own)),
        (own, others) => format!("Opted in to {}; not to {}.", list(own), list(others)),
    };
    let values = if who.draws == 1 {
        "Played with every input at its typical value".to_owned()
    } else {
        format!("Played with the values of draw {} of {} (--draws 1 plays the typical ones)", who.draw, who.draws)
    };
    let mut lines: Vec<String> = found.map(searched).into_iter().collect();
    lines.push(format!(
        "Customer {}, of segment {}: {joined}{alive}; needs something about every {needs}. {consent}",
        who.number, who.segment
    ));
    lines.push(format!("{values}, seed {}.", who.seed));
    lines
}

/// One line per strategy.
fn summary(trace: &Trace) -> Words {
    let code = trace.customer.currency;
    let replies = trace.strategies.iter().any(|life| life.totals.replied > 0);
    let head = ["strategy", "messages", "clicked", "replied", "cost", "orders", "value", "profit", "lost"];
    let shown = |head: &&str| replies || *head != "replied";
    let words = |head: &str| match head {
        "cost" | "value" | "profit" => format!("{head} [{code}]"),
        _ => head.to_owned(),
    };
    let rows = trace.strategies.iter().map(|life| {
        let totals = &life.totals;
        let cell = |head: &str| match head {
            "strategy" => life.strategy.to_owned(),
            "messages" => count(totals.sent),
            "clicked" => count(totals.clicked),
            "replied" => count(totals.replied),
            "cost" => number(totals.cost),
            "orders" => count(totals.orders),
            "value" => number(totals.value),
            "profit" => number(totals.profit),
            _ => totals.lost_at_seconds.map_or("–".to_owned(), |at| time(trace, at)),
        };
        head.into_iter().filter(shown).map(cell).collect()
    });
    Words { head: head.into_iter().filter(shown).map(words).collect(), rows: rows.collect() }
}

/// Where the strategies part, in at most two sentences.
fn parting(trace: &Trace) -> Vec<String> {
    if trace.strategies.len() < 2 {
        return Vec::new();
    }
    let Some(first) = trace.rows.iter().find(|row| trace.parts(row)) else {
        return vec!["The strategies never part: for this customer the same happens under each.".to_owned()];
    };
    let instant: Vec<&Row> = trace.rows.iter().filter(|row| row.at == first.at && trace.parts(row)).collect();
    let lives = trace.strategies.iter().enumerate().filter_map(|(index, life)| {
        let own: Vec<String> = instant
            .iter()
            .filter_map(|row| row.cells[index].as_ref())
            .map(|what| words(trace, first.at, what))
            .collect();
        // That `none` does nothing goes without saying.
        let own = match own.is_empty() {
            true if life.strategy == NONE => return None,
            true => "nothing".to_owned(),
            false => own.join(", "),
        };
        Some(format!("{own} under {}", life.strategy))
    });
    let mut lines = vec![format!("They part on {}: {}.", time(trace, first.at), lives.collect::<Vec<_>>().join("; "))];
    let order = |what: &Option<What>| what.as_ref().and_then(What::order);
    // A contact that comes a day later under another plan, with the same luck, brings the same order.
    let elsewhere = |row: &Row, index: usize| {
        let own = row.cells.iter().flatten().find(|what| what.order().is_some());
        let same =
            |what: &What| what.contact() == own.and_then(What::contact) && what.order() == own.and_then(What::order);
        own.is_some_and(|own| own.contact().is_some())
            && trace.rows.iter().filter_map(|row| row.cells[index].as_ref()).any(same)
    };
    let parted = |row: &&Row| {
        let has = |index: usize| order(&row.cells[index]).is_some() || elsewhere(row, index);
        (0..row.cells.len()).any(|index| order(&row.cells[index]).is_some()) && !(0..row.cells.len()).all(has)
    };
    if let Some(row) = trace.rows.iter().find(parted) {
        let own = row
            .cells
            .iter()
            .zip(&trace.strategies)
            .filter_map(|(what, life)| Some((order(what)?, what.as_ref()?, life)));
        let own: Vec<String> = own
            .map(|(value, what, life)| format!("{}{} under {}", money(trace, value), moved(trace, what), life.strategy))
            .collect();
        lines.push(format!("The first order that they do not share: {}, {}.", time(trace, row.at), own.join(", ")));
    } else {
        lines.push("They share every order.".to_owned());
    }
    lines
}

/// The rows to show, and how many are left out.
fn rows<'t, 'w>(trace: &'t Trace<'w>, shown: Shown) -> (Vec<&'t Row<'w>>, usize) {
    let rows: Vec<&Row> = trace.rows.iter().filter(|row| shown.shows(trace, row)).collect();
    let left_out = trace.rows.len() - rows.len();
    (rows, left_out)
}

fn notes(trace: &Trace, left_out: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if trace.strategies.len() > 1 {
        notes.push(
            "In one row: what has the same luck. = : the same as in the first column that says something.".to_owned(),
        );
    }
    if left_out > 0 {
        notes.push(format!("{} more rows are left out (--only).", count(left_out as u64)));
    }
    notes
}

/// Time down, strategies across.
fn side_by_side(trace: &Trace, rows: &[&Row]) -> Words {
    let names = trace.strategies.iter().map(|life| life.strategy.to_owned());
    let head: Vec<String> = std::iter::once("time".to_owned()).chain(names).collect();
    let cells = |row: &&Row| {
        let first = row.cells.iter().position(Option::is_some);
        let cell = |index: usize| match (&row.cells[index], first) {
            (None, _) => String::new(),
            (Some(_), Some(first)) if index > first && row.equal(first, index) => "=".to_owned(),
            (Some(what), _) => words(trace, row.at, what),
        };
        std::iter::once(time(trace, row.at)).chain((0..row.cells.len()).map(cell)).collect()
    };
    Words { head, rows: rows.iter().map(cells).collect() }
}

/// One strategy's life.
fn alone(trace: &Trace, rows: &[&Row], strategy: usize) -> Words {
    let head = vec!["time".to_owned(), trace.strategies[strategy].strategy.to_owned()];
    let own = rows.iter().filter_map(|row| Some((row.at, row.cells[strategy].as_ref()?)));
    Words { head, rows: own.map(|(at, what)| vec![time(trace, at), words(trace, at, what)]).collect() }
}

/// What happened, in words.
fn words(trace: &Trace, at: Seconds, what: &What) -> String {
    match what {
        What::Joined { alive: true } => "joins".to_owned(),
        What::Joined { alive: false } => "on the list, but lost already".to_owned(),
        What::Refused { campaign, why } => {
            let why = match why {
                Refusal::OutsideAudience => "outside the audience",
                Refusal::EnteredBefore => "entered before",
                Refusal::StillRunning => "still running",
            };
            format!("{campaign} came up: {why}")
        }
        What::Message(contact, fate) => {
            let (channel, place) = (contact.channel, place(trace, contact));
            match fate {
                Fate::Undelivered => format!("{channel} sent, not delivered{place}"),
                Fate::UnderWay => format!("{channel} sent{place}"),
                Fate::Delivered { opted_out: false, .. } => format!("{channel} delivered{place}"),
                Fate::Delivered { complained: true, .. } => {
                    format!("{channel} delivered, complained and opted out{place}")
                }
                Fate::Delivered { .. } => format!("{channel} delivered, opted out{place}"),
                Fate::NotSent(why) => format!("{channel} not sent{place}: {}", reason(at, why)),
                Fate::Held { why, until } => {
                    format!("{channel} held until {}{place}: {}", moment(trace, at, *until), plain(*why))
                }
            }
        }
        What::Opened(contact) => format!("{} opened{}", contact.channel, place(trace, contact)),
        What::Replied(contact) => format!("{} replied to{}", contact.channel, place(trace, contact)),
        What::Clicked(contact, journey) => {
            format!("{} clicked{} → {}", contact.channel, place(trace, contact), path(trace, journey))
        }
        What::Need(journey) => format!("needs something → {}", path(trace, journey)),
        What::FirstOrder { channel, value } => format!("{channel} → ordered {} on joining", money(trace, *value)),
        What::Arrived { contact, opted_out, complained } => {
            let then = match (complained, opted_out) {
                (true, true) => ", complained and opted out",
                (true, false) => ", complained",
                (false, true) => ", opted out",
                (false, false) => "",
            };
            format!("{} delivered{then}{}", contact.channel, place(trace, contact))
        }
        What::Duplicated(contact) => format!("{} sent twice{}", contact.channel, place(trace, contact)),
        What::SeenOpened(contact) => format!("{} seen opened{}", contact.channel, place(trace, contact)),
        What::SeenClicked(contact) => format!("{} seen clicked{}", contact.channel, place(trace, contact)),
        What::Renewed { fee: 0 } => "keeps the contract".to_owned(),
        What::Renewed { fee } => format!("keeps the contract → pays {}", money(trace, *fee)),
        What::Lost { known: true } => "lost (the firm knows, and sends nothing more)".to_owned(),
        What::Lost { known: false } => "lost (the firm does not notice)".to_owned(),
        What::OptedIn { channel } => format!("opts in to {channel}"),
    }
}

/// Where a message stands in the plans, as far as there is a choice.
fn place(trace: &Trace, contact: &Contact) -> String {
    let fallback = if contact.fallback { ", fallback" } else { "" };
    match (trace.campaigns > 1, contact.cascade) {
        (true, true) => format!(" ({}, step {}{fallback})", contact.campaign, contact.step),
        (true, false) => format!(" ({})", contact.campaign),
        (false, true) => format!(" (step {}{fallback})", contact.step),
        (false, false) => String::new(),
    }
}

fn reason(at: Seconds, why: &Why) -> String {
    match why {
        Why::GoalMet(goal) => {
            let deed = match goal {
                GoalEvent::Order => "ordered",
                GoalEvent::Click => "clicked",
                GoalEvent::Reply => "replied",
                GoalEvent::Response => "responded",
            };
            format!("{deed} since (goal met)")
        }
        Why::ConditionMet(responses) => format!("{} before (condition met)", responses.join(" and ")),
        Why::ConditionNotMet(responses) => format!("not {} before (condition not met)", responses.join(" or ")),
        Why::OptedOut(since) if *since == at => "opted out just now".to_owned(),
        Why::OptedOut(since) => format!("opted out {} ago", span(at - since)),
        Why::Plain(reason) => plain(*reason).to_owned(),
    }
}

/// A reason in words, where there is no more to say.
const fn plain(reason: Reason) -> &'static str {
    match reason {
        Reason::Expired => "waited too long (expired)",
        Reason::Exit => "left the run (exit)",
        Reason::GoalMet => "goal met",
        Reason::Holdout => "in a holdout",
        Reason::ConditionMet => "condition met",
        Reason::ConditionNotMet => "condition not met",
        Reason::OptedOut => "opted out",
        Reason::NotOptedIn => "not opted in",
        Reason::Unreachable => "unreachable on this channel",
        Reason::OutsideWindow => "no reply lately (outside window)",
        Reason::QuietHours => "quiet hours",
        Reason::LowerPriority => "another campaign comes first (lower priority)",
        Reason::Capped => "enough messages for now (capped)",
        Reason::Replaced => "a newer run took its place (replaced)",
        Reason::LossKnown => "lost, and the firm knows (loss known)",
        Reason::TooLate => "still waiting at the end (too late)",
    }
}

fn path(trace: &Trace, journey: &Journey) -> String {
    let touch = |(place, touch): (usize, &&str)| {
        let lost = if journey.lost.contains(&place) { " (without context)" } else { "" };
        let found = if journey.found == Some(place) { " (cart found)" } else { "" };
        format!("{touch}{lost}{found}")
    };
    let mut touches: Vec<String> = journey.path.iter().enumerate().map(touch).collect();
    touches.push(match journey.end {
        End::Left | End::Bounced if journey.cart => "left a cart behind".to_owned(),
        End::Left => "left".to_owned(),
        End::Bounced => "left at once".to_owned(),
        End::Ordered { value, moved_from: None } => format!("ordered {}", money(trace, value)),
        End::Ordered { value, moved_from: Some(due) } => {
            format!("ordered {} (moved forward from {})", money(trace, value), day(trace, due))
        }
    });
    touches.join(" → ")
}

fn moved(trace: &Trace, what: &What) -> String {
    match what {
        What::Clicked(_, Journey { end: End::Ordered { moved_from: Some(due), .. }, .. }) => {
            format!(" (moved forward from {})", day(trace, *due))
        }
        What::Clicked(_, Journey { end: End::Ordered { .. }, .. }) => " (would not have come otherwise)".to_owned(),
        _ => String::new(),
    }
}

/// An amount in full: minor units are all there is.
fn money(trace: &Trace, minor: i64) -> String {
    let decimals = trace.customer.decimals;
    format!("{:.*}", decimals as usize, minor as f64 / 10_f64.powi(decimals as i32))
}

/// A second in the customer's calendar and clock.
fn time(trace: &Trace, at: Seconds) -> String {
    trace.clock.local(at).strftime("%a %Y-%m-%d %H:%M").to_string()
}

/// A later second: without its date if it is on the day of `at`.
fn moment(trace: &Trace, at: Seconds, later: Seconds) -> String {
    let (now, then) = (trace.clock.local(at), trace.clock.local(later));
    let form = if now.date() == then.date() { "%H:%M" } else { "%a %Y-%m-%d %H:%M" };
    then.strftime(form).to_string()
}

fn day(trace: &Trace, at: Seconds) -> String {
    trace.clock.local(at).strftime("%a %Y-%m-%d").to_string()
}

/// A length of time, roughly: hours, days, weeks, months or years.
fn span(seconds: Seconds) -> String {
    let (unit, length) = match seconds {
        0..3_600 => ("minute", 60),
        3_600..172_800 => ("hour", 3_600),
        172_800..1_814_400 => ("day", 86_400),
        1_814_400..7_776_000 => ("week", 604_800),
        7_776_000..63_072_000 => ("month", 2_629_746),
        _ => ("year", 31_556_952),
    };
    let many = (seconds + length / 2) / length;
    format!("{many} {unit}{}", if many == 1 { "" } else { "s" })
}

/// A sentence within a width, indented.
fn indented(line: &str, width: u16) -> String {
    let room = usize::from(width).saturating_sub(2).max(20);
    let (mut text, mut used) = (String::from(" "), 0);
    for word in line.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > room {
            text += "\n ";
            used = 0;
        }
        text.push(' ');
        text += word;
        used += 1 + length;
    }
    text + "\n"
}

/// Text wraps within the width; rows are not ruled off, there are many.
fn drawn(words: &Words, width: u16) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width).set_header(&words.head);
    words.rows.iter().for_each(|row| _ = table.add_row(row));
    if let Some(time) = table.column_mut(0) {
        time.set_constraint(ColumnConstraint::ContentWidth);
    }
    let lines: Vec<String> = table.to_string().lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    lines.concat()
}
