//! Contracts (R53), seasons (R52), prospects and what customers cost.

use crate::engine::{DAY, EVERYTHING, HOUR, STRATEGIES, Seen, Stage, head, world};
use channelmix::engine::{Cause, Event};
use channelmix::measures::{measure, series};
use channelmix::simulation::{Plan, simulate};
use channelmix::tally::{ChannelCount, CustomerCount};

/// A shop, an e-mail a week that moves every order forward, and one segment.
fn text(segment: &str) -> String {
    head("180d", "tail = \"0d\"")
        + &format!(
            "[channels.web]\norder_rate = 0.5\n[channels.email]\ncost_per_message = 0.01\nopen_rate = 0.5\n\
             click_to_open_rate = 0.5\nopt_in = 1\nlanding = \"web\"\nopen_delay = {{ mean = \"9h\" }}\n\
             [segments.all]\nshare = 1\nbasket = {{ lognormal = {{ mean = 60, cv = 0.8 }} }}\ngross_margin = 0.5\n\
             entry = {{ web = 1 }}\n{segment}\n\
             [campaigns.c]\ntrigger = {{ every = \"7d\", at = \"10:00\" }}\ndisplacement = 1\ndisplacement_window = \"60d\"\n\
             [strategies.s.campaigns.c]\nblast = [\"email\"]\n"
        )
}

fn contract(more: &str) -> String {
    format!(
        "joined = \"cohort\"\nneeds = {{ every = \"20d\" }}\ndropout = {{ per-period = {{ every = \"30d\", {more} }} }}"
    )
}

fn renewals(seen: &Seen) -> Vec<i64> {
    seen.only(|event| matches!(event, Event::Renewed { .. })).into_iter().map(|(at, _)| at).collect()
}

#[test]
fn r53_a_contract_is_renewed_from_period_to_period_until_it_is_given_up() {
    let kept = Stage::new(&text(&contract("chance = 0, fee = 9.99"))).play("none", 0);
    assert_eq!(renewals(&kept), [30 * DAY, 60 * DAY, 90 * DAY, 120 * DAY, 150 * DAY]);
    assert_eq!(kept.times(Event::Renewed { fee: 999 }).len(), 5);
    let given_up = Stage::new(&text(&contract("chance = 1"))).play("none", 0);
    assert_eq!((renewals(&given_up), given_up.times(Event::Lost)), (vec![], vec![30 * DAY]));
    // Nothing is needed any more.
    assert!(given_up.events.iter().all(|(at, _)| *at <= 30 * DAY));
}

#[test]
fn r53_renewals_are_the_same_under_every_strategy() {
    let stage = Stage::new(&text(&contract("chance = { a = 1, b = 4 }")));
    let of = |strategy: &str, customer| {
        let seen = stage.play(strategy, customer);
        (renewals(&seen), seen.times(Event::Lost))
    };
    let lost = (0..300).filter(|&customer| {
        assert_eq!(of("none", customer), of("s", customer));
        !of("s", customer).1.is_empty()
    });
    assert!(lost.count() > 100);
}

#[test]
fn r53_a_renewal_retains_like_an_order_and_is_none() {
    let segment = contract("chance = 0, fee = 5").replace("20d", "36500d");
    let seen = |text: &str| Stage::new(text).play("none", 0).ending.expect("it has one");
    // The last of five renewals lies 30 days before the horizon, the retention window is two weeks long.
    let text = text(&segment);
    assert!(!seen(&text).retained);
    let ending = seen(&text.replace("retention_window = \"14d\"", "retention_window = \"30d\""));
    assert!(ending.retained && !ending.ordered);
    // By week too: at the end of the week in which a contract is kept everybody counts.
    let world = world(&text);
    let tallies = simulate(&world, &Plan::new(&world, 1, 100, None, vec![1]), &()).expect("it can be played");
    let mut retained = 0;
    let by_week: Vec<i128> = tallies.strategies[0]
        .weeks
        .iter()
        .map(|week| {
            retained += week.customers(CustomerCount::Retained);
            retained
        })
        .collect();
    assert_eq!((by_week[4], by_week[5], by_week[6]), (100, 100, 0));
    let of = |count| tallies.strategies[0].totals.iter().map(|row| row.customers(count)).sum::<i128>();
    assert_eq!((of(CustomerCount::Renewals), of(CustomerCount::Fees)), (500, 500 * 500));
    assert_eq!(of(CustomerCount::Margin), 500 * 500 * 500_000_000);
}

#[test]
fn r16_r53_an_order_is_moved_only_from_before_the_contract_ends() {
    let stage = Stage::new(&text(&contract("chance = 0.2").replace("20d", "8d")));
    let (mut moved, mut lost) = (0, 0);
    for customer in 0..500 {
        let (none, own) = (stage.play("none", customer), stage.play("s", customer));
        let orders = |seen: &Seen| seen.only(|event| matches!(event, Event::Ordered { .. })).len();
        let contact = |of: &dyn Fn(Option<i64>) -> bool| {
            let is_it = |event: &Event| matches!(event, Event::Ordered { cause: Cause::Contact { displaced, .. }, .. } if of(*displaced));
            own.only(is_it).len()
        };
        let new = contact(&|from| from.is_none());
        let from_beyond = contact(&|from| from.is_some_and(|at| at >= 180 * DAY));
        assert_eq!(orders(&own), orders(&none) + new + from_beyond, "{customer}");
        moved += contact(&|from| from.is_some());
        lost += none.times(Event::Lost).len();
    }
    assert!(moved > 200 && lost > 200, "{moved} {lost}");
}

#[test]
fn r53_a_base_has_the_renewals_of_its_past_behind_it() {
    let segment = contract("chance = 0.3").replace("\"cohort\"", "{ base = { age = \"300d\" } }");
    let stage = Stage::new(&text(&segment));
    let (mut alive, mut first) = (0, Vec::new());
    for customer in 0..400 {
        let seen = stage.play("none", customer);
        let is_alive = matches!(seen.events[0], (0, Event::Joined { alive: true, .. }));
        alive += u32::from(is_alive);
        if !is_alive {
            assert!(renewals(&seen).is_empty() && seen.times(Event::Lost).is_empty());
        }
        first.extend(renewals(&seen).first().copied());
    }
    assert!((50..200).contains(&alive), "{alive}");
    // Their first renewal after the start comes when their periods have it, evenly over thirty days.
    let early = first.iter().filter(|at| **at < 15 * DAY).count();
    assert!(first.iter().all(|at| *at < 30 * DAY || *at >= 0) && early > 10 && first.len() - early > 10);
    let known = Stage::new(&text(&format!("{segment}\nlapse = \"known\"")));
    assert!(
        (0..100).all(|customer| matches!(known.play("none", customer).events[0].1, Event::Joined { alive: true, .. }))
    );
}

#[test]
fn r52_a_season_moves_needs_and_changes_none() {
    let season = "season = { weekdays = { sat = 3 }, months = { mar = 0.2 } }";
    let needs = "joined = \"cohort\"\nneeds = { every = \"5d\" }";
    let (plain, moved) = (Stage::new(&text(needs)), Stage::new(&text(&format!("{needs}\n{season}"))));
    let orders = |stage: &Stage, customer| {
        let value =
            |(_, event): &(i64, Event)| if let Event::Ordered { value, .. } = event { Some(*value) } else { None };
        stage.play("none", customer).events.iter().filter_map(value).collect::<Vec<_>>()
    };
    let (mut shared, mut later) = (0, 0);
    for customer in 0..100 {
        let (one, other) = (orders(&plain, customer), orders(&moved, customer));
        let both = one.len().min(other.len());
        assert_eq!(one[..both], other[..both]);
        shared += both;
        later += usize::from(plain.play("none", customer).events != moved.play("none", customer).events);
    }
    assert!(shared > 1000 && later == 100);
}

#[test]
fn r52_days_are_local() {
    // Nearly all needs come on Sundays of New York, and nearly none in February.
    let season = "time_zone = \"America/New_York\"\nseason = { weekdays = { sun = 1000, mon = 0.001, tue = 0.001, wed = 0.001, \
                  thu = 0.001, fri = 0.001, sat = 0.001 }, months = { feb = 0.001 } }";
    for joined in ["\"cohort\"", "{ base = { age = \"100d\" } }"] {
        let stage = Stage::new(&text(&format!("joined = {joined}\nneeds = {{ every = \"5d\" }}\n{season}")));
        let clock = stage.world.clock(0);
        let needs: Vec<i64> = (0..40)
            .flat_map(|customer| stage.play("none", customer).only(|event| matches!(event, Event::JourneyBegan(_))))
            .map(|(at, _)| at)
            .collect();
        let sundays = needs.iter().filter(|at| clock.local(**at).weekday() == jiff::civil::Weekday::Sunday).count();
        let february = needs.iter().filter(|at| clock.local(**at).month() == 2).count();
        assert!(needs.len() > 1000, "{}", needs.len());
        assert!(needs.len() - sundays <= 3 && february <= 3, "{} {sundays} {february}", needs.len());
    }
}

#[test]
fn r52_factors_of_1_are_no_season() {
    let plain = head("91d", "tail = \"7d\"") + EVERYTHING + STRATEGIES;
    let season = "season = { weekdays = { mon = 2, tue = 2, wed = 2, thu = 2, fri = 2, sat = 2, sun = 2 }, months = { may = 1 } }\n";
    let written = plain.replace("[segments.cohort]\n", &format!("[segments.cohort]\n{season}"));
    assert_ne!(plain, written);
    let (plain, written) = (Stage::new(&plain), Stage::new(&written));
    for customer in 0..200 {
        for strategy in ["cascade", "none"] {
            assert_eq!(plain.play(strategy, customer), written.play(strategy, customer), "{customer} {strategy}");
        }
    }
}

#[test]
fn r16_r52_an_order_is_moved_from_when_the_season_has_it() {
    let season = "season = { weekdays = { sat = 5 }, months = { mar = 0.3, apr = 2 } }";
    let stage = Stage::new(&text(&format!("joined = \"cohort\"\nneeds = {{ every = \"10d\" }}\n{season}")));
    let mut moved = 0;
    for customer in 0..200 {
        let (none, own) = (stage.play("none", customer), stage.play("s", customer));
        for (_, event) in &own.events {
            let Event::Ordered { value, cause: Cause::Contact { displaced: Some(from), .. }, .. } = event else {
                continue;
            };
            if *from < 180 * DAY {
                let same = |(at, event): &(i64, Event)| {
                    at == from && matches!(event, Event::Ordered { value: old, .. } if old == value)
                };
                assert!(none.events.iter().any(same), "{customer} {from}");
                moved += 1;
            }
        }
    }
    assert!(moved > 100);
}

#[test]
fn r9_prospects_are_there_and_have_not_ordered() {
    let segment = "joined = \"prospects\"\nneeds = { every = \"30d\" }";
    let campaigns = "audience = { stages = [\"prospect\"] }\n";
    let text = text(segment).replace("displacement = 1\n", &format!("displacement = 0\n{campaigns}"));
    let stage = Stage::new(&(text.clone() + "\n"));
    let counted = Stage::new(&format!("count_first = true\n{text}"));
    for customer in 0..100 {
        let seen = stage.play("s", customer);
        assert!(matches!(seen.events[0], (0, Event::Joined { alive: true, .. })));
        // They get the e-mail until they have ordered, and never again.
        let ordered = seen
            .events
            .iter()
            .find(|(_, event)| matches!(event, Event::Ordered { .. }))
            .map_or(180 * DAY, |(at, _)| *at);
        let sent = seen.only(|event| matches!(event, Event::Sent(_)));
        assert!(sent.iter().all(|(at, _)| *at <= ordered));
        assert_eq!(sent.len() as i64, (ordered - 10 * HOUR).div_euclid(7 * DAY) + 1);
        assert_eq!(counted.play("s", customer).events, seen.events);
    }
}

#[test]
fn r53_profit_is_after_what_customers_cost() {
    let segment = "joined = { arrivals = { every = \"90d\", counts = [1, 1, 2] } }\nneeds = { every = \"30d\" }\nacquisition_cost = 12.5";
    let world = world(&text(segment));
    let tallies = simulate(&world, &Plan::new(&world, 1, 2000, None, vec![0, 1]), &()).expect("it can be played");
    let of = |strategy, key| {
        let value =
            series(&tallies, measure(key).expect("it is one"), strategy, Some(1), 100.0).expect("it is defined");
        value.values()[0]
    };
    for strategy in [0, 1] {
        // Half of them join behind the horizon: nobody pays for those.
        let row = |count| tallies.strategies[strategy].totals.iter().map(|row| row.customers(count)).sum::<i128>();
        let joined = row(CustomerCount::Joined);
        assert!((900..1100).contains(&joined), "{joined}");
        assert_eq!(row(CustomerCount::Acquisition), joined * 12_500_000_000);
        assert!((of(strategy, "acquisition") - 12.5).abs() < 1e-9);
        let profit = of(strategy, "margin") - of(strategy, "spend") - of(strategy, "acquisition");
        assert!((of(strategy, "profit") - profit).abs() < 1e-9);
    }
    let more = of(0, "profit") - of(1, "profit");
    assert!((of(0, "incremental_profit") - more).abs() < 1e-9 && more != 0.0);
    let orders = |strategy: usize| {
        tallies.strategies[strategy].totals.iter().map(|row| row.total(ChannelCount::Orders)).sum::<i128>()
    };
    assert!(orders(0) >= orders(1));
}
