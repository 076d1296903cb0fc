//! The battery: statistical tests of the random words *as the engine uses them*.
//!
//! Seeds are fixed, so the outcome is too. Had they been drawn, the two test functions of sound words would raise a
//! false alarm with probability at most [`LEVEL`] each, 10⁻⁶ together. The tests of unsound words show that the battery
//! can fail. Long tests of the same words by other hands: `docs/randomness.md`.

mod avalanche;
mod sequence;
mod verdict;

use channelmix::luck::{Label, Luck};

use avalanche::{Fields, SplitMix};
use verdict::Verdict;

/// The chance that one function's verdict on sound words is a false alarm.
const LEVEL: f64 = 5e-7;
const SEED: u64 = 20_261_121;
const WORDS: usize = 1 << 20;

// The addresses of the engine: `engine::purpose` has the numbers, `world::calendar` the labels of runs.
const LIFE: Label = Label::new(4);
const NEEDS: Label = Label::new(5);
/// Gap, entry, coin, basket.
const OF_A_NEED: std::ops::Range<u64> = 0..4;
/// Delivered, opted out, opened, delay of opening, clicked, delay of the click.
const OF_A_CONTACT: std::ops::Range<u64> = 4..10;
const TOUCH: Label = Label::new(11);
const PURPOSES: u64 = 12;
const WEEKLY: Label = Label::of("weekly");
const EMAIL: Label = Label::of("email");
/// Monday, 2026-01-05, 10:00, in seconds since 1900.
const FIRST: u64 = 3_976_596_000;
const WEEK: u64 = 7 * 86_400;

fn run(customer: Luck, campaign: Label, instant: u64) -> Luck {
    customer.child(campaign.at(instant))
}

fn need(customer: Luck, number: u64) -> Luck {
    customer.nth_child(LIFE, 0).nth_child(NEEDS, number)
}

/// All purposes of the nodes of 0, 1, 2, …
fn purposes(node: impl Fn(u64) -> Luck) -> Vec<u64> {
    (0..)
        .map(node)
        .flat_map(|node| (0..PURPOSES).map(move |purpose| node.word(Label::new(purpose))))
        .take(WORDS)
        .collect()
}

/// The sequences: name, words of one address, words.
fn sequences() -> Vec<(&'static str, usize, Vec<u64>)> {
    let wide = PURPOSES as usize;
    let channels = ["email", "push", "sms"].map(Label::of);
    let paths: Vec<_> = (0..64).map(|i| Label::of(&format!("segments.s{i}.rate"))).collect();
    let customer = |number| Luck::customer(SEED, 0, number);
    let one = customer(12);
    let one_run = run(one, WEEKLY, FIRST);
    let year: Vec<_> = (0..)
        .flat_map(|i| (0..52).map(move |week| run(customer(i), WEEKLY, FIRST + week * WEEK)))
        .flat_map(|run| channels.map(|channel| run.nth_child(channel, 0)))
        .flat_map(|contact| OF_A_CONTACT.map(move |purpose| contact.word(Label::new(purpose))))
        .take(WORDS)
        .collect();
    let journeys: Vec<_> = (0..)
        .flat_map(|i| (0..12).map(move |number| need(customer(i), number)))
        .flat_map(|need| {
            let mut touches = need.stream(TOUCH);
            OF_A_NEED.map(move |purpose| need.word(Label::new(purpose))).chain((0..6).map(move |_| touches.next()))
        })
        .take(WORDS)
        .collect();
    let mut touches = need(one, 0).stream(TOUCH);
    let touches: Vec<_> = (0..WORDS).map(|_| touches.next()).collect();
    let short: Vec<_> = (0..)
        .map(|i| need(customer(i), 0))
        .flat_map(|need| (0..PURPOSES).map(move |purpose| need.stream(Label::new(purpose))))
        .flat_map(|mut stream| std::array::from_fn::<_, 4, _>(|_| stream.next()))
        .take(WORDS)
        .collect();
    let value = |path, draw| Luck::parameter(SEED, path, draw).word(Label::new(0));
    let parameters: Vec<_> =
        (0..).flat_map(|draw| paths.iter().map(move |path| value(*path, draw))).take(WORDS).collect();
    let draws = (0..WORDS as u64).map(|draw| value(paths[0], draw)).collect();
    let seeds = (0..WORDS as u64).map(|i| Luck::customer(i, 0, 0).word(Label::new(0))).collect();
    let channel = |i| one_run.nth_child(Label::of(&format!("channel-{i}")), 0);
    vec![
        ("a year of campaigns", 18, year),
        ("needs and touches", 10, journeys),
        ("customers", wide, purposes(customer)),
        ("contacts of customers", wide, purposes(|i| run(customer(i), WEEKLY, FIRST).nth_child(EMAIL, 0))),
        ("needs of customers", wide, purposes(|i| need(customer(i), 0))),
        ("replications", wide, purposes(|i| need(Luck::customer(SEED, i, 12), 0))),
        ("seeds", wide, purposes(|i| need(Luck::customer(i, 0, 12), 0))),
        ("seeds alone", 1, seeds),
        ("campaigns", wide, purposes(|i| run(one, Label::of(&format!("campaign {i}")), FIRST))),
        ("occurrences", wide, purposes(|i| run(one, WEEKLY, FIRST + i * WEEK).nth_child(EMAIL, 0))),
        ("n-th sends", wide, purposes(|i| one_run.nth_child(EMAIL, i))),
        ("channels", wide, purposes(channel)),
        ("attempts at a life", wide, purposes(|i| one.nth_child(LIFE, i))),
        ("need numbers", wide, purposes(|i| need(one, i))),
        ("purposes", 1, (0..WORDS as u64).map(|purpose| one.word(Label::new(purpose))).collect()),
        ("touches of one long journey", 1, touches),
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

/// The label of a name of sixteen letters.
fn name(bits: u64) -> Label {
    let letters: [u8; 16] = std::array::from_fn(|i| b'a' + (bits >> (4 * i) & 15) as u8);
    Label::of(std::str::from_utf8(&letters).expect("letters"))
}

/// A contact's word. Fields: seed, replication, customer, campaign, instant, channel, n, purpose.
fn contact_word(&[seed, replication, customer, campaign, instant, channel, nth, purpose]: &Fields<8>) -> u64 {
    let run = run(Luck::customer(seed, replication, customer), name(campaign), instant);
    run.nth_child(name(channel), nth).word(Label::new(purpose))
}

/// A need's word. Fields: customer, attempt, need number, purpose.
fn need_word(&[customer, attempt, number, purpose]: &Fields<4>) -> u64 {
    let life = Luck::customer(SEED, 0, customer).nth_child(LIFE, attempt);
    life.nth_child(NEEDS, number).word(Label::new(purpose))
}

/// A touch's word. Fields: customer, need number, touch.
fn touch_word(&[customer, number, touch]: &Fields<3>) -> u64 {
    let mut touches = need(Luck::customer(SEED, 0, customer), number).stream(TOUCH);
    for _ in 0..touch % (1 << TOUCH_BITS) {
        touches.next();
    }
    touches.next()
}

/// A parameter's word. Fields: seed, path, draw.
fn parameter_word(&[seed, path, draw]: &Fields<3>) -> u64 {
    Luck::parameter(seed, name(path), draw).word(Label::new(0))
}

/// The touches of a journey are a plain wyrand, whose counter is spread by one multiplication only. That is sound for
/// the low bits of a counter (`labels_spread_once_fail_the_avalanche`), and a journey needs no more: 256 touches would
/// be one in 10¹¹ even where nine of ten touches lead to another.
const TOUCH_BITS: usize = 8;

#[test]
fn every_bit_of_every_field_reaches_every_bit_of_the_word() {
    let mut verdict = Verdict::at(LEVEL);
    let fields = ["seed", "replication", "customer", "campaign", "instant", "channel", "n-th send", "purpose"];
    for (field, name) in fields.into_iter().enumerate() {
        avalanche::examine(&mut verdict, name, field, 64, contact_word);
    }
    avalanche::examine(&mut verdict, "attempt", 1, 64, need_word);
    avalanche::examine(&mut verdict, "need number", 2, 64, need_word);
    avalanche::examine(&mut verdict, "purpose of a need", 3, 64, need_word);
    avalanche::examine(&mut verdict, "touch", 2, TOUCH_BITS, touch_word);
    for (field, name) in ["seed of a parameter", "path", "draw"].into_iter().enumerate() {
        avalanche::examine(&mut verdict, name, field, 64, parameter_word);
    }
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
        let state = SplitMix(node).next().wrapping_add(label.wrapping_mul(SPREAD));
        fold(state, state ^ MIX)
    };
    let mut verdict = Verdict::at(LEVEL);
    avalanche::examine(&mut verdict, "label", 1, 64, wyrand);
    let failures = verdict.failures();
    assert!(failures.len() > 10, "{failures:#?}");
    let mut verdict = Verdict::at(LEVEL);
    avalanche::examine(&mut verdict, "touch", 1, TOUCH_BITS, wyrand);
    assert_eq!(verdict.failures(), [""; 0], "of {} tests", verdict.len());
}
