//! The scenario reference, `docs/scenario.md`: every key stands in it, and every example loads.

use channelmix::scenario::load;
use channelmix::world::World;

use super::{BASE, told};

const REFERENCE: &str = include_str!("../../../docs/scenario.md");

/// An unknown key at every level of the format: each error lists what is allowed there.
const LEVELS: [&str; 43] = [
    "zzz=1",
    "exchange={USD=1}",
    "channels.email.zzz=1",
    "channels.email.open_delay.zzz=1",
    "channels.email.open_rate.zzz=1",
    "channels.email.delivery_rate={min=0,mode=0,max=1,zzz=1}",
    "channels.email.billed_on=zzz",
    "rates=zzz",
    "segments.young.zzz=1",
    "segments.young.joined.zzz=1",
    "segments.young.joined.base.zzz=1",
    "segments.old.joined={arrivals={every=\"7d\",counts=[1],zzz=1}}",
    "segments.young.joined=zzz",
    "segments.young.lapse=zzz",
    "segments.young.needs.zzz=1",
    "segments.young.dropout.zzz=1",
    "segments.young.dropout.after-journey={a=1,b=2,zzz=1}",
    "segments.young.basket.lognormal.zzz=1",
    "segments.young.basket.zzz=1",
    "segments.old.basket={gamma-gamma={p=6,q=3,gamma=15,zzz=1}}",
    "segments.old.purchases={r=1,alpha=1,a=1,b=1,zzz=1}",
    "campaigns.weekly.zzz=1",
    "campaigns.weekly.trigger.zzz=1",
    "strategies.ladder.zzz=1",
    "strategies.ladder.campaigns.weekly.zzz=1",
    "strategies.ladder.campaigns.weekly.cascade.1.zzz=1",
    "stages={zzz=\"1d\"}",
    "channels.email.legal_hours={zzz=1}",
    "campaigns.weekly.trigger={event=\"zzz\"}",
    "campaigns.weekly.trigger={weekdays=[\"zzz\"],months=[\"zzz\"],at=\"10:00\"}",
    "campaigns.weekly.audience={zzz=1,stages=[\"zzz\"]}",
    "campaigns.weekly.goal={zzz=1,event=\"zzz\"}",
    "campaigns.weekly.concurrency=zzz",
    "campaigns.weekly.exit=[\"zzz\"]",
    "campaigns.weekly.exits=zzz",
    "campaigns.weekly.purpose=zzz",
    "strategies.ladder.campaigns.weekly.cascade.1.only_if=zzz",
    "strategies.ladder.campaigns.sale={preferred={zzz=1,channels=[\"email\"],by=\"zzz\"}}",
    "strategies.ladder.campaigns.sale={blast=[\"email\"],send_time={zzz=1}}",
    "strategies.ladder.policies={zzz=1}",
    "strategies.ladder.policies={quiet_hours=[{zzz=1,then=\"zzz\"}]}",
    "strategies.ladder.policies={caps=[{messages=1,per=\"1d\",zzz=1,window=\"zzz\",counts=\"zzz\",then=\"zzz\"}]}",
    "strategies.ladder.policies={arbitration={zzz=1,window=\"1d\",then=\"zzz\"}}",
];

#[test]
fn every_key_and_word_of_the_format_stands_in_the_reference() {
    let mut words = Vec::new();
    for level in LEVELS {
        let told = told(BASE, &[level]);
        words.extend(
            told.lines()
                .filter_map(|line| line.split_once("allowed here: "))
                .flat_map(|(_, list)| list.split(", ").map(str::to_owned).collect::<Vec<_>>()),
        );
    }
    // A long list is cut; the tables of the reference are held to all of them elsewhere.
    words.retain(|word| !word.starts_with('…'));
    words.extend(["preset = 1", "goal = 1"].map(|key| key.split(' ').next().unwrap_or(key).to_owned()));
    assert!(words.len() > 90, "{}", words.len());
    // Keys of a table within a table stand there with their path.
    words.retain(|word| {
        [format!("`{word}`"), format!(".{word}`"), format!("`\"{word}\"`")].iter().all(|it| !REFERENCE.contains(it))
    });
    assert!(words.is_empty(), "not in docs/scenario.md: {words:?}");
}

/// The examples: the first is a whole scenario, the others are laid over it.
pub fn examples() -> Vec<&'static str> {
    REFERENCE.split("```toml\n").skip(1).map(|rest| &rest[..rest.find("```").expect("an end")]).collect()
}

#[test]
fn every_example_of_the_reference_loads() {
    let examples = examples();
    assert!(examples.len() > 10, "{}", examples.len());
    for (i, example) in examples.iter().enumerate() {
        let overrides = if i == 0 { Vec::new() } else { vec![(*example).to_owned()] };
        let loaded = load("docs/scenario.md", examples[0], &overrides);
        let Some(scenario) = loaded.scenario else {
            panic!("{example}\n{}", loaded.problems.render(&loaded.sources, false));
        };
        assert!(World::new(scenario).is_ok(), "{example}");
    }
}

#[test]
fn every_preset_stands_in_the_reference() {
    let told = [told(BASE, &["channels.text.preset=zzz"]), told(BASE, &["segments.old.preset=zzz"])].concat();
    for name in told.lines().filter_map(|line| line.split_once("allowed here: ")).flat_map(|(_, list)| list.split(", "))
    {
        assert!(REFERENCE.contains(&format!("| `{name}` |")), "{name}");
    }
}
