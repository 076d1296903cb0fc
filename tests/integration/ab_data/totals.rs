//! Totals per arm.

use channelmix::abtest::collected::Sample;
use channelmix::abtest::data::{self, Columns, Files, Request, Shape, Source};
use channelmix::abtest::metric::{Kind, Metric};

use super::*;

type Tested = Result<(), Box<dyn std::error::Error>>;

#[test]
fn a_row_per_arm_is_a_proportion() -> Tested {
    let text = "variation_name,success,total\ncontrol,200,2000\ntest,250,2000\n";
    assert_eq!(Source::of_bytes("x", text.into())?.header()?.shape, Shape::Totals);
    let found = read(text, &[proportion("conversion")])?;
    assert_eq!(found.metrics[0].overall.0.iter().map(counts).collect::<Vec<_>>(), [(200, 2000), (250, 2000)]);
    assert_eq!((found.units, found.health.rows), (vec![2000, 2000], 2));
    Ok(())
}

#[test]
fn totals_and_units_give_the_same_moments() -> Tested {
    let rows = "variant,y,s\na,1,2\na,4,3\na,2,2\nb,3,1\nb,7,5\nb,2,2\n";
    let totals = "variant,n,sum,sum_sq,sum_s,sum_ss,sum_ys\na,3,7,21,7,17,18\nb,3,12,62,8,30,42\n";
    let ratio = [metric(Kind::Ratio { numerator: "y".into(), denominator: "s".into() })];
    let (of_rows, of_totals) = (read(rows, &ratio)?, read(totals, &ratio)?);
    for (one, other) in of_rows.metrics[0].overall.0.iter().zip(&of_totals.metrics[0].overall.0) {
        let (Sample::Moments(one), Sample::Moments(other)) = (one, other) else { panic!("moments") };
        for (i, j) in [(0, 0), (1, 0), (1, 1)] {
            assert!((one.covariance(i, j) - other.covariance(i, j)).abs() < 1e-12);
        }
        assert!((one.sum(0) - other.sum(0)).abs() < 1e-12 && (one.sum(1) - other.sum(1)).abs() < 1e-12);
        assert_eq!((one.n(), one.k()), (other.n(), other.k()));
    }
    let covariate = "variant,n,sum,sum_sq,sum_x,sum_xx,sum_xy\na,3,7,21,7,17,18\nb,3,12,62,8,30,42\n";
    let found = read(covariate, &[Metric { covariates: vec!["s".into()], ..mean("y") }])?;
    assert_eq!(found.health.before[0].1[1].sum(0), 8.0);
    let Sample::Moments(moments) = &found.metrics[0].overall.0[0] else { panic!("moments") };
    assert!((moments.covariance(0, 1) - (18.0 - 49.0 / 3.0) / 2.0).abs() < 1e-12);
    Ok(())
}

const DAILY: &str = "variant,date,country,n,sum\n\
    a,2026-05-01,DE,10,1\nb,2026-05-01,DE,12,2\na,2026-05-01,FR,5,1\nb,2026-05-01,FR,5,0\n\
    a,2026-05-02,DE,30,5\nb,2026-05-02,DE,20,2\na,2026-05-02,FR,7,1\nb,2026-05-02,FR,9,3\n";

#[test]
fn days_and_segments_add_up() -> Tested {
    let segments = ["country".to_owned()];
    let (metrics, columns) = ([proportion("converted")], Columns::default());
    let wanted = Request { segments: &segments, ..request(&metrics, &columns) };
    let found = read_as(DAILY, &wanted)?;
    let of = |cell: &channelmix::abtest::Cell| cell.0.iter().map(counts).collect::<Vec<_>>();
    let measured = &found.metrics[0];
    assert_eq!(of(&measured.overall), [(8, 52), (7, 46)]);
    assert_eq!(of(&measured.by_day[&date("2026-05-01")]), [(2, 15), (2, 17)]);
    assert_eq!(of(&measured.by_segment[0]["FR"]), [(2, 12), (3, 14)]);
    assert_eq!(found.health.exposed[&date("2026-05-02")], [37, 29]);
    assert_eq!(found.health.segments[0].1["DE"], [40, 32]);
    // The same rows as running totals: the last ones count, and the days are their differences.
    let source = Source::of_bytes("data.csv", DAILY.into())?;
    let running = data::read(&Files::Totals { file: &source, cumulative: true }, &wanted, &mut |_| ())?;
    let measured = &running.metrics[0];
    assert_eq!(of(&measured.overall), [(6, 37), (5, 29)]);
    assert_eq!(of(&measured.by_day[&date("2026-05-02")]), [(4, 22), (3, 12)]);
    assert_eq!(of(&measured.by_segment[0]["FR"]), [(1, 7), (3, 9)]);
    Ok(())
}

#[test]
fn parts_of_a_total_add_up_where_a_column_tells_them_apart() -> Tested {
    let found = read("variant,n,sum,shop\na,10,1,x\nb,10,2,x\na,5,1,y\nb,6,3,y\n", &[proportion("sales")])?;
    assert_eq!(found.metrics[0].overall.0.iter().map(counts).collect::<Vec<_>>(), [(2, 15), (5, 16)]);
    Ok(())
}

#[test]
fn several_metrics_stand_in_rows_or_in_columns() -> Tested {
    let metrics = [proportion("clicks"), mean("revenue")];
    let wide = "variant,n,clicks,revenue,revenue_sq\na,100,7,250,9000\nb,100,9,300,9900\n";
    let source = Source::of_bytes("data.csv", wide.into())?;
    let columns = Columns::default();
    let wide =
        data::read(&Files::Totals { file: &source, cumulative: false }, &request(&metrics, &columns), &mut |_| ())?;
    let long = "variant,metric,n,sum,sum_sq\na,clicks,100,7,7\nb,clicks,100,9,9\n\
        a,revenue,100,250,9000\nb,revenue,100,300,9900\na,other,1,1,1\n";
    let long = read(long, &metrics)?;
    assert_eq!(format!("{:?}", wide.metrics), format!("{:?}", long.metrics));
    assert_eq!((counts(&long.metrics[0].overall.0[1]), long.units), ((9, 100), vec![100, 100]));
    Ok(())
}

fn running(text: &str, metrics: &[Metric]) -> Result<Collected, Error> {
    let (source, columns) = (Source::of_bytes("data.csv", text.into())?, Columns::default());
    data::read(&Files::Totals { file: &source, cumulative: true }, &request(metrics, &columns), &mut |_| ())
}

#[test]
fn conversions_after_the_exposure_leave_running_totals_without_days() -> Tested {
    // 40 conversions cannot be those of 5 new units: they are of units exposed the day before.
    let text = "variant,date,n,sum\na,2026-05-01,1000,20\nb,2026-05-01,1000,25\n\
        a,2026-05-02,1005,60\nb,2026-05-02,1006,71\n";
    let found = running(text, &[proportion("converted")])?;
    let measured = &found.metrics[0];
    assert_eq!(measured.overall.0.iter().map(counts).collect::<Vec<_>>(), [(60, 1005), (71, 1006)]);
    assert!(measured.by_day.is_empty());
    assert_eq!(found.units, [1005, 1006]);
    assert_eq!(found.health.exposed[&date("2026-05-01")], [1000, 1000]);
    assert_eq!(found.health.exposed[&date("2026-05-02")], [5, 6]);
    // Refunds let the sum of a mean fall, and values of known units let it rise on a day without new ones.
    let text = "variant,date,n,sum,sum_sq\na,2026-05-01,3,7,21\nb,2026-05-01,3,12,62\n\
        a,2026-05-02,3,5,11\nb,2026-05-02,3,13,75\n";
    let found = running(text, &[mean("y")])?;
    let (n, mean, variance) = moments(&found.metrics[0].overall.0[1]);
    assert!(n == 3 && (mean - 13.0 / 3.0).abs() < 1e-12 && (variance - (75.0 - 169.0 / 3.0) / 2.0).abs() < 1e-9);
    assert!(found.metrics[0].by_day.is_empty());
    assert_eq!(found.health.exposed[&date("2026-05-02")], [0, 0]);
    Ok(())
}

#[test]
fn one_metric_without_days_leaves_those_of_others() -> Tested {
    let text = "variant,date,n,clicks,orders\na,2026-05-01,10,2,1\nb,2026-05-01,10,3,1\n\
        a,2026-05-02,12,3,5\nb,2026-05-02,12,3,2\n";
    let found = running(text, &[proportion("clicks"), proportion("orders")])?;
    assert_eq!(found.metrics[0].by_day.len(), 2);
    assert!(found.metrics[1].by_day.is_empty());
    assert_eq!(counts(&found.metrics[1].overall.0[0]), (5, 12));
    Ok(())
}

#[test]
fn running_totals_of_all_arms_end_on_the_same_day() {
    let text = "variant,date,n,sum\na,2026-05-01,10,1\nb,2026-05-01,10,1\na,2026-05-02,12,2\n";
    let error = running(text, &[proportion("c")]).expect_err("b ends early").to_string();
    assert!(
        error.starts_with("data.csv:3: the running totals of arm `b` end on 2026-05-01, those of `a` on 2026-05-02"),
        "{error}"
    );
}

#[test]
fn a_row_that_falls_among_totals_that_rise_is_not_taken_for_one_of_its_day_alone() {
    let text = "variant,date,n,sum\na,2026-05-01,100,1\nb,2026-05-01,100,1\na,2026-05-02,90,2\nb,2026-05-02,150,3\n\
        a,2026-05-03,210,4\nb,2026-05-03,205,5\n";
    let error = running(text, &[proportion("c")]).expect_err("falls").to_string();
    assert!(error.starts_with("data.csv:4: the running total falls from 100 to 90 units on 2026-05-02"), "{error}");
    assert!(!error.contains("--cumulative"), "{error}");
}
