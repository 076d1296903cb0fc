//! The reference: what becomes of one customer under one strategy, as `docs/strategies.md` and `docs/rules.md` say it.
//!
//! Nothing here is shared with the engine but the words (types of the scenario and of events) and the luck: the random words
//! of every address, when those who arrive join, and who is picked. No thought is given to speed: the next thing that happens is
//! found by looking at everything that may come, and every question is answered from the list of all that has happened.

mod journeys;
mod knowledge;
mod lives;
mod messages;
mod pressure;
mod words;

use channelmix::engine::{Ending, Event, Message, Origin, Reason, Refusal, Start};
use channelmix::luck::{Label, Luck, Threshold};
use channelmix::scenario::{
    Audience, CapWindow, Capped, Exit, GivesWay, Joined, Otherwise, Plan, Preference, Purpose, Reentry, Scenario,
    Seconds, Segment, SendTime, Stage, Step, Strategy, Trigger, TriggerEvent, Way,
};
use channelmix::scenario::{Campaign, Concurrency};
use channelmix::world::{Tables, World};
use jiff::ToSpan;
use jiff::civil::DateTime;

use super::clock::Clock;
use knowledge::Fact;
use lives::Need;
use messages::Sent;

/// Everything that happens to a customer, in order, and what is said at the end. Values of orders are 0.
pub fn play(
    world: &World,
    tables: &Tables,
    strategy: usize,
    start: &Start,
    luck: Luck,
) -> (Vec<(Seconds, Event)>, Option<Ending>) {
    let mut customer = Customer::new(world, tables, &world.scenario.strategies[strategy], start, luck);
    let ending = customer.live();
    (customer.events, ending)
}

/// Kinds of things that happen, in their order within a second (R6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Delivered,
    MachineOpened,
    ScannerClicked,
    Opened,
    Clicked,
    Replied,
    Need,
    Renewal,
    Step,
    Calendar,
    Inactive,
}

/// Something that will happen.
#[derive(Clone, Debug)]
struct Coming {
    at: Seconds,
    kind: Kind,
    tie: Tie,
    what: What,
}

/// What decides the order within a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Tie {
    /// The address of a message or a run.
    Address(Luck),
    /// That of a need or a renewal: its number (R2).
    Number(usize),
    /// The label of a campaign's occurrence.
    Occurrence(Label),
}

/// What is to happen.
#[derive(Clone, Debug)]
enum What {
    /// What the kind says of a message, by its number.
    Message(usize),
    /// A natural need, by its number.
    Need(usize),
    /// The renewal of a contract, by its number.
    Renewal(usize),
    /// Steps of a run, by its number.
    Step(usize),
    /// A calendar trigger of a campaign, with the address of its run.
    Calendar(usize, Luck),
    /// Inactivity that triggers a campaign.
    Inactive(usize, Luck),
}

/// One step of a plan, or a channel of a blast, a mix, a preferred plan, or a fallback.
#[derive(Clone, Copy)]
struct Item<'a> {
    channel: usize,
    /// The step of the cascade, by its number, that it is or stands in for.
    of: usize,
    /// The step of the cascade that it is; none for a fallback and for all other plans.
    step: Option<&'a Step>,
}

/// A step that waits.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    /// Number of the item in the plan.
    item: usize,
    /// Since when it is due.
    due: Seconds,
    /// When it is examined, again or for the first time.
    at: Seconds,
}

/// A customer's passage through a plan.
struct Run {
    campaign: usize,
    luck: Luck,
    /// When its trigger came up,
    trigger: Seconds,
    /// and how much the firm had seen before.
    facts_before: usize,
    /// When its clock began.
    clock: Seconds,
    waiting: Vec<Waiting>,
    last_sent: Option<Seconds>,
    /// Steps of a cascade for which the run has ended.
    over: Vec<usize>,
}

/// What an examination comes to.
enum Outcome {
    Send,
    /// Not sent; the next step follows.
    Next(Reason),
    /// Not sent; the next step follows at once.
    NextAtOnce(Reason),
    /// Not sent; the run ends, on all channels that know why.
    End(Reason, Because),
    /// Examined again then.
    Hold(Reason, Seconds),
}

/// Why a run ends.
#[derive(Clone, Copy)]
enum Because {
    /// For something that the whole firm knows.
    AllKnow,
    Left,
    GoalMet,
    /// A condition of the step is met, or is not.
    Condition(Reason),
}

struct Customer<'a> {
    world: &'a World,
    tables: &'a Tables,
    scenario: &'a Scenario,
    strategy: &'a Strategy,
    segment: &'a Segment,
    start: &'a Start,
    /// Its address.
    luck: Luck,
    clock: Clock,
    /// First second of the tail (R8).
    tail: Seconds,
    /// Plans by campaign.
    plans: Vec<Option<&'a Plan>>,
    /// Number of the first step by campaign.
    first_step: Vec<usize>,
    /// All occurrences of calendar triggers by campaign.
    calendar: Vec<Vec<(Seconds, DateTime)>>,

    now: Seconds,
    coming: Vec<Coming>,
    events: Vec<(Seconds, Event)>,
    /// The address of its life.
    life: Luck,
    joined: Seconds,
    alive: bool,
    /// Its loss is known.
    gone: bool,
    opted_in: u64,
    opted_out: u64,
    orders: u32,
    last_order: Option<Seconds>,
    last_order_origin: Origin,
    last_response: Option<Seconds>,
    /// What the firm has seen.
    facts: Vec<Fact>,
    /// Messages that were delivered, and when.
    deliveries: Vec<(Seconds, usize)>,
    /// What moved the customer's goodwill, in points.
    experiences: Vec<(Seconds, f64)>,
    /// When and where the last cart was left behind, unless there was an order since.
    cart: Option<(Seconds, usize)>,
    needs: Vec<Need>,
    sent: Vec<Sent>,
    runs: Vec<Run>,
    /// Replies and beginnings of conversations, with their channels.
    replies: Vec<(Seconds, usize)>,
    conversations: Vec<(Seconds, usize)>,
}

impl<'a> Customer<'a> {
    fn new(world: &'a World, tables: &'a Tables, strategy: &'a Strategy, start: &'a Start, luck: Luck) -> Self {
        let scenario = &world.scenario;
        let segment = &scenario.segments[start.segment];
        let clock = Clock::new(scenario, segment);
        let horizon = scenario.horizon.value;
        let tail = horizon - scenario.tail.as_ref().expect("these scenarios write their tail").value.0;
        let plan = |campaign: &Campaign| {
            strategy.plans.iter().find(|(name, _)| name.value == campaign.name).map(|(_, plan)| plan)
        };
        let plans: Vec<Option<&Plan>> = scenario.campaigns.iter().map(plan).collect();
        let mut first_step = Vec::new();
        let mut steps = 0;
        for plan in &plans {
            first_step.push(steps);
            steps += plan.map_or(0, |plan| plan.way.channels().len());
        }
        let calendar = scenario.campaigns.iter().map(|campaign| match &campaign.trigger.value {
            Trigger::Calendar(rule) => {
                let mut found = clock.occurrences(rule, horizon);
                found.retain(|(at, _)| *at < tail);
                found
            }
            Trigger::Event(_) => Vec::new(),
        });
        let life = lives::life(scenario, segment, &clock, luck, start);
        assert_eq!((life.joined, life.alive), (start.joined, start.alive));
        assert_eq!((life.orders, life.last_order, life.last_order_origin), start.known_orders());
        Self {
            world,
            tables,
            scenario,
            strategy,
            segment,
            start,
            luck,
            tail,
            first_step,
            calendar: calendar.collect(),
            plans,
            clock,
            now: 0,
            coming: Vec::new(),
            events: Vec::new(),
            life: life.luck,
            joined: life.joined,
            alive: life.alive,
            gone: false,
            opted_in: start.opted_in,
            opted_out: 0,
            orders: life.orders,
            last_order: life.last_order,
            last_order_origin: life.last_order_origin,
            last_response: None,
            facts: Vec::new(),
            deliveries: Vec::new(),
            experiences: Vec::new(),
            cart: None,
            needs: life.needs,
            sent: Vec::new(),
            runs: Vec::new(),
            replies: Vec::new(),
            conversations: Vec::new(),
        }
    }

    fn horizon(&self) -> Seconds {
        self.scenario.horizon.value
    }

    fn campaign(&self, campaign: usize) -> &'a Campaign {
        &self.scenario.campaigns[campaign]
    }

    fn plan(&self, campaign: usize) -> &'a Plan {
        self.plans[campaign].expect("a campaign with runs has a plan")
    }

    fn is_marketing(&self, campaign: usize) -> bool {
        self.campaign(campaign).purpose == Purpose::Marketing
    }

    fn say(&mut self, event: Event) {
        self.events.push((self.now, event));
    }

    /// From joining to the horizon.
    fn live(&mut self) -> Option<Ending> {
        self.now = self.joined.max(0);
        if self.now >= self.horizon() {
            return None;
        }
        self.say(Event::Joined { alive: self.alive, opted_in: self.start.opted_in });
        for number in 0..self.needs.len() {
            let at = self.needs[number].at;
            self.coming.push(Coming { at, kind: Kind::Need, tie: Tie::Number(number), what: What::Need(number) });
        }
        for campaign in 0..self.plans.len() {
            if self.plans[campaign].is_none() {
                continue;
            }
            for &(at, written) in self.calendar[campaign].iter().filter(|(at, _)| *at >= self.now) {
                let run = self.start.run(self.world, campaign, Origin::Scheduled(written));
                let tie = Tie::Occurrence(self.world.run_label(campaign, written));
                self.coming.push(Coming { at, kind: Kind::Calendar, tie, what: What::Calendar(campaign, run) });
            }
        }
        self.expects_renewals();
        self.count_inactivity();
        if !matches!(self.segment.joined, Joined::Base { .. }) {
            self.triggered_by(Origin::Joining, |event| matches!(event, TriggerEvent::Joined));
        }
        while let Some(next) = self.next() {
            assert!(next.at >= self.now, "time runs forward");
            self.now = next.at;
            self.happens(&next);
        }
        self.now = self.horizon() - 1;
        for run in 0..self.runs.len() {
            self.end(run, Reason::TooLate);
        }
        self.now = self.horizon();
        Some(self.ending())
    }

    /// What is said at the horizon (R22).
    fn ending(&self) -> Ending {
        let from = self.horizon() - self.scenario.retention_window.value;
        let any =
            |is_meant: &dyn Fn(Seconds, &Event) -> bool| self.events.iter().any(|(at, event)| is_meant(*at, event));
        Ending {
            eligible: self.joined <= from,
            retained: any(&|at, event| at >= from && matches!(event, Event::Ordered { .. } | Event::Renewed { .. })),
            ordered: any(&|_, event| matches!(event, Event::Ordered { .. })),
            contacted: any(&|_, event| matches!(event, Event::Delivered(_))),
            responded: any(&|_, event| matches!(event, Event::Clicked(_) | Event::Replied(_))),
            alive: self.alive,
            score: self.score(),
        }
    }

    /// The first thing before the horizon, taken from the list; the steps of runs come from the runs.
    fn next(&mut self) -> Option<Coming> {
        let mut all = self.coming.clone();
        for (number, run) in self.runs.iter().enumerate() {
            if let Some(at) = run.waiting.iter().map(|waiting| waiting.at).min() {
                all.push(Coming { at, kind: Kind::Step, tie: Tie::Address(run.luck), what: What::Step(number) });
            }
        }
        all.retain(|coming| coming.at < self.horizon());
        let key = |coming: &Coming| (coming.at, coming.kind, coming.tie);
        let first = all.into_iter().min_by_key(key)?;
        self.coming.retain(|coming| key(coming) != key(&first));
        Some(first)
    }

    fn happens(&mut self, next: &Coming) {
        match next.what {
            What::Message(number) => match next.kind {
                Kind::Delivered => {
                    if self.is_delivered(number) {
                        self.has_opted_out(number);
                    }
                }
                Kind::MachineOpened => self.is_seen_opened(number),
                Kind::ScannerClicked => self.is_seen_clicked(number),
                Kind::Opened => self.opens(number),
                Kind::Clicked => self.clicks(number),
                Kind::Replied => self.replies(number),
                kind => unreachable!("nothing of messages: {kind:?}"),
            },
            What::Need(number) => {
                if self.alive {
                    self.goes_through(self.needs[number].luck, None);
                }
            }
            What::Renewal(number) => self.renews(number),
            What::Step(run) => self.examine_all_due(run),
            What::Calendar(campaign, run) | What::Inactive(campaign, run) => self.comes_up(campaign, run),
        }
    }

    /// Ends a run; what waits has this outcome, in the order of steps.
    fn end(&mut self, run: usize, reason: Reason) {
        let mut waiting = std::mem::take(&mut self.runs[run].waiting);
        waiting.sort_by_key(|waiting| waiting.item);
        for waiting in waiting {
            let message = self.message(run, waiting.item);
            self.say(Event::Withheld(message, reason));
        }
    }

    // From a trigger to a run.

    /// Campaigns that an event triggers come up, by address.
    fn triggered_by(&mut self, origin: Origin, is_meant: impl Fn(&TriggerEvent) -> bool) {
        let mut found = Vec::new();
        for (number, campaign) in self.scenario.campaigns.iter().enumerate() {
            if let Trigger::Event(event) = &campaign.trigger.value
                && self.plans[number].is_some()
                && is_meant(event)
            {
                found.push((Label::of(&campaign.name), number));
            }
        }
        found.sort_unstable();
        for (_, campaign) in found {
            // Events begin no second run of it in a second.
            let begun = self.runs.iter().any(|run| run.campaign == campaign && run.trigger == self.now);
            if begun && self.now < self.tail && !self.gone {
                self.say(Event::Refused(campaign as u16, Refusal::EnteredBefore));
            } else {
                self.comes_up(campaign, self.start.run(self.world, campaign, origin));
            }
        }
    }

    /// Inactivity counts anew, from the last order or from joining.
    fn count_inactivity(&mut self) {
        self.coming.retain(|coming| coming.kind != Kind::Inactive);
        for (number, campaign) in self.scenario.campaigns.iter().enumerate() {
            let Trigger::Event(TriggerEvent::Inactive(time)) = campaign.trigger.value else { continue };
            let at = self.last_order.unwrap_or(self.joined) + time;
            if self.plans[number].is_some() && at >= self.now {
                let run = self.start.run(self.world, number, self.last_order_origin);
                let tie = Tie::Address(run);
                self.coming.push(Coming { at, kind: Kind::Inactive, tie, what: What::Inactive(number, run) });
            }
        }
    }

    fn comes_up(&mut self, campaign: usize, luck: Luck) {
        if self.now >= self.tail || self.gone {
            return;
        }
        let id = campaign as u16;
        let earlier: Vec<usize> = (0..self.runs.len()).filter(|run| self.runs[*run].campaign == campaign).collect();
        if !self.is_in_audience(campaign) {
            return self.say(Event::Refused(id, Refusal::OutsideAudience));
        }
        let last = earlier.iter().map(|run| self.runs[*run].trigger).max();
        let entered_before = match (self.campaign(campaign).reentry, last) {
            (_, None) | (Reentry::Always, _) => false,
            (Reentry::Never, Some(_)) => true,
            (Reentry::After(time), Some(last)) => self.now - last < time,
        };
        if entered_before {
            return self.say(Event::Refused(id, Refusal::EnteredBefore));
        }
        let concurrency = self.campaign(campaign).concurrency;
        if concurrency == Concurrency::Skip && earlier.iter().any(|run| !self.runs[*run].waiting.is_empty()) {
            return self.say(Event::Refused(id, Refusal::StillRunning));
        }
        if concurrency == Concurrency::Replace {
            for run in earlier {
                self.end(run, Reason::Replaced);
            }
        }
        self.say(Event::RunBegan(id));
        self.begin(campaign, luck);
    }

    fn begin(&mut self, campaign: usize, luck: Luck) {
        let plan = self.plan(campaign);
        let clock = match plan.send_time {
            SendTime::WhenDue => self.now,
            SendTime::Spread(spread) => self.now + Start::spread(luck, spread),
            SendTime::BestHour => self
                .start
                .readiest_hour(self.tables)
                .map_or(self.now, |hour| self.clock.first_from(self.now, jiff::civil::time(hour as i8, 0, 0, 0))),
        };
        self.runs.push(Run {
            campaign,
            luck,
            trigger: self.now,
            facts_before: self.facts.len(),
            clock,
            waiting: Vec::new(),
            last_sent: None,
            over: Vec::new(),
        });
        let run = self.runs.len() - 1;
        let items = match &plan.way {
            Way::Cascade(_) => return self.goes_on(run, 0, false),
            Way::Blast(channels) => 0..channels.len(),
            Way::Mix(weights) => {
                let word = Start::mix_pick(luck);
                let mut sum = 0.0;
                let ends = weights.iter().map(|(_, weight)| {
                    sum += weight;
                    Threshold::new(sum)
                });
                let picked = ends.collect::<Vec<_>>().iter().position(|end| end.holds(word));
                let picked = picked.unwrap_or(weights.len() - 1);
                picked..picked + 1
            }
            Way::Preferred(..) => 0..1,
        };
        self.runs[run].waiting = items.map(|item| Waiting { item, due: clock, at: clock }).collect();
    }

    /// The next step of a cascade from this one on waits.
    fn goes_on(&mut self, run: usize, from: usize, at_once: bool) {
        let Way::Cascade(steps) = &self.plan(self.runs[run].campaign).way else { return };
        let Some(of) = (from..steps.len()).find(|&of| self.is_to_come(run, of, &steps[of])) else { return };
        let step = &steps[of];
        let mut due = self.now;
        if !at_once {
            due = self.runs[run].last_sent.unwrap_or(self.runs[run].clock) + step.after;
            if let Some(time) = step.at {
                due = self.clock.first_from(due, time.0);
            }
            due = due.max(self.now);
        }
        let item = self.items(run).iter().position(|item| item.of == of).expect("each step is an item");
        self.runs[run].waiting.push(Waiting { item, due, at: due });
    }

    /// Whether a step is part of the customer's plan, and the run not over for it.
    fn is_to_come(&self, run: usize, of: usize, step: &Step) -> bool {
        (step.segments.is_empty() || step.segments.iter().any(|segment| segment.value == self.segment.name))
            && !self.runs[run].over.contains(&of)
    }

    /// What a plan may send, in the order of its numbers.
    fn items(&self, run: usize) -> Vec<Item<'a>> {
        let channel = |name: &str| self.channel(name);
        match &self.plan(self.runs[run].campaign).way {
            Way::Cascade(steps) => {
                let mut items = Vec::new();
                for (of, step) in steps.iter().enumerate() {
                    items.push(Item { channel: channel(&step.send.value), of, step: Some(step) });
                    for fallback in &step.fallback {
                        items.push(Item { channel: channel(&fallback.value), of, step: None });
                    }
                }
                items
            }
            way => {
                way.channels().iter().map(|name| Item { channel: channel(&name.value), of: 0, step: None }).collect()
            }
        }
    }

    fn channel(&self, name: &str) -> usize {
        self.scenario.channels.iter().position(|channel| channel.name == name).expect("the channel exists")
    }

    fn message(&self, run: usize, item: usize) -> Message {
        let step = self.first_step[self.runs[run].campaign] + item;
        let channel = self.items(run)[item].channel;
        Message { run: run as u32, step: step as u16, channel: channel as u8 }
    }

    // A due step.

    /// All steps of a run that are due in this second, before anything else happens (R18).
    fn examine_all_due(&mut self, run: usize) {
        loop {
            let due = self.runs[run].waiting.iter().filter(|waiting| waiting.at <= self.now);
            let Some(&first) = due.min_by_key(|waiting| waiting.item) else { break };
            self.runs[run].waiting.retain(|waiting| waiting.item != first.item);
            self.examine(run, first);
        }
    }

    fn examine(&mut self, run: usize, mut waiting: Waiting) {
        if let Way::Preferred(channels, by) = &self.plan(self.runs[run].campaign).way {
            let channels: Vec<usize> = channels.iter().map(|name| self.channel(&name.value)).collect();
            waiting.item = self.preferred(run, &channels, *by);
        }
        let message = self.message(run, waiting.item);
        let of = self.items(run)[waiting.item].of;
        match self.outcome(run, waiting) {
            Outcome::Hold(reason, until) => {
                self.say(Event::Held(message, reason, until));
                self.runs[run].waiting.push(Waiting { at: until, ..waiting });
            }
            Outcome::End(reason, because) => {
                self.say(Event::Withheld(message, reason));
                self.ends_where_known(run, of, because);
            }
            Outcome::Next(reason) => {
                self.say(Event::Withheld(message, reason));
                self.goes_on(run, of + 1, false);
            }
            Outcome::NextAtOnce(reason) => {
                self.say(Event::Withheld(message, reason));
                self.goes_on(run, of + 1, true);
            }
            Outcome::Send => self.send(run, waiting.item),
        }
    }

    /// A step of a cascade ends the run for all steps behind it whose channels know why; the next one goes on (R48).
    fn ends_where_known(&mut self, run: usize, of: usize, because: Because) {
        let Way::Cascade(steps) = &self.plan(self.runs[run].campaign).way else { return };
        for (later, step) in steps.iter().enumerate().skip(of + 1) {
            let channel = self.channel(&step.send.value);
            let knows = match because {
                Because::AllKnow => true,
                Because::Left => self.has_left(run, channel),
                Because::GoalMet => self.has_met_goal(run, channel),
                Because::Condition(Reason::ConditionMet) => self.has_got(run, &steps[of].unless, channel),
                Because::Condition(_) => !self.has_got(run, &steps[of].only_if, channel),
            };
            if knows {
                self.runs[run].over.push(later);
            }
        }
        self.goes_on(run, of + 1, false);
    }

    fn outcome(&self, run: usize, waiting: Waiting) -> Outcome {
        let campaign = self.runs[run].campaign;
        let Item { channel, step, .. } = self.items(run)[waiting.item];
        let marketing = self.is_marketing(campaign);
        // 1
        if step.and_then(|step| step.ttl).is_some_and(|ttl| self.now - waiting.due >= ttl) {
            return Outcome::Next(Reason::Expired);
        }
        // 2
        let exit_after = self.campaign(campaign).exit_after;
        if exit_after.is_some_and(|time| self.now - self.runs[run].trigger >= time)
            || (self.campaign(campaign).exit.contains(&Exit::Audience) && !self.is_in_audience(campaign))
        {
            return Outcome::End(Reason::Exit, Because::AllKnow);
        }
        if self.has_left(run, channel) {
            return Outcome::End(Reason::Exit, Because::Left);
        }
        // 3
        if self.has_met_goal(run, channel) {
            return Outcome::End(Reason::GoalMet, Because::GoalMet);
        }
        // 4
        let holdout = self.plan(campaign).holdout.unwrap_or(self.campaign(campaign).holdout);
        let global = self.strategy.policies.holdout;
        if self.start.in_holdout(self.world, campaign, holdout) || (marketing && self.start.in_global_holdout(global)) {
            return Outcome::End(Reason::Holdout, Because::AllKnow);
        }
        // 5
        if let Some(step) = step {
            let then = |otherwise: Otherwise, reason| match step.otherwise.unwrap_or(otherwise) {
                Otherwise::End => Outcome::End(reason, Because::Condition(reason)),
                Otherwise::Next => Outcome::Next(reason),
            };
            if self.has_got(run, &step.unless, channel) {
                return then(Otherwise::End, Reason::ConditionMet);
            }
            if !step.only_if.is_empty() && !self.has_got(run, &step.only_if, channel) {
                return then(Otherwise::Next, Reason::ConditionNotMet);
            }
        }
        // 6
        if marketing && self.opted_out >> channel & 1 == 1 {
            return Outcome::Next(Reason::OptedOut);
        }
        if marketing && self.opted_in >> channel & 1 == 0 {
            return Outcome::Next(Reason::NotOptedIn);
        }
        // 7
        if self.start.reachable >> channel & 1 == 0 {
            return Outcome::Next(Reason::Unreachable);
        }
        // 8
        if !self.may_say_it(campaign, channel) {
            return Outcome::Next(Reason::OutsideWindow);
        }
        if !marketing {
            return Outcome::Send;
        }
        // 9
        if self.is_quiet(channel, self.now, false) {
            return Outcome::Next(Reason::QuietHours);
        }
        if self.is_held(channel, self.now) {
            return Outcome::Hold(Reason::QuietHours, self.held_until(channel));
        }
        // 10
        if let Some(arbitration) = self.strategy.policies.arbitration
            && let Some(latest) = self.latest_of_higher_priority(campaign, arbitration.window)
        {
            return match arbitration.then {
                GivesWay::Skip => Outcome::Next(Reason::LowerPriority),
                GivesWay::End => Outcome::End(Reason::LowerPriority, Because::AllKnow),
                GivesWay::Hold => Outcome::Hold(Reason::LowerPriority, (latest + arbitration.window).max(self.now + 1)),
            };
        }
        // 11
        self.capped(channel).unwrap_or(Outcome::Send)
    }

    fn is_cascade(&self, run: usize) -> bool {
        matches!(self.plan(self.runs[run].campaign).way, Way::Cascade(_))
    }

    // Questions.

    /// Whether a campaign needs no window on a channel, or it is open.
    fn may_say_it(&self, campaign: usize, channel: usize) -> bool {
        let is_free_form = self.campaign(campaign).free_form.as_ref().is_some_and(|free_form| free_form.value);
        !is_free_form || self.window_is_open(channel) != Some(false)
    }

    fn is_in_audience(&self, campaign: usize) -> bool {
        let Audience {
            segments,
            stages,
            ordered_within,
            not_ordered_for,
            responded_within,
            not_responded_for,
            opted_in,
            share,
        } = self.plan(campaign).audience.as_ref().unwrap_or(&self.campaign(campaign).audience);
        let now = self.now;
        let never_ordered_since = self.joined;
        let never_responded_since = self.joined.max(0);
        (segments.is_empty() || segments.iter().any(|segment| segment.value == self.segment.name))
            && (stages.is_empty() || stages.contains(&self.stage()))
            && ordered_within.is_none_or(|time| self.last_order.is_some_and(|last| now - last < time))
            && not_ordered_for.is_none_or(|time| now - self.last_order.unwrap_or(never_ordered_since) >= time)
            && responded_within.is_none_or(|time| now - self.last_response.unwrap_or(never_responded_since) < time)
            && not_responded_for.is_none_or(|time| now - self.last_response.unwrap_or(never_responded_since) >= time)
            && opted_in.iter().all(|name| self.has_consent(self.channel(&name.value)))
            && share.is_none_or(|share| self.start.in_share(self.world, campaign, share))
    }

    fn has_consent(&self, channel: usize) -> bool {
        self.opted_in >> channel & 1 == 1 && self.opted_out >> channel & 1 == 0
    }

    fn stage(&self) -> Stage {
        let Some(last) = self.last_order else { return Stage::Prospect };
        let stages = self.scenario.stages;
        match self.now - last {
            time if time >= stages.lapsed_after => Stage::Lapsed,
            time if time >= stages.lapsing_after => Stage::Lapsing,
            _ if self.orders == 1 => Stage::New,
            _ => Stage::Repeat,
        }
    }

    /// The best channel that can be addressed, by its place in the list.
    fn preferred(&self, run: usize, channels: &[usize], by: Preference) -> usize {
        let marketing = self.is_marketing(self.runs[run].campaign);
        let mut best: Option<usize> = None;
        for (place, &channel) in channels.iter().enumerate() {
            let reached = self.start.reachable >> channel & 1 == 1;
            if reached
                && (!marketing || self.has_consent(channel))
                && self.may_say_it(self.runs[run].campaign, channel)
                && best.is_none_or(|best| self.is_better(channel, channels[best], by))
            {
                best = Some(place);
            }
        }
        best.unwrap_or(0)
    }

    fn is_better(&self, one: usize, other: usize, by: Preference) -> bool {
        match by {
            Preference::Affinity => {
                self.start.click_chance(self.tables, one) > self.start.click_chance(self.tables, other)
            }
            Preference::Response => {
                let count = |channel| {
                    let sent = self.sent.iter().filter(|sent| sent.channel == channel);
                    (sent.clone().filter(|sent| sent.responded).count() + 1, sent.count() + 2)
                };
                let ((up, down), (other_up, other_down)) = (count(one), count(other));
                up * other_down > other_up * down
            }
        }
    }

    /// Whether a rule that holds, or one that skips, says that it is quiet.
    fn is_quiet(&self, channel: usize, at: Seconds, hold: bool) -> bool {
        let name = &self.scenario.channels[channel].name;
        self.strategy.policies.quiet_hours.iter().any(|rule| {
            rule.hold == hold
                && (rule.channels.is_empty() || rule.channels.iter().any(|own| own.value == *name))
                && self.clock.holds(&rule.hours, at)
        })
    }

    /// Whether a rule or the law holds messages back.
    fn is_held(&self, channel: usize, at: Seconds) -> bool {
        let contact = self.scenario.channels[channel].contact.as_ref();
        let legal = contact.and_then(|contact| contact.legal_hours.as_ref());
        self.is_quiet(channel, at, true) || legal.is_some_and(|hours| !self.clock.holds(hours, at))
    }

    /// The first second from now on at which nothing does. All times of day of these scenarios are full or half hours, as
    /// are the changes of clocks.
    fn held_until(&self, channel: usize) -> Seconds {
        let half_hours = (self.now / 1800 + 1..).map(|number| number * 1800);
        let free = half_hours.take(2000).find(|&at| !self.is_held(channel, at));
        free.expect("it is never quiet for ever")
    }

    /// The latest instant at which marketing of higher priority was sent or may be sent; none if there is none near.
    fn latest_of_higher_priority(&self, campaign: usize, window: Seconds) -> Option<Seconds> {
        let higher = |other: usize| {
            self.is_marketing(other)
                && self.plans[other].is_some()
                && self.campaign(other).priority > self.campaign(campaign).priority
        };
        let mut instants = Vec::new();
        for sent in self.sent.iter().filter(|sent| higher(sent.campaign)) {
            if self.now - sent.at < window {
                instants.push(sent.at);
            }
        }
        for run in self.runs.iter().filter(|run| higher(run.campaign)) {
            for waiting in &run.waiting {
                if waiting.at - self.now <= window {
                    instants.push(waiting.at);
                }
            }
        }
        for other in (0..self.plans.len()).filter(|other| higher(*other)) {
            for &(at, _) in &self.calendar[other] {
                if at >= self.now && at - self.now <= window && self.is_in_audience(other) {
                    instants.push(at);
                }
            }
        }
        instants.into_iter().max()
    }

    /// What the first full cap says.
    fn capped(&self, channel: usize) -> Option<Outcome> {
        for cap in &self.strategy.policies.caps {
            let channels: Vec<usize> = cap.channels.iter().map(|name| self.channel(&name.value)).collect();
            let counts = |channel: usize| channels.is_empty() || channels.contains(&channel);
            if !counts(channel) {
                continue;
            }
            let sent = self.sent.iter().filter(|sent| counts(sent.channel) && self.share(channel, sent.channel));
            let sent = sent.filter(|sent| cap.counts_transactional || self.is_marketing(sent.campaign));
            let times: Vec<Seconds> = sent.map(|sent| sent.at).collect();
            let is_full = |at: Seconds| {
                let counted = times.iter().filter(|&&sent| match cap.window {
                    CapWindow::Rolling => at - sent < cap.per,
                    CapWindow::Calendar => {
                        let days = cap.per / channelmix::scenario::DAY;
                        self.clock.local(sent).date() > self.clock.local(at).date() - days.days()
                    }
                });
                counted.count() as u64 >= cap.messages
            };
            if !is_full(self.now) {
                continue;
            }
            return Some(match cap.then {
                Capped::Skip => Outcome::Next(Reason::Capped),
                Capped::End => Outcome::End(Reason::Capped, Because::AllKnow),
                Capped::NextChannel => Outcome::NextAtOnce(Reason::Capped),
                Capped::Hold => {
                    // There can only be room again when a message leaves the window.
                    let leaves = times.iter().flat_map(|&sent| match cap.window {
                        CapWindow::Rolling => vec![sent + cap.per],
                        CapWindow::Calendar => {
                            let days = cap.per / channelmix::scenario::DAY;
                            vec![self.clock.midnight(self.clock.local(sent).date() + days.days())]
                        }
                    });
                    let room = leaves.filter(|&at| at > self.now && !is_full(at)).min();
                    Outcome::Hold(Reason::Capped, room.expect("every message leaves the window"))
                }
            });
        }
        None
    }
}

/// A message that was clicked or replied to.
struct Meant {
    campaign: String,
    channel: String,
}

impl Meant {
    fn fits(&self, which: &channelmix::scenario::Message) -> bool {
        which.campaign.as_ref().is_none_or(|name| name.value == self.campaign)
            && which.channel.as_ref().is_none_or(|name| name.value == self.channel)
    }
}
