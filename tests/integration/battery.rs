//! The battery: statistical tests of the random words *as the engine uses them*.
//!
//! Seeds are fixed, so the outcome is too. Had they been drawn, the two test functions of sound words would raise a
//! false alarm with probability at most [`LEVEL`] each, 10⁻⁶ together. The tests of unsound words show that the battery
//! can fail. Long tests of the same words by other hands: `docs/randomness.md`.

mod avalanche;
mod sequence;
mod verdict;

use channelmix::luck::{Luck, label};
use rand::Rng;

use avalanche::{Fields, SplitMix};
use verdict::Verdict;

/// The chance that one function's verdict on sound words is a false alarm.
const LEVEL: f64 = 5e-7;
const SEED: u64 = 20_261_121;
const WORDS: usize = 1 << 20;
const WEEK: u64 = 7 * 86_400;
const NEEDS: u64 = 1;
const TOUCH: u64 = 1 << 32;
const PURPOSES: u64 = 16;

/// The plainest label of a run. A hash of campaign and instant can only differ in more bits.
fn run(customer: Luck, campaign: u64, instant: u64) -> Luck {
    customer.child(campaign.wrapping_add(instant))
}

fn contact(run: Luck, channel: u64, nth: u64) -> Luck {
    run.child(channel.wrapping_add(nth))
}

fn need(customer: Luck, number: u64) -> Luck {
    customer.child(NEEDS).child(number)
}

/// All purposes of the nodes of 0, 1, 2, …
fn purposes(node: impl Fn(u64) -> Luck) -> Vec<u64> {
    (0..).map(node).flat_map(|node| (0..PURPOSES).map(move |purpose| node.word(purpose))).take(WORDS).collect()
}

/// The sequences: name, words of one address, words.
fn sequences() -> Vec<(&'static str, usize, Vec<u64>)> {
    let wide = PURPOSES as usize;
    let weekly = label("weekly");
    let email = label("email");
    let channels: Vec<_> = ["email", "push", "sms"].into_iter().map(label).collect();
    let names: Vec<_> = (0..64).map(|i| label(&format!("segments.s{i}.rate"))).collect();
    let customer = |number| Luck::customer(SEED, 0, number);
    let one = customer(12);
    let one_run = run(one, weekly, 10 * 3600);
    let year: Vec<_> = (0..)
        .flat_map(|i| (0..52).map(move |week| run(customer(i), weekly, week * WEEK)))
        .flat_map(|run| channels.iter().map(move |channel| contact(run, *channel, 0)))
        .flat_map(|contact| (0..6).map(move |purpose| contact.word(purpose)))
        .take(WORDS)
        .collect();
    let journeys: Vec<_> = (0..)
        .flat_map(|i| (0..12).map(move |number| need(customer(i), number)))
        .flat_map(|need| (0..4).chain(TOUCH..TOUCH + 6).map(move |label| need.word(label)))
        .take(WORDS)
        .collect();
    let mut long = one.stream(3);
    let long: Vec<_> = (0..WORDS).map(|_| long.next_u64()).collect();
    let short: Vec<_> = (0..)
        .map(|i| need(customer(i), 0))
        .flat_map(|need| (0..PURPOSES).map(move |purpose| need.stream(purpose)))
        .flat_map(|mut stream| std::array::from_fn::<_, 4, _>(|_| stream.next_u64()))
        .take(WORDS)
        .collect();
    let parameters: Vec<_> = (0..)
        .flat_map(|draw| names.iter().map(move |path| Luck::parameter(SEED, *path, draw).word(0)))
        .take(WORDS)
        .collect();
    let draws = (0..WORDS as u64).map(|draw| Luck::parameter(SEED, names[0], draw).word(0)).collect();
    vec![
        ("a year of campaigns", 18, year),
        ("needs and touches", 10, journeys),
        ("customers", wide, purposes(customer)),
        ("contacts of customers", wide, purposes(|i| contact(run(customer(i), weekly, 0), email, 0))),
        ("needs of customers", wide, purposes(|i| need(customer(i), 0))),
        ("replications", wide, purposes(|i| need(Luck::customer(SEED, i, 12), 0))),
        ("seeds", wide, purposes(|i| need(Luck::customer(i, 0, 12), 0))),
        ("seeds alone", 1, (0..WORDS as u64).map(|i| Luck::customer(i, 0, 0).word(0)).collect()),
        ("occurrences", wide, purposes(|i| contact(run(one, weekly, i * WEEK), email, 0))),
        ("n-th sends", wide, purposes(|i| contact(one_run, email, i))),
        ("channels", wide, purposes(|i| contact(one_run, label(&format!("channel-{i}")), 0))),
        ("need numbers", wide, purposes(|i| need(one, i))),
        ("touch numbers", 1, (TOUCH..TOUCH + WORDS as u64).map(|touch| need(one, 0).word(touch)).collect()),
        ("purposes", 1, (0..WORDS as u64).map(|purpose| one.word(purpose)).collect()),
        ("one long stream", 1, long),
        ("short streams", 4, short),
        ("parameters", 64, parameters),
        ("draws of a parameter", 1, draws),
    ]
}

#[test]
fn words_in_the_order_of_use_look_random() {
    let mut verdict = Verdict::at(LEVEL);
    for (name, width, words) in sequences() {
        sequence::examine(&mut verdict, name, &words, width);
    }
    assert_eq!(verdict.failures(), [""; 0], "of {} tests", verdict.len());
}

/// A contact's word. Fields: seed, replication, customer, campaign, instant, channel, n, purpose.
fn contact_word(&[seed, replication, customer, campaign, instant, channel, nth, purpose]: &Fields<8>) -> u64 {
    contact(run(Luck::customer(seed, replication, customer), campaign, instant), channel, nth).word(purpose)
}

/// A need's word. Fields: customer, need number, purpose.
fn need_word(&[customer, number, purpose]: &Fields<3>) -> u64 {
    need(Luck::customer(SEED, 0, customer), number).word(purpose)
}

/// A touch's word. Fields: customer, need number, touch.
fn touch_word(&[customer, number, touch]: &Fields<3>) -> u64 {
    need(Luck::customer(SEED, 0, customer), number).word(TOUCH.wrapping_add(touch))
}

/// A parameter's word. Fields: seed, path, draw.
fn parameter_word(&[seed, path, draw]: &Fields<3>) -> u64 {
    Luck::parameter(seed, path, draw).word(0)
}

/// A word of a stream. Fields: customer, purpose of the stream.
fn stream_word(&[customer, purpose]: &Fields<2>) -> u64 {
    Luck::customer(SEED, 0, customer).stream(purpose).next_u64()
}

#[test]
fn every_bit_of_every_field_reaches_every_bit_of_the_word() {
    let mut verdict = Verdict::at(LEVEL);
    let fields = ["seed", "replication", "customer", "campaign", "instant", "channel", "n-th send", "purpose"];
    for (field, name) in fields.into_iter().enumerate() {
        avalanche::examine(&mut verdict, name, field, contact_word);
    }
    avalanche::examine(&mut verdict, "need number", 1, need_word);
    avalanche::examine(&mut verdict, "purpose of a need", 2, need_word);
    avalanche::examine(&mut verdict, "touch", 2, touch_word);
    for (field, name) in ["seed of a parameter", "path", "draw"].into_iter().enumerate() {
        avalanche::examine(&mut verdict, name, field, parameter_word);
    }
    avalanche::examine(&mut verdict, "purpose of a stream", 1, stream_word);
    assert_eq!(verdict.failures(), [""; 0], "of {} tests", verdict.len());
}

/// How many tests a sequence of unsound words fails.
fn failed(width: usize, mut word: impl FnMut(u64) -> u64) -> usize {
    let mut verdict = Verdict::at(LEVEL);
    let words: Vec<_> = (0..WORDS as u64).map(&mut word).collect();
    sequence::examine(&mut verdict, "unsound", &words, width);
    let failures = verdict.failures();
    eprintln!("{} of {} tests fail: {failures:#?}", failures.len(), verdict.len());
    failures.len()
}

/// The product of the construction, for unsound relatives of it.
const fn fold(left: u64, right: u64) -> u64 {
    let product = (left as u128) * (right as u128);
    (product ^ (product >> 64)) as u64
}

const SPREAD: u64 = 0xa076_1d64_78bd_642f;
const MIX: u64 = 0xe703_7ed1_a0b4_28db;

#[test]
fn unsound_words_fail() {
    assert!(failed(1, |i| i.wrapping_mul(SPREAD)) > 10, "a spread counter, not folded");
    assert!(failed(1, |i| fold(SEED.wrapping_add(i), SEED.wrapping_add(i) ^ MIX)) > 10, "labels not spread");
    let mut state = SEED;
    let mut lcg = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state
    };
    assert!(failed(1, |_| lcg()) > 5, "the low bits of a linear congruential generator");
    let mut state = SEED as u32;
    let mut lcg = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        u64::from(state >> 16)
    };
    assert!(failed(1, |_| lcg() << 48 | lcg() << 32 | lcg() << 16 | lcg()) > 0, "the top bits of a short one");
    // Sound words, but the same for each pair of neighbouring addresses.
    let address = |i: u64| SplitMix(i / 32 * 16 + i % 16).next();
    assert!(failed(16, address) > 0, "neighbours alike");
    // Dieharder's OPERM5 found this one: the second difference of a product of two progressions cancels in the fold.
    let turned = |i: u64| {
        let spread = i.wrapping_mul(SPREAD);
        fold(SEED.wrapping_add(spread), (SEED ^ MIX).wrapping_add(spread.rotate_left(32)))
    };
    assert!(failed(1, turned) > 0, "one operand turned by half a word");
}

#[test]
fn labels_spread_once_fail_the_avalanche() {
    // Plain wyrand: the high bits of a label never reach the low half of the product.
    let wyrand = |&[node, label]: &Fields<2>| {
        let node = SplitMix(node).next();
        let state = node.wrapping_add(label.wrapping_mul(SPREAD));
        fold(state, state ^ MIX)
    };
    let mut verdict = Verdict::at(LEVEL);
    avalanche::examine(&mut verdict, "label", 1, wyrand);
    let failures = verdict.failures();
    assert!(failures.len() > 10, "{failures:#?}");
}
