//! Values of the wrong type or outside their range.

use insta::assert_snapshot;

use super::{BASE, edit, told};

#[test]
fn text_for_a_number() {
    assert_snapshot!(edit("open_rate = { low = 0.2, typical = 0.25, high = 0.3 }", r#"open_rate = "high""#), @r#"
    error: `channels.email.open_rate` must be a share between 0 and 1, found "high"
      --> offers.toml:15:13
       |
    15 | open_rate = "high"
       |             ^^^^^^
    "#);
}

#[test]
fn percent_in_quotes() {
    assert_snapshot!(edit("delivery_rate = 0.98", r#"delivery_rate = "98%""#), @r#"
    error: `channels.email.delivery_rate` must be a number between 0 and 1, found "98%"
      --> offers.toml:14:17
       |
    14 | delivery_rate = "98%"
       |                 ^^^^^
       |
       = help: 98 % is written 0.98
    "#);
}

#[test]
fn share_of_one_and_a_half() {
    assert_snapshot!(edit("delivery_rate = 0.98", "delivery_rate = 1.5"), @"
    error: `channels.email.delivery_rate` is a share and must lie between 0 and 1, found 1.5
      --> offers.toml:14:17
       |
    14 | delivery_rate = 1.5
       |                 ^^^
       |
       = help: 1.5 % is written 0.015
    ");
}

#[test]
fn share_in_percent() {
    assert_snapshot!(edit("delivery_rate = 0.98", "delivery_rate = 15"), @"
    error: `channels.email.delivery_rate` is a share and must lie between 0 and 1, found 15
      --> offers.toml:14:17
       |
    14 | delivery_rate = 15
       |                 ^^
       |
       = help: 15 % is written 0.15
    ");
}

#[test]
fn negative_price() {
    assert_snapshot!(edit("cost_per_message = 0.001", "cost_per_message = -0.001"), @"
    error: `channels.email.cost_per_message` must be an amount of money from 0 to a billion, found -0.001
      --> offers.toml:13:20
       |
    13 | cost_per_message = -0.001
       |                    ^^^^^^
       |
       = help: `cost_per_message`: price of one billed message
    ");
}

#[test]
fn price_that_is_none() {
    assert_snapshot!(edit("cost_per_message = 0.001", r#"cost_per_message = "free""#), @r#"
    error: `channels.email.cost_per_message` must be a number, found "free"
      --> offers.toml:13:20
       |
    13 | cost_per_message = "free"
       |                    ^^^^^^
       |
       = help: `cost_per_message`: price of one billed message
    "#);
}

#[test]
fn price_with_two_words() {
    assert_snapshot!(edit("cost_per_message = 0.001", "cost_per_message = { mean = 0.001 }"), @"
    error: `channels.email.cost_per_message` must be an amount of money, 0 or more, found a table
      --> offers.toml:13:20
       |
    13 | cost_per_message = { mean = 0.001 }
       |                    ^^^^^^^^^^^^^^^^
       |
       = help: what is not known exactly is written { low = …, typical = …, high = … } (10th, 50th, 90th percentile) or { min = …, mode = …, max = … }
    ");
}

#[test]
fn low_above_typical() {
    assert_snapshot!(edit("low = 0.2, typical", "low = 0.26, typical"), @"
    error: `channels.email.open_rate` must rise: low ≤ typical ≤ high, found 0.26, 0.25, 0.3
      --> offers.toml:15:13
       |
    15 | open_rate = { low = 0.26, typical = 0.25, high = 0.3 }
       |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: `open_rate`: opened ÷ delivered, mean over living customers
    ");
}

#[test]
fn number_for_a_table() {
    assert_snapshot!(edit(r#"needs = { every = "30d", shape = 2.0 }"#, "needs = 30"), @r#"
    error: `segments.young.needs` must be a table, found 30
      --> offers.toml:35:9
       |
    35 | needs = 30
       |         ^^
       |
       = help: for example needs = { every = "30d" }
    "#);
}

#[test]
fn half_a_customer() {
    assert_snapshot!(edit("population = 200_000", "population = 0.5"), @"
    error: `population` must be a whole number, 1 or more, found 0.5
     --> offers.toml:5:14
      |
    5 | population = 0.5
      |              ^^^
    ");
}

#[test]
fn negative_seed() {
    assert_snapshot!(edit("draws = 8", "seed = -1"), @"
    error: `seed` must be a whole number, 0 or more, found -1
     --> offers.toml:7:8
      |
    7 | seed = -1
      |        ^^
    ");
}

#[test]
fn no_draws() {
    assert_snapshot!(edit("draws = 8", "draws = 0"), @"
    error: `draws` must be 1 to 100000, found 0
     --> offers.toml:7:9
      |
    7 | draws = 0
      |         ^
    ");
}

#[test]
fn too_few_simulated() {
    assert_snapshot!(edit("simulate = 4096", "simulate = 12"), @"
    error: `simulate` is 12, too few or too many customers to play
     --> offers.toml:6:12
      |
    6 | simulate = 12
      |            ^^
      |
      = help: at least 128 and 4 per draw, at most a million million
    ");
}

#[test]
fn unknown_word() {
    assert_snapshot!(edit(r#"goal = "order""#, r#"goal = "orders""#), @r#"
    error: `campaigns.weekly.goal` must be "order" or { event = "click", within = "7d" }, found "orders"
      --> offers.toml:48:8
       |
    48 | goal = "orders"
       |        ^^^^^^^^
       |
       = help: did you mean `order`?
    "#);
}

#[test]
fn currency_by_its_sign() {
    assert_snapshot!(edit(r#"currency = "EUR""#, r#"currency = "€""#), @r#"
    error: `currency` must be a currency code of three capital letters such as "USD", found "€"
     --> offers.toml:2:12
      |
    2 | currency = "€"
      |            ^^^
    "#);
}

#[test]
fn gamma_gamma_without_mean() {
    assert_snapshot!(edit("lognormal = { mean = 60, cv = 0.8 }", "gamma-gamma = { p = 6, q = 1, gamma = 15 }"), @"
    error: a gamma-gamma basket needs q above 1, else it has no mean; found 1
      --> offers.toml:37:39
       |
    37 | basket = { gamma-gamma = { p = 6, q = 1, gamma = 15 } }
       |                                       ^
    ");
}

#[test]
fn two_baskets() {
    assert_snapshot!(edit("lognormal = { mean = 60, cv = 0.8 }", "lognormal = { mean = 60, cv = 0.8 }, fixed = 60"), @"
    error: `basket` must be one of { fixed = 50 }, { lognormal = { mean = 60, cv = 0.8 } } or { gamma-gamma = { p = …, q = …, gamma = … } }
      --> offers.toml:37:10
       |
    37 | basket = { lognormal = { mean = 60, cv = 0.8 }, fixed = 60 }
       |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn free_orders() {
    assert_snapshot!(edit("mean = 60", "mean = 0"), @"
    error: `segments.young.basket.lognormal.mean` must lie above 0
      --> offers.toml:37:33
       |
    37 | basket = { lognormal = { mean = 0, cv = 0.8 } }
       |                                 ^
    ");
}

#[test]
fn more_clicks_than_opens() {
    assert_snapshot!(edit("click_rate = 0.02", "click_rate = 0.4"), @"
    error: `email`: more clicks (0.4) than opens (0.25) per delivered message
      --> offers.toml:16:14
       |
    16 | click_rate = 0.4
       |              ^^^
       |
       = help: `click_rate` and `open_rate` are both per delivered message; `click_to_open_rate` is per opened
    ");
}

#[test]
fn perhaps_more_clicks_than_opens() {
    assert_snapshot!(edit("click_rate = 0.02", "click_rate = 0.22"), @"
    warning: `email`: in some draws there are more clicks (up to 0.22) than opens (from 0.2); every open then clicks
      --> offers.toml:16:14
       |
    16 | click_rate = 0.22
       |              ^^^^
       |
       = help: narrow one of the two, or use `click_to_open_rate`
    ");
}

#[test]
fn both_click_rates() {
    assert_snapshot!(edit("click_rate = 0.02", "click_rate = 0.02\nclick_to_open_rate = 0.1"), @"
    error: `click_rate` and `click_to_open_rate` say the same thing twice
      --> offers.toml:17:1
       |
    17 | click_to_open_rate = 0.1
       | ^^^^^^^^^^^^^^^^^^
       |
       = help: keep `click_rate` (clicked ÷ delivered) or `click_to_open_rate` (clicked ÷ opened)
    ");
}

#[test]
fn median_above_the_ninetieth_percentile() {
    assert_snapshot!(edit(r#"median = "5h""#, r#"median = "3d""#), @r#"
    error: a delay's median must lie above 0 and not above its 90th percentile, found 3d and 2d
      --> offers.toml:17:25
       |
    17 | open_delay = { median = "3d", p90 = "2d" }
       |                         ^^^^
    "#);
}

#[test]
fn odd_rates() {
    assert_snapshot!(edit("delivery_rate = 0.98", "delivery_rate = 0.3\nopt_out_rate = 0.2"), @"
    warning: `email`: less than half of the messages are delivered (0.3)
      --> offers.toml:14:17
       |
    14 | delivery_rate = 0.3
       |                 ^^^

    warning: `email`: 0.2 of the delivered messages lead to an opt-out; published rates lie below 0.03
      --> offers.toml:15:16
       |
    15 | opt_out_rate = 0.2
       |                ^^^
    ");
}

#[test]
fn number_beyond_all_bounds() {
    assert_snapshot!(edit("population = 200_000", "population = 1e400"), @"
    error: the number 1e400 cannot be used: it must be finite and fit in 64 bits
     --> offers.toml:5:14
      |
    5 | population = 1e400
      |              ^^^^^
    ");
}

#[test]
fn number_beyond_64_bits() {
    assert_snapshot!(edit("population = 200_000", "population = 99999999999999999999"), @"
    error: the number 99999999999999999999 cannot be used: it must be finite and fit in 64 bits
     --> offers.toml:5:14
      |
    5 | population = 99999999999999999999
      |              ^^^^^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn tells_all_at_once() {
    assert_snapshot!(edit("delivery_rate = 0.98", "delivery_rate = 98\nbilled_on = \"opened\"\nopt_out_rte = 0.1"), @r#"
    error: `channels.email.delivery_rate` is a share and must lie between 0 and 1, found 98
      --> offers.toml:14:17
       |
    14 | delivery_rate = 98
       |                 ^^
       |
       = help: 98 % is written 0.98

    error: `channels.email.billed_on` cannot be "opened"
      --> offers.toml:15:13
       |
    15 | billed_on = "opened"
       |             ^^^^^^^^
       |
       = help: allowed here: sent, delivered

    error: a channel has no key `opt_out_rte`
      --> offers.toml:16:1
       |
    16 | opt_out_rte = 0.1
       | ^^^^^^^^^^^
       |
       = help: did you mean `opt_out_rate`?
       = help: allowed here: preset, order_rate, cart_rate, cost_per_message, billed_on, delivery_rate, open_rate, click_rate, click_to_open_rate, reply_rate, opt_out_rate, open_delay, click_delay, reply_delay, best_hour_odds, reach, legal_hours, affinity_spread, opt_in, landing, cost_per_month, setup_cost, billed_by, cost_per_transactional, window, cost_in_window, cost_per_conversation, conversation, delivery_delay, duplicate_rate, … (38 in all)
    "#);
}

#[test]
fn a_number_in_place_of_a_table() {
    assert_snapshot!(told(&format!("{BASE}{}", "[goodwill]\nnps = 8\n"), &[]), @"
    error: `goodwill.nps` must be a table (a net promoter score), found 8
      --> offers.toml:62:7
       |
    62 | nps = 8
       |       ^
       |
       = help: for example nps = { mean = 7.5, sd = 2 }
    ");
    assert_snapshot!(edit("currency =", "attribution = \"7d\"\ncurrency ="), @r#"
    error: `attribution` must be a table, found "7d"
     --> offers.toml:2:15
      |
    2 | attribution = "7d"
      |               ^^^^
      |
      = help: for example attribution = { window = "7d" }
    "#);
}

#[test]
fn a_rate_below_0() {
    assert_snapshot!(edit("currency =", "discount_rate = -1\ncurrency ="), @"
    error: `discount_rate` is a share and must lie between 0 and 1, found -1
     --> offers.toml:2:17
      |
    2 | discount_rate = -1
      |                 ^^
      |
      = help: `discount_rate`: what is paid or earned a year later is worth 1 ÷ (1 + rate) of the same amount now; the measure `value` (discounted value) is then shown
    ");
}

#[test]
fn days_and_months_in_full() {
    let season = "season = { weekdays = { Saturday = 2 }, months = { january = 2 } }\n";
    assert_snapshot!(edit("gross_margin", &format!("{season}gross_margin")), @"
    error: `weekdays` has no key `Saturday`
      --> offers.toml:38:25
       |
    38 | season = { weekdays = { Saturday = 2 }, months = { january = 2 } }
       |                         ^^^^^^^^
       |
       = help: did you mean `sat`?
       = help: allowed here: mon, tue, wed, thu, fri, sat, sun

    error: `months` has no key `january`
      --> offers.toml:38:52
       |
    38 | season = { weekdays = { Saturday = 2 }, months = { january = 2 } }
       |                                                    ^^^^^^^
       |
       = help: did you mean `jan`?
       = help: allowed here: jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec
    ");
    assert_snapshot!(edit("every = \"7d\",", "weekdays = [\"SATURDAY\"], months = [\"January\"],"), @r#"
    error: `campaigns.weekly.trigger.weekdays.0` cannot be "SATURDAY"
      --> offers.toml:47:25
       |
    47 | trigger = { weekdays = ["SATURDAY"], months = ["January"], at = "10:00" }
       |                         ^^^^^^^^^^
       |
       = help: did you mean `sat`?
       = help: allowed here: mon, tue, wed, thu, fri, sat, sun

    error: `campaigns.weekly.trigger.months.0` cannot be "January"
      --> offers.toml:47:48
       |
    47 | trigger = { weekdays = ["SATURDAY"], months = ["January"], at = "10:00" }
       |                                                ^^^^^^^^^
       |
       = help: did you mean `jan`?
       = help: allowed here: jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec
    "#);
}
