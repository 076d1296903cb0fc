//! The bank of simulated customers and the calendar of a test, held to what the engine and the tallies say.

use channelmix::abtest::bank::{Bank, Column, Deed, Error, Evaluated, LOOK_BACK, MOST_BYTES};
use channelmix::abtest::calendar::{Arrivals, Wanted, by_weekday, partial_weeks};
use channelmix::abtest::outlook::{Asked, Round, calendar, expected, settled};
use channelmix::abtest::plan::Validity;
use channelmix::abtest::{Cap, Direction, Kind, Metric, Role};
use channelmix::engine::{Cause, Event, Start};
use channelmix::simulation::{Plan, simulate};
use channelmix::stats::moments::Moments;
use channelmix::stats::two_arms::ratios::ratio;
use channelmix::tally::{ChannelCount, CustomerCount, Row};
use channelmix::world::{Draw, World};
use jiff::civil::{Weekday, date};

use crate::engine::{DAY, HOUR, everything, head, record, world};

const SEED: u64 = 7;

fn arms(world: &World, names: &[&str]) -> Vec<usize> {
    names.iter().map(|name| world.strategy(name).expect("the strategy exists")).collect()
}

fn planned(world: &World, names: &[&str], customers: u64, draws: u64) -> Plan {
    Plan::new(world, SEED, customers, Some(draws), arms(world, names))
}

fn bank(world: &World, names: &[&str], customers: u64, draws: u64) -> Bank {
    Bank::simulate(world, &planned(world, names, customers, draws), MOST_BYTES, &()).expect("there is a bank")
}

fn refusal<T>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Refused { what, help }) => format!("{what}\n{help}"),
        Err(Error::World(problem)) => panic!("{problem:?}"),
        Ok(_) => panic!("it must be refused"),
    }
}

fn metric(kind: Kind, matures: i64) -> Metric {
    Metric {
        name: "m".to_owned(),
        kind,
        role: Role::Primary,
        better: Direction::Higher,
        covariates: Vec::new(),
        cap: None,
        matures,
        worth: None,
    }
}

fn mean(column: &str, matures: i64) -> Metric {
    metric(Kind::Mean { column: column.to_owned() }, matures)
}

fn share(column: &str, matures: i64) -> Metric {
    metric(Kind::Proportion { column: column.to_owned() }, matures)
}

fn per(numerator: &str, denominator: &str, matures: i64) -> Metric {
    metric(Kind::Ratio { numerator: numerator.to_owned(), denominator: denominator.to_owned() }, matures)
}

fn evaluate<'b>(bank: &'b Bank, metric: &Metric) -> Evaluated<'b> {
    bank.evaluate(metric).unwrap_or_else(|error| panic!("{error:?}"))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-10 * a.abs().max(b.abs()).max(1e-10)
}

#[test]
fn the_bank_is_the_same_on_one_thread_and_on_three() {
    let uncertain =
        everything().replacen("open_rate = 0.4\n", "open_rate = { low = 0.2, typical = 0.4, high = 0.5 }\n", 1);
    let world = world(&uncertain);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            let bank = bank(&world, &["cascade", "blast"], 4000, 5);
            let bits = |column: &str| {
                let evaluated = evaluate(&bank, &mean(column, 0));
                let effect = evaluated.effect(0, 1);
                (effect.value.to_bits(), effect.standard_error.to_bits())
            };
            let numbers = ["orders", "profit", "deliveries"].map(bits);
            (bank, numbers)
        })
    };
    assert!(on(1) == on(3));
}

/// A count of a row of tallies.
type Count<'a> = &'a dyn Fn(&Row) -> i128;

/// What the two arms of a bank differ by is what the tallies of the same customers differ by, to the last unit.
#[test]
fn differences_of_the_bank_are_differences_of_the_tallies() {
    let world = world(&everything());
    for (names, draws) in [(["cascade", "blast"], 1), (["none", "late"], 1), (["cascade", "late"], 3)] {
        let plan = planned(&world, &names, 6000, draws);
        let tallies = simulate(&world, &plan, &()).expect("it can be played");
        let bank = Bank::simulate(&world, &plan, MOST_BYTES, &()).expect("there is a bank");
        let total = |arm: usize, count: Count<'_>| -> i128 { tallies.strategies[arm].totals.iter().map(count).sum() };
        let minor = 100;
        let money = 1_000_000_000;
        let same: [(&str, i128, Count<'_>); 9] = [
            ("orders", 1, &|row| row.total(ChannelCount::Orders)),
            ("revenue", money, &|row| row.total(ChannelCount::Revenue)),
            ("margin", 1, &|row| row.customers(CustomerCount::Margin)),
            ("sent", 1, &|row| row.total(ChannelCount::Sent)),
            ("deliveries", 1, &|row| row.total(ChannelCount::Delivered)),
            ("clicks", 1, &|row| row.total(ChannelCount::Clicked)),
            ("opt_outs", 1, &|row| row.total(ChannelCount::OptedOut)),
            ("contact_cost", minor, &|row| row.total(ChannelCount::Spend)),
            ("profit", 1, &|row| row.customers(CustomerCount::Margin) - minor * row.total(ChannelCount::Spend)),
        ];
        for (name, scale, count) in same {
            let column = Column::parse(name).expect("it is a column");
            let of_bank = bank.sum(&column, 1) - bank.sum(&column, 0);
            let of_tallies = total(1, count) - total(0, count);
            assert_eq!(of_bank, scale * of_tallies, "{name} of {names:?}");
            assert!(of_bank != 0, "{name} of {names:?} says nothing");
        }
        assert_eq!(i128::from(bank.joined), total(0, &|row| row.customers(CustomerCount::Joined)));
        assert_eq!(bank.never() + bank.units.len() as u64, bank.joined);
    }
}

/// An event without what only says how strategies number their steps and runs.
fn by_contact(event: &Event) -> bool {
    matches!(
        event,
        Event::Sent(_)
            | Event::Delivered(_)
            | Event::Opened(_)
            | Event::Clicked(_)
            | Event::Replied(_)
            | Event::OptedOut(_)
            | Event::Withheld(..)
            | Event::Held(..)
            | Event::Ordered { cause: Cause::Contact { .. }, .. }
    )
}

/// Customer by customer against the engine: exposure is one instant before which nothing differs, what comes after it is in
/// the bank, and what came before it is in the covariates.
#[test]
fn a_unit_holds_what_the_engine_shows() {
    let world = world(&everything());
    let tables = world.tables(Draw::Typical).expect("typical values can be played");
    let mut differed = 0;
    for names in [["cascade", "late"], ["none", "blast"], ["blast", "cascade"]] {
        let bank = bank(&world, &names, 1500, 1);
        let arms = arms(&world, &names);
        assert!(bank.units.is_sorted_by_key(|unit| (unit.draw, unit.customer)));
        for (place, unit) in bank.units.iter().enumerate() {
            let seen: Vec<_> = arms.iter().map(|&arm| record(&world, &tables, arm, 0, unit.customer).events).collect();
            let before = |arm: usize| -> Vec<_> {
                seen[arm]
                    .iter()
                    .filter(|(at, event)| {
                        *at < unit.exposed
                            || (*at == unit.exposed && !by_contact(event) && matches!(event, Event::Ordered { .. }))
                    })
                    .copied()
                    .collect()
            };
            assert_eq!(before(0), before(1), "before the exposure of customer {}", unit.customer);
            differed += usize::from(seen[0] != seen[1]);

            let start = Start::new(&world, &tables, SEED, 0, unit.customer);
            assert_eq!((unit.joined, unit.segment as usize), (start.joined, start.segment));
            let mut earlier: Vec<(i64, i64)> = Vec::new();
            start.past(&tables, |at, value| earlier.push((at, value)));
            assert!(earlier.is_sorted() && earlier.iter().all(|&(at, _)| (start.joined..0).contains(&at)));
            earlier.extend(before(0).iter().filter_map(|&(at, event)| match event {
                Event::Ordered { value, .. } => Some((at, value)),
                _ => None,
            }));
            assert_eq!(unit.last_order, earlier.last().map_or(start.joined, |&(at, _)| at));
            earlier.retain(|&(at, _)| at >= unit.exposed - LOOK_BACK);
            assert_eq!(unit.pre_orders as usize, earlier.len());
            assert_eq!(unit.pre_revenue, earlier.iter().map(|&(_, value)| value).sum::<i64>());

            for (arm, seen) in seen.iter().enumerate() {
                let after: Vec<_> = seen
                    .iter()
                    .filter(|(at, event)| *at > unit.exposed || (*at == unit.exposed && by_contact(event)))
                    .collect();
                let orders: Vec<(i64, i64)> = after
                    .iter()
                    .filter_map(|&&(at, event)| match event {
                        Event::Ordered { value, .. } => Some((at, value)),
                        _ => None,
                    })
                    .collect();
                let banked: Vec<_> =
                    bank.orders(arm, place).map(|order| (unit.exposed + i64::from(order.after), order.value)).collect();
                assert_eq!(banked, orders);
                let count = |of: fn(&Event) -> bool| after.iter().filter(|(_, event)| of(event)).count();
                let deeds: Vec<Deed> = bank.contacts(arm, place).map(|contact| contact.deed).collect();
                let banked = |of: fn(&Deed) -> bool| deeds.iter().filter(|deed| of(deed)).count();
                assert_eq!(count(|e| matches!(e, Event::Sent(_))), banked(|d| matches!(d, Deed::Sent { .. })));
                assert_eq!(
                    count(|e| matches!(e, Event::Delivered(_))),
                    banked(|d| matches!(d, Deed::Sent { delivered: true, .. }))
                );
                assert_eq!(
                    count(|e| matches!(e, Event::OptedOut(_))),
                    banked(|d| matches!(d, Deed::Sent { opted_out: true, .. }))
                );
                assert_eq!(count(|e| matches!(e, Event::Clicked(_))), banked(|d| *d == Deed::Clicked));
                assert_eq!(count(|e| matches!(e, Event::Replied(_))), banked(|d| *d == Deed::Replied));
                let clicks: Vec<i64> = seen
                    .iter()
                    .filter(|(at, event)| *at >= unit.exposed && matches!(event, Event::Clicked(_)))
                    .map(|(at, _)| *at)
                    .collect();
                let banked: Vec<i64> = bank
                    .contacts(arm, place)
                    .filter(|contact| contact.deed == Deed::Clicked)
                    .map(|contact| unit.exposed + i64::from(contact.after))
                    .collect();
                assert_eq!(banked, clicks);
            }
        }
    }
    assert!(differed > 1000, "only {differed} customers differed: the test sees nothing");
}

/// What all arms carry out alike exposes nobody; a strategy against itself is exposed by anything, and has no effect.
#[test]
fn only_what_the_arms_do_differently_exposes() {
    let world = world(&everything());
    let late = bank(&world, &["cascade", "late"], 2000, 1);
    assert_eq!(late.campaigns, ["last"]);
    // Day 70 at 9:00, six hours later in New York (it is March 16: summer time there, five hours before UTC is four).
    assert!(late.units.iter().all(|unit| [70 * DAY + 9 * HOUR, 70 * DAY + 13 * HOUR].contains(&unit.exposed)));
    assert_eq!(bank(&world, &["cascade", "blast"], 2000, 1).campaigns, ["weekly", "monthly"]);

    let itself = bank(&world, &["cascade", "cascade"], 2000, 1);
    assert_eq!(itself.campaigns, ["weekly", "monthly"]);
    let same = bank(&world, &["cascade", "same"], 2000, 1);
    assert_eq!((itself.units, same.campaigns.clone()), (same.units.clone(), itself.campaigns));
    for metric in [mean("profit", 0), share("ordered", 30 * DAY), per("revenue", "orders", 0)] {
        let evaluated = evaluate(&same, &metric);
        let effect = evaluated.effect(0, 1);
        assert_eq!((effect.value, effect.standard_error), (0.0, 0.0));
        assert_eq!((effect.relative, effect.relative_error), (Some(0.0), Some(0.0)));
        assert!(evaluated.moments(0).value > 0.0 && evaluated.moments(0) == evaluated.moments(1));
    }
    let nothing = Bank::simulate(&world, &planned(&world, &["none", "none"], 2000, 1), MOST_BYTES, &());
    assert!(refusal(nothing).contains("nobody can be exposed"));
    let alone = Bank::simulate(&world, &planned(&world, &["cascade"], 2000, 1), MOST_BYTES, &());
    assert!(refusal(alone).contains("at least two arms"));
}

/// A metric is worked out anew from the orders of each unit.
#[test]
fn metrics_count_from_exposure_until_they_mature() {
    let world = world(&everything());
    let bank = bank(&world, &["none", "cascade"], 3000, 1);
    let window = 30 * DAY;
    let judged: Vec<u32> =
        (0..bank.units.len() as u32).filter(|&unit| bank.units[unit as usize].exposed + window <= 91 * DAY).collect();
    assert!(judged.len() < bank.units.len());
    for arm in 0..2 {
        let orders = |unit: u32, from: i64, until: i64| {
            let within = move |after: u32| (from..until).contains(&i64::from(after));
            bank.orders(arm, unit as usize).filter(move |order| within(order.after)).collect::<Vec<_>>()
        };
        let values = |metric: &Metric, of: &dyn Fn(u32) -> f64| {
            let evaluated = evaluate(&bank, metric);
            assert_eq!(evaluated.units, judged);
            assert_eq!(evaluated.immature as usize, bank.units.len() - judged.len());
            let expected: Vec<f64> = judged.iter().map(|&unit| of(unit)).collect();
            assert!(evaluated.values(arm).iter().zip(&expected).all(|(a, b)| close(*a, *b)), "{}", metric.kind.name());
            let mut moments = Moments::new(1);
            expected.iter().for_each(|value| moments.add(&[*value]));
            let found = evaluated.moments(arm);
            assert!(close(found.value, moments.mean(0)) && close(found.variance, moments.variance(0)));
            assert!(found.variance > 0.0);
        };
        let any = |orders: &[_]| f64::from(u8::from(!orders.is_empty()));
        let revenue = |unit| orders(unit, 0, window).iter().map(|order| order.value as f64 / 100.0).sum::<f64>();
        values(&mean("orders", window), &|unit| orders(unit, 0, window).len() as f64);
        values(&mean("revenue", window), &revenue);
        values(&mean("ordered", window), &|unit| any(&orders(unit, 0, window)));
        values(&share("orders", window), &|unit| any(&orders(unit, 0, window)));
        values(&share("ordered_within_7d", window), &|unit| any(&orders(unit, 0, 7 * DAY)));
        values(&share("ordered_after_20d", window), &|unit| any(&orders(unit, 20 * DAY, window)));
        values(&Metric { cap: Some(Cap::At { low: None, high: Some(40.0) }), ..mean("revenue", window) }, &|unit| {
            revenue(unit).min(40.0)
        });
        let time = Kind::Survival { time: "days".to_owned(), event: "ordered".to_owned(), until: Some(30.0) };
        values(&metric(time, 0), &|unit| {
            let first = bank.orders(arm, unit as usize).next().map_or(30.0, |order| f64::from(order.after) / 86_400.0);
            first.min(30.0)
        });
        // A ratio has the moments that an analysis of the same units works out.
        let mut moments = Moments::new(2);
        for &unit in &judged {
            moments.add(&[revenue(unit), orders(unit, 0, window).len() as f64]);
        }
        let (analysed, found) =
            (ratio(&moments, 0, 1).expect("it is defined"), evaluate(&bank, &per("revenue", "orders", window)));
        let found = found.moments(arm);
        assert!(close(found.value, analysed.mean) && close(found.variance, analysed.variance));
        let parts = found.ratio.expect("it is a ratio");
        assert!(close(parts.covariance, moments.covariance(0, 1)) && close(parts.numerator, moments.mean(0)));
    }
    // Whoever needs no time is judged at once, however near the horizon.
    assert_eq!(evaluate(&bank, &mean("orders", 0)).units.len(), bank.units.len());
}

#[test]
fn what_cannot_be_evaluated_is_refused_in_words() {
    let world = world(&everything());
    let bank = bank(&world, &["none", "cascade"], 2000, 1);
    let refused = |metric: &Metric| refusal(bank.evaluate(metric));
    assert!(refused(&mean("revenu", 0)).contains("did you mean `revenue`?"));
    assert!(refused(&mean("ordered_within_99999d", 0)).contains("no column"));
    assert!(refused(&share("revenue", 0)).contains("an amount"));
    assert!(refused(&share("lost", 0)).contains("silently"));
    assert!(refused(&mean("orders", 200 * DAY)).contains("cannot be judged"));
    assert!(refused(&share("ordered_within_30d", 7 * DAY)).contains("30d"));
    assert!(refused(&share("ordered_after_30d", 0)).contains("until when"));
    assert!(refused(&per("revenue", "orders", 1)).contains("there are no `orders`"));
    assert!(refused(&per("contact_cost", "deliveries", 0)).contains("under none"));
    assert!(refused(&metric(Kind::Quantile { column: "revenue".into(), level: 0.5 }, 0)).contains("quantile"));
    let capped = |metric: Metric| Metric { cap: Some(Cap::Quantile { low: None, high: Some(0.99) }), ..metric };
    assert!(refused(&capped(share("ordered", 0))).contains("capped"));
    let time = |time: &str, until| Kind::Survival { time: time.into(), event: "ordered".into(), until };
    assert!(refused(&metric(time("tenure", Some(7.0)), 0)).contains("`days`"));
    assert!(refused(&metric(time("days", None), 0)).contains("until"));
    let saved = evaluate(&bank, &mean("orders", 0)).variance_saved(0, &["pre_order"]);
    assert!(refusal(saved).contains("did you mean `pre_orders`?"));

    let huge = planned(&world, &["none", "cascade"], 1_000_000_000, 1);
    let told = refusal(Bank::simulate(&world, &huge, MOST_BYTES, &()));
    assert!(told.contains("GiB") && told.contains("customers or fewer"), "{told}");
}

const PLAIN: &str = r#"
[channels.web]
order_rate = 0.3
[channels.email]
cost_per_message = 0.01
open_rate = 0.6
click_to_open_rate = 0.5
landing = "web"
[segments.all]
share = 1.0
JOINED
opt_in = { email = 1.0 }
needs = { every = "30d" }
basket = { lognormal = { mean = 60, cv = 0.8 } }
gross_margin = 0.5
entry = { web = 1.0 }
[campaigns.offer]
TRIGGER
[strategies.offer.campaigns.offer]
blast = ["email"]
"#;

fn plain(horizon: &str, joined: &str, trigger: &str) -> World {
    let text =
        PLAIN.replace("JOINED", &format!("joined = {joined}")).replace("TRIGGER", &format!("trigger = {trigger}"));
    world(&format!("{}{text}", head(horizon, "tail = \"0d\"")))
}

/// Another bank of the same size lies as far away as the standard error says, with one draw and with several.
#[test]
fn the_error_of_the_bank_is_what_other_banks_differ_by() {
    let certain = plain("60d", "\"cohort\"", "{ every = \"7d\", at = \"10:00\" }");
    let mut uncertain = format!("{}{PLAIN}", head("60d", "tail = \"0d\""));
    uncertain = uncertain
        .replace("JOINED", "joined = \"cohort\"")
        .replace("TRIGGER", "trigger = { every = \"7d\", at = \"10:00\" }");
    uncertain = uncertain.replace("order_rate = 0.3", "order_rate = { low = 0.1, typical = 0.3, high = 0.5 }");
    let uncertain = world(&uncertain);
    for (world, draws) in [(&certain, 1), (&uncertain, 16)] {
        let banks = 80;
        let mut worst = Vec::new();
        for metric in [mean("revenue", 0), per("revenue", "orders", 30 * DAY), share("ordered", 14 * DAY)] {
            let (mut effects, mut lifts, mut squares) = (Moments::new(1), Moments::new(1), [0.0; 2]);
            for seed in 0..banks {
                let plan = Plan::new(world, seed, 640, Some(draws), arms(world, &["none", "offer"]));
                let bank = Bank::simulate(world, &plan, MOST_BYTES, &()).expect("there is a bank");
                let effect = evaluate(&bank, &metric).effect(0, 1);
                effects.add(&[effect.value]);
                lifts.add(&[effect.relative.expect("there are orders")]);
                squares[0] += effect.standard_error.powi(2) / banks as f64;
                squares[1] += effect.relative_error.expect("there are orders").powi(2) / banks as f64;
            }
            worst.push(effects.variance(0) / squares[0]);
            worst.push(lifts.variance(0) / squares[1]);
        }
        // A variance of 80 numbers has a relative error of √(2/79) = 0.16.
        assert!(worst.iter().all(|ratio| (0.45..1.75).contains(ratio)), "{draws} draws: {worst:?}");
    }
}

/// The past of a base is in the covariates: 0.3 orders a month, and they explain what differs between customers.
#[test]
fn covariates_are_what_the_firm_has_in_its_books() {
    let world = plain("60d", "{ base = { age = \"3650d\" } }", "{ every = \"7d\", at = \"10:00\" }");
    let bank = bank(&world, &["none", "offer"], 20_000, 1);
    assert!(bank.units.iter().all(|unit| unit.exposed == 10 * HOUR));
    let old: Vec<_> = bank.units.iter().filter(|unit| unit.joined < -365 * DAY).collect();
    let orders = old.iter().map(|unit| f64::from(unit.pre_orders)).sum::<f64>() / old.len() as f64;
    let (exact, error) = (365.0 / 30.0 * 0.3, (365.0 / 30.0 * 0.3 / old.len() as f64).sqrt());
    assert!((orders - exact).abs() < 4.0 * error, "{orders} orders instead of {exact}");
    let recency =
        old.iter().map(|unit| (unit.exposed - unit.last_order) as f64 / DAY as f64).sum::<f64>() / old.len() as f64;
    // Exponential with a mean of 100 days, for all but those too young to have waited so long.
    assert!((recency - 100.0).abs() < 4.0 * 100.0 / (old.len() as f64).sqrt(), "{recency} days since the last order");

    // With one covariate what is saved is its squared correlation; these customers differ in nothing but luck.
    let evaluated = evaluate(&bank, &mean("orders", 0));
    let of = |evaluated: &Evaluated<'_>| evaluated.correlations(1);
    for (name, r) in of(&evaluated) {
        let saved = evaluated.variance_saved(1, &[name]).expect("it is a covariate");
        assert!(close(saved, r * r) && r.abs() < 4.0 / 20_000_f64.sqrt(), "{name}: {r}");
    }
    let text = format!("{}{PLAIN}", head("60d", "tail = \"0d\""))
        .replace("JOINED", "joined = { base = { age = \"3650d\" } }")
        .replace("TRIGGER", "trigger = { every = \"7d\", at = \"10:00\" }")
        .replace("needs = { every = \"30d\" }", "needs = { every = \"30d\", shape = 0.5 }");
    let spread = crate::engine::world(&text);
    let bank =
        Bank::simulate(&spread, &planned(&spread, &["none", "offer"], 20_000, 1), MOST_BYTES, &()).expect("a bank");
    let evaluated = evaluate(&bank, &mean("orders", 0));
    let r = of(&evaluated).iter().find(|(name, _)| *name == "pre_orders").expect("it is one").1;
    // Poisson counts of a shared gamma rate of shape k with means m and M correlate by √(mM / ((k + m)(k + M))).
    let (k, m, big) = (0.5_f64, 60.0 / 30.0 * 0.3, 365.0 / 30.0 * 0.3);
    let none = evaluated.correlations(0).iter().find(|(name, _)| *name == "pre_orders").expect("it is one").1;
    let exact = (m * big / ((k + m) * (k + big))).sqrt();
    // Joined within the last year, a tenth has a shorter past.
    assert!((none - exact).abs() < 0.05 && r > 0.4 && r < none, "{none} and {r} instead of {exact}");
    let names = ["pre_orders", "pre_revenue", "days_since_joining", "days_since_order"];
    let saved = evaluated.variance_saved(0, &names).expect("they are covariates");
    assert!(saved > none * none && saved < 0.9, "{saved}");
}

/// Customers who join through the weeks are exposed at ten o'clock of the same or the next day, and never on the last.
#[test]
fn exposures_follow_from_joining() {
    let joined = "{ arrivals = { every = \"7d\", counts = [2, 1, 1, 1, 1] } }";
    let world = plain("28d", joined, "{ every = \"1d\", at = \"10:00\" }");
    let bank = bank(&world, &["none", "offer"], 30_000, 1);
    for unit in &bank.units {
        let next = (unit.joined - 10 * HOUR + DAY - 1).div_euclid(DAY) * DAY + 10 * HOUR;
        assert_eq!(unit.exposed, next.max(10 * HOUR));
    }
    // A sixth joins after the horizon; of the others those of the last fourteen hours are never exposed.
    let in_all = bank.joined as f64 / 30_000.0;
    assert!((in_all - 5.0 / 6.0).abs() < 4.0 * (5.0 / 36.0 / 30_000.0_f64).sqrt());
    let arrivals = Arrivals::new(&world, &bank, 300_000.0, 0.5).expect("they arrive");
    assert_eq!(arrivals.days.iter().map(|day| day.sampled).sum::<u64>(), bank.units.len() as u64);
    assert_eq!((arrivals.days[0].day, arrivals.days[27].day, arrivals.days.len()), (0, 27, 28));
    assert_eq!((arrivals.days[0].date, arrivals.days[27].date), (date(2026, 1, 5), date(2026, 2, 1)));
    // 150,000 take part of whom 2/5 join in the first week, evenly: 150,000 · 0.4 / 7 a day.
    for day in &arrivals.days[1..7] {
        let (expected, error) = (150_000.0 * 0.4 / 7.0, 5.0 * (30_000.0 / 3.0 / 7.0_f64).sqrt());
        assert!((day.units - expected).abs() < 4.0 * error * arrivals.scale / 5.0, "{} on day {}", day.units, day.day);
    }
    assert!(close(arrivals.total(), 150_000.0 * bank.units.len() as f64 / bank.joined as f64));
}

fn wanted(units: u64, matures: i64, looks: &[f64], whole_weeks: bool) -> Wanted<'_> {
    Wanted { units, matures, looks, whole_weeks }
}

/// Exposures on days that are known: all of a cohort on day 3, a Thursday.
#[test]
fn a_base_that_is_reached_at_once_has_all_its_looks_on_one_day() {
    let world = plain("28d", "\"cohort\"", "{ every = \"7d\", at = \"10:00\", first = \"3d\" }");
    let bank = bank(&world, &["none", "offer"], 4000, 1);
    assert_eq!((bank.units.len(), bank.never()), (4000, 0));
    let arrivals = Arrivals::new(&world, &bank, 80_000.0, 0.25).expect("they arrive");
    assert_eq!(arrivals.days.len(), 1);
    let schedule = arrivals.schedule(&wanted(15_000, 10 * DAY + 1, &[0.5, 1.0], false)).expect("it can be done");
    assert_eq!((schedule.first_day, schedule.ends, schedule.days), (3, 14, 12));
    assert_eq!((schedule.ever_exposed, schedule.ever_mature), (20_000.0, 20_000.0));
    assert!(close(schedule.least_share, 0.1875));
    let [half, all] = schedule.looks[..] else { panic!("two looks") };
    assert_eq!((half.exposed_by, half.day, half.date, half.weekday), (3, 14, date(2026, 1, 19), Weekday::Monday));
    assert_eq!((half.units, half.waiting, half.weeks, half.same_day), (20_000.0, 0.0, Some(1), false));
    assert!(all.same_day && all.day == half.day);

    let told = refusal(arrivals.schedule(&wanted(20_001, 10 * DAY, &[1.0], false)));
    assert!(told.contains("20001 units") && told.contains("only 20000 ever") && told.contains("0.251"), "{told}");
    let told = refusal(arrivals.schedule(&wanted(100_000, 10 * DAY, &[1.0], false)));
    assert!(!told.contains("share of at least"), "{told}");
    let told = refusal(arrivals.schedule(&wanted(100, 25 * DAY, &[1.0], false)));
    assert!(told.contains("only 0 ever") && told.contains("mature in less time"), "{told}");
    // Exactly the units that arrive are enough.
    assert!(arrivals.schedule(&wanted(20_000, 10 * DAY, &[1.0], false)).is_ok());
    for looks in [&[][..], &[0.5], &[0.5, 0.5, 1.0], &[0.0, 1.0], &[f64::NAN, 1.0], &[0.5, 1.5]] {
        assert!(refusal(arrivals.schedule(&wanted(100, DAY, looks, false))).contains("cannot be planned"));
    }
    assert!(refusal(Arrivals::new(&world, &bank, 1000.0, 1.1)).contains("1.1"));
    assert!(refusal(Arrivals::new(&world, &bank, 0.0, 1.0)).contains("population"));

    let evaluated = evaluate(&bank, &mean("orders", 0));
    // All joined at the start: what does not vary explains nothing.
    let since = evaluated.correlations(0)[2];
    assert!(since.0 == "days_since_joining" && since.1.is_nan());
    assert_eq!(evaluated.variance_saved(0, &["days_since_joining"]).ok(), Some(0.0));
    let weekdays = by_weekday(&world, &evaluated, 0, 1);
    assert_eq!(weekdays.iter().map(|day| day.units).collect::<Vec<_>>(), [0, 0, 0, 4000, 0, 0, 0]);
    assert_eq!(weekdays[3].weekday, Weekday::Thursday);
}

/// Days are those on the customers' own clocks: at six in the morning of January 6 in Auckland it is still the 5th in UTC.
#[test]
fn days_are_counted_on_the_clock_of_the_segment() {
    let text = format!("{}{PLAIN}", head("28d", "tail = \"0d\""))
        .replace("JOINED", "joined = \"cohort\"\ntime_zone = \"Pacific/Auckland\"")
        .replace("TRIGGER", "trigger = { every = \"7d\", at = \"06:00\", first = \"1d\" }");
    let world = world(&text);
    let bank = bank(&world, &["none", "offer"], 2000, 1);
    assert!(bank.units.iter().all(|unit| unit.exposed == 17 * HOUR));
    let arrivals = Arrivals::new(&world, &bank, 2000.0, 1.0).expect("they arrive");
    assert_eq!((arrivals.days[0].day, arrivals.days[0].date), (1, date(2026, 1, 6)));
    let weekdays = by_weekday(&world, &evaluate(&bank, &mean("orders", 0)), 0, 1);
    assert_eq!(weekdays.iter().position(|day| day.units > 0), Some(1));
}

/// Losses that the firm notices are a metric, and add up to the tallies'.
#[test]
fn known_losses_can_be_measured() {
    let text = format!("{}{PLAIN}", head("90d", "tail = \"0d\""))
        .replace("JOINED", "joined = \"cohort\"\nlapse = \"known\"\ndropout = { after-journey = 0.2 }")
        .replace("TRIGGER", "trigger = { every = \"7d\", at = \"10:00\", first = \"7d\" }");
    let world = world(&text);
    let plan = planned(&world, &["none", "offer"], 4000, 1);
    let tallies = simulate(&world, &plan, &()).expect("it can be played");
    let bank = Bank::simulate(&world, &plan, MOST_BYTES, &()).expect("there is a bank");
    let lost = Column::parse("lost").expect("it is a column");
    for (arm, tallies) in tallies.strategies.iter().enumerate() {
        let counted: i128 = tallies.totals.iter().map(|row| row.customers(CustomerCount::Lost)).sum();
        assert_eq!(bank.sum(&lost, arm) + i128::from(bank.never()), counted);
    }
    assert!(bank.never() > 50, "{} were lost in the first week", bank.never());
    let evaluated = evaluate(&bank, &share("lost", 60 * DAY));
    assert!(evaluated.effect(0, 1).value > 0.0, "each journey costs customers, and contacts open more of them");
    let time = Kind::Survival { time: "days".to_owned(), event: "lost".to_owned(), until: Some(60.0) };
    let days = evaluate(&bank, &metric(time, 0));
    assert!(days.effect(0, 1).value < 0.0 && days.moments(0).value < 60.0);
}

/// Looks where customers come day by day, worked out from the joined days themselves.
#[test]
fn looks_wait_for_their_units_to_mature_and_for_whole_weeks() {
    let joined = "{ arrivals = { every = \"7d\", counts = [2, 1, 1, 1] } }";
    let world = plain("28d", joined, "{ every = \"1d\", at = \"10:00\" }");
    let bank = bank(&world, &["none", "offer"], 20_000, 1);
    let arrivals = Arrivals::new(&world, &bank, 20_000.0, 1.0).expect("they arrive");
    let exposed_by = |day: i64| bank.units.iter().filter(|unit| unit.exposed / DAY <= day).count() as f64;
    let matures = 7 * DAY;
    let plan = |whole| arrivals.schedule(&wanted(12_000, matures, &[0.25, 0.5, 1.0], whole)).expect("it can be done");
    for look in plan(false).looks {
        let day = i64::from(look.exposed_by);
        let enough = look.fraction * 12_000.0;
        assert!(exposed_by(day) >= enough && exposed_by(day - 1) < enough);
        assert_eq!((look.units, look.day), (exposed_by(day), look.exposed_by + 7));
        assert!(close(look.waiting, exposed_by(day + 7) - exposed_by(day)));
        assert_eq!(look.weeks.is_some(), (look.exposed_by + 1) % 7 == 0);
        assert_eq!(look.weekday, look.date.weekday());
    }
    let whole = plan(true);
    for (look, early) in whole.looks.iter().zip(plan(false).looks) {
        assert_eq!(look.exposed_by, (early.exposed_by / 7) * 7 + 6);
        assert_eq!(look.weeks, Some(look.exposed_by as u32 / 7 + 1));
        assert_eq!(look.weekday, Weekday::Sunday);
        assert!(look.units >= early.units);
    }
    assert!(!whole.looks[0].same_day && whole.looks[0].day < whole.looks[2].day);
    // Who is exposed in the last week cannot be judged before the horizon: units that never mature count for nothing.
    let ever = bank.units.iter().filter(|unit| unit.exposed + matures <= 28 * DAY).count() as f64;
    assert_eq!(whole.ever_mature, ever);
    assert!(refusal(arrivals.schedule(&wanted(ever as u64 + 1, matures, &[1.0], true))).contains("units"));
    // A week that cannot be waited for stays broken off.
    let last = arrivals.schedule(&wanted(ever as u64, 10 * DAY, &[1.0], true));
    assert!(refusal(last).contains("judged"));
}

/// The effect by weekday adds up to the effect, and so do whole weeks.
#[test]
fn weekdays_are_parts_of_the_whole() {
    let joined = "{ arrivals = { every = \"7d\", counts = [2, 1, 1, 1] } }";
    let world = plain("28d", joined, "{ every = \"1d\", at = \"10:00\" }");
    let bank = bank(&world, &["none", "offer"], 20_000, 1);
    let evaluated = evaluate(&bank, &mean("orders", 7 * DAY));
    let all = evaluated.effect(0, 1);
    let weekdays = by_weekday(&world, &evaluated, 0, 1);
    assert_eq!(weekdays[0].weekday, Weekday::Monday);
    assert_eq!(weekdays.iter().map(|day| day.units).sum::<u64>(), evaluated.units.len() as u64);
    let (mut sum, mut variance) = (0.0, 0.0);
    for day in &weekdays {
        let (truth, share) = (day.truth.expect("there are units"), day.units as f64 / evaluated.units.len() as f64);
        assert!(close(truth.effect, truth.treatment - truth.control));
        sum += share * truth.effect;
        variance += (share * truth.standard_error).powi(2);
    }
    assert!(close(sum, all.value));
    assert!(
        (variance.sqrt() / all.standard_error - 1.0).abs() < 0.01,
        "{} and {}",
        variance.sqrt(),
        all.standard_error
    );

    let week = partial_weeks(&world, &evaluated, 0, 1, 9);
    assert_eq!(week.iter().map(|day| day.day).collect::<Vec<_>>(), [7, 8, 9, 10, 11, 12, 13]);
    assert_eq!((week[0].weekday, week[6].weekday), (Weekday::Monday, Weekday::Sunday));
    assert_eq!((week[6].off, week[6].off_error), (Some(0.0), Some(0.0)));
    let mut shrinking = f64::INFINITY;
    for day in &week[..6] {
        let (off, error) = (day.off.expect("there are units"), day.off_error.expect("there are units"));
        // Every day is alike here, so whatever differs is luck; and the nearer to the whole week, the less.
        assert!(off.abs() < 4.0 * error && error < shrinking, "{day:?}");
        shrinking = error;
        let whole = week[6].truth.expect("there are units").effect;
        assert!(close(off, day.truth.expect("there are units").effect - whole));
    }
}

#[test]
fn what_is_expected_is_that_of_the_customers_whom_the_test_takes() {
    let text = std::fs::read_to_string("examples/abtest/shop.toml").expect("it ships");
    let world = world(&text);
    let bank = bank(&world, &["text", "email-first"], 6000, 1);
    let metric = share("ordered_within_30d", 30 * DAY);
    let rounds = std::cell::Cell::new(0);
    let (expected, calendar) = settled(|day| {
        rounds.set(rounds.get() + 1);
        let expected = expected(&world, &bank, &metric, 1, day)?;
        // As many as the variance wants for a difference of 0.014 between two halves, in round numbers.
        let units = (expected.sd_control.powi(2) * 210_000.0).ceil() as u64;
        let asked = Asked { units, traffic: 1.0, validity: &Validity::Fixed, whole_weeks: false };
        let calendar = calendar(&world, &bank, &metric, 1, &asked)?;
        let exposed_by = calendar.exposed_by;
        Ok::<_, Error>(Round { plan: (expected, calendar), units, exposed_by })
    })
    .expect("it settles");
    assert!((2..=11).contains(&rounds.get()));
    // The scenario starts at midnight on the one clock of all segments.
    let by = |unit: &&u32| bank.units[**unit as usize].exposed / DAY <= i64::from(calendar.exposed_by);
    let all = evaluate(&bank, &metric);
    let places: Vec<usize> =
        all.units.iter().enumerate().filter(|(_, unit)| by(unit)).map(|(place, _)| place).collect();
    let mean = |arm: usize| places.iter().map(|&place| all.values(arm)[place]).sum::<f64>() / places.len() as f64;
    assert!(places.len() > 1000 && places.len() < all.units.len());
    assert_eq!(expected.units, places.len() as u64);
    assert!(close(expected.control, mean(0)) && close(expected.treatment, mean(1)));
    assert!(close(expected.effect, mean(1) - mean(0)));
    let last = date(2026, 1, 5).saturating_add(jiff::Span::new().days(calendar.exposed_by));
    assert_eq!(expected.exposed_by, Some(last.to_string()));
    // They differ from those who come later: the reason for all this.
    assert!(expected.control < 0.97 * all.moments(0).value);
    let shares: f64 = calendar.weekdays.iter().map(|day| day.share).sum();
    assert!(close(shares, 1.0));
}

#[test]
fn plans_that_go_round_in_a_circle_end_with_the_largest_of_it() {
    let made = |next: &dyn Fn(Option<i32>) -> i32, units: &dyn Fn(i32) -> u64| {
        let mut rounds = 0;
        let plan = settled(|day| {
            rounds += 1;
            Ok::<_, Error>(Round { plan: day, units: day.map_or(999, units), exposed_by: next(day) })
        });
        (plan.expect("it ends"), rounds)
    };
    // The day stays: the plan over it.
    assert_eq!(made(&|_| 4, &|_| 10), (Some(4), 2));
    // 9 → 5 → 7 → 5: 9 is no part of the circle, however large.
    let circle = |day: Option<i32>| match day {
        None => 9,
        Some(5) => 7,
        Some(_) => 5,
    };
    assert_eq!(made(&circle, &|day| if day == 9 { 100 } else { day as u64 }), (Some(7), 4));
    // It never settles.
    assert_eq!(made(&|day| day.unwrap_or(0) + 1, &|day| day as u64), (Some(10), 11));
}
