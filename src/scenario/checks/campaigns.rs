//! Campaigns: triggers that never come up, and circles.

use std::collections::BTreeSet;

use super::{Keys, anyone_replies, audiences, carrier, ends, replies};
use crate::scenario::campaign::{Campaign, Purpose};
use crate::scenario::problems::{Problem, Problems};
use crate::scenario::segment::Joined;
use crate::scenario::trigger::{Calendar, Days, Message, Reentry, Trigger, TriggerEvent};
use crate::scenario::values::{DAY, Date, Span};
use crate::scenario::{Scenario, Strategy};

/// Checks one campaign.
pub(super) fn check(scenario: &Scenario, campaign: &Campaign, keys: Keys<'_>, problems: &mut Problems) {
    audiences::check(scenario, &campaign.audience, keys, &["campaigns", &campaign.name], campaign.at, problems);
    ends::check(scenario, campaign, keys, problems);
    if let Trigger::Event(event) = &campaign.trigger.value {
        happens(scenario, campaign, event, problems);
    }
    if campaign.purpose == Purpose::Transactional && campaign.priority > 0 {
        let message = format!("the `priority` of campaign `{}` has no effect", campaign.name);
        let at = keys.at(&["campaigns", &campaign.name, "priority"], campaign.at);
        let problem = Problem::warning(message, at);
        problems.push(problem.help("it is transactional: only marketing campaigns give way to each other"));
    }
}

/// Whether what a trigger waits for can happen.
fn happens(scenario: &Scenario, campaign: &Campaign, event: &TriggerEvent, problems: &mut Problems) {
    let (name, at) = (&campaign.name, campaign.trigger.at);
    let mut never = |message: String, help: &str| {
        problems.push(Problem::error(format!("campaign `{name}` {message}: it never happens"), at).help(help));
    };
    match event {
        TriggerEvent::Joined => {
            if scenario.segments.iter().all(|segment| segment.joined.is_there()) {
                let message = "waits for customers who join, but all are a base, which was there from the start";
                never(message.to_owned(), "write `joined = \"cohort\"` or `joined = { arrivals = … }` in a segment");
            }
        }
        TriggerEvent::CartAbandoned => {
            if scenario.channels.iter().all(|channel| channel.cart_rate.is_none()) {
                let message = "waits for carts, but no channel has a `cart_rate`";
                never(message.to_owned(), "write it where journeys can be: `[channels.web]` with `cart_rate = 0.1`");
            }
        }
        TriggerEvent::Replied(message) => {
            let meant = message.channel.as_ref().and_then(|own| scenario.channels.iter().find(|c| c.name == own.value));
            let nobody = meant.map_or_else(|| !anyone_replies(scenario), |channel| !replies(channel));
            if nobody {
                let whose = meant.map_or("no channel".to_owned(), |channel| format!("`{}`", channel.name));
                let verb = if meant.is_some() { "has no" } else { "has a" };
                let help = "write how often an opened message is replied to, for example `reply_rate = 0.05`";
                never(format!("waits for replies, but {whose} {verb} `reply_rate`"), help);
            }
        }
        TriggerEvent::Inactive(length) => {
            let past = |joined: &Joined| if let Joined::Base { age } = joined { *age } else { 0 };
            let past = scenario.segments.iter().map(|segment| past(&segment.joined)).max().unwrap_or(0);
            let begins = scenario.horizon.value - scenario.tail_length();
            if *length >= past + begins {
                let message = format!(
                    "waits until a customer has not ordered for {}, longer than anybody is followed (at most {} before the \
                     start and {} up to the tail)",
                    Span(*length),
                    Span(past),
                    Span(begins.max(0))
                );
                never(message, "let `for` be shorter, follow customers for longer, or let a base be older");
            }
        }
        TriggerEvent::Ordered | TriggerEvent::Clicked(_) => {}
    }
    let Some(message) = response(event) else { return };
    if let Some(channel) = &message.channel {
        carrier(scenario, channel, "a trigger waits for messages on", problems);
    }
    if let Some(other) = &message.campaign
        && scenario.campaigns.iter().all(|known| known.name != other.value)
    {
        let message = format!("a trigger waits for messages of campaign `{}`, which does not exist", other.value);
        let known = scenario.campaigns.iter().map(|known| known.name.as_str()).filter(|known| known != name);
        problems.push(Problem::error(message, other.at).suggest(&other.value, known));
    }
}

/// The messages to which a trigger waits for a response.
pub(super) fn response(event: &TriggerEvent) -> Option<&Message> {
    match event {
        TriggerEvent::Clicked(message) | TriggerEvent::Replied(message) => Some(message),
        _ => None,
    }
}

/// Notes campaigns that wait for each other, and campaigns that bring themselves up without end.
pub(super) fn circles(scenario: &Scenario, problems: &mut Problems) {
    let waits_for = |campaign: &Campaign| match &campaign.trigger.value {
        Trigger::Event(event) => response(event).cloned(),
        Trigger::Calendar(_) => None,
    };
    let mut begins: BTreeSet<&str> = BTreeSet::new();
    loop {
        let can = |campaign: &&Campaign| match waits_for(campaign).map(|message| message.campaign) {
            None => true,
            Some(Some(other)) => {
                begins.contains(&*other.value) || scenario.campaigns.iter().all(|known| known.name != other.value)
            }
            Some(None) => begins.iter().any(|other| **other != *campaign.name),
        };
        let more: BTreeSet<&str> = scenario.campaigns.iter().filter(can).map(|campaign| &*campaign.name).collect();
        if more == begins {
            break;
        }
        begins = more;
    }
    // Whoever waits for replies that nobody writes has been told.
    let replies = anyone_replies(scenario);
    let waiting = scenario
        .campaigns
        .iter()
        .filter(|campaign| replies || !matches!(campaign.trigger.value, Trigger::Event(TriggerEvent::Replied(_))));
    for campaign in waiting {
        let Some(message) = waits_for(campaign) else { continue };
        let (name, at) = (&campaign.name, campaign.trigger.at);
        if !begins.contains(&**name) {
            let problem = match &message.campaign {
                None => {
                    let message = format!("campaign `{name}` waits for responses, but no other campaign begins");
                    Problem::warning(message, at)
                }
                Some(own) if own.value == *name => {
                    let message = format!("campaign `{name}` waits for responses to its own messages: it never begins");
                    Problem::warning(message, own.at)
                }
                Some(other) => {
                    let message = format!(
                        "campaign `{name}` waits for responses to `{}`, which in turn waits for others: neither begins",
                        other.value
                    );
                    Problem::warning(message, other.at)
                }
            };
            problems.push(problem.help("let one of them come up by the calendar or by another event"));
            continue;
        }
        let sends = |strategy: &Strategy| {
            let own = strategy.plans.iter().find(|(planned, _)| planned.value == *name);
            let meant = |channel: &str| message.channel.as_ref().is_none_or(|own| own.value == channel);
            own.is_some_and(|(_, plan)| plan.way.channels().iter().any(|channel| meant(&channel.value)))
        };
        let again = message.campaign.is_none() && campaign.reentry == Reentry::Always;
        if again && scenario.strategies.iter().any(sends) {
            let message = format!("responses to the messages of campaign `{name}` bring it up again, and so on");
            let problem = Problem::warning(message, at);
            problems.push(problem.help("name the `campaign` whose messages are meant, or limit it by `reentry`"));
        }
    }
}

/// Notes a campaign that no day of the calendar brings up.
pub(super) fn calendar(scenario: &Scenario, campaign: &Campaign, problems: &mut Problems) {
    let Trigger::Calendar(calendar) = &campaign.trigger.value else { return };
    let tail = scenario.tail_length();
    let limit = scenario.horizon.value - tail;
    if limit <= 0 || comes_up(scenario, calendar, limit) {
        return;
    }
    let name = &campaign.name;
    let first = calendar.days.first() * DAY;
    let message = match &calendar.days {
        Days::On(Date(day)) => {
            let Date(start) = scenario.start;
            let end = start.saturating_add(jiff::Span::new().days(limit / DAY));
            format!("campaign `{name}` is on {day}, but nothing begins before {start} or after {end}: it never happens")
        }
        _ if first >= limit => {
            format!(
                "campaign `{name}` starts after {}, when the tail of {} has begun: it never happens",
                Span(first),
                Span(tail)
            )
        }
        _ => format!(
            "campaign `{name}`: no day that its trigger names lies between the start and the tail of {}: it never happens",
            Span(tail)
        ),
    };
    let problem = Problem::error(message, campaign.trigger.at);
    problems.push(match &calendar.days {
        Days::On(_) => problem.help(format!(
            "it must lie between `start` and the tail of {}, in which nothing new is started; follow customers for longer, or \
             choose another day",
            Span(tail)
        )),
        _ if first >= limit => problem.help("follow customers for longer, or start it earlier"),
        _ => problem.help("follow customers for longer, or name other days or months"),
    });
}

/// Whether any segment has an occurrence in the first so many seconds.
fn comes_up(scenario: &Scenario, calendar: &Calendar, limit: i64) -> bool {
    let own = scenario.time_zone.as_ref().map_or("UTC", |zone| zone.value.as_str());
    let of_segments = || {
        let zones = scenario.segments.iter().map(|segment| segment.time_zone.as_ref());
        zones.map(|zone| zone.map_or(own, |zone| zone.value.as_str())).collect()
    };
    let zones: BTreeSet<&str> =
        calendar.zone.as_ref().map_or_else(of_segments, |zone| BTreeSet::from([zone.value.as_str()]));
    let zones: Option<Vec<_>> = zones.into_iter().map(|name| jiff::tz::TimeZone::get(name).ok()).collect();
    let start = jiff::tz::TimeZone::get(own).ok().and_then(|zone| scenario.start.0.to_zoned(zone).ok());
    // A zone that does not exist has been told of.
    let (Some(zones), Some(start)) = (zones, start) else { return true };
    let start = start.timestamp().as_second();
    let on_time = |day: jiff::civil::Date| {
        zones.iter().any(|zone| {
            let instant = day.to_datetime(calendar.at.0).to_zoned(zone.clone());
            instant.is_ok_and(|at| (0..limit).contains(&(at.timestamp().as_second() + calendar.offset - start)))
        })
    };
    let Date(first) = scenario.start;
    let day = |after: i64| first.checked_add(jiff::Span::new().try_days(after).ok()?).ok();
    let named = |after: i64, day: jiff::civil::Date| match &calendar.days {
        Days::Every { every, first } => (after - first) % every == 0,
        Days::Week { weekdays, .. } => weekdays.contains(&day.weekday().to_monday_zero_offset()),
        Days::Month { days, .. } => days.contains(&day.day()),
        Days::On(on) => on.0 == day,
    };
    if let Days::On(on) = &calendar.days {
        return on_time(on.0);
    }
    let last = (limit - calendar.offset) / DAY + 2;
    (calendar.days.first()..=last).any(|after| {
        day(after).is_some_and(|day| {
            named(after, day) && (calendar.months.is_empty() || calendar.months.contains(&day.month())) && on_time(day)
        })
    })
}
