//! What is said of files that are wrong.

use std::fmt::Write as _;

use channelmix::abtest::collect::MOST_LEVELS;
use channelmix::abtest::data::{Columns, Request, Source};
use channelmix::abtest::metric::{Cap, Kind, Metric};

use super::*;

#[test]
fn each_wrong_file_has_its_message() {
    let survival = metric(Kind::Survival { time: "days".into(), event: "left".into(), until: None });
    let week = Metric { matures: 604_800, ..mean("x") };
    let dated = "variant,exposed_at,x\na,2026-05-31,1\nb,";
    let cases: Vec<(String, Metric, &str)> = [
        ("variant,revenue\na,1\n", mean("revenu"), "data.csv:1: there is no column `revenu`, which metric `revenu` (mean) is made of\n  help: did you mean `revenue`?"),
        ("unit_id,x\n1,2\n", mean("x"), "data.csv:1: no column says which arm a unit is in\n  help: columns of the file: unit_id, x"),
        ("variant,x\na,1\na,2\n", mean("x"), "data.csv: there is only one arm, `a`"),
        ("variant,x\na,1\nb,twelve\n", mean("x"), "data.csv:3: column `x`: expected a number, found \"twelve\"\n  help: a missing value"),
        ("variant;x\na;1\nb;12,5\n", mean("x"), "data.csv:3: column `x`: expected a number, found \"12,5\"\n  help: write a decimal point: 12.5"),
        ("variant,x\na,1\nb,inf\n", mean("x"), "data.csv:3: column `x`: expected a number, found \"inf\"\n  help: infinity"),
        ("variant,x\na,1\nb,$3\n", mean("x"), "data.csv:3: column `x`: expected a number, found \"$3\"\n  help: write the amount without"),
        ("variant,x\na,1\nb\u{1b}[2J,2\n", mean("x"), "data.csv:3: column `variant`: the name of an arm has control characters, found \"b\\u{1b}[2J\""),
        ("variant,n,sum\na,3,1\nb\u{7},3,2\n", proportion("x"), "data.csv:3: column `variant`: the name of an arm has control characters, found \"b\\u{7}\""),
        ("", mean("x"), "data.csv: the file is empty"),
        ("\n \n", mean("x"), "data.csv: the file is empty"),
        ("variant,x\n", mean("x"), "data.csv: no row belongs to an arm"),
        ("variant,x\n,1\n", mean("x"), "data.csv: no row belongs to an arm"),
        ("variant,x\na,1\nb,1,2\n", mean("x"), "data.csv:3: the row has 3 fields, the header has 2"),
        ("variant,x\r\na,1\r\n\r\nb\r\n", mean("x"), "data.csv:4: the row has 1 field, the header has 2"),
        ("variant,note,x\na,,1\nb,\"b\nb\",2\nc,,z\n", mean("x"), "data.csv:5: column `x`: expected a number, found \"z\""),
        ("variant,x,x\na,1,2\n", mean("x"), "data.csv:1: two columns are called `x`"),
        ("variant,x\ncontrol,1\nBaseline,2\n", mean("x"), "data.csv: `Baseline` and `control` could each be the control\n  help: say --control NAME"),
        ("variant,x\nred,1\nblue,2\n", mean("x"), "data.csv: it is not clear which arm is the control\n  help: arms: blue, red\n  help: say --control NAME"),
        ("variant,x\na,1\nb,2\n", proportion("x"), "data.csv:3: column `x`: a proportion counts 0 and 1, found \"2\""),
        ("variant,days,left\na,1,1\nb,-2,0\n", survival.clone(), "data.csv:3: column `days`: a time is negative, found \"-2\""),
        ("variant,days,left\na,1,3\n", survival.clone(), "data.csv:2: column `left`: a proportion counts 0 and 1"),
        ("variant,x\na,1\nb,2\n", Metric { covariates: vec!["x".into()], ..mean("x") }, "data.csv: metric `x` has its own column `x` as a covariate"),
        ("variant,x\na,1\nb,2\n", Metric { covariates: vec!["y".into()], ..mean("x") }, "data.csv:1: there is no column `y`, which metric `x` has as a covariate"),
        ("variant,x\na,1\nb,2\n", week.clone(), "data.csv:1: metric `x` has a time to mature, but no column says when"),
        ("unit_id,variant,x\n1,a,1\n,b,2\n", mean("x"), "data.csv:3: column `unit_id`: a unit has no name"),
        ("PK\u{3}\u{4}abc", mean("x"), "data.csv: this is a workbook or a zip archive"),
        ("variant,x\na,0\nb,0\na,0\nb,1\n", Metric { cap: Some(Cap::Quantile { low: None, high: Some(0.5) }), ..mean("x") }, "data.csv: capped at the quantile asked for, 0, all values of metric `x` would be equal"),
        // Totals.
        ("variant,total,success\na,3,1\nb,2,0\na,1,1\n", proportion("success"), "data.csv:4: column `variant`: a second row of totals, which no column tells from the first, found \"a\""),
        ("variant,n,sum\na,10,3\nb,-10,3\n", proportion("c"), "data.csv:3: column `n`: a count is negative, found \"-10\""),
        ("variant,n,sum\na,10,3\nb,10,11\n", proportion("c"), "data.csv:3: column `sum`: 11 of 10 units cannot have a success"),
        ("variant,n,sum\na,10,3\nb,10,-1\n", proportion("c"), "data.csv:3: column `sum`: a number of successes is negative (-1)"),
        ("variant,n,sum\na,10,3.5\nb,10,1\n", proportion("c"), "data.csv:2: column `sum`: 3.5 successes are not a whole number"),
        ("variant,n,sum\na,10.5,3\nb,10,1\n", proportion("c"), "data.csv:2: column `n`: a count is not a whole number"),
        ("variant,n,sum\na,10,3\nb,10,1\n", mean("c"), "data.csv:1: metric `c` (mean) needs the sum of squares, a column `sum_sq`"),
        ("variant,n,sum,sum_sq\na,10,30,80\nb,10,1,5\n", mean("c"), "data.csv:2: column `sum`: no values have these sums"),
        ("variant,n,sum,metric\na,10,3,clicks\nb,10,1,clicks\n", proportion("click"), "data.csv: no row has metric `click`\n  help: did you mean `clicks`?"),
        ("variant,n,sum\na,10,3\nb,10,1\n", survival, "data.csv:1: totals do not tell survival metrics like `days`"),
        ("variant,n,sum,sum_sq\na,10,3,9\nb,10,1,5\n", Metric { cap: Some(Cap::At { low: None, high: Some(1.0) }), ..mean("c") }, "data.csv:1: metric `c` is capped, which totals cannot be"),
    ]
    .map(|(text, metric, expected)| (text.to_owned(), metric, expected))
    .into_iter()
    .chain(
        [
            ("1e9", "expected a date or time, not a number, found \"1e9\"\n  help: write 2026-05-31, 2026-05-31T08:00:00 or 2026-05-31T08:00:00+02:00 (as a count of seconds since 1970 this would be 2001-09-09T01:46:40Z)"),
            ("31/05/2026", "the order of day, month and year is not clear, found \"31/05/2026\""),
            ("2026-13-01", "there is no such date or time, found \"2026-13-01\""),
            ("", "the time is missing"),
        ]
        .map(|(time, what)| (format!("{dated}{time},2\n"), week.clone(), what)),
    )
    .collect();
    for (text, metric, expected) in cases {
        match read(&text, &[metric]) {
            Ok(found) => panic!("{text:?} was read, {expected} was expected: {found:?}"),
            Err(error) => {
                let message = error.to_string();
                assert!(message.contains(expected), "{text:?} gives\n{message}\nrather than\n{expected}");
                assert!(message.starts_with("data.csv:"), "{message}");
            }
        }
    }
}

#[test]
fn a_dated_error_names_row_and_column() {
    let week = Metric { matures: 604_800, ..mean("x") };
    let error = read("variant,exposed_at,x\na,2026-05-31,1\nb,soon,2\n", &[week]).expect_err("no date");
    assert!(error.to_string().starts_with("data.csv:3: column `exposed_at`: expected a date or time, found \"soon\""));
}

#[test]
fn too_many_arms_or_levels_are_refused() {
    let mut arms = "variant,x\n".to_owned();
    (0..51).for_each(|arm| writeln!(arms, "arm {arm},1").expect("memory"));
    let error = read(&arms, &[mean("x")]).expect_err("51 arms").to_string();
    assert!(
        error.starts_with("data.csv:52: column `variant`: there are more than 50 arms, found \"arm 50\""),
        "{error}"
    );
    let mut levels = "variant,x,city\n".to_owned();
    (0..=MOST_LEVELS).for_each(|level| writeln!(levels, "a,1,city {level}").expect("memory"));
    let mut days = "variant,exposed_at,x\n".to_owned();
    (0..=4000).for_each(|day| {
        writeln!(days, "a,{:04}-{:02}-{:02},1", 1900 + day / 336, day / 28 % 12 + 1, day % 28 + 1).expect("memory");
    });
    let error = read(&days, &[mean("x")]).expect_err("4001 days").to_string();
    assert!(error.starts_with("data.csv:4002: units were exposed on more than 4000 days"), "{error}");
    let segments = ["city".to_owned()];
    let (metrics, columns) = ([mean("x")], Columns::default());
    let wanted = Request { segments: &segments, ..request(&metrics, &columns) };
    let error = read_as(&levels, &wanted).expect_err("1001 levels").to_string();
    assert!(
        error.starts_with("data.csv:1002: column `city`: a column of segments has more than 1000 levels"),
        "{error}"
    );
}

#[test]
fn arms_and_segments_must_be_utf8_and_other_columns_need_not() -> Result<(), Error> {
    let of = |bytes: &[u8]| {
        let source = Source::of_bytes("data.csv", bytes.to_vec())?;
        let (metrics, columns) = ([mean("x")], Columns::default());
        channelmix::abtest::data::read(
            &channelmix::abtest::data::Files::Units(&source),
            &request(&metrics, &columns),
            &mut |_| (),
        )
    };
    let error = of(b"variant,x\na,1\nb\xfcro,2\n").expect_err("Latin-1").to_string();
    assert!(
        error.starts_with("data.csv:3: column `variant`: this is not text in UTF-8, found \"b\u{fffd}ro\""),
        "{error}"
    );
    assert!(
        of(b"variant,x\na,1\nb,\xff\n").is_err_and(|error| error.to_string().contains("save the file as CSV in UTF-8"))
    );
    assert!(
        of(b"vari\xfcnt,x\na,1\n")
            .is_err_and(|error| error.to_string().starts_with("data.csv:1: the name of a column"))
    );
    assert_eq!(of(b"variant,x,city\na,1,K\xf6ln\nb,2,Ulm\n")?.units, [1, 1]);
    Ok(())
}

#[test]
fn a_control_that_is_no_arm_is_refused_with_the_arms() {
    let (metrics, columns) = ([mean("x")], Columns::default());
    let wanted = Request { control: Some("contrl"), ..request(&metrics, &columns) };
    let error = read_as("variant,x\ncontrol,1\nnew,2\n", &wanted).expect_err("no such arm").to_string();
    let expected = "data.csv: there is no arm `contrl` to be the control\n  help: did you mean `control`?\n  help: arms: control, new";
    assert_eq!(error, expected);
    let columns = Columns { variant: Some("varient".into()), ..Columns::default() };
    let error = read_as("variant,x\na,1\nb,2\n", &request(&metrics, &columns)).expect_err("no such column").to_string();
    assert!(
        error.contains("there is no column `varient`, which says which arm")
            && error.contains("did you mean `variant`?")
    );
}

#[test]
fn running_totals_that_fall_are_refused() -> Result<(), Error> {
    use channelmix::abtest::data::{Files, read};
    let text = "variant,date,n,sum\na,2026-05-01,10,1\nb,2026-05-01,10,1\na,2026-05-02,8,1\nb,2026-05-02,12,1\n";
    let source = Source::of_bytes("data.csv", text.into())?;
    let (metrics, columns) = ([proportion("c")], Columns::default());
    let error = read(&Files::Totals { file: &source, cumulative: true }, &request(&metrics, &columns), &mut |_| ())
        .expect_err("fewer units")
        .to_string();
    assert!(
        error.starts_with("data.csv:4: the running total falls from 10 to 8 units on 2026-05-02\n  help: rows"),
        "{error}"
    );
    Ok(())
}

#[test]
fn files_that_cannot_be_opened_are_told_apart() -> Result<(), Box<dyn std::error::Error>> {
    use std::io::Write as _;
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let said =
        |path: &str| Source::open(path).map(|source| read_source(&source)).and_then(|read| read).expect_err("wrong");
    assert!(said(&path("missing.csv")).to_string().contains("missing.csv: there is no such file\n  help: "));
    assert!(said(&path("")).to_string().contains("this is a folder"));
    std::fs::write(path("plain.csv.gz"), "variant,x\na,1\n")?;
    assert!(said(&path("plain.csv.gz")).to_string().contains("its name says gzip but its bytes do not"));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    (0..50_000).try_for_each(|row| writeln!(packed, "{row},{}", row * 7919 % 10_007))?;
    let packed = packed.finish()?;
    std::fs::write(path("cut.gz"), &packed[..packed.len() / 2])?;
    let cut = said(&path("cut.gz")).to_string();
    assert!(cut.contains("the compressed data end too early"), "{cut}");
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xA5);
    std::fs::write(path("damaged.csv"), damaged)?;
    let damaged = said(&path("damaged.csv")).to_string();
    assert!(damaged.contains("the compressed data are damaged"), "{damaged}");
    Ok(())
}

/// Reads all rows of a source whose columns have numbers for names.
fn read_source(source: &Source) -> Result<Collected, Error> {
    let metrics = [mean("0")];
    let columns = Columns { variant: Some("0".into()), ..Columns::default() };
    let wanted = Request { metrics: &metrics[..0], ..request(&metrics, &columns) };
    channelmix::abtest::data::read(&channelmix::abtest::data::Files::Units(source), &wanted, &mut |_| ())
}

/// Whatever is done to a small file, it is read or refused, without a panic.
#[test]
fn damaged_files_never_panic() {
    let text = b"unit_id,variant,exposed_at,x\n1,a,2026-05-01,1.5\n\"2\",b,2026-05-02T10:00:00Z,2\r\n3,a,2026-05-03,\n";
    let columns = Columns::default();
    let segments = ["unit_id".to_owned()];
    let metrics = [Metric { cap: Some(Cap::Quantile { low: Some(0.1), high: Some(0.9) }), matures: 3600, ..mean("x") }];
    for place in 0..text.len() {
        for byte in [0, b'"', b',', b'\n', b'-', b'9', 0xff] {
            let mut bytes = text.to_vec();
            bytes[place] = byte;
            let Ok(source) = Source::of_bytes("data.csv", bytes) else { continue };
            let wanted = Request { segments: &segments, ..request(&metrics, &columns) };
            for cumulative in [false, true] {
                let _ = channelmix::abtest::data::read(
                    &channelmix::abtest::data::Files::Totals { file: &source, cumulative },
                    &wanted,
                    &mut |_| (),
                );
            }
            let _ =
                channelmix::abtest::data::read(&channelmix::abtest::data::Files::Units(&source), &wanted, &mut |_| ());
        }
    }
}
