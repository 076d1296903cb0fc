//! One customer's lives as a page: when what happened, at a glance, and every row below.

use maud::{Markup, PreEscaped, html};

use super::{Shown, head, money, notes, parting, rows, side_by_side, summary, words};
use crate::report::charts::{Caption, Event, Lane, Part, Shape, Timeline};
use crate::report::page::frame;
use crate::report::words::Words;
use crate::scenario::{NONE, Seconds, WEEK};
use crate::trace::{Fate, Found, Life, Row, Trace, What};

/// The trace as one HTML page that needs nothing else.
pub fn page(trace: &Trace, found: Option<&Found>, shown: Shown, version: &str) -> String {
    let title = format!("Customer {} of {}", trace.customer.number, trace.scenario);
    let (parted, more) = match &parting(trace)[..] {
        [first, rest @ ..] => (first.clone(), rest.to_vec()),
        [] => (title.clone(), Vec::new()),
    };
    let (rows, left_out) = rows(trace, shown);
    let caption = Caption { title: &title, description: &parted };
    let body = html! {
        header {
            p.scenario { (trace.scenario) }
            h1 { (parted) }
            @for sentence in &more { p.finding { (sentence) } }
            @for sentence in head(trace, found) { p.note { (sentence) } }
        }
        main {
            section id="numbers" { h2 { "What did it come to?" } (table(&summary(trace), "numbers")) }
            section id="timeline" {
                h2 { "When did what happen?" }
                figure {
                    figcaption { (title) }
                    (PreEscaped(timeline(trace).draw(&caption).embedded("timeline")))
                }
            }
            section id="events" {
                h2 { "Event by event" }
                (table(&side_by_side(trace, &rows), ""))
                @for note in notes(trace, left_out) { p.note { (note) } }
            }
        }
    };
    frame(&title, version, &body)
}

fn table(words: &Words, class: &str) -> Markup {
    let text = class.is_empty();
    html! {
        div.scroll tabindex="0" {
            table class=(class) {
                thead { tr { @for name in &words.head { th.text[text] scope="col" { (name) } } } }
                tbody {
                    @for row in &words.rows {
                        tr {
                            @for (place, cell) in row.iter().enumerate() {
                                @if place == 0 { th scope="row" { (cell) } }
                                @else if text { td.text { (cell) } }
                                @else { td { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A lane for every channel on which a strategy would send, and one for what the customer does of its own accord.
fn timeline(trace: &Trace) -> Timeline {
    let any = |test: fn(&What) -> bool| trace.rows.iter().flat_map(|row| row.cells.iter().flatten()).any(test);
    let held = any(|what| matches!(what, What::Message(_, Fate::Held { .. })));
    let replied = any(|what| matches!(what, What::Replied(_)));
    let key = [
        (Shape::Stroke, "message delivered"),
        (Shape::Cross, "not delivered"),
        (Shape::Ring, if held { "due, not sent or held" } else { "due, not sent" }),
        (Shape::Dot, "opened"),
        (Shape::Diamond, if replied { "clicked, or replied" } else { "clicked" }),
        (Shape::Down, "opted out, or lost"),
        (Shape::Square, "journey without an order"),
        (Shape::Up, "order"),
    ];
    let lanes = trace.strategies.iter().enumerate().flat_map(|(index, life)| lanes(trace, index, life));
    Timeline {
        across_label: "week".to_owned(),
        across: (0.0, week(trace.horizon)),
        key: key.map(|(shape, words)| (shape, words.to_owned())).to_vec(),
        lanes: lanes.collect(),
    }
}

fn lanes(trace: &Trace, index: usize, life: &Life) -> Vec<Lane> {
    let part = if life.strategy == NONE { Part::Nothing } else { Part::Strategy(life.place) };
    let mut channels: Vec<&str> = Vec::new();
    for contact in trace.rows.iter().filter_map(|row| row.cells[index].as_ref()?.contact()) {
        if !channels.contains(&contact.channel) {
            channels.push(contact.channel);
        }
    }
    let lane = |name: &str, events: Vec<Event>| Lane { name: format!("{}: {name}", life.strategy), part, events };
    let mut lanes: Vec<Lane> = Vec::new();
    for channel in channels {
        let on =
            |row: &&Row| row.cells[index].as_ref().and_then(What::contact).is_some_and(|own| own.channel == channel);
        let marks = trace.rows.iter().filter(on).filter_map(|row| message_mark(row.at, row.cells[index].as_ref()?));
        lanes.push(lane(channel, marks.collect()));
    }
    let marks = trace.rows.iter().filter_map(|row| life_mark(trace, row.at, row.cells[index].as_ref()?));
    lanes.push(lane("customer", marks.collect()));
    lanes
}

fn message_mark(at: Seconds, what: &What) -> Option<Event> {
    let (shape, label) = match what {
        What::Message(_, Fate::Undelivered) => (Shape::Cross, ""),
        What::Message(_, Fate::Delivered { opted_out: false, .. }) => (Shape::Stroke, ""),
        What::Message(_, Fate::Delivered { complained: true, .. }) => (Shape::Down, "complained"),
        What::Message(_, Fate::Delivered { .. }) => (Shape::Down, "opted out"),
        What::Message(_, Fate::NotSent(_) | Fate::Held { .. }) => (Shape::Ring, ""),
        What::Opened(_) => (Shape::Dot, ""),
        What::Clicked(..) => (Shape::Diamond, ""),
        What::Replied(_) => (Shape::Diamond, "replied"),
        _ => return None,
    };
    Some(Event { at: week(at), shape, label: label.to_owned() })
}

fn life_mark(trace: &Trace, at: Seconds, what: &What) -> Option<Event> {
    let (shape, label) = match (what, what.order()) {
        (_, Some(value)) => (Shape::Up, money(trace, value)),
        (What::Need(_) | What::Clicked(..), None) => (Shape::Square, String::new()),
        (What::Lost { .. }, None) => (Shape::Down, "lost".to_owned()),
        (What::Joined { .. } | What::OptedIn { .. }, None) => (Shape::Stroke, words(trace, at, what)),
        _ => return None,
    };
    Some(Event { at: week(at), shape, label })
}

fn week(at: Seconds) -> f64 {
    at as f64 / WEEK as f64
}
