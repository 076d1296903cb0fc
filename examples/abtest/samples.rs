//! Tests of many kinds, from made-up units read like those of a file and analysed by their plans.

use std::fmt::Write;

use channelmix::abtest::analysis::Asked;
use channelmix::abtest::data::{Columns, Files, Request, Source, read};
use channelmix::abtest::{Analysis, analyze, plan};

/// A random number in [0, 1) that is always the same one for the same place.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// About normal: the sum of twelve, less six.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.next()).sum::<f64>() - 6.0
    }
}

/// The samples by name.
pub fn samples() -> Vec<(&'static str, Analysis)> {
    vec![
        ("clear", clear()),
        ("looks", looks()),
        ("many", many()),
        ("failed", failed()),
        ("unbounded", unbounded()),
        ("rare", rare()),
        ("huge", huge()),
    ]
}

fn analysed(plan_text: &str, data: &str) -> Analysis {
    let plan = plan::load("plan.toml", plan_text).plan.expect("a sound plan");
    let file = Source::of_bytes("units.csv", data.as_bytes().to_vec()).expect("a table");
    let mut arms = vec![plan.control.clone()];
    arms.extend(plan.treatments().map(str::to_owned));
    let columns = Columns {
        unit: plan.columns.unit.clone(),
        variant: plan.columns.variant.clone(),
        exposed: plan.columns.exposed_at.clone(),
        ..Columns::default()
    };
    let request = Request {
        metrics: &plan.metrics,
        columns: &columns,
        segments: &plan.columns.segments,
        before: &[],
        control: Some(&plan.control),
        arms: &arms,
        until: None,
    };
    let files = Files::guess(&file).expect("a header");
    let collected = read(&files, &request, &mut |_| {}).unwrap_or_else(|error| panic!("{error}"));
    analyze(&plan, true, &Asked::default(), &collected).unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

/// One treatment, clearly better: a covariate, a cap, a guardrail, segments, three weeks.
fn clear() -> Analysis {
    let plan = r#"
hypothesis = "A reminder after two days brings more customers back to their basket."
control = "today"
[arms]
today = 0.5
reminder = 0.5
[data]
segments = ["platform"]
[metrics.revenue]
kind = "mean"
column = "revenue"
role = "primary"
effect = "5%"
covariates = ["revenue_before"]
cap = { high_quantile = 0.999 }
[metrics.conversion]
kind = "proportion"
column = "converted"
role = "secondary"
[metrics.unsubscribed]
kind = "proportion"
column = "unsubscribed"
role = "guardrail"
better = "lower"
margin = 0.01
[metrics.visits]
kind = "mean"
column = "visits"
role = "exploratory"
[design]
units = 12000
"#;
    let mut chance = Chance(1);
    let mut data =
        "unit_id,variant,exposed_at,platform,revenue_before,revenue,converted,unsubscribed,visits\n".to_owned();
    for unit in 0..12_000 {
        let treated = unit % 2 == 1;
        let more = f64::from(u8::from(treated));
        let platform = ["app", "web", "phone"][(chance.next() * 3.0) as usize];
        let habit = 20.0 + 8.0 * chance.normal();
        let lift = if platform == "app" { 3.0 * more } else { 0.4 * more };
        let revenue = habit + lift + 6.0 * chance.normal();
        let _ = writeln!(
            data,
            "{unit},{},2026-03-{:02},{platform},{habit:.2},{revenue:.2},{},{},{}",
            if treated { "reminder" } else { "today" },
            1 + unit * 21 / 12_000,
            u8::from(chance.next() < 0.10 + 0.02 * more),
            u8::from(chance.next() < 0.02 + 0.001 * more),
            (chance.next() * 6.0) as u32,
        );
    }
    analysed(plan, &data)
}

/// Planned looks, the third of five: nothing is decided yet.
fn looks() -> Analysis {
    let plan = r#"
hypothesis = "The short form converts more visitors."
unit = "visitor"
control = "A"
[arms]
A = 0.5
B = 0.5
[metrics.conversion]
kind = "proportion"
column = "converted"
role = "primary"
effect = "10%"
[metrics.complaints]
kind = "proportion"
column = "complained"
role = "guardrail"
better = "lower"
margin = "20%"
[design]
units = 20000
valid = "planned-looks"
looks = [0.2, 0.4, 0.6, 0.8, 1.0]
"#;
    let mut chance = Chance(6);
    let mut data = "visitor,variant,exposed_at,converted,complained\n".to_owned();
    for unit in 0..12_000 {
        let treated = chance.next() < 0.5;
        let _ = writeln!(
            data,
            "{unit},{},2026-05-{:02},{},{}",
            if treated { "B" } else { "A" },
            1 + unit * 18 / 12_000,
            u8::from(chance.next() < if treated { 0.108 } else { 0.10 }),
            u8::from(chance.next() < 0.01),
        );
    }
    analysed(&plan.replace("[metrics.conv", "[data]\nunit = \"visitor\"\n[metrics.conv"), &data)
}

/// Three treatments, a dozen metrics, long names of all kinds, valid at any time.
fn many() -> Analysis {
    let mut plan = r#"
hypothesis = "One of three win-back programmes brings lapsed customers back without driving anyone away; <b>names</b> may hold anything."
control = "no programme at all, as it has always been done"
[arms]
"no programme at all, as it has always been done" = 0.25
"mail every second week with a coupon of ten percent" = 0.25
"letter" = 0.25
"call <script>alert(1)</script> & \"visit\"" = 0.25
[data]
segments = ["country", "age_group"]
[metrics."came back within thirty days of their first contact"]
kind = "proportion"
column = "m0"
role = "primary"
[design]
units = 16000
valid = "any-time"
"#
    .to_owned();
    let roles =
        ["guardrail", "guardrail", "secondary", "secondary", "secondary", "exploratory", "exploratory", "exploratory"];
    for (number, role) in roles.iter().enumerate() {
        let name = [
            "cost per customer",
            "opt-outs",
            "revenue_per_customer_after_returns_and_discounts",
            "orders",
            "basket",
            "visits",
            "time on the page in seconds",
            "noise",
        ][number];
        let _ = write!(plan, "[metrics.{name:?}]\nkind = \"mean\"\ncolumn = \"m{}\"\nrole = \"{role}\"\n", number + 1);
        if *role == "guardrail" {
            plan += "better = \"lower\"\nmargin = \"5%\"\n";
        }
    }
    plan +=
        "[metrics.\"median basket\"]\nkind = \"quantile\"\nquantile = 0.5\ncolumn = \"m5\"\nrole = \"exploratory\"\n";
    plan += "[metrics.\"revenue per visit\"]\nkind = \"ratio\"\ncolumn = \"m3\"\ndenominator = \"m6\"\nrole = \"exploratory\"\n";
    let arms = [
        "no programme at all, as it has always been done",
        "mail every second week with a coupon of ten percent",
        "letter",
        "call <script>alert(1)</script> & \"visit\"",
    ];
    let mut chance = Chance(9);
    let mut data = "unit_id,variant,exposed_at,country,age_group,m0,m1,m2,m3,m4,m5,m6,m7,m8\n".to_owned();
    for unit in 0..12_000 {
        let arm = unit % 4;
        let effect = [0.0, 0.04, 0.01, -0.03][arm];
        let _ = write!(
            data,
            "{unit},\"{}\",2026-01-{:02},{},{}",
            arms[arm].replace('"', "\"\""),
            1 + unit * 30 / 12_000,
            ["Germany", "France", "a country with a rather long name for once", "Spain", "Italy"]
                [(chance.next() * 5.0) as usize],
            ["18-29", "30-49", "50+"][(chance.next() * 3.0) as usize],
        );
        let _ = write!(data, ",{}", u8::from(chance.next() < 0.2 + effect));
        for (mean, sd) in [(4.0, 1.5), (0.3, 0.5), (120.0, 90.0), (1.4, 1.0), (61.0, 25.0), (5.0, 2.0), (300.0, 250.0)]
        {
            let _ = write!(data, ",{:.3}", mean * (1.0 + effect) + sd * chance.normal());
        }
        let _ = writeln!(data, ",{:.3}", 0.5 + 30.0 * chance.normal());
    }
    analysed(&plan, &data)
}

/// Shares that are off, units that come twice: no verdict.
fn failed() -> Analysis {
    let plan = r#"
hypothesis = "The new page sells more."
unit = "visitor"
control = "old"
[arms]
old = 0.5
new = 0.5
[metrics.orders]
kind = "mean"
column = "orders"
role = "primary"
[design]
units = 12000
"#;
    let mut chance = Chance(3);
    let mut data = "unit_id,variant,exposed_at,orders\n".to_owned();
    for unit in 0..9_000 {
        let treated = chance.next() < 0.54;
        let name = if unit % 900 == 0 { 1 } else { unit };
        let _ = writeln!(
            data,
            "{name},{},2026-02-{:02},{}",
            if treated { "new" } else { "old" },
            1 + unit * 14 / 9_000,
            (chance.next() * if treated { 3.3 } else { 3.0 }) as u32,
        );
    }
    analysed(plan, &data)
}

/// A control whose mean is hardly above 0: there is no lift.
fn unbounded() -> Analysis {
    let plan = r#"
hypothesis = "Higher bids earn more after their costs."
unit = "campaign"
control = "low"
[arms]
low = 0.5
high = 0.3
"very high" = 0.2
[metrics."profit after costs"]
kind = "mean"
column = "profit"
role = "primary"
[metrics.clicks]
kind = "mean"
column = "clicks"
role = "guardrail"
margin = "2%"
[design]
units = 2000
"#;
    let mut chance = Chance(12);
    let mut data = "unit_id,variant,profit,clicks\n".to_owned();
    for unit in 0..2_000 {
        let share = chance.next();
        let (arm, more) = if share < 0.5 {
            ("low", 0.0)
        } else if share < 0.8 {
            ("high", 3.0)
        } else {
            ("very high", 0.0)
        };
        let _ = writeln!(
            data,
            "{unit},{arm},{:.2},{}",
            0.3 + more + 20.0 * chance.normal(),
            40 + (chance.next() * 30.0) as u32
        );
    }
    analysed(plan, &data)
}

/// A handful of events, no dates, no segments.
fn rare() -> Analysis {
    let plan = r#"
hypothesis = "Fewer accounts are stolen."
unit = "account"
control = "before"
[arms]
before = 0.5
after = 0.5
[metrics.stolen]
kind = "proportion"
column = "stolen"
role = "primary"
better = "lower"
[design]
"#;
    let mut data = "unit_id,variant,stolen\n".to_owned();
    for unit in 0..1_000 {
        let _ = writeln!(
            data,
            "{unit},{},{}",
            if unit % 2 == 0 { "before" } else { "after" },
            u8::from(unit % 125 == 0 || unit == 7)
        );
    }
    analysed(plan, &data)
}

/// Totals of millions, and a p-value that has no floating-point number.
fn huge() -> Analysis {
    let plan = r#"
hypothesis = "The banner is seen."
control = "off"
[arms]
off = 0.5
on = 0.5
[metrics.seen]
kind = "mean"
column = "seen"
role = "primary"
[design]
"#;
    analysed(plan, "variant,n,sum,sum_sq\noff,5000000,500000,500000\non,5001000,900000,900000\n")
}
