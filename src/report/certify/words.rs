//! A certificate in words: the same in every way of showing it.

use crate::abtest::certify::certificate::{Duration, Look, MetricRow, Pitfall, PowerPoint, Promise};
use crate::abtest::certify::{Certificate, Kept, Mean, Rate};
use crate::compare::{count, decimal, number, percent};
use crate::report::abtest::written::{Written, confidence};
use crate::report::panels::{capital, named};

/// More experiments than this are not proposed.
const MOST: u64 = 1_000_000_000;
/// As many promises are named in the headline.
const NAMED: usize = 3;
/// What stands at the end of the sentence of a pitfall that does no harm.
const HARMLESS: &str = "harmless here";

/// As results write it.
pub(super) fn word(kept: Kept) -> &'static str {
    kept.name()
}

/// The class of a verdict on the page.
pub(super) fn class(kept: Kept) -> &'static str {
    match kept {
        Kept::Holds => "passed",
        Kept::Fails => "failed",
        Kept::RunMore => "warning",
    }
}

/// The shape that stands beside the word of a verdict.
pub(super) fn sign(kept: Kept) -> &'static str {
    match kept {
        Kept::Holds => "●",
        Kept::Fails => "✕",
        Kept::RunMore => "○",
    }
}

/// What a pitfall does, in a word or two: that a wrong analysis fails is no fault of the plan.
pub(super) fn harm(kept: Kept) -> &'static str {
    match kept {
        Kept::Holds => "harmless",
        Kept::Fails => "goes wrong",
        Kept::RunMore => "run more",
    }
}

/// The arms that are compared with the control.
pub(super) fn treatments(certificate: &Certificate) -> impl Iterator<Item = &str> {
    certificate.arms.iter().skip(1).map(|arm| arm.name.as_str())
}

/// Whether there are several of them.
pub(super) fn several(certificate: &Certificate) -> bool {
    treatments(certificate).count() > 1
}

/// "A/B test on simulated customers: B against A".
pub(super) fn title(certificate: &Certificate) -> String {
    let control = certificate.arms.first().map_or("the control", |arm| &arm.name);
    let treatments = named(treatments(certificate)).unwrap_or_default();
    format!("A/B test on simulated customers: {treatments} against {control}")
}

/// The answer in a sentence or two.
pub fn headline(certificate: &Certificate) -> String {
    let all = &certificate.promises;
    let of = |kept: Kept| all.iter().filter(|promise| promise.kept == kept).collect::<Vec<_>>();
    let listed = |promises: &[&Promise], say: &dyn Fn(&Promise) -> String| {
        let mut said: Vec<String> = promises.iter().take(NAMED).map(|promise| say(promise)).collect();
        if promises.len() > NAMED {
            said.push(format!("{} more", promises.len() - NAMED));
        }
        said.join("; ")
    };
    let found =
        |promise: &Promise| format!("{} {}, {}", label(certificate, promise), share(&promise.rate), promised(promise));
    let broken = |promise: &Promise| {
        format!("{} {} instead of {}", label(certificate, promise), share(&promise.rate), promised(promise))
    };
    // What is not promised aloud is missed by nobody, unless it is said.
    let tried = all.is_empty() || all.iter().any(|promise| promise.name == "power");
    let untried = if tried { "" } else { " Its power could not be tried." };
    let answer = match certificate.kept() {
        _ if all.is_empty() => "This plan promises nothing that could be checked.".to_owned(),
        Kept::Holds => {
            let all: Vec<&Promise> = all.iter().collect();
            format!("This plan keeps its promises on customers like these: {}.", listed(&all, &found))
        }
        Kept::Fails => {
            let fail = of(Kept::Fails);
            let how_many = match (fail.len(), all.len()) {
                (1, 1) => "its promise".to_owned(),
                (1, _) => "a promise".to_owned(),
                (some, all) => format!("{some} of its {all} promises"),
            };
            format!("This plan breaks {how_many} on customers like these: {}.", listed(&fail, &broken))
        }
        Kept::RunMore => {
            let open = of(Kept::RunMore);
            let enough = match enough(certificate) {
                Some(enough) => format!(
                    "About {} experiments would tell, of which {} are run",
                    count(enough),
                    count(certificate.experiments)
                ),
                None => format!("{} experiments do not tell", count(certificate.experiments)),
            };
            let holds = match of(Kept::Holds).len() {
                0 => String::new(),
                some => format!("{some} of {} hold, ", all.len()),
            };
            format!(
                "No promise of this plan is broken on customers like these: {holds}{} not decided yet ({}). {enough}.",
                match open.len() {
                    1 => "1 is".to_owned(),
                    some => format!("{some} are"),
                },
                listed(&open, &found)
            )
        }
    };
    answer + untried
}

/// How many experiments would decide all open promises if their rates stay as found: a round number.
fn enough(certificate: &Certificate) -> Option<u64> {
    let open = certificate.promises.iter().filter(|promise| promise.kept == Kept::RunMore);
    let needed = open.map(|promise| {
        let rounds = (0..10).flat_map(|power| [1, 2, 5].map(|first| first * 10_u64.pow(power)));
        rounds.filter(|experiments| (promise.rate.of + 1..=MOST).contains(experiments)).find(|experiments| {
            let count = (promise.rate.share * *experiments as f64).round() as u64;
            let kept = Rate::new(count, *experiments).map(|rate| {
                if promise.at_most { rate.at_most(promise.promised) } else { rate.at_least(promise.promised) }
            });
            kept.is_ok_and(|kept| kept != Kept::RunMore)
        })
    });
    needed.collect::<Option<Vec<u64>>>()?.into_iter().max()
}

/// "at most 5 %".
pub(super) fn promised(promise: &Promise) -> String {
    format!("{} {}", if promise.at_most { "at most" } else { "at least" }, confidence(promise.promised))
}

/// A promise by name, with as much of whose it is as tells it from the others.
pub(super) fn label(certificate: &Certificate, promise: &Promise) -> String {
    let all = &certificate.promises;
    let alike = |other: &&Promise| other.name == promise.name;
    let mut label = promise.name.to_owned();
    if all.iter().filter(alike).any(|other| other.metric != promise.metric) {
        label += &format!(" of {}", promise.metric);
    }
    if let Some(treatment) = promise.treatment.as_ref().filter(|_| several(certificate)) {
        label += &format!(" ({treatment})");
    }
    let same = |other: &&Promise| (&other.metric, &other.treatment) == (&promise.metric, &promise.treatment);
    if all.iter().filter(alike).filter(same).any(|other| other.effect != promise.effect) {
        label += match promise.effect {
            "none" => ", without an effect",
            "worth finding" => ", with the effect worth finding",
            _ => ", with the customers' own effect",
        };
    }
    label
}

/// A sentence without the verdict at its end, which stands before it.
pub(super) fn sentence(sentence: &str, kept: Kept) -> String {
    capital(bare(sentence, kept.name())) + "."
}

/// What a pitfall is and does: "look 20 times and stop at p < 0.05 – calls a difference …".
pub(super) fn wrong(pitfall: &Pitfall) -> String {
    let does = bare(bare(&pitfall.sentence, HARMLESS), pitfall.kept.name());
    format!("{} – {does}.", pitfall.what)
}

/// A sentence without its stop and without a verdict behind a colon.
fn bare<'a>(sentence: &'a str, verdict: &str) -> &'a str {
    let bare = sentence.trim_end().trim_end_matches('.');
    bare.strip_suffix(verdict).and_then(|rest| rest.trim_end().strip_suffix(':')).unwrap_or(bare)
}

/// A rate: `4.8 %`.
pub(super) fn share(rate: &Rate) -> String {
    format!("{} %", decimal(100.0 * rate.share, decimals(rate)))
}

/// The interval of a rate, without a unit: `4.4–5.2`.
pub(super) fn range(rate: &Rate) -> String {
    let [low, high] = ends(rate);
    format!("{low}–{high}")
}

/// Both ends of it.
pub(super) fn ends(rate: &Rate) -> [String; 2] {
    [rate.low, rate.high].map(|end| decimal(100.0 * end, decimals(rate)))
}

/// A rate with its interval: `4.8 % (4.4–5.2)`.
pub(super) fn rate(rate: &Rate) -> String {
    format!("{} ({})", share(rate), range(rate))
}

/// One significant digit of half the interval, in percent; a tenth at least unless it is wide.
fn decimals(rate: &Rate) -> usize {
    let half = 50.0 * (rate.high - rate.low);
    if half > 0.0 { digits(half).max(usize::from(half < 5.0)) } else { 1 }
}

/// How values and differences of a metric's kind are written around a mean.
pub(super) fn written(kind: &str, mean: &Mean) -> Written {
    Written::new(kind == "proportion", mean.value, [mean.low, mean.high])
}

/// A mean difference without its interval.
pub(super) fn difference(kind: &str, mean: &Mean) -> String {
    written(kind, mean).difference(mean.value)
}

/// A mean of plain numbers, without its interval: as many digits as that deserves.
pub(super) fn plain(mean: &Mean) -> String {
    plainly(mean, mean.value)
}

/// Both ends of its interval.
pub(super) fn plain_ends(mean: &Mean) -> [String; 2] {
    [plainly(mean, mean.low), plainly(mean, mean.high)]
}

/// A number with one significant digit of half the interval of a mean.
fn plainly(mean: &Mean, value: f64) -> String {
    let half = (mean.high - mean.low) / 2.0;
    if half > 1e-6 && value.abs() < 1e15 { decimal(value, digits(half)) } else { number(value) }
}

/// Decimals with which a number has one significant digit.
fn digits(size: f64) -> usize {
    (-size.log10().floor()).clamp(0.0, 6.0) as usize
}

/// How the true effect of a metric is written, by its error.
pub(super) fn effect_written(row: &MetricRow) -> Written {
    let half = 2.0 * row.effect_error;
    Written::new(row.kind == "proportion", row.effect, [row.effect - half, row.effect + half])
}

/// A size of the primary metric's difference, to three digits: `+0.52 pp`.
pub(super) fn size(kind: &str, value: f64) -> String {
    let text = if kind == "proportion" { format!("{} pp", number(100.0 * value)) } else { number(value) };
    if value > 0.0 { format!("+{text}") } else { text }
}

/// A value of the primary metric, to three digits.
pub(super) fn value(certificate: &Certificate, value: f64) -> String {
    if kind(certificate) == "proportion" { percent(value) } else { number(value) }
}

/// A change as a share: `+4.2 %`.
pub(super) fn lift(value: Option<f64>) -> String {
    value
        .filter(|value| value.is_finite())
        .map_or("–".to_owned(), |value| format!("{}{}", if value > 0.0 { "+" } else { "" }, percent(value)))
}

/// A mean number of units: `41 200`.
pub(super) fn units(mean: &Mean) -> String {
    whole(mean.value)
}

/// A number as a whole one.
pub(super) fn whole(value: f64) -> String {
    if value.is_finite() && value >= 0.0 { count(value.round() as u64) } else { "–".to_owned() }
}

/// The kind of the primary metric.
pub(super) fn kind(certificate: &Certificate) -> &'static str {
    certificate.metrics.first().map_or("mean", |row| row.kind)
}

/// The name of the primary metric.
pub(super) fn primary(certificate: &Certificate) -> &str {
    certificate.metrics.first().map_or("the primary metric", |row| &row.metric)
}

/// Whether the intervals of a plan are for one look only.
pub(super) fn once(certificate: &Certificate) -> bool {
    certificate.valid_under == "fixed"
}

/// The coverage that the plan promises of a metric: at its only look, or at all of them.
pub(super) fn coverage<'a>(certificate: &Certificate, row: &'a MetricRow) -> &'a Rate {
    if once(certificate) { &row.coverage } else { &row.coverage_at_all_looks }
}

/// What was done, in short facts.
pub(super) fn facts(certificate: &Certificate) -> Vec<String> {
    let unit = &certificate.unit;
    let mut facts = vec![
        format!("{} experiments without and with an effect", count(certificate.experiments)),
        format!("{} {unit}s each", count(certificate.bank.sampled)),
    ];
    facts.push(match (certificate.valid_under, certificate.looks.len()) {
        ("fixed", _) => "looked at once".to_owned(),
        ("planned looks", looks) => format!("{looks} planned looks"),
        (_, looks) => format!("valid at any time, looked at {looks} times"),
    });
    facts.push(format!("level {}", confidence(certificate.alpha)));
    facts.push(if certificate.calendar {
        "days of the scenario's calendar".to_owned()
    } else {
        "customers come evenly, without a calendar".to_owned()
    });
    facts.push(format!("seed {}", certificate.seed));
    facts
}

/// Where a look lies: "day 14, Sun 2026-01-18".
pub(super) fn day(look: &Look) -> Option<String> {
    let mut text = format!("day {}", look.day?);
    if let Some(weekday) = look.weekday {
        text += &format!(", {}", short(weekday));
    }
    if let Some(date) = &look.date {
        text += &format!(" {date}");
    }
    Some(text)
}

/// The first letters of a weekday.
pub(super) fn short(weekday: &str) -> String {
    weekday.chars().take(3).collect()
}

/// Under which effect tests are played.
pub(super) fn under(effect: &str) -> &'static str {
    match effect {
        "none" => "without an effect",
        "worth finding" => "with the effect worth finding",
        _ => "with the customers' own effect",
    }
}

/// When tests end, in a sentence.
pub(super) fn lasts(certificate: &Certificate, line: &Duration) -> String {
    let unit = &certificate.unit;
    let mut text = capital(under(line.effect));
    let days = line.days.as_ref().filter(|days| days.value.is_finite());
    match (days, line.days_p10, line.days_p50, line.days_p90) {
        (Some(days), Some(p10), _, Some(p90)) if p10 == p90 => {
            text += &format!(
                " a test ends after {} days on average, nine in ten within {p90}; it has seen {} {unit}s then.",
                plain(days),
                units(&line.units)
            );
        }
        (Some(days), Some(p10), Some(p50), Some(p90)) => {
            text += &format!(
                " a test ends after {} days on average, one in ten within {p10}, half within {p50}, nine in ten within {p90}; it has seen {} {unit}s then.",
                plain(days),
                units(&line.units)
            );
        }
        (Some(days), ..) => {
            text += &format!(
                " a test ends after {} days on average, having seen {} {unit}s.",
                plain(days),
                units(&line.units)
            );
        }
        (None, ..) => text += &format!(" a test ends after {} {unit}s on average.", units(&line.units)),
    }
    text
}

/// What ends a test at a look.
pub(super) fn ends_when(certificate: &Certificate) -> &'static str {
    match (certificate.looks.len(), certificate.looks.iter().any(|look| look.futility.is_some())) {
        (0, _) => "",
        (1, _) => "It is looked at once; there a difference is called if |z| is beyond the boundary.",
        (_, false) => "A test ends at the look at which |z| is beyond the boundary, at the last in any case.",
        (_, true) => {
            "A test ends at the look at which |z| is beyond the boundary, or z (towards better) at or below where it is given up; at the last in any case."
        }
    }
}

/// Whence the customers come, and how far they are from the world.
pub(super) fn bank(certificate: &Certificate) -> String {
    let (bank, unit) = (&certificate.bank, &certificate.unit);
    let mut text = format!(
        "Every experiment draws its {} {unit}s, and the arm of each, by chance from {} of {} simulated ones ({} times as many at the stage where they are fewest). \
         Each of these was played under every arm, so the truth is known to the last digit within them.",
        count(bank.sampled),
        count(bank.units),
        count(bank.played),
        number(bank.times)
    );
    let errors: Vec<String> = certificate
        .metrics
        .iter()
        .filter(|row| row.role == "primary" && row.effect_error.is_finite())
        .map(|row| {
            let written = effect_written(row);
            let of = if several(certificate) { format!(" ({})", row.treatment) } else { String::new() };
            format!("{}{of} {} ± {}", row.metric, written.difference(row.effect), written.bare(row.effect_error))
        })
        .collect();
    if !errors.is_empty() {
        text += &format!(
            " They are a sample of the scenario's world themselves: the effect on {} (standard error).",
            errors.join(", ")
        );
    }
    text
}

/// What the full analyses beside said.
pub(super) fn audit(certificate: &Certificate) -> String {
    let audit = &certificate.audit;
    if audit.analysed == 0 {
        return "No experiment was analysed in full beside.".to_owned();
    }
    let mut text = format!(
        "Of {} experiments whose data were also analysed in full, by the code of abtest analyze, {} agree in calls, estimates and decisions to ship, and in whether an interval holds the truth.",
        count(audit.analysed),
        if audit.agree == audit.analysed { "all".to_owned() } else { count(audit.agree) }
    );
    if audit.withheld > 0 {
        text += &format!(" A trust gate withheld the verdict of {}.", count(audit.withheld));
    }
    text
}

/// A part of the customers' own effect.
pub(super) fn part(part: f64) -> String {
    match part {
        0.0 => "no effect".to_owned(),
        1.0 => "own effect".to_owned(),
        part => format!("{} of own effect", confidence(part)),
    }
}

/// The points of a treatment, from the least effect up.
pub(super) fn points<'a>(certificate: &'a Certificate, treatment: &str) -> Vec<&'a PowerPoint> {
    let mut points: Vec<&PowerPoint> = certificate.power.iter().filter(|point| point.treatment == treatment).collect();
    points.sort_by(|one, other| one.effect.total_cmp(&other.effect));
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_the_digits_of_their_interval() {
        let of = |count, of| rate(&Rate::new(count, of).expect("experiments"));
        assert_eq!(of(480, 10_000), "4.8 % (4.4–5.2)");
        assert_eq!(of(0, 1_000), "0.0 % (0.0–0.4)");
        assert_eq!(of(4, 10), "40 % (17–69)");
        assert_eq!(of(48_000, 1_000_000), "4.80 % (4.76–4.84)");
    }

    #[test]
    fn the_verdict_stands_once() {
        assert_eq!(sentence("this plan wins falsely in 5 %: holds", Kept::Holds), "This plan wins falsely in 5 %.");
        assert_eq!(sentence("Power is 81 %: run more.", Kept::RunMore), "Power is 81 %.");
        assert_eq!(sentence("It finds 81 %.", Kept::Holds), "It finds 81 %.");
        assert_eq!(sentence("Nobody holds", Kept::Holds), "Nobody holds.");
    }
}
