//! The preset library: every preset can be played, and says what was published.

use channelmix::measures::{MEASURES, series};
use channelmix::results;
use channelmix::scenario::{PresetCard, Written, WrittenBy, load, presets};
use channelmix::simulation::{Plan, simulate};
use channelmix::stats::bgnbd::BgNbd;
use channelmix::tally::Tallies;
use channelmix::world::World;
use serde_json::Value;

use crate::program::{Place, SCENARIO};

/// A scenario around one preset: contacts on it if it carries any, else by a channel that always works.
fn around(preset: &PresetCard) -> String {
    let (mut channels, mut segment, mut sends) = (String::new(), "retail", "letter");
    if preset.kind == "segment" {
        segment = preset.name;
    } else if preset.kind == "hours" {
        channels = format!("[channels.sms]\npreset = \"sms\"\nopt_in = 0.5\nlegal_hours = \"{}\"\n", preset.name);
        sends = "sms";
    } else {
        channels = format!("[channels.{0}]\npreset = \"{0}\"\nopt_in = 0.5\n", preset.name);
        sends = preset.name;
        if preset.values.iter().all(|value| value.key != "open_rate") {
            channels = channels.replace("opt_in = 0.5\n", "");
            sends = "letter";
        }
    }
    if sends == "letter" {
        let landing = if channels.is_empty() { "web" } else { preset.name };
        channels += "[channels.letter]\ncost_per_message = 0.1\nopen_rate = 0.5\nclick_rate = 0.1\nopt_in = 0.5\n";
        channels += &format!("landing = \"{landing}\"\n");
    }
    format!(
        "name = \"one preset\"\ncurrency = \"CHF\"\nexchange = {{ USD = 0.9, EUR = 0.95, JPY = 0.006 }}\n\
         start = 2026-01-05\nhorizon = \"56d\"\nretention_window = \"28d\"\nsimulate = 2048\ndraws = 16\n{channels}\
         [segments.all]\nshare = 1.0\npreset = \"{segment}\"\n\
         [campaigns.offer]\ntrigger = {{ every = \"7d\", at = \"10:00\" }}\n\
         [strategies.only.campaigns.offer]\nblast = [\"{sends}\"]\n"
    )
}

fn played(text: &str) -> (World, Tallies) {
    let loaded = load("preset.toml", text, &[]);
    assert_eq!(loaded.problems.render(&loaded.sources, false), "", "{text}");
    let world = World::new(loaded.scenario.expect("loads")).unwrap_or_else(|problem| panic!("{}", problem.message));
    let scenario = &world.scenario;
    let plan = Plan::new(&world, scenario.seed, scenario.simulate.value, Some(16), vec![0, 1]);
    let tallies = simulate(&world, &plan, &()).unwrap_or_else(|problem| panic!("{}", problem.message));
    (world, tallies)
}

#[test]
fn every_preset_loads_without_a_word_and_plays() {
    let all = presets();
    assert!(all.len() >= 24, "{}", all.len());
    for preset in &all {
        let (world, tallies) = played(&around(preset));
        let value = |key: &str| {
            let measure = MEASURES.iter().find(|measure| measure.key == key).expect(key);
            let values = series(&tallies, measure, 0, Some(1), world.currency.minor()).expect(key).values();
            assert!(values.iter().all(|value| value.is_finite()), "{}: {key}", preset.name);
            values.iter().sum::<f64>() / values.len() as f64
        };
        assert!(value("orders") > 0.0 && value("delivered") > 0.0 && value("profit").is_finite(), "{}", preset.name);
        if preset.kind == "channel" {
            // What a preset does not cost is stated as free, and what it costs is charged.
            assert_eq!(value("spend") > 0.0, preset.name != "telegram", "{}", preset.name);
        }
    }
}

#[test]
fn names_are_words_with_dashes_and_each_stands_once() {
    let mut names: Vec<&str> = presets().iter().map(|preset| preset.name).collect();
    for name in &names {
        let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        assert!(name.split('-').all(word), "{name}");
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    for name in "rcs whatsapp viber telegram web-push in-app social-dm line retargeting-ad direct-mail outbound-call \
                 grocery apparel subscription"
        .split_whitespace()
    {
        assert!(names.contains(&name), "{name}");
    }
}

fn find(name: &str) -> PresetCard {
    presets().into_iter().find(|preset| preset.name == name).expect(name)
}

/// low, typical and high of a value, in seconds if it is a duration.
fn three(preset: &PresetCard, key: &str) -> [f64; 3] {
    let value = preset.values.iter().find(|value| value.key == key).unwrap_or_else(|| panic!("{} {key}", preset.name));
    let number = |value: &Value| match value {
        Value::String(text) => {
            let span: channelmix::scenario::Span = text.parse().expect("a duration");
            span.0 as f64
        }
        other => other.as_f64().expect("a number"),
    };
    let typical = number(&value.typical);
    [value.low.as_ref().map_or(typical, number), typical, value.high.as_ref().map_or(typical, number)]
}

#[test]
fn opens_times_clicks_per_open_are_the_published_clicks_per_delivered() {
    // Published clicks per delivered, low, typical and high; for direct mail web visits per piece.
    let published = [
        ("email", [0.005, 0.013, 0.029]),
        ("sms", [0.06, 0.089, 0.146]),
        ("rcs", [0.05, 0.1, 0.15]),
        ("whatsapp", [0.03, 0.08, 0.15]),
        ("viber", [0.02, 0.05, 0.12]),
        ("telegram", [0.01, 0.05, 0.12]),
        ("line", [0.02, 0.05, 0.15]),
        ("social-dm", [0.02, 0.08, 0.2]),
        ("mobile-push", [0.018, 0.042, 0.078]),
        ("web-push", [0.005, 0.02, 0.12]),
        ("retargeting-ad", [0.0004, 0.0008, 0.001]),
        ("direct-mail", [0.085, 0.087, 0.087]),
        ("outbound-call", [0.08, 0.1295, 0.15]),
    ];
    for (name, [low, typical, high]) in published {
        let preset = find(name);
        let (opens, clicks) = (three(&preset, "open_rate"), three(&preset, "click_to_open_rate"));
        assert!((opens[1] * clicks[1] / typical - 1.0).abs() < 0.005, "{name}: {}", opens[1] * clicks[1]);
        // Two independent spreads on a log scale add up as squares.
        let spread = |[low, _, high]: [f64; 3]| (high / low).ln();
        let product = spread(opens).hypot(spread(clicks));
        let wanted = spread([low, typical, high]);
        // The visits that a letter prompts are known more narrowly than its readers: nothing is added to these.
        assert!(
            (product - wanted).abs() < 0.02 || name == "direct-mail" && clicks[0] == clicks[2],
            "{name}: {product}"
        );
    }
    // Clicks per view are published as such.
    assert_eq!(three(&find("in-app"), "click_to_open_rate"), [0.03, 0.1, 0.25]);
}

/// Preset and key; channel and parameter of the published figures; how many of its units are one of ours.
const VERBATIM: [(&str, &str, &str, &str, f64); 69] = [
    ("email", "delivery_rate", "email", "delivery_rate", 1.0),
    ("email", "cost_per_message", "email", "cost_per_1000", 1e-3),
    ("email", "open_rate", "email", "open_rate_human", 1.0),
    ("email", "opt_out_rate", "email", "unsubscribe_rate", 1.0),
    ("email", "open_delay.median", "email", "time_to_open_median", 60.0),
    ("email", "open_delay.p90", "email", "time_to_open_p90", 60.0),
    ("email", "opt_in", "email", "reach_share", 1.0),
    ("sms", "cost_per_message", "sms", "cost_per_message_us", 1.0),
    ("sms", "delivery_rate", "sms", "delivery_rate", 1.0),
    ("sms", "open_rate", "sms", "view_rate", 1.0),
    ("sms", "opt_out_rate", "sms", "unsubscribe_rate", 1.0),
    ("sms", "open_delay.median", "sms", "time_to_open_median", 60.0),
    ("sms", "open_delay.p90", "sms", "time_to_open_p90", 60.0),
    ("sms", "opt_in", "sms", "reach_share", 1.0),
    ("mobile-push", "delivery_rate", "mobile_push", "delivery_rate", 1.0),
    ("mobile-push", "open_rate", "mobile_push", "open_rate_generic", 1.0),
    ("mobile-push", "opt_out_rate", "mobile_push", "unsubscribe_rate", 1.0),
    ("mobile-push", "open_delay.median", "mobile_push", "time_to_open_median", 60.0),
    ("mobile-push", "open_delay.p90", "mobile_push", "time_to_open_p90", 60.0),
    ("mobile-push", "opt_in", "mobile_push", "reach_share", 1.0),
    ("rcs", "cost_per_message", "rcs", "cost_per_message", 1.0),
    ("rcs", "delivery_rate", "rcs", "delivery_rate_as_rcs", 1.0),
    ("rcs", "open_rate", "rcs", "view_rate", 1.0),
    ("rcs", "opt_out_rate", "rcs", "unsubscribe_rate", 1.0),
    ("rcs", "open_delay.median", "rcs", "time_to_open_median", 60.0),
    ("whatsapp", "cost_per_message", "whatsapp", "cost_marketing_message", 1.0),
    ("whatsapp", "delivery_rate", "whatsapp", "delivery_rate", 1.0),
    ("whatsapp", "open_rate", "whatsapp", "view_rate", 1.0),
    ("whatsapp", "opt_out_rate", "whatsapp", "unsubscribe_rate", 1.0),
    ("whatsapp", "open_delay.median", "whatsapp", "time_to_open_median", 60.0),
    ("whatsapp", "open_delay.p90", "whatsapp", "time_to_open_p90", 60.0),
    ("whatsapp", "opt_in", "whatsapp", "reach_share", 1.0),
    ("viber", "cost_per_message", "viber", "cost_per_message", 1.0),
    ("viber", "delivery_rate", "viber", "delivery_rate", 1.0),
    ("viber", "open_rate", "viber", "view_rate", 1.0),
    ("viber", "opt_out_rate", "viber", "unsubscribe_rate", 1.0),
    ("viber", "opt_in", "viber", "reach_share", 1.0),
    ("telegram", "open_rate", "telegram_bot", "view_rate", 1.0),
    ("telegram", "opt_out_rate", "telegram_bot", "unsubscribe_rate", 1.0),
    ("telegram", "opt_in", "telegram_bot", "reach_share", 1.0),
    ("line", "cost_per_message", "line", "cost_per_message", 1.0),
    ("line", "open_rate", "line", "view_rate", 1.0),
    ("line", "open_delay.median", "line", "time_to_open_median", 60.0),
    ("line", "open_delay.p90", "line", "time_to_open_p90", 60.0),
    ("social-dm", "open_rate", "social_dm", "view_rate", 1.0),
    ("social-dm", "opt_out_rate", "social_dm", "unsubscribe_rate", 1.0),
    ("social-dm", "opt_in", "social_dm", "reach_share", 1.0),
    ("web-push", "delivery_rate", "web_push", "delivery_rate", 1.0),
    ("web-push", "open_rate", "web_push", "click_rate", 1.0),
    ("web-push", "opt_out_rate", "web_push", "unsubscribe_rate", 1.0),
    ("web-push", "open_delay.median", "web_push", "time_to_click_median", 60.0),
    ("web-push", "opt_in", "web_push", "opt_in_rate", 1.0),
    ("in-app", "open_rate", "in_app", "view_rate", 1.0),
    ("in-app", "click_to_open_rate", "in_app", "click_rate", 1.0),
    ("in-app", "opt_in", "in_app", "reach_share", 1.0),
    ("retargeting-ad", "cost_per_message", "retargeting_display", "cost_per_1000", 1e-3),
    ("retargeting-ad", "open_rate", "retargeting_display", "viewable_rate", 1.0),
    ("retargeting-ad", "opt_in", "retargeting_display", "reach_share", 1.0),
    ("direct-mail", "cost_per_message", "direct_mail", "cost_per_piece", 1.0),
    ("direct-mail", "delivery_rate", "direct_mail", "delivery_rate", 1.0),
    ("direct-mail", "open_rate", "direct_mail", "view_rate", 1.0),
    ("direct-mail", "opt_out_rate", "direct_mail", "opt_out_rate", 1.0),
    ("direct-mail", "opt_in", "direct_mail", "reach_share", 1.0),
    ("outbound-call", "cost_per_message", "outbound_call", "cost_per_contact", 1.0),
    ("outbound-call", "delivery_rate", "outbound_call", "answer_rate_identified", 1.0),
    ("outbound-call", "click_to_open_rate", "outbound_call", "conversion_rate_house_list", 1.0),
    ("outbound-call", "opt_out_rate", "outbound_call", "opt_out_rate", 1.0),
    ("web", "order_rate", "website", "conversion_rate", 1.0),
    ("store", "order_rate", "physical_store", "conversion_rate", 1.0),
];

#[test]
fn what_is_taken_from_the_published_figures_is_taken_to_the_digit() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/channel-parameters.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: the collection of published figures, channel-parameters.json, is not here");
        return;
    };
    let rows: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    for (name, key, channel, parameter, unit) in VERBATIM {
        let row = rows.iter().find(|row| row["channel"] == channel && row["parameter"] == parameter);
        let row = row.unwrap_or_else(|| panic!("no {channel} {parameter}"));
        let preset = find(name);
        for (own, published) in three(&preset, key).into_iter().zip(["low", "typical", "high"]) {
            let published = row[published].as_f64().expect("a number") * unit;
            assert!((own - published).abs() <= 1e-9 * published, "{name} {key}: {own}, published {published}");
        }
        let evidence = preset.values.iter().find(|value| value.key == key).and_then(|value| value.evidence.as_ref());
        let (own, published) = (evidence.expect("a source").grade.name(), row["grade"].as_str().expect("a grade"));
        // A range may be trusted less than where it comes from, never more; a 90th percentile stands under its median.
        assert!(own >= published || key == "open_delay.p90", "{name} {key}: grade {own}, published {published}");
    }
}

/// r, alpha, a and b of a segment preset.
fn orders(name: &str) -> BgNbd {
    let preset = find(name);
    let [r, alpha, a, b] = ["r", "alpha", "a", "b"].map(|key| three(&preset, &format!("purchases.{key}"))[1]);
    BgNbd::new(r, alpha, a, b).expect("four positive numbers")
}

#[test]
fn fitted_customer_bases_behave_as_their_notes_say() {
    // Left of the subscribers after each year: fitted, and published.
    let subscribers = orders("subscription");
    let left = [(0.627, 0.631), (0.473, 0.468), (0.387, 0.382), (0.332, 0.326), (0.292, 0.289), (0.262, 0.262)];
    for (year, (fitted, published)) in (1..).zip(left) {
        let alive = subscribers.alive(12.0 * f64::from(year));
        assert!((alive - fitted).abs() < 6e-4 && (alive - published).abs() < 7e-3, "year {year}: {alive}");
    }
    // One payment a month while alive: those of 3 months are 3 minus what the few lost ones do not pay.
    assert!((2.6..3.0).contains(&subscribers.expected_orders(3.0)), "{}", subscribers.expected_orders(3.0));

    // 1,522 households had 80,109 days of shopping after the first, in just under a year each.
    let grocery = orders("grocery").expected_orders(51.0);
    assert!((grocery / (80_109.0 / 1_522.0) - 1.0).abs() < 0.06, "{grocery}");

    // First-time buyers of fashion who order again within a year: as published, and as the ends of r have it.
    let preset = find("apparel");
    let alpha = three(&preset, "purchases.alpha")[1];
    let again = three(&preset, "purchases.r").map(|r| 1.0 - (alpha / (alpha + 365.25 / 7.0)).powf(r));
    for (own, wanted) in again.into_iter().zip([0.21, 0.32, 0.58]) {
        assert!((own - wanted).abs() < 5e-3, "{own} {wanted}");
    }
}

#[test]
fn a_result_folder_knows_who_wrote_every_value() {
    let place = Place::new();
    let set = "channels.sms.opt_in=0.4";
    let text = SCENARIO.replace(
        "[campaigns.offer]",
        "[channels.letter]\npreset = \"direct-mail\"\ncost_per_message = 0.8\n\n[campaigns.offer]",
    );
    place.write("letters.toml", &text);
    let run = ["run", "letters.toml", "--simulate", "512", "--draws", "4", "--out", "results", "--set", set];
    place.run(&run).fine();
    let again: Vec<Written> = results::read(&place.at("results")).expect("can be read").world.scenario.written;
    assert_eq!(again, load("letters.toml", &text, &[set.to_owned()]).scenario.expect("loads").written);
    let by = |kind: fn(&WrittenBy) -> bool| again.iter().filter(|written| kind(&written.origin)).count();
    assert_eq!(by(|origin| matches!(origin, WrittenBy::Set { .. })), 1);
    assert!(by(|origin| matches!(origin, WrittenBy::File { .. })) > 10);
    assert!(by(|origin| origin.evidence().is_some()) > 10);
}
