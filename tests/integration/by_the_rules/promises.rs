//! What every customer of every scenario is promised, whatever the rules in between: told from the engine's events alone.

use std::collections::{BTreeMap, BTreeSet};

use channelmix::engine::{Event, Message, Reason, Start};
use channelmix::scenario::{
    At, CapWindow, Contact, DAY, Exit, GoalEvent, Joined, Lapse, Profile, Purpose, Receipts, Scenario, Seconds,
    Strategy, Trigger, TriggerEvent,
};
use channelmix::world::World;
use rayon::prelude::*;

use super::clock::Clock;
use super::{SCENARIOS, Stage, customers, scenarios, shrink};

type Events = [(Seconds, Event)];

/// Looks through what a customer did; what is wrong, if anything is.
struct Look<'a> {
    world: &'a World,
    scenario: &'a Scenario,
    strategy: &'a Strategy,
    start: &'a Start,
    clock: Clock,
    events: &'a Events,
    /// Campaign, instant and place in the list of each run.
    runs: Vec<(usize, Seconds, usize)>,
}

impl<'a> Look<'a> {
    fn new(world: &'a World, start: &'a Start, events: &'a Events) -> Self {
        let scenario = &world.scenario;
        let began = |(place, &(at, event)): (usize, &(Seconds, Event))| match event {
            Event::RunBegan(campaign) => Some((usize::from(campaign), at, place)),
            _ => None,
        };
        Self {
            world,
            scenario,
            strategy: &scenario.strategies[0],
            start,
            clock: Clock::new(scenario, &scenario.segments[start.segment]),
            events,
            runs: events.iter().enumerate().filter_map(began).collect(),
        }
    }

    fn campaign(&self, message: Message) -> usize {
        self.runs[message.run as usize].0
    }

    fn is_marketing(&self, message: Message) -> bool {
        self.scenario.campaigns[self.campaign(message)].purpose == Purpose::Marketing
    }

    fn contact(&self, message: Message) -> &Contact {
        self.scenario.channels[usize::from(message.channel)].contact.as_ref().expect("it carries messages")
    }

    /// Whether the firm sees what happens to a message, and nothing else (R50).
    fn sees_what_happens(&self, message: Message) -> bool {
        let Contact { receipts, machine_open_rate, scanner_click_rate, .. } = self.contact(message);
        *receipts == Receipts::Opened && machine_open_rate.is_none() && scanner_click_rate.is_none()
    }

    /// Whether it is the first click on its message that the firm sees.
    fn is_first_click(&self, event: &Event, fits: impl Fn(Message) -> bool) -> bool {
        match *event {
            Event::Clicked(message) => self.sees_what_happens(message) && fits(message),
            Event::SeenClicked(message) => fits(message),
            _ => false,
        }
    }

    fn channel(&self, message: Message) -> &str {
        &self.scenario.channels[usize::from(message.channel)].name
    }

    fn sent(&self) -> impl Iterator<Item = (usize, Seconds, Message)> {
        self.events.iter().enumerate().filter_map(|(place, &(at, event))| match event {
            Event::Sent(message) => Some((place, at, message)),
            _ => None,
        })
    }

    /// Whether the channels of two messages share what they know (R47).
    fn share(&self, one: Message, other: Message) -> bool {
        let holds = |group: &[At<String>], message| group.iter().any(|name| name.value == self.channel(message));
        let mut groups = self.scenario.context.shared.iter();
        self.strategy.profile == Profile::Unified
            || one.channel == other.channel
            || groups.any(|group| holds(&group.value, one) && holds(&group.value, other))
    }

    /// Whether everything is known everywhere at once.
    fn all_know_all(&self) -> bool {
        let context = &self.scenario.context;
        self.strategy.profile == Profile::Unified && context.sync_lag == 0 && context.sync_failure.typical() == 0.0
    }

    fn caps(&self) -> Result<(), String> {
        for cap in &self.strategy.policies.caps {
            let counts = |message: Message| {
                (cap.channels.is_empty() || cap.channels.iter().any(|name| name.value == self.channel(message)))
                    && (cap.counts_transactional || self.is_marketing(message))
            };
            let all: Vec<_> = self.sent().filter(|(.., message)| counts(*message)).collect();
            for &(place, at, message) in all.iter().filter(|(.., message)| self.is_marketing(*message)) {
                let before = all.iter().filter(|(other, sent, counted)| {
                    let within = match cap.window {
                        CapWindow::Rolling => at - sent < cap.per,
                        CapWindow::Calendar => {
                            let days = self.clock.local(at).date() - self.clock.local(*sent).date();
                            i64::from(days.get_days()) < cap.per / DAY
                        }
                    };
                    *other < place && within && self.share(message, *counted)
                });
                if before.count() as u64 >= cap.messages {
                    return Err(format!("{message:?} at {at} exceeds {cap:?}"));
                }
            }
        }
        Ok(())
    }

    fn quiet(&self) -> Result<(), String> {
        for (_, at, message) in self.sent().filter(|(.., message)| self.is_marketing(*message)) {
            let channel = self.channel(message);
            for rule in &self.strategy.policies.quiet_hours {
                let meant = rule.channels.is_empty() || rule.channels.iter().any(|name| name.value == channel);
                if meant && self.clock.holds(&rule.hours, at) {
                    return Err(format!("{message:?} at {at} breaks {rule:?}"));
                }
            }
            let contact = self.scenario.channels[usize::from(message.channel)].contact.as_ref();
            let legal = contact.and_then(|contact| contact.legal_hours.as_ref());
            if legal.is_some_and(|legal| !self.clock.holds(legal, at)) {
                return Err(format!("{message:?} at {at} lies outside {legal:?}"));
            }
        }
        Ok(())
    }

    fn outcomes(&self) -> Result<(), String> {
        let mut outcomes = BTreeSet::new();
        let mut held = BTreeSet::new();
        for &(at, event) in self.events {
            match event {
                Event::Sent(message) | Event::Withheld(message, _) => {
                    if !outcomes.insert((message.run, message.step)) {
                        return Err(format!("{message:?} has a second outcome at {at}: {event:?}"));
                    }
                    held.remove(&message.run);
                }
                Event::Held(message, why, until) => {
                    if until <= at || !matches!(why, Reason::QuietHours | Reason::LowerPriority | Reason::Capped) {
                        return Err(format!("{event:?} at {at}"));
                    }
                    held.insert(message.run);
                }
                _ => {}
            }
        }
        if held.is_empty() { Ok(()) } else { Err(format!("runs {held:?} wait for ever")) }
    }

    fn consent(&self) -> Result<(), String> {
        let mut open = self.start.opted_in;
        for &(at, event) in self.events {
            match event {
                Event::OptedIn(channel) => open |= 1 << channel,
                Event::OptedOut(message) => open &= !(1 << message.channel),
                Event::Sent(message) if self.is_marketing(message) && open >> message.channel & 1 == 0 => {
                    return Err(format!("{message:?} at {at} without consent"));
                }
                Event::Sent(message) if self.start.reachable >> message.channel & 1 == 0 => {
                    return Err(format!("{message:?} at {at} out of reach"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Nothing is sent, nor with `at-once` anything else told of the steps of a run whose goal was met or that was left.
    fn goals(&self) -> Result<(), String> {
        if !self.all_know_all() {
            return Ok(());
        }
        for (place, &(at, event)) in self.events.iter().enumerate() {
            for (run, &(campaign, trigger, began)) in self.runs.iter().enumerate().filter(|(_, run)| run.2 < place) {
                let campaign = &self.scenario.campaigns[campaign];
                let meets = campaign.goal.is_some_and(|goal| {
                    goal.within.is_none_or(|time| at - trigger < time)
                        && match event {
                            Event::Ordered { .. } => goal.event == GoalEvent::Order,
                            Event::Clicked(_) | Event::SeenClicked(_) => {
                                matches!(goal.event, GoalEvent::Click | GoalEvent::Response)
                            }
                            Event::Replied(_) => matches!(goal.event, GoalEvent::Reply | GoalEvent::Response),
                            _ => false,
                        }
                });
                let leaves = campaign.exit.iter().any(|exit| match exit {
                    Exit::Opened => match event {
                        Event::Opened(message) => self.contact(message).receipts == Receipts::Opened,
                        Event::SeenOpened(_) => true,
                        _ => false,
                    },
                    Exit::Clicked => matches!(event, Event::Clicked(_) | Event::SeenClicked(_)),
                    Exit::Replied => matches!(event, Event::Replied(_)),
                    Exit::Ordered => matches!(event, Event::Ordered { .. }),
                    Exit::OptedOut => matches!(event, Event::OptedOut(_)),
                    Exit::Audience => false,
                });
                if !(meets || leaves) || began > place {
                    continue;
                }
                for &(later, event) in &self.events[place + 1..] {
                    let wrong = match event {
                        Event::Sent(message) => message.run as usize == run,
                        Event::Withheld(message, _) | Event::Held(message, ..) if campaign.exits_at_once => {
                            message.run as usize == run && later > at
                        }
                        _ => false,
                    };
                    if wrong {
                        return Err(format!("{event:?} at {later} though its run was over at {at}"));
                    }
                }
            }
        }
        Ok(())
    }

    fn holdouts(&self) -> Result<(), String> {
        for (_, at, message) in self.sent() {
            let number = self.campaign(message);
            let campaign = &self.scenario.campaigns[number];
            let plan = self.strategy.plans.iter().find(|(name, _)| name.value == campaign.name).map(|(_, plan)| plan);
            let holdout = plan.and_then(|plan| plan.holdout).unwrap_or(campaign.holdout);
            if self.start.in_holdout(self.world, number, holdout)
                || (self.is_marketing(message) && self.start.in_global_holdout(self.strategy.policies.holdout))
            {
                return Err(format!("{message:?} at {at} to a holdout"));
            }
        }
        Ok(())
    }

    /// Each time that a campaign comes up there is one run or one refusal.
    fn triggers(&self) -> Result<(), String> {
        let horizon = self.world.horizon;
        let joined = self.start.joined.max(0);
        let segment = &self.scenario.segments[self.start.segment];
        let lost = self.events.iter().position(|(_, event)| *event == Event::Lost);
        let noticed = lost.filter(|_| segment.lapse == Lapse::Known);
        let gone = noticed.map_or(Seconds::MAX, |place| self.events[place].0);
        let until_gone = &self.events[..noticed.unwrap_or(self.events.len())];
        for (number, campaign) in self.scenario.campaigns.iter().enumerate() {
            if self.strategy.plans.iter().all(|(name, _)| name.value != campaign.name) {
                continue;
            }
            let told = self.events.iter().filter(|(_, event)| {
                matches!(event, Event::RunBegan(own) | Event::Refused(own, _) if usize::from(*own) == number)
            });
            let count = |is_meant: &dyn Fn(&Event) -> bool| {
                until_gone.iter().filter(|(at, event)| *at < self.world.last_start && is_meant(event)).count()
            };
            let fits = |which: &channelmix::scenario::Message, message: Message| {
                let own = &self.scenario.campaigns[self.campaign(message)].name;
                which.campaign.as_ref().is_none_or(|name| name.value == *own)
                    && which.channel.as_ref().is_none_or(|name| name.value == self.channel(message))
            };
            let mut most = None;
            let expected = match &campaign.trigger.value {
                Trigger::Calendar(rule) => {
                    let all = self.clock.occurrences(rule, horizon);
                    let all = all.iter().filter(|(at, _)| (joined..self.world.last_start).contains(at));
                    // Its own message may lose a customer in the very second.
                    most = Some(all.clone().filter(|(at, _)| *at <= gone).count());
                    all.filter(|(at, _)| *at < gone).count()
                }
                Trigger::Event(TriggerEvent::Joined) => {
                    usize::from(!matches!(segment.joined, Joined::Base { .. }) && joined < self.world.last_start)
                }
                Trigger::Event(TriggerEvent::Ordered) => count(&|event| matches!(event, Event::Ordered { .. })),
                Trigger::Event(TriggerEvent::CartAbandoned) => count(&|event| matches!(event, Event::CartLeft(_))),
                Trigger::Event(TriggerEvent::Clicked(which)) => {
                    count(&|event| self.is_first_click(event, |message| fits(which, message)))
                }
                Trigger::Event(TriggerEvent::Replied(which)) => {
                    count(&|event| matches!(event, Event::Replied(message) if fits(which, *message)))
                }
                // Counted from orders of the past, too, which no event tells.
                Trigger::Event(TriggerEvent::Inactive(_)) => continue,
            };
            let told = told.count();
            if told < expected || told > most.unwrap_or(expected) {
                return Err(format!("`{}` came up {told} times and not {expected}", campaign.name));
            }
        }
        Ok(())
    }
}

fn broken(text: &str, customer: u64) -> Option<String> {
    let stage = Stage::new(text)?;
    let start = stage.start(customer);
    let events = stage.engine("s", &start);
    if events.is_empty() {
        return (start.joined < stage.world.horizon).then(|| "a customer without events".to_owned());
    }
    let look = Look::new(&stage.world, &start, &events);
    [Look::caps, Look::quiet, Look::outcomes, Look::consent, Look::goals, Look::holdouts, Look::triggers]
        .iter()
        .find_map(|promise| promise(&look).err())
}

#[test]
fn every_customer_is_treated_as_promised() {
    hold(broken);
}

/// Holds of all customers of all scenarios, or fails with a small one of which it does not.
fn hold(broken: impl Fn(&str, u64) -> Option<String> + Sync) {
    let wrong = (0..SCENARIOS).into_par_iter().find_map_first(|number| {
        let text = scenarios::scenario(number);
        let customer = customers(number).into_iter().find(|&customer| broken(&text, customer).is_some())?;
        Some((number, text, customer))
    });
    if let Some((number, text, customer)) = wrong {
        let small = shrink::smallest(&text, |text| broken(text, customer).is_some());
        let why = broken(&small, customer).unwrap_or_default();
        panic!("scenario {number}, customer {customer}\n\n{small}\n{why}");
    }
}

/// What names say in place of numbers, so that two files in another order can be compared.
fn named(world: &World, strategy: usize, events: &Events) -> Vec<String> {
    let scenario = &world.scenario;
    let mut steps = BTreeMap::new();
    for campaign in &scenario.campaigns {
        let plans = &scenario.strategies[strategy].plans;
        let Some((_, plan)) = plans.iter().find(|(name, _)| name.value == campaign.name) else { continue };
        for step in 0..plan.way.channels().len() {
            steps.insert(steps.len() as u16, (&campaign.name, step));
        }
    }
    let of = |message: Message| format!("{} {:?} {}", message.run, steps.get(&message.step), message.channel);
    let name = |campaign: u16| &scenario.campaigns[usize::from(campaign)].name;
    let words = |&(at, event): &(Seconds, Event)| {
        let words = match event {
            Event::RunBegan(campaign) => format!("began {}", name(campaign)),
            Event::Refused(campaign, why) => format!("refused {} {why:?}", name(campaign)),
            Event::Sent(message) => format!("sent {}", of(message)),
            Event::Delivered(message) => format!("delivered {}", of(message)),
            Event::OptedOut(message) => format!("opted out {}", of(message)),
            Event::Opened(message) => format!("opened {}", of(message)),
            Event::Clicked(message) => format!("clicked {}", of(message)),
            Event::Replied(message) => format!("replied {}", of(message)),
            Event::UnderPressure(message, pressure) => format!("under pressure {} {pressure}", of(message)),
            Event::Complained(message) => format!("complained {}", of(message)),
            Event::Duplicated(message) => format!("duplicated {}", of(message)),
            Event::DeliveredTwice(message) => format!("delivered twice {}", of(message)),
            Event::SeenOpened(message) => format!("seen opened {}", of(message)),
            Event::SeenClicked(message) => format!("seen clicked {}", of(message)),
            Event::BilledInWindow(message) => format!("in window {}", of(message)),
            Event::ConversationBegan(message) => format!("conversation {}", of(message)),
            Event::Withheld(message, why) => format!("withheld {} {why:?}", of(message)),
            Event::Held(message, why, until) => format!("held {} {why:?} {until}", of(message)),
            Event::Ordered { cause: channelmix::engine::Cause::Contact { message, .. }, .. } => {
                format!("ordered {}", of(message))
            }
            other => format!("{other:?}"),
        };
        format!("{at} {words}")
    };
    events.iter().map(words).collect()
}

/// The sections of a file, with those of campaigns in the opposite order.
fn turned_round(text: &str) -> String {
    let mut sections: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') || sections.is_empty() {
            sections.push(String::new());
        }
        if let Some(last) = sections.last_mut() {
            last.push_str(line);
            last.push('\n');
        }
    }
    let is_campaign = |section: &String| section.starts_with("[campaigns.");
    let mut campaigns: Vec<String> = sections.iter().filter(|section| is_campaign(section)).cloned().collect();
    for section in &mut sections {
        if is_campaign(section) {
            *section = campaigns.pop().unwrap_or_default();
        }
    }
    sections.concat()
}

fn unordered(text: &str, customer: u64) -> Option<String> {
    // The same strategy under another name, behind the first one.
    let from = text.find("[strategies.s")?;
    let twice = format!("{text}{}", text[from..].replace("[strategies.s", "[strategies.twin"));
    let (stage, turned) = (Stage::new(&twice)?, Stage::new(&turned_round(text))?);
    let (start, other) = (stage.start(customer), turned.start(customer));
    let events = stage.engine("s", &start);
    if events != stage.engine("twin", &start) {
        return Some("a strategy and its twin differ".to_owned());
    }
    let (one, other) = (named(&stage.world, 0, &events), named(&turned.world, 0, &turned.engine("s", &other)));
    let differ = one.iter().zip(&other).find(|(one, other)| one != other);
    (one != other).then(|| format!("in another order of campaigns: {differ:#?}"))
}

#[test]
fn neither_the_name_of_a_strategy_nor_the_order_of_campaigns_matters() {
    hold(unordered);
}
