//! Exposures and outcomes.

use channelmix::abtest::collected::Sample;
use channelmix::abtest::data::{self, Columns, Error, Files, Source};
use channelmix::abtest::metric::{Kind, Metric};

use super::*;

type Tested = Result<(), Box<dyn std::error::Error>>;

const EXPOSURES: &str = "user_id,variant,timestamp,age\n\
    u1,a,2026-05-03,30\nu2,b,2026-05-02,40\nu1,a,2026-05-01,31\nu3,a,2026-05-04,50\nu2,a,2026-05-06,41\nu4,b,2026-05-09,20\n";
const OUTCOMES: &str = "user_id,time,event,value\n\
    u1,2026-05-01,order,10\nu1,2026-04-30,order,99\nu1,2026-05-09,order,5\nu2,2026-05-03T12:00:00,visit,1\n\
    u9,2026-05-03,order,7\nu2,2026-05-04,order,2.5\nu4,2026-05-11,visit,3\n";

fn both(outcomes: &str, metrics: &[Metric]) -> Result<Collected, Error> {
    let columns = Columns::default();
    let (exposures, outcomes) =
        (Source::of_bytes("exposures.csv", EXPOSURES.into())?, Source::of_bytes("outcomes.csv", outcomes.into())?);
    let files = Files::Events { exposures: &exposures, outcomes: &outcomes };
    data::read(&files, &request(metrics, &columns), &mut |_| ())
}

#[test]
fn what_happened_from_the_first_exposure_on_counts() -> Tested {
    let week = Metric { matures: 7 * 86_400, ..mean("order") };
    let ratio = metric(Kind::Ratio { numerator: "order".into(), denominator: "visit".into() });
    let found = both(OUTCOMES, &[proportion("order"), mean("order"), week, ratio])?;
    assert_eq!((&found.arms, &found.units), (&vec!["a".to_owned(), "b".to_owned()], &vec![2, 2]));
    let [any, sum, week, ratio] = found.metrics.as_slice() else { panic!("four metrics") };
    assert_eq!(any.overall.0.iter().map(counts).collect::<Vec<_>>(), [(1, 2), (1, 2)]);
    // Nothing happened to u3 and u4: that is 0, not missing.
    assert_eq!((moments(&sum.overall.0[0]).1, moments(&sum.overall.0[1]).1), (7.5, 1.25));
    assert_eq!(sum.missing, [0, 0]);
    // Within a week of its exposure, u1 ordered for 10; u4 has been there for two days only, by 11 May.
    assert_eq!((moments(&week.overall.0[0]).1, &week.immature), (5.0, &vec![0, 1]));
    let Sample::Moments(pairs) = &ratio.overall.0[1] else { panic!("moments") };
    assert_eq!((pairs.sum(0), pairs.sum(1)), (2.5, 4.0));
    // u9 was never exposed, and one order came before the exposure of u1.
    assert_eq!((found.health.events_outside, found.health.rows), (2, 6));
    let two = found.health.in_two_arms.expect("looked for");
    assert_eq!((two.units, two.first), (1, Some(("u2".into(), 3, 6))));
    assert!(found.health.repeated.is_none());
    assert_eq!(found.metrics[1].by_day[&date("2026-05-02")].0.len(), 2);
    Ok(())
}

#[test]
fn the_end_of_the_window_is_outside() -> Tested {
    let days = |days: i64| Metric { matures: days * 86_400, ..mean("order") };
    // u1 was exposed on 1 May; the last row lets time go on.
    let outcomes = "user_id,time,event\nu1,2026-05-01,order\nu1,2026-05-07T23:59:59,order\nu1,2026-05-08,order\n\
        u1,2026-05-08T00:00:01,order\nu9,2026-06-30,order\n";
    let found = both(outcomes, &[days(7), days(8)])?;
    assert_eq!(found.metrics.iter().map(|m| moments(&m.overall.0[0]).1).collect::<Vec<_>>(), [1.0, 2.0]);
    Ok(())
}

#[test]
fn without_values_events_are_counted_and_without_names_all_are_the_one() -> Tested {
    let bare = "user_id,time\nu1,2026-05-02\nu1,2026-05-02\nu2,2026-05-02\n";
    let found = both(bare, &[mean("order")])?;
    assert_eq!((moments(&found.metrics[0].overall.0[0]).1, moments(&found.metrics[0].overall.0[1]).1), (1.0, 0.5));
    let error = both(bare, &[mean("order"), mean("visit")]).expect_err("two events");
    assert!(error.to_string().contains("no column says what happened"), "{error}");
    Ok(())
}

#[test]
fn the_first_event_ends_a_time_and_others_are_censored_at_the_end() -> Tested {
    let kind = Kind::Survival { time: "time".into(), event: "order".into(), until: None };
    let found = both(OUTCOMES, &[metric(kind)])?;
    // Until 11 May: u1 ordered at once, u3 is still without an order after 7 days.
    assert_eq!(found.metrics[0].overall.0[0], Sample::Lifetimes(vec![(0.0, true), (7.0, false)]));
    assert_eq!(found.metrics[0].overall.0[1], Sample::Lifetimes(vec![(2.0, true), (2.0, false)]));
    Ok(())
}

#[test]
fn covariates_and_balance_come_from_the_first_exposure() -> Tested {
    let found = both(OUTCOMES, &[Metric { covariates: vec!["age".into()], ..mean("order") }])?;
    let (name, ages) = &found.health.before[0];
    assert_eq!((name.as_str(), ages[0].mean(0), ages[1].mean(0)), ("age", 40.5, 30.0));
    Ok(())
}

#[test]
fn what_is_wrong_with_events_is_told() {
    for (outcomes, metrics, expected) in [
        (OUTCOMES, vec![proportion("oder")], "outcomes.csv: there is no event `oder`\n  help: did you mean `order`?"),
        (
            "user_id,event\nu1,order\n",
            vec![proportion("order")],
            "outcomes.csv:1: no column says when something happened",
        ),
        ("time,event\n2026-05-01,order\n", vec![proportion("order")], "outcomes.csv:1: no column names the units"),
        (
            "user_id,time,event,value\nu1,2026-05-03,order,\n",
            vec![mean("order")],
            "outcomes.csv:2: column `value`: the value of `order` is missing",
        ),
        (
            "user_id,time,event\nu1,1717142400,order\n",
            vec![proportion("order")],
            "outcomes.csv:2: column `time`: expected a date or time, not a number, found \"1717142400\"",
        ),
    ] {
        let error = both(outcomes, &metrics).expect_err(expected).to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn exposures_need_a_time() -> Tested {
    let exposures = Source::of_bytes("exposures.csv", b"user_id,variant\nu1,a\nu2,b\n".to_vec())?;
    let outcomes = Source::of_bytes("outcomes.csv", OUTCOMES.into())?;
    let files = Files::Events { exposures: &exposures, outcomes: &outcomes };
    let (metrics, columns) = ([mean("order")], Columns::default());
    let error = data::read(&files, &request(&metrics, &columns), &mut |_| ()).expect_err("no time").to_string();
    assert!(error.starts_with("exposures.csv:1: no column says when a unit was exposed"), "{error}");
    assert!(error.ends_with("help: say --exposed-at COLUMN"), "{error}");
    Ok(())
}
