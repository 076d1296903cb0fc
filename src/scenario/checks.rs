//! Checks across the parts of a scenario: names that do not exist, shares that do not add up, plans that cannot work.

use super::channel::{Channel, Click};
use super::place::{Origin, Place, Sources};
use super::plan::{Plan, SendTime, Way};
use super::presets::DEFAULT_TOUCHES;
use super::problems::{Problem, Problems};
use super::read::At;
use super::segment::{Demand, Joined, Segment};
use super::step::{Otherwise, Response, Step};
use super::strategy::Strategy;
use super::trigger::Calendar;
use super::values::{DAY, Span, rounded};
use super::{Law, Scenario};

/// Occurrences of campaigns, over all strategies and segments, that a world may hold in memory.
const MOST_OCCURRENCES: f64 = 2e7;
/// Rows of hop matrices: segments × channels × (1 + campaigns).
const MOST_ROWS: usize = 2_000_000;
/// Needs of one customer from joining to the horizon; more would take for ever to play.
const MOST_NEEDS: f64 = 20_000.0;

/// Characters of a scenario's name.
pub(super) const LONGEST_NAME: usize = 200;
/// Customers that may be played.
pub(super) const FEWEST_PLAYED: u64 = 128;
pub(super) const MOST_PLAYED: u64 = 1_000_000_000_000;
/// Draws of the uncertain inputs.
pub(super) const MOST_DRAWS: u64 = 100_000;

/// Notes everything that is wrong, or odd, between the parts.
pub(super) fn check(scenario: &Scenario, sources: &Sources, problems: &mut Problems) {
    sizes(scenario, problems);
    times(scenario, problems);
    zones(scenario, problems);
    shares(scenario, problems);
    for channel in &scenario.channels {
        landing(scenario, channel, sources, problems);
        plausible(channel, sources, problems);
    }
    for segment in &scenario.segments {
        begins(segment, problems);
        opt_ins(scenario, segment, problems);
        journeys(scenario, segment, problems);
        pace(scenario, segment, problems);
    }
    for strategy in &scenario.strategies {
        plans(scenario, strategy, problems);
    }
    unused(scenario, problems);
}

fn sizes(scenario: &Scenario, problems: &mut Problems) {
    let root = scenario.simulate.at;
    if scenario.segments.is_empty() {
        problems.push(
            Problem::error("the scenario has no segment", root)
                .help("write at least `[segments.all]` with `share = 1.0`"),
        );
    }
    if scenario.name.is_empty()
        || scenario.name.chars().count() > LONGEST_NAME
        || scenario.name.chars().any(char::is_control)
    {
        problems.push(Problem::error(
            "`name` must have 1 to 200 characters and no control characters: it is the report's title",
            scenario.name_at,
        ));
    }
    let rows = scenario.segments.len() * scenario.channels.len() * (1 + scenario.campaigns.len());
    let plans = scenario.strategies.iter().flat_map(|strategy| &strategy.plans);
    let occurrences: f64 = plans
        .filter_map(|(name, _)| scenario.campaigns.iter().find(|campaign| campaign.name == name.value))
        .map(|campaign| {
            let most = |rule: &Calendar| rule.most(scenario.horizon.value) * scenario.segments.len() as f64;
            campaign.trigger.value.calendar().map_or(0.0, most)
        })
        .sum();
    if rows > MOST_ROWS || occurrences > MOST_OCCURRENCES {
        let message = format!(
            "the scenario is too large: {rows} rows of hop matrices and {occurrences:.0} occurrences of campaigns"
        );
        problems.push(Problem::error(message, root).help(format!(
            "segments × channels × (1 + campaigns) may reach {MOST_ROWS}, occurrences × segments × strategies \
                 {MOST_OCCURRENCES}"
        )));
    }
    let draws = scenario.draws.as_ref().map_or(1, |draws| draws.value);
    if let Some(draws) = scenario.draws.as_ref().filter(|draws| draws.value == 0 || draws.value > MOST_DRAWS) {
        problems.push(Problem::error(format!("`draws` must be 1 to {MOST_DRAWS}, found {}", draws.value), draws.at));
    } else if scenario.simulate.value < FEWEST_PLAYED.max(4 * draws) || scenario.simulate.value > MOST_PLAYED {
        let message = format!("`simulate` is {}, too few or too many customers to play", scenario.simulate.value);
        problems.push(
            Problem::error(message, scenario.simulate.at)
                .help("at least 128 and 4 per draw, at most a million million"),
        );
    }
}

fn times(scenario: &Scenario, problems: &mut Problems) {
    let (horizon, at) = (scenario.horizon.value, scenario.horizon.at);
    if !(DAY..=36_525 * DAY).contains(&horizon) {
        problems.push(Problem::error(format!("the horizon must be 1 day to a century, found {}", Span(horizon)), at));
        return;
    }
    let tail = scenario.tail_length();
    let window = &scenario.retention_window;
    if tail >= horizon {
        let longest = Span(scenario.longest_plan());
        let message = format!(
            "no campaign can start: the horizon of {} is not longer than the tail of {}",
            Span(horizon),
            Span(tail)
        );
        let problem = Problem::error(message, scenario.tail.as_ref().map_or(at, |tail| tail.at));
        let why = format!(
            "in the tail nothing new is started, so that plans can end; it is the longest plan ({longest}) + 7d \
                 unless you set `tail`"
        );
        problems.push(problem.help(why).help("make the horizon longer or the tail shorter"));
        return;
    }
    let default = if window.at == at { " (the default)" } else { "" };
    let message = if window.value == 0 || 2 * window.value > horizon {
        format!(
            "the retention window of {}{default} must lie above 0 and not above half the horizon of {}",
            Span(window.value),
            Span(horizon)
        )
    } else if window.value < tail {
        format!(
            "the retention window of {}{default} is shorter than the tail of {}, in which nothing new is started",
            Span(window.value),
            Span(tail)
        )
    } else {
        return;
    };
    // Whole days read best; the tail must still fit into the window.
    let good = (horizon / 4).max(tail).max(1);
    let good = if good + DAY <= horizon / 2 { (good + DAY - 1) / DAY * DAY } else { good };
    problems.push(Problem::error(message, window.at).help(if 2 * good <= horizon {
        format!("for example retention_window = \"{}\"", Span(good))
    } else {
        format!(
            "no window fits between the tail of {} and half the horizon: make the horizon longer or the tail shorter",
            Span(tail)
        )
    }));
}

fn zones(scenario: &Scenario, problems: &mut Problems) {
    let zones = scenario.segments.iter().filter_map(|segment| segment.time_zone.as_ref()).chain(&scenario.time_zone);
    for zone in zones {
        if jiff::tz::TimeZone::get(&zone.value).is_err() {
            let message = format!("there is no time zone \"{}\"", zone.value);
            let problem = Problem::error(message, zone.at).nearest(
                &zone.value,
                jiff::tz::db().available().map(|name| name.to_string()).collect::<Vec<_>>().iter().map(String::as_str),
            );
            problems.push(problem.help("IANA names such as \"Europe/Berlin\", \"America/New_York\" or \"UTC\""));
        }
    }
}

fn shares(scenario: &Scenario, problems: &mut Problems) {
    let sum: f64 = scenario.segments.iter().map(|segment| segment.share.value.0).sum();
    if let Some(last) = scenario.segments.last().filter(|_| (sum - 1.0).abs() > 1e-9) {
        let list: Vec<String> = scenario.segments.iter().map(|s| format!("{} {}", s.name, s.share.value.0)).collect();
        let message = format!("the shares of the segments must sum to 1, these sum to {}", rounded(sum));
        problems.push(Problem::error(message, last.share.at).help(list.join(", ")));
    }
}

fn landing(scenario: &Scenario, channel: &Channel, sources: &Sources, problems: &mut Problems) {
    let Some(contact) = &channel.contact else { return };
    let touches = || scenario.channels.iter().filter(|c| c.order_rate.is_some()).map(|c| c.name.as_str());
    if contact.landing.value.is_empty() && touches().count() > 0 {
        let problem =
            Problem::error(format!("channel `{}` does not say where a click lands", channel.name), channel.at);
        problems.push(problem.help("write `landing = \"web\"`").suggest("", touches()));
        return;
    }
    let from_preset = sources.of(contact.landing.at).origin == Origin::Preset;
    if from_preset && contact.landing.value.iter().any(|name| touches().any(|touch| touch == name.value)) {
        return;
    }
    for name in &contact.landing.value {
        if touches().all(|touch| touch != name.value) {
            let message = format!("a click on `{}` lands on `{}`, where no journey can be", channel.name, name.value);
            let at = if from_preset { channel.at } else { name.at };
            problems.push(
                touches_are_gone(Problem::error(message, at), &name.value)
                    .help("write `landing = …` with a channel that has an `order_rate`")
                    .suggest(&name.value, touches()),
            );
        }
    }
}

/// Says why one of the channels that a scenario has by default is not there.
fn touches_are_gone(problem: Problem, name: &str) -> Problem {
    if !DEFAULT_TOUCHES.contains(&name) {
        return problem;
    }
    let why = "web, app and store come by themselves only where no other channel has an `order_rate`";
    problem.help(format!("{why}: write `[channels.{name}]` with `preset = \"{name}\"`"))
}

fn plausible(channel: &Channel, sources: &Sources, problems: &mut Problems) {
    let Some(contact) = &channel.contact else { return };
    if let Click::PerDelivered(click) = &contact.click {
        if let (true, Some(at)) = (click.typical() > contact.open_rate.typical(), click.at) {
            let message = format!(
                "`{}`: more clicks ({}) than opens ({}) per delivered message",
                channel.name,
                click.typical(),
                contact.open_rate.typical()
            );
            problems.push(Problem::error(message, at).help(
                "`click_rate` and `open_rate` are both per delivered message; `click_to_open_rate` is per opened",
            ));
        } else if let (true, Some(at)) = (click.high() > contact.open_rate.low(), click.at) {
            let message = format!(
                "`{}`: in some draws there are more clicks (up to {}) than opens (from {}); every open then clicks",
                channel.name,
                click.high(),
                contact.open_rate.low()
            );
            problems.push(Problem::warning(message, at).help("narrow one of the two, or use `click_to_open_rate`"));
        }
    }
    let mut odd = |input_at: Option<Place>, odd: bool, message: String| {
        // Odd values are mostly typing errors; those of a preset are not.
        let typed = |at: &Place| sources.of(*at).origin != Origin::Preset;
        if let (Some(at), true) = (input_at.filter(typed), odd) {
            problems.push(Problem::warning(message, at));
        }
    };
    let name = &channel.name;
    let delivery = &contact.delivery_rate;
    odd(
        delivery.at,
        delivery.typical() < 0.5,
        format!("`{name}`: less than half of the messages are delivered ({})", delivery.typical()),
    );
    let opt_out = &contact.opt_out_rate;
    odd(
        opt_out.at,
        opt_out.typical() > 0.05,
        format!(
            "`{name}`: {} of the delivered messages lead to an opt-out; published rates lie below 0.03",
            opt_out.typical()
        ),
    );
    let cost = &contact.cost_per_message;
    odd(
        cost.at,
        cost.typical() == 0.0 && !matches!(cost.law, Law::Percentiles { .. }),
        format!("`{name}` costs nothing per message: is that right?"),
    );
}

fn opt_ins(scenario: &Scenario, segment: &Segment, problems: &mut Problems) {
    for (channel, _) in &segment.opt_in {
        match scenario.channels.iter().find(|c| c.name == channel.value) {
            None => {
                let names = scenario.channels.iter().filter(|c| c.contact.is_some()).map(|c| c.name.as_str());
                let message =
                    format!("segment `{}` opts in to `{}`, but there is no such channel", segment.name, channel.value);
                problems.push(Problem::error(message, channel.at).suggest(&channel.value, names));
            }
            Some(found) if found.contact.is_none() => {
                let message =
                    format!("segment `{}` opts in to `{}`, which carries no messages", segment.name, channel.value);
                problems.push(Problem::error(message, channel.at).also(found.at, "defined here"));
            }
            Some(_) => {}
        }
    }
}

/// A preset's entry may have no channel of the scenario's.
fn begins(segment: &Segment, problems: &mut Problems) {
    if segment.entry.is_empty() {
        let message = format!("segment `{}` does not say where journeys begin", segment.name);
        problems.push(
            Problem::error(message, segment.at)
                .help("write `entry = { web = 1.0 }` with channels that have an `order_rate`"),
        );
    }
}

fn journeys(scenario: &Scenario, segment: &Segment, problems: &mut Problems) {
    let touches = || scenario.channels.iter().filter(|c| c.order_rate.is_some()).map(|c| c.name.as_str());
    let mut exists = |name: &At<String>, what: &str| {
        let found = touches().any(|touch| touch == name.value);
        if !found {
            let message = format!("segment `{}`: {what} `{}`, where no journey can be", segment.name, name.value);
            let problem = touches_are_gone(Problem::error(message, name.at), &name.value);
            problems.push(problem.suggest(&name.value, touches()));
        }
        found
    };
    let entries = segment.entry.iter().filter(|(channel, _)| exists(channel, "journeys begin at")).count();
    for (from, row) in &segment.hops {
        exists(from, "hops start from");
        for (to, _) in row {
            exists(to, "a hop leads to");
        }
    }
    let sum: f64 = segment.entry.iter().map(|(_, share)| share).sum();
    let at = segment.entry.first().map_or(segment.at, |(channel, _)| channel.at);
    if entries > 0 && entries == segment.entry.len() && (sum - 1.0).abs() > 1e-9 {
        let message =
            format!("segment `{}`: the entry shares must sum to 1, these sum to {}", segment.name, rounded(sum));
        problems.push(Problem::error(message, at));
    }
    for (from, row) in &segment.hops {
        let order = scenario.channels.iter().find(|c| c.name == from.value).and_then(|c| c.order_rate.as_ref());
        let total = |pick: fn(&super::Input<super::Share>) -> f64| {
            order.map_or(0.0, pick) + row.iter().map(|(_, chance)| pick(chance)).sum::<f64>()
        };
        let (typical, high) = (total(super::Input::typical), total(super::Input::high));
        if typical > 1.0 + 1e-9 {
            let message = format!(
                "segment `{}`: at `{}` the chances to order and to hop sum to {}, above 1",
                segment.name,
                from.value,
                rounded(typical)
            );
            let problem = Problem::error(message, from.at)
                .help("what is left over is the chance to leave; lower the hops or the `order_rate`");
            let order_at = order.and_then(|order| order.at);
            problems.push(match order_at {
                Some(at) => problem.also(at, "the chance to order"),
                None => problem,
            });
        } else if high > 1.0 + 1e-9 {
            let message = format!(
                "segment `{}`: at `{}` the chances to order and to hop reach {} in the highest draws; they are then \
                     scaled to 1",
                segment.name,
                from.value,
                rounded(high)
            );
            problems.push(Problem::warning(message, from.at));
        }
        if let Some((to, _)) = row.iter().find(|(to, _)| to.value == from.value) {
            problems.push(Problem::error(
                format!("segment `{}`: a hop leads from `{}` to itself", segment.name, to.value),
                to.at,
            ));
        }
    }
}

/// Customers who need something every second would be played for ever.
fn pace(scenario: &Scenario, segment: &Segment, problems: &mut Problems) {
    let Demand::Needs { every, .. } = &segment.demand else { return };
    let age = if let Joined::Base { age } = segment.joined { age } else { 0 };
    let needs = (scenario.horizon.value + age) as f64 / every.low();
    if let (true, Some(at)) = (needs > MOST_NEEDS, every.at) {
        let message =
            format!("segment `{}`: a customer would have {needs:.0} needs from joining to the horizon", segment.name);
        problems.push(Problem::error(message, at).help(format!(
            "at most {MOST_NEEDS}: customers need something less often, or are followed for a shorter time"
        )));
    }
}

fn plans(scenario: &Scenario, strategy: &Strategy, problems: &mut Problems) {
    for (campaign, plan) in &strategy.plans {
        let Some(known) = scenario.campaigns.iter().find(|c| c.name == campaign.value) else {
            let message = format!("there is no campaign `{}` to have a plan for", campaign.value);
            problems.push(
                Problem::error(message, campaign.at)
                    .suggest(&campaign.value, scenario.campaigns.iter().map(|c| c.name.as_str())),
            );
            continue;
        };
        let sound =
            plan.way.channels().into_iter().filter(|channel| !sends_to(scenario, channel, problems)).count() == 0;
        let first = known.trigger.value.calendar().map_or(0, |calendar| calendar.days.first() * DAY);
        if first >= scenario.horizon.value - scenario.tail_length() && scenario.tail_length() < scenario.horizon.value {
            let message = format!(
                "campaign `{}` starts after {}, when the tail of {} has begun: it never happens",
                known.name,
                Span(first),
                Span(scenario.tail_length())
            );
            problems.push(
                Problem::error(message, known.trigger.at).help("follow customers for longer, or start it earlier"),
            );
        }
        if let Way::Blast(channels) = &plan.way {
            for (i, channel) in channels.iter().enumerate() {
                if let Some(first) = channels[..i].iter().find(|first| first.value == channel.value) {
                    let message = format!("this blast sends on `{}` twice at the same time", channel.value);
                    problems.push(Problem::warning(message, channel.at).also(first.at, "the first"));
                }
            }
        }
        if let (Way::Cascade(steps), true) = (&plan.way, sound) {
            cascade(scenario, steps, problems);
        }
    }
}

/// Whether a plan can send on a channel at all.
fn sends_to(scenario: &Scenario, channel: &At<String>, problems: &mut Problems) -> bool {
    let carriers = || scenario.channels.iter().filter(|c| c.contact.is_some()).map(|c| c.name.as_str());
    let Some(found) = scenario.channels.iter().find(|c| c.name == channel.value) else {
        let message = format!("a plan sends on `{}`, which is no channel of this scenario", channel.value);
        problems.push(Problem::error(message, channel.at).suggest(&channel.value, carriers()));
        return false;
    };
    if found.contact.is_none() {
        let message = format!("a plan sends on `{}`, which carries no messages", channel.value);
        problems
            .push(Problem::error(message, channel.at).also(found.at, "it has touches only").suggest("", carriers()));
        return false;
    }
    if scenario.segments.iter().all(|segment| highest_opt_in(segment, found) == 0.0) {
        let message = format!("a plan sends on `{}`, but nobody has opted in to it", channel.value);
        problems.push(
            Problem::error(message, channel.at)
                .help(format!("write `opt_in = {{ {} = 0.5 }}` in a segment", channel.value)),
        );
        return false;
    }
    true
}

fn opt_in<'s>(segment: &'s Segment, channel: &'s Channel) -> Option<&'s super::Input<super::Share>> {
    let own = segment.opt_in.iter().find(|(name, _)| name.value == channel.name).map(|(_, share)| share);
    own.or(channel.contact.as_ref()?.opt_in.as_ref())
}

fn highest_opt_in(segment: &Segment, channel: &Channel) -> f64 {
    opt_in(segment, channel).map_or(0.0, super::Input::high)
}

/// Conditions that can never be met, and steps that can never be reached (R18, R19).
fn cascade(scenario: &Scenario, steps: &[Step], problems: &mut Problems) {
    let certain = |earlier: &Step, unless: Response| {
        let Some(channel) = scenario.channels.iter().find(|c| c.name == earlier.send.value) else { return false };
        let Some(contact) = &channel.contact else { return false };
        let surely = |input: &super::Input<super::Share>| input.law == Law::Fixed(1.0);
        let everyone = scenario.segments.iter().all(|segment| opt_in(segment, channel).is_some_and(surely));
        // Only what is certain at once: opening takes living customers and time.
        everyone
            && surely(&contact.delivery_rate)
            && contact.opt_out_rate.high() == 0.0
            && unless == Response::Delivered
    };
    for (i, step) in steps.iter().enumerate() {
        let Some(unless) = step.unless.first() else { continue };
        if i == 0 {
            let message = "the first step has no earlier contact, so its `unless` can never be met";
            problems.push(
                Problem::error(message, unless.at).help("remove it, or move it to the step that it is meant for"),
            );
            continue;
        }
        if let Some(earlier) = steps[..i].iter().find(|earlier| certain(earlier, unless.value)) {
            let skipped = if step.otherwise != Some(Otherwise::Next) { i..steps.len() } else { i..i + 1 };
            for dead in &steps[skipped] {
                let message = format!("the step that sends `{}` can never be reached", dead.send.value);
                problems.push(
                    Problem::error(message, dead.send.at)
                        .label("never sent")
                        .also(unless.at, "always met: the earlier message is delivered to everyone")
                        .help(format!("`{}` is sent to all customers and always delivered", earlier.send.value)),
                );
            }
            return;
        }
    }
}

fn unused(scenario: &Scenario, problems: &mut Problems) {
    if scenario.strategies.is_empty() {
        let problem =
            Problem::warning("the scenario has no strategy: only `none`, doing nothing, is played", Place::default());
        problems.push(problem.help("write [strategies.NAME.campaigns.CAMPAIGN] with a plan"));
        return;
    }
    for campaign in &scenario.campaigns {
        let planned = scenario.strategies.iter().any(|s| s.plans.iter().any(|(name, _)| name.value == campaign.name));
        if !planned {
            problems.push(Problem::warning(
                format!("no strategy has a plan for campaign `{}`", campaign.name),
                campaign.at,
            ));
        }
    }
}

impl Scenario {
    /// The longest time from a trigger to the last step of any plan, in seconds.
    pub fn longest_plan(&self) -> i64 {
        let plans = self.strategies.iter().flat_map(|strategy| &strategy.plans);
        let length = |plan: &Plan| match &plan.way {
            Way::Cascade(steps) => {
                steps.iter().map(|step| step.after + if step.at.is_some() { DAY } else { 0 }).sum::<i64>()
            }
            Way::Blast(_) | Way::Mix(_) | Way::Preferred(..) => 0,
        } + match plan.send_time {
            SendTime::WhenDue => 0,
            SendTime::Spread(span) => span,
            SendTime::BestHour => DAY,
        };
        plans.map(|(_, plan)| length(plan)).max().unwrap_or(0)
    }

    /// Triggers in this last stretch of the horizon are not started (R8), in seconds.
    pub fn tail_length(&self) -> i64 {
        self.tail.as_ref().map_or_else(|| self.longest_plan() + 7 * DAY, |tail| tail.value.0)
    }
}
