//! One row per unit.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use channelmix::abtest::collected::Sample;
use channelmix::abtest::data::{self, Columns, Files, Request, Shape, Source};
use channelmix::abtest::metric::{Cap, Kind, Metric};
use channelmix::stats::moments::Moments;
use channelmix::stats::two_arms::adjusted::{Arm, Design, Fit, Robust};
use channelmix::stats::winsorised::{Capped, Caps};

use super::*;

type Tested = Result<(), Box<dyn std::error::Error>>;

const SMALL: &str = "unit_id,variant,converted,revenue\n\
    u1,B,1,20\nu2,control,0,0\nu3,B,true,40.5\nu4,control,1,1e1\nu5,B,no,\nu6,control,,4\n";

#[test]
fn units_are_counted_by_arm_with_the_control_first() -> Tested {
    let found = read(SMALL, &[proportion("converted"), mean("revenue")])?;
    assert_eq!((found.arms, found.units), (vec!["control".into(), "B".into()], vec![3, 3]));
    let [converted, revenue] = found.metrics.as_slice() else { panic!("two metrics") };
    assert_eq!((counts(&converted.overall.0[0]), counts(&converted.overall.0[1])), ((1, 2), (2, 3)));
    assert_eq!((&converted.missing, &revenue.missing), (&vec![1, 0], &vec![0, 1]));
    let (n, mean, variance) = moments(&revenue.overall.0[0]);
    assert_eq!(n, 3);
    assert!((mean - 14.0 / 3.0).abs() < 1e-14 && (variance - 76.0 / 3.0).abs() < 1e-13);
    assert_eq!((moments(&revenue.overall.0[1]).1, found.health.rows), (30.25, 6));
    assert_eq!(revenue.largest_share, [10.0 / 14.0, 40.5 / 60.5]);
    Ok(())
}

/// The same table in other clothes gives the same sums.
#[test]
fn separators_quotes_marks_ends_of_line_and_compression_change_nothing() -> Tested {
    let metrics = [proportion("converted"), mean("revenue")];
    let columns = Columns::default();
    let plain = format!("{:?}", read(SMALL, &metrics)?);
    let quoted: String = SMALL
        .lines()
        .map(|line| line.split(',').map(|field| format!("\"{field}\"")).collect::<Vec<_>>().join(",") + "\n")
        .collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(SMALL.as_bytes())?;
    let same = [
        SMALL.replace(',', ";").into_bytes(),
        SMALL.replace(',', "\t").into_bytes(),
        SMALL.replace('\n', "\r\n").into_bytes(),
        format!("\u{feff}{SMALL}").into_bytes(),
        format!("{}\n\n", SMALL.trim_end()).into_bytes(),
        SMALL.trim_end().as_bytes().to_vec(),
        quoted.into_bytes(),
        packed.finish()?,
    ];
    for bytes in same {
        let source = Source::of_bytes("data.csv", bytes.clone())?;
        let found = data::read(&Files::Units(&source), &request(&metrics, &columns), &mut |_| ())?;
        assert_eq!(format!("{found:?}"), plain, "{}", String::from_utf8_lossy(&bytes));
    }
    Ok(())
}

#[test]
fn a_file_is_read_from_disk_and_progress_told() -> Tested {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("units.csv");
    std::fs::write(&path, SMALL)?;
    let source = Source::open(&path.to_string_lossy())?;
    assert_eq!(source.header()?.shape, Shape::Units);
    let mut last = None;
    let (metrics, columns) = ([mean("revenue")], Columns::default());
    data::read(&Files::guess(&source)?, &request(&metrics, &columns), &mut |progress| last = Some(progress))?;
    let all = SMALL.len() as u64;
    assert_eq!(last, Some(data::Progress { pass: 1, read: all, total: all }));
    Ok(())
}

#[test]
fn the_order_of_rows_does_not_change_the_order_of_arms() -> Tested {
    let text = |arms: [&str; 3]| format!("variant,x\n{}", arms.map(|arm| format!("{arm},1\n")).concat());
    for arms in [["c", "A", "b"], ["A", "b", "c"], ["b", "c", "A"]] {
        assert_eq!(read(&text(arms), &[mean("x")])?.arms, ["A", "b", "c"]);
    }
    let (metrics, columns) = ([mean("x")], Columns::default());
    let plain = request(&metrics, &columns);
    let arms = text(["c", "A", "b"]);
    let of = |request: Request| read_as(&arms, &request).map(|found| (found.arms, found.units));
    assert_eq!(of(Request { control: Some("c"), ..plain })?.0, ["c", "A", "b"]);
    // A plan's order, with an arm that got no unit, and then what it does not know.
    let planned = ["b", "z", "c"].map(String::from);
    let expected = (["b", "z", "c", "A"].map(String::from).to_vec(), vec![1, 0, 1, 1]);
    assert_eq!(of(Request { arms: &planned, ..plain })?, expected);
    Ok(())
}

#[test]
fn units_that_occur_more_than_once_are_told_with_their_rows() -> Tested {
    let text = "user_id,variant,x\nanna,a,1\nbert,b,2\n\"carl\njr\",a,3\nbert,b,4\nanna,b,5\n,,\nbert,b,1\n";
    let found = read(text, &[mean("x")])?;
    let (same, two) = (found.health.repeated.expect("looked for"), found.health.in_two_arms.expect("looked for"));
    assert_eq!((same.units, same.more, same.first), (1, false, Some(("bert".into(), 3, 6))));
    assert_eq!((two.units, two.first), (1, Some(("anna".into(), 2, 7))));
    // All rows count; the verdict is not given elsewhere. A row without an arm is left out.
    assert_eq!((found.units, found.health.without_arm, found.health.rows), (vec![2, 4], 1, 7));
    let without = read("variant,x\na,1\nb,2\n", &[mean("x")])?;
    assert!(without.health.repeated.is_none() && without.health.in_two_arms.is_none());
    Ok(())
}

#[test]
fn days_segments_and_maturity_are_told_apart() -> Tested {
    let text = "unit_id,variant,exposed_at,country,kept\n\
        1,a,2026-05-01,DE,1\n2,b,2026-05-01T23:59:59Z,FR,1\n3,a,2026-05-09,FR,1\n\
        4,b,2026-05-02T01:00:00+02:00,DE,0\n5,b,2026-05-08 00:00:00,DE,1\n";
    let week = Metric { matures: 7 * 86_400, name: "kept a week".into(), ..proportion("kept") };
    let segments = ["country".to_owned()];
    let (metrics, columns) = ([proportion("kept"), week], Columns::default());
    let wanted = Request { segments: &segments, ..request(&metrics, &columns) };
    let found = read_as(text, &wanted)?;
    let exposed: Vec<_> = found.health.exposed.clone().into_iter().collect();
    let expected = [("2026-05-01", vec![1, 2]), ("2026-05-08", vec![0, 1]), ("2026-05-09", vec![1, 0])];
    assert_eq!(exposed, expected.map(|(day, units)| (date(day), units)));
    // Watching ended with the last exposure, on 9 May: who came after 2 May is too young.
    let [all, mature] = found.metrics.as_slice() else { panic!("two metrics") };
    assert_eq!((&all.immature, &mature.immature), (&vec![0, 0], &vec![1, 1]));
    let of = |cell: &channelmix::abtest::Cell| cell.0.iter().map(counts).collect::<Vec<_>>();
    assert_eq!((of(&all.overall), of(&mature.overall)), (vec![(2, 2), (2, 3)], vec![(1, 1), (1, 2)]));
    assert_eq!(of(&all.by_day[&date("2026-05-01")]), [(1, 1), (1, 2)]);
    assert_eq!(of(&all.by_segment[0]["DE"]), [(1, 1), (1, 2)]);
    assert_eq!(found.health.segments[0].1["FR"], [1, 1]);
    // A later end lets all mature; an end before the last exposure cannot be.
    let june = data::parse_time("2026-06-01")?;
    assert_eq!(read_as(text, &Request { until: Some(june), ..wanted })?.metrics[1].immature, [0, 0]);
    let early = read_as(text, &Request { until: Some(data::parse_time("2026-05-03")?), ..wanted });
    assert!(early.is_err_and(|error| error.to_string().contains("2026-05-09T00:00:00Z")));
    Ok(())
}

/// 3,000 units whose spending has a heavy tail, and what each spent before; some were not there before.
fn spending() -> (String, Vec<(bool, f64, f64)>) {
    let (mut text, mut rows) = ("unit_id,variant,spent,before\n".to_owned(), Vec::new());
    let mut state = 12_345_u64;
    for unit in 0..3000 {
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f64 / (1_u64 << 24) as f64
        };
        let treated = uniform() < 0.4;
        let before = (uniform() * 1000.0).round() / 10.0;
        let noise = uniform();
        let spent = ((0.5 * before + 10.0 / (1.001 - noise)) * 100.0).round() / 100.0;
        let known = unit % 11 != 3;
        let shown = if known { before.to_string() } else { String::new() };
        writeln!(text, "{unit},{},{spent},{shown}", if treated { "new" } else { "control" }).expect("memory");
        rows.push((treated, spent, if known { before } else { f64::NAN }));
    }
    (text, rows)
}

#[test]
fn caps_at_pooled_quantiles_are_those_of_all_values_sorted() -> Tested {
    let (text, rows) = spending();
    let cap = Some(Cap::Quantile { low: Some(0.02), high: Some(0.985) });
    let found = read(&text, &[Metric { cap, ..mean("spent") }])?;
    let spent: Vec<f64> = rows.iter().map(|row| row.1).collect();
    let caps = Caps::from_quantiles(&spent, 0.02, 0.985)?;
    let mut expected = [Capped::default(); 2];
    let (mut capped, mut plain) = ([Moments::new(1), Moments::new(1)], [Moments::new(1), Moments::new(1)]);
    for &(treated, spent, _) in &rows {
        let arm = usize::from(treated);
        capped[arm].add(&[caps.cap(spent, &mut expected[arm])]);
        plain[arm].add(&[spent]);
    }
    let measured = &found.metrics[0];
    let told = measured.capped.as_ref().expect("capped");
    assert_eq!((told.low, told.high), (Some(caps.low()), Some(caps.high())));
    assert_eq!(told.values, expected.map(|c| (c.below, c.above)));
    assert_eq!(measured.overall.0, capped.map(Sample::Moments));
    assert_eq!(measured.uncapped.as_ref().expect("beside it").0, plain.map(Sample::Moments));
    Ok(())
}

#[test]
fn fixed_caps_need_one_pass_and_cap_a_ratio_by_its_numerator() -> Tested {
    let kind = Kind::Ratio { numerator: "y".into(), denominator: "s".into() };
    let cap = Some(Cap::At { low: None, high: Some(5.0) });
    let found = read("variant,y,s\na,9,1\na,2,3\nb,5,9\nb,0,\n", &[Metric { cap, ..metric(kind) }])?;
    let measured = &found.metrics[0];
    let Sample::Moments(first) = &measured.overall.0[0] else { panic!("moments") };
    assert_eq!((first.sum(0), first.sum(1), first.covariance(0, 1)), (7.0, 4.0, -3.0));
    let told = measured.capped.as_ref().expect("capped");
    assert_eq!((told.low, told.high, told.values.clone()), (None, Some(5.0), vec![(0, 1), (0, 0)]));
    assert_eq!(measured.missing, [0, 1]);
    Ok(())
}

#[test]
fn covariates_adjust_the_difference_as_the_regression_on_all_rows_does() -> Tested {
    let (text, rows) = spending();
    let with = Metric { covariates: vec!["before".into()], ..mean("spent") };
    let found = read(&text, &[with])?;
    let variables = |x: f64| if x.is_nan() { [0.0, 1.0] } else { [x, 0.0] };
    let mut arms = [Moments::new(3), Moments::new(3)];
    for &(treated, y, x) in &rows {
        let [x, missing] = variables(x);
        arms[usize::from(treated)].add(&[y, x, missing]);
    }
    assert_eq!(found.metrics[0].overall.0, arms.clone().map(Sample::Moments));
    let fit = Fit::new(&arms[0], &arms[1], Design::Interacted)?;
    let mut residuals = fit.residuals();
    for &(treated, y, x) in &rows {
        residuals.add(if treated { Arm::Treatment } else { Arm::Control }, y, &variables(x));
    }
    let [adjusted] = found.metrics[0].adjusted.as_slice() else { panic!("one treatment") };
    assert_eq!(adjusted.difference, residuals.difference(Robust::Hc2));
    assert_eq!(adjusted.covariates, ["before", "before is missing"]);
    // Its balance is looked at over the units that have it.
    let (name, before) = &found.health.before[0];
    assert_eq!((name.as_str(), before[0].n() + before[1].n()), ("before", 3000 - 273));
    Ok(())
}

#[test]
fn a_missing_covariate_is_adjusted_for_as_statsmodels_does() -> Tested {
    // y ~ 1 + d + c + d·c for c = (x − x̄, missing − share), x = 0 where it is missing; statsmodels 0.15 OLS with HC2.
    let text = "unit_id,variant,y,x\n\
        u0,a,13.22,10.0\nu1,b,15.35,10.9\nu2,a,9.91,9.2\nu3,b,12.49,7.3\nu4,a,14.6,\nu5,b,9.01,7.0\nu6,a,14.88,10.2\n\
        u7,b,17.94,14.0\nu8,a,10.52,8.5\nu9,b,16.98,8.1\nu10,a,15.72,11.5\nu11,b,12.98,11.1\nu12,a,13.39,10.3\n\
        u13,b,13.41,\nu14,a,12.54,9.9\nu15,b,17.55,12.1\nu16,a,9.67,6.0\nu17,b,14.71,8.6\nu18,a,11.32,4.3\n\
        u19,b,10.03,6.1\nu20,a,9.01,4.5\nu21,b,13.01,9.3\nu22,a,10.21,\nu23,b,12.77,10.8\nu24,a,12.24,10.5\n\
        u25,b,13.63,9.4\nu26,a,8.72,2.4\nu27,b,15.51,8.4\nu28,a,10.27,9.9\nu29,b,13.15,10.3\nu30,a,10.61,5.4\n\
        u31,b,9.4,\nu32,a,9.75,7.1\nu33,b,12.39,7.6\nu34,a,18.07,13.2\nu35,b,13.96,7.6\nu36,a,12.27,9.9\n\
        u37,b,15.92,12.7\nu38,a,11.06,8.2\nu39,b,17.31,9.7\n";
    let found = read(text, &[Metric { covariates: vec!["x".into()], ..mean("y") }])?;
    let difference = found.metrics[0].adjusted[0].difference.clone()?;
    assert!((difference.estimate() - 1.262_535_820_553_623).abs() < 1e-12);
    assert!((difference.standard_error() - 0.664_262_502_701_050_5).abs() < 1e-12);
    Ok(())
}

#[test]
fn a_proportion_can_have_covariates_and_stays_a_count() -> Tested {
    let text = "variant,y,x,z\na,1,3,7\na,0,1,7\na,1,2,7\nb,1,4,7\nb,1,2,7\nb,0,1,7\na,0,2,7\nb,1,3,7\n";
    let found = read(text, &[Metric { covariates: vec!["x".into(), "z".into()], ..proportion("y") }])?;
    let measured = &found.metrics[0];
    assert_eq!(measured.overall.0.iter().map(counts).collect::<Vec<_>>(), [(2, 4), (3, 4)]);
    // z is the same for all and explains nothing.
    assert_eq!(measured.adjusted[0].covariates, ["x"]);
    assert!(measured.adjusted[0].difference.is_ok());
    Ok(())
}

#[test]
fn quantiles_and_times_keep_their_values() -> Tested {
    let kind = Kind::Survival { time: "days".into(), event: "left".into(), until: None };
    let quantile = Kind::Quantile { column: "days".into(), level: 0.5 };
    let found = read("variant,days,left\na,3,1\nb,2.5,0\na,1,yes\nb,,1\n", &[metric(kind), metric(quantile)])?;
    assert_eq!(found.metrics[0].overall.0[0], Sample::Lifetimes(vec![(3.0, true), (1.0, true)]));
    assert_eq!(found.metrics[0].overall.0[1], Sample::Lifetimes(vec![(2.5, false)]));
    assert_eq!(found.metrics[1].overall.0[0], Sample::Values(vec![3.0, 1.0]));
    assert_eq!(found.metrics[0].missing, [0, 1]);
    Ok(())
}

#[test]
fn published_experiments_come_out_as_published() -> Tested {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let path = data.join("cookie-cats/cookie_cats.csv.gz");
    if !path.exists() {
        return Ok(());
    }
    let source = Source::open(&path.to_string_lossy())?;
    let metrics = [proportion("retention_1"), proportion("retention_7"), mean("sum_gamerounds")];
    let columns = Columns::default();
    let wanted = Request { control: Some("gate_30"), ..request(&metrics, &columns) };
    let found = data::read(&Files::guess(&source)?, &wanted, &mut |_| ())?;
    assert_eq!(found.units, [44_700, 45_489]);
    assert_eq!(found.metrics[0].overall.0.iter().map(counts).collect::<Vec<_>>(), [(20_034, 44_700), (20_119, 45_489)]);
    assert_eq!(counts(&found.metrics[1].overall.0[1]).0, 8279);
    let (_, mean, variance) = moments(&found.metrics[2].overall.0[0]);
    assert!((mean - 52.456_263_98).abs() < 1e-7 && (variance - 65_903.321_9).abs() < 1e-3);
    assert_eq!(found.health.repeated.map(|repeated| repeated.units), Some(0));
    Ok(())
}

#[test]
fn a_segment_named_twice_is_one_and_arms_and_units_are_none() -> Result<(), Error> {
    let (metrics, columns) = ([proportion("x")], Columns::default());
    let text = "user_id,variant,country,x\n1,a,DE,1\n2,b,DE,0\n3,a,FR,0\n4,b,FR,1\n";
    let with = |names: &[&str]| {
        let segments: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        read_as(text, &Request { segments: &segments, ..request(&metrics, &columns) })
    };
    let found = with(&["country", "country"])?;
    assert_eq!((found.health.segments.len(), found.metrics[0].by_segment.len()), (1, 1));
    for (name, why) in [("variant", "it says which arm a unit is in"), ("user_id", "it names the units")] {
        let error = with(&["country", name]).expect_err(name).to_string();
        assert!(
            error.starts_with(&format!("data.csv:1: the column `{name}` cannot be a segment: {why}\n  help: ")),
            "{error}"
        );
    }
    Ok(())
}

#[test]
fn levels_cannot_harm_a_terminal() -> Result<(), Error> {
    let (metrics, columns, segments) = ([proportion("x")], Columns::default(), ["country".to_owned()]);
    let wanted = Request { segments: &segments, ..request(&metrics, &columns) };
    for text in [
        "variant,country,x\na,D\u{1b}[2J,1\nb,D\u{1b}[2J,0\n",
        "variant,country,n,sum\na,D\u{1b}[2J,3,1\nb,D\u{1b}[2J,3,2\n",
    ] {
        let found = read_as(text, &wanted)?;
        assert_eq!(found.health.segments[0].1.keys().collect::<Vec<_>>(), ["D\\u{1b}[2J"]);
        assert_eq!(found.metrics[0].by_segment[0].keys().collect::<Vec<_>>(), ["D\\u{1b}[2J"]);
    }
    Ok(())
}
