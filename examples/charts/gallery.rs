//! Every chart with ordinary, many, hostile and odd data.

use super::charts::{
    Across, Allowance, AllowanceRow, Bar, BarRow, Bars, Better, Caption, Curve, Curves, Distribution, DistributionRow,
    Estimate, Event, Forest, ForestGroup, ForestPoint, ForestRow, Form, Funnel, FunnelRow, Lane, Limit, Mark, MarkKind,
    Matrix, MatrixColumn, OnePath, Outcome, OutcomeRow, Outcomes, Pairs, PairsRow, Part, PathEnd, Paths, PathsPanel,
    Picture, Post, Scatter, ScatterPoint, Shape, Standing, Timeline, Tornado, TornadoEnd, TornadoRow,
};

/// The pictures with a name for each.
pub fn pictures() -> Vec<(String, Picture)> {
    let mut pictures = Vec::new();
    for kind in [Kind::Ordinary, Kind::Many, Kind::Hostile, Kind::Odd, Kind::Empty, Kind::Huge, Kind::Tiny] {
        let caption = Caption {
            title: match kind {
                Kind::Hostile => "</title><script>alert(\"1\")</script> & 'quoted' \u{202e}\u{0}שלום",
                _ => {
                    "Win-back mails keep 3.1 % more customers than today's mix and earn 12 % more; letters alone lose money"
                }
            },
            description: "Drawn from made-up data.",
        };
        let mut add =
            |name: &str, picture: Picture| pictures.push((format!("{name}-{kind:?}").to_lowercase(), picture));
        add("curves", curves(kind).draw(&caption));
        add("sweep", sweep(kind).draw(&caption));
        add("forest", forest(kind).draw(&caption));
        add("measures", measures(kind).draw(&caption));
        add("bars", bars(kind).draw(&caption));
        add("stack", stack(kind).draw(&caption));
        add("funnel", funnel(kind).draw(&caption));
        add("outcomes", outcomes(kind).draw(&caption));
        add("matrix", matrix(kind).draw(&caption));
        add("distribution", distribution(kind).draw(&caption));
        add("tornado", tornado(kind).draw(&caption));
        add("scatter", scatter(kind).draw(&caption));
        add("timeline", timeline(kind).draw(&caption));
        add("allowance", allowance(kind).draw(&caption));
        add("paths", paths(kind).draw(&caption));
        add("pairs", pairs(kind).draw(&caption));
    }
    pictures
}

/// The kind of data.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Ordinary,
    /// Twelve strategies, thirty channels.
    Many,
    /// Names that want to break the picture.
    Hostile,
    /// One point, equal values, no values.
    Odd,
    /// Nothing at all.
    Empty,
    /// Around 1e9, some beyond what fits a scale.
    Huge,
    /// Around 1e-7.
    Tiny,
}

const STRATEGIES: [&str; 12] = [
    "none",
    "today's mix",
    "email only",
    "win-back mails",
    "letters to the best",
    "app first",
    "fewer, better mails",
    "everything to everyone, every single week of the year",
    "retargeting",
    "call centre",
    "coupons",
    "loyalty club",
];

const CHANNELS: [&str; 8] = ["email", "letter", "SMS", "push", "app inbox", "call centre", "retargeting", "catalogue"];

/// Names that want to break the picture.
fn hostile(number: usize) -> String {
    let names = [
        "<script>alert(1)</script>".to_owned(),
        "\"quoted\" & 'single' ]]> --> &amp;".to_owned(),
        "line\nbreak\u{0}\u{1b}[31m\u{fffe}".to_owned(),
        "\u{202e}right-to-left שלום עולם".to_owned(),
        "long ".repeat(2_000),
        "W".repeat(10_000),
        "日本語の戦略 🚀".to_owned(),
        String::new(),
        "Ελληνικά και Кириллица".to_owned(),
    ];
    names[number % names.len()].clone()
}

fn name(kind: Kind, number: usize) -> String {
    if kind == Kind::Hostile { hostile(number) } else { STRATEGIES[number % STRATEGIES.len()].to_owned() }
}

fn channel(kind: Kind, number: usize) -> String {
    match (kind, CHANNELS.get(number)) {
        (Kind::Hostile, _) => hostile(number),
        (_, Some(name)) => (*name).to_owned(),
        _ => format!("channel number {}", number + 1),
    }
}

fn part(number: usize) -> Part {
    match number {
        0 => Part::Nothing,
        1 => Part::Baseline,
        number => Part::Strategy(number - 2),
    }
}

fn strategies(kind: Kind) -> usize {
    match kind {
        Kind::Ordinary | Kind::Huge | Kind::Tiny => 4,
        Kind::Many => 12,
        Kind::Hostile => 9,
        Kind::Odd => 2,
        Kind::Empty => 0,
    }
}

fn channels(kind: Kind) -> usize {
    match kind {
        Kind::Ordinary | Kind::Huge | Kind::Tiny => 6,
        Kind::Many => 30,
        Kind::Hostile => 9,
        Kind::Odd => 2,
        Kind::Empty => 0,
    }
}

/// A number from −1 to 1 that looks drawn by chance.
fn chance(one: usize, other: usize) -> f64 {
    let number = (one as u64 * 7919 + other as u64 * 104_729 + 12_345).wrapping_mul(6_364_136_223_846_793_005);
    (number >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// `value` made as large, small or odd as the kind wants.
fn sized(kind: Kind, value: f64, number: usize) -> f64 {
    match kind {
        Kind::Odd if number.is_multiple_of(2) => f64::NAN,
        Kind::Odd => 7.0,
        Kind::Huge if number == 5 => f64::INFINITY,
        Kind::Huge => value * 3.7e9,
        Kind::Tiny => value * 2e-7,
        _ => value,
    }
}

fn estimate(kind: Kind, value: f64, around: f64, number: usize) -> Estimate {
    Estimate::within(
        sized(kind, value, number),
        sized(kind, value - around, number),
        sized(kind, value + around * 1.3, number),
    )
}

fn curves(kind: Kind) -> Curves {
    let weeks = if kind == Kind::Odd { 1 } else { 52 };
    let point = |strategy: usize, week: usize| {
        let trend = (week as f64 / 9.0 + strategy as f64).sin() * 4_000.0 + strategy as f64 * week as f64 * 90.0;
        estimate(kind, trend + 800.0 * chance(strategy, week), 1_500.0, week + 1 + strategy)
    };
    let curve = |strategy: usize| Curve {
        name: name(kind, strategy),
        part: part(strategy),
        points: (0..weeks).map(|week| point(strategy, week)).collect(),
        marks: Vec::new(),
    };
    Curves {
        across: Across::Numbers((1..=weeks).map(|week| week as f64).collect(), Form::Number),
        across_label: "week".to_owned(),
        value_label: "profit a week, all customers".to_owned(),
        form: Form::Money("EUR".to_owned()),
        curves: (0..strategies(kind)).map(curve).collect(),
        posts: posts(kind),
    }
}

fn posts(kind: Kind) -> Vec<Post> {
    let post = |(number, at): (usize, f64)| Post {
        at: if kind == Kind::Odd { f64::NAN } else { at },
        words: if kind == Kind::Hostile { hostile(number) } else { format!("the campaign of week {at} begins") },
    };
    [12.0, 14.0, 52.0].into_iter().enumerate().map(post).collect()
}

fn sweep(kind: Kind) -> Curves {
    let count = if kind == Kind::Odd { 1 } else { 7 };
    let value = |at: usize| 0.12 - 0.004 * (at as f64 - 3.2).powi(2);
    let mark = |at: usize| Mark {
        at,
        kind: match at {
            3 => MarkKind::Best,
            2 | 4 => MarkKind::Close,
            _ => MarkKind::Worse,
        },
    };
    let curve = |strategy: usize, more: f64| Curve {
        name: name(kind, strategy),
        part: part(strategy),
        points: (0..count).map(|at| estimate(kind, value(at) + more, 0.01, at + 1)).collect(),
        marks: (0..count).map(mark).collect(),
    };
    let names =
        (0..count).map(|at| if kind == Kind::Hostile { hostile(at) } else { format!("every {} weeks", at + 1) });
    Curves {
        across: Across::Names(names.collect()),
        across_label: "how often a mail may be sent".to_owned(),
        value_label: "customers kept".to_owned(),
        form: Form::Share,
        // Two that are nearly alike: both are best at the same place.
        curves: [2, 1].map(|strategy| curve(strategy, 0.0005 * strategy as f64)).into(),
        posts: Vec::new(),
    }
}

fn forest(kind: Kind) -> Forest {
    let row = |channel_number: usize| ForestRow {
        name: channel(kind, channel_number),
        better: Better::Higher,
        points: vec![ForestPoint {
            name: name(kind, 2),
            part: part(2),
            difference: estimate(kind, 0.08 * chance(channel_number, 1), 0.03, channel_number),
            limit: Some(Limit { at: sized(kind, -0.01, channel_number), holds: channel_number.is_multiple_of(2) }),
        }],
    };
    Forest {
        across_label: "profit with the channel against without it".to_owned(),
        groups: vec![ForestGroup {
            heading: String::new(),
            form: Form::Share,
            rows: (0..channels(kind)).map(row).collect(),
        }],
    }
}

fn pairs(kind: Kind) -> Pairs {
    let row = |channel_number: usize| PairsRow {
        name: channel(kind, channel_number),
        first: estimate(kind, 0.4 * chance(channel_number, 1), 0.03, channel_number),
        second: estimate(kind, 0.1 * chance(channel_number, 2), 0.02, channel_number + 1),
        apart: channel_number == 0,
    };
    Pairs {
        across_label: "orders per customer".to_owned(),
        form: Form::Number,
        first: (if kind == Kind::Hostile { hostile(1) } else { "attributed (last click)".to_owned() }, part(2)),
        second: ("incremental (in truth)".to_owned(), part(3)),
        rows: (0..channels(kind)).map(row).collect(),
    }
}

fn measures(kind: Kind) -> Forest {
    let known = [
        ("profit", Better::Higher),
        ("cost per contact", Better::Lower),
        ("customers kept", Better::Higher),
        ("messages sent", Better::Neither),
    ];
    let row = |(number, (measure, better)): (usize, &(&str, Better))| ForestRow {
        name: if kind == Kind::Hostile { hostile(number) } else { (*measure).to_owned() },
        better: *better,
        points: (2..strategies(kind).max(2))
            .map(|strategy| ForestPoint {
                name: name(kind, strategy),
                part: part(strategy),
                difference: estimate(kind, 0.2 * chance(number, strategy), 0.05, number + strategy),
                limit: None,
            })
            .collect(),
    };
    let money = ForestGroup {
        heading: if kind == Kind::Hostile { hostile(4) } else { "In money".to_owned() },
        form: Form::Money("EUR".to_owned()),
        rows: vec![ForestRow {
            name: "profit".to_owned(),
            better: Better::Higher,
            points: vec![ForestPoint {
                name: name(kind, 3),
                part: part(3),
                difference: estimate(kind, 45_000.0, 9_000.0, 3),
                limit: None,
            }],
        }],
    };
    let shares = ForestGroup {
        heading: "In percent".to_owned(),
        form: Form::Share,
        rows: known.iter().enumerate().map(row).collect(),
    };
    Forest {
        across_label: "change against today's mix".to_owned(),
        groups: if kind == Kind::Empty { Vec::new() } else { vec![shares, money] },
    }
}

fn bars(kind: Kind) -> Bars {
    let bar = |channel_number: usize, strategy: usize| Bar {
        name: name(kind, strategy),
        part: part(strategy),
        value: sized(kind, 12_000.0 * (0.5 + chance(channel_number, strategy)), channel_number + strategy),
    };
    Bars {
        value_label: "profit from each channel".to_owned(),
        form: Form::Money("EUR".to_owned()),
        stacked: false,
        rows: (0..channels(kind))
            .map(|channel_number| BarRow {
                name: channel(kind, channel_number),
                bars: (1..strategies(kind).min(4)).map(|strategy| bar(channel_number, strategy)).collect(),
            })
            .collect(),
    }
}

fn stack(kind: Kind) -> Bars {
    let bar = |channel_number: usize, strategy: usize| Bar {
        name: channel(kind, channel_number),
        part: part(strategy),
        value: sized(kind, 120_000.0 * (0.8 + chance(channel_number, strategy)).max(-0.1), channel_number + strategy),
    };
    Bars {
        value_label: "spend by channel".to_owned(),
        form: Form::Money("EUR".to_owned()),
        stacked: true,
        rows: (0..strategies(kind))
            .map(|strategy| BarRow {
                name: name(kind, strategy),
                bars: (0..channels(kind).min(strategy * 30)).map(|number| bar(number, strategy)).collect(),
            })
            .collect(),
    }
}

fn funnel(kind: Kind) -> Funnel {
    let stages = ["sent", "delivered", "opened", "clicked", "replied", "ordered"];
    let row = |channel_number: usize, strategy: usize| {
        let sent = 480_000.0 * (1.2 + chance(channel_number, strategy));
        let opened = if channel_number == 1 { f64::NAN } else { sent * 0.22 };
        let clicked = if channel_number == 1 { f64::NAN } else { sent * 0.012 };
        let counts = [sent, sent * 0.97, opened, clicked, clicked * 0.4, sent * 0.0013];
        FunnelRow {
            heading: channel(kind, channel_number),
            name: name(kind, strategy),
            part: part(strategy),
            counts: counts
                .iter()
                .enumerate()
                .map(|(stage, count)| sized(kind, count.round(), stage + strategy))
                .collect(),
        }
    };
    let stages = stages.map(|stage| if kind == Kind::Hostile { hostile(5) } else { stage.to_owned() });
    Funnel {
        stages: if kind == Kind::Empty { Vec::new() } else { stages.to_vec() },
        beside: Some(4),
        rows: (0..channels(kind).min(9))
            .flat_map(|channel_number| (1..strategies(kind).min(4)).map(move |strategy| row(channel_number, strategy)))
            .collect(),
    }
}

fn outcomes(kind: Kind) -> Outcomes {
    let names = [
        ("sent", 0, 520.0),
        ("goal met", 1, 140.0),
        ("condition not met", 1, 31.0),
        ("too late", 1, 0.2),
        ("opted out", 2, 44.0),
        ("not opted in", 2, 180.0),
        ("quiet hours", 3, 12.0),
        ("lower priority", 3, 0.0),
        ("capped", 3, 62.0),
    ];
    let kinds = ["sent", "stopped by the plan", "no consent or reach", "stopped by a policy"];
    let row = |campaign: usize, step: usize| OutcomeRow {
        heading: format!("{} · {}", channel(kind, campaign), name(kind, 1 + campaign % 3)),
        name: format!("{}. {}", step + 1, channel(kind, step)),
        whole: format!("{} due", 1_000 - 270 * step),
        outcomes: names
            .iter()
            .enumerate()
            .map(|(number, &(name, of, value))| Outcome {
                name: if kind == Kind::Hostile { hostile(number) } else { name.to_owned() },
                kind: of,
                value: sized(kind, value * (1.1 + chance(number, step)), number + step),
            })
            .collect(),
    };
    Outcomes {
        kinds: kinds.map(|words| if kind == Kind::Hostile { hostile(3) } else { words.to_owned() }).to_vec(),
        rows: (0..channels(kind).min(6)).flat_map(|campaign| (0..3).map(move |step| row(campaign, step))).collect(),
    }
}

fn matrix(kind: Kind) -> Matrix {
    let count = channels(kind);
    let aside = [("orders", true), ("leaves", true)].map(|(name, aside)| MatrixColumn { name: name.to_owned(), aside });
    let columns = (0..count).map(|number| MatrixColumn { name: channel(kind, number), aside: false });
    let cell = |row: usize, column: usize| {
        if row == column { f64::NAN } else { sized(kind, (0.3 * chance(row, column)).max(0.0), row + column) }
    };
    Matrix {
        row_label: "from".to_owned(),
        column_label: "to".to_owned(),
        form: Form::Share,
        columns: columns.chain(aside).collect(),
        rows: (0..count).map(|number| channel(kind, number)).collect(),
        cells: (0..count).map(|row| (0..count + 2).map(|column| cell(row, column)).collect()).collect(),
    }
}

fn distribution(kind: Kind) -> Distribution {
    let row = |strategy: usize| {
        let middle = 30_000.0 * strategy as f64 - 20_000.0;
        let at = |deviation: f64| sized(kind, middle + 45_000.0 * deviation, strategy);
        DistributionRow {
            name: name(kind, strategy),
            part: part(strategy),
            quantiles: [at(-1.6), at(-0.7), at(0.0), at(0.7), at(1.6)],
            dots: if strategy == 1 {
                Vec::new()
            } else {
                (0..20)
                    .map(|dot| {
                        at(((f64::from(dot) + 0.5) / 20.0 * 2.0 - 1.0).powi(3) * 1.3
                            + chance(dot as usize, strategy) * 0.2)
                    })
                    .collect()
            },
            note: match kind {
                Kind::Hostile => hostile(strategy),
                _ if strategy > 1 => format!("better than today's mix in {} % of years", 50 + strategy * 4),
                _ => String::new(),
            },
        }
    };
    Distribution {
        value_label: "profit of one year".to_owned(),
        form: Form::Money("EUR".to_owned()),
        rows: (0..strategies(kind)).map(row).collect(),
    }
}

fn tornado(kind: Kind) -> Tornado {
    let end = |input: String, effect: f64, number: usize| TornadoEnd { input, effect: sized(kind, effect, number) };
    let row = |number: usize| {
        let reach = 60_000.0 / (number as f64 + 1.0);
        let words = |value: f64| if kind == Kind::Hostile { hostile(number) } else { format!("{value:.3}") };
        let (low, high) = match number % 4 {
            0 | 3 => (20_000.0 - reach, 20_000.0 + reach * 0.8),
            1 => (20_000.0 + reach, 20_000.0 - reach),
            _ => (20_000.0 + reach, 20_000.0 + reach * 0.4),
        };
        TornadoRow {
            name: match kind {
                Kind::Hostile => hostile(number),
                _ => [
                    "conversion of email",
                    "wear of a contact",
                    "margin",
                    "cost of a letter",
                    "price elasticity of everyone",
                ][number % 5]
                    .to_owned(),
            },
            low: end(words(0.01), low, number + 1),
            high: end(words(0.04), high, number + 2),
            switch: [Some(words(0.017)), None, Some(words(0.3))][number % 3].clone(),
        }
    };
    Tornado {
        effect_label: "profit of win-back mails against today's mix".to_owned(),
        form: Form::Money("EUR".to_owned()),
        middle: sized(kind, 20_000.0, 1),
        rows: (0..channels(kind).min(12)).map(row).collect(),
    }
}

fn scatter(kind: Kind) -> Scatter {
    let point = |strategy: usize| {
        let cost = 0.4 + 0.35 * chance(strategy, 3);
        ScatterPoint {
            name: name(kind, strategy),
            part: part(strategy),
            across: estimate(kind, cost, 0.03, strategy),
            up: estimate(kind, 0.55 + 0.15 * cost + 0.04 * chance(3, strategy), 0.008, strategy),
        }
    };
    Scatter {
        across_label: "cost per contact".to_owned(),
        across_form: Form::Money("EUR".to_owned()),
        across_better: Better::Lower,
        up_label: "customers kept".to_owned(),
        up_form: Form::Share,
        up_better: Better::Higher,
        points: (0..strategies(kind)).map(point).collect(),
    }
}

fn timeline(kind: Kind) -> Timeline {
    let words = ["email sent", "opened", "clicked", "order 45.20", "letter", "wears out", "leaves"];
    let shapes = [Shape::Dot, Shape::Ring, Shape::Diamond, Shape::Up, Shape::Square, Shape::Down, Shape::Cross];
    let lane = |strategy: usize| Lane {
        name: name(kind, strategy),
        part: part(strategy),
        events: (0..if kind == Kind::Odd { 1 } else { 14 })
            .map(|number| {
                let which = (number + strategy) % 7;
                Event {
                    at: (26.5 + 26.0 * chance(number / 2, strategy)).round(),
                    shape: shapes[which],
                    label: if kind == Kind::Hostile { hostile(number) } else { words[which].to_owned() },
                }
            })
            .collect(),
    };
    Timeline {
        across_label: "week".to_owned(),
        across: (0.0, if kind == Kind::Odd { 0.0 } else { 53.0 }),
        key: if kind == Kind::Empty { Vec::new() } else { shapes.into_iter().zip(words.map(str::to_owned)).collect() },
        lanes: (0..strategies(kind)).map(lane).collect(),
    }
}

fn allowance(kind: Kind) -> Allowance {
    let row = |number: usize| AllowanceRow {
        name: channel(kind, number),
        note: match kind {
            Kind::Hostile => hostile(number + 1),
            _ if number == 1 => String::new(),
            _ => format!("{}.3 % (4.1–5.9), at most 5 %", number + 1),
        },
        rate: estimate(kind, (0.05 * (1.0 + chance(number, 3))).powi(2) * 30.0, 0.01, number),
        standing: [Standing::Within, Standing::Open, Standing::Beyond][number % 3],
        word: if kind == Kind::Hostile {
            hostile(number + 2)
        } else {
            ["holds", "run more", "fails"][number % 3].to_owned()
        },
    };
    Allowance {
        across_label: "false alarms".to_owned(),
        form: Form::Share,
        allowed: sized(kind, 0.05, 1),
        allowed_words: if kind == Kind::Hostile { hostile(3) } else { "promised: 5 %".to_owned() },
        slack: sized(kind, 0.055, 1),
        most: sized(kind, 0.2, 1),
        rows: (0..channels(kind)).map(row).collect(),
    }
}

fn paths(kind: Kind) -> Paths {
    let looks = match kind {
        Kind::Odd => 1,
        Kind::Many => 20,
        Kind::Empty => 0,
        _ => 5,
    };
    let path = |effect: f64, number: usize| {
        let mut score = 0.0;
        let scores: Vec<f64> = (0..looks)
            .map(|look| {
                score += chance(number, look) + effect;
                sized(kind, score, look)
            })
            .collect();
        let end = [PathEnd::Open, PathEnd::Open, PathEnd::Better, PathEnd::Open, PathEnd::Worse][number % 5];
        let until = if end == PathEnd::Open { looks } else { looks.min(2) };
        OnePath { told: name(kind, number), scores: scores[..until].to_vec(), end }
    };
    let panel = |(number, effect): (usize, f64)| PathsPanel {
        heading: match kind {
            Kind::Hostile => hostile(number),
            _ => format!("with an effect of {effect}: so many of all call a difference at some look"),
        },
        paths: (0..strategies(kind) * 4).map(|number| path(effect, number)).collect(),
    };
    Paths {
        across: (0..looks).map(|look| 2_000.0 * (look as f64 + 1.0)).collect(),
        across_form: Form::Count,
        across_label: "customers".to_owned(),
        value_label: "score: the difference in standard errors".to_owned(),
        boundary: (0..looks).map(|look| sized(kind, 5.0 / (look as f64 + 1.0).sqrt(), look + 1)).collect(),
        futility: (0..looks).map(|look| sized(kind, look as f64 / 4.0 - 1.0, look)).collect(),
        panels: [0.0, 0.6].into_iter().enumerate().map(panel).collect(),
    }
}
