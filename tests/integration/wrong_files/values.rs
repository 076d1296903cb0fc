//! Values of the wrong type or outside their range.

use insta::assert_snapshot;

use super::edit;

#[test]
fn text_for_a_number() {
    assert_snapshot!(edit("open_rate = { low = 0.2, typical = 0.25, high = 0.3 }", r#"open_rate = "high""#), @"");
}

#[test]
fn percent_in_quotes() {
    assert_snapshot!(edit("delivery_rate = 0.98", r#"delivery_rate = "98%""#), @"");
}

#[test]
fn share_of_one_and_a_half() {
    assert_snapshot!(edit("delivery_rate = 0.98", "delivery_rate = 1.5"), @"");
}

#[test]
fn share_in_percent() {
    assert_snapshot!(edit("delivery_rate = 0.98", "delivery_rate = 15"), @"");
}

#[test]
fn negative_price() {
    assert_snapshot!(edit("cost_per_message = 0.001", "cost_per_message = -0.001"), @"");
}

#[test]
fn price_that_is_none() {
    assert_snapshot!(edit("cost_per_message = 0.001", r#"cost_per_message = "free""#), @"");
}

#[test]
fn price_with_two_words() {
    assert_snapshot!(edit("cost_per_message = 0.001", "cost_per_message = { mean = 0.001 }"), @"");
}

#[test]
fn low_above_typical() {
    assert_snapshot!(edit("low = 0.2, typical", "low = 0.26, typical"), @"");
}

#[test]
fn number_for_a_table() {
    assert_snapshot!(edit(r#"needs = { every = "30d", shape = 2.0 }"#, "needs = 30"), @"");
}

#[test]
fn half_a_customer() {
    assert_snapshot!(edit("population = 200_000", "population = 0.5"), @"");
}

#[test]
fn negative_seed() {
    assert_snapshot!(edit("draws = 8", "seed = -1"), @"");
}

#[test]
fn no_draws() {
    assert_snapshot!(edit("draws = 8", "draws = 0"), @"");
}

#[test]
fn too_few_simulated() {
    assert_snapshot!(edit("simulate = 4096", "simulate = 12"), @"");
}

#[test]
fn unknown_word() {
    assert_snapshot!(edit(r#"goal = "order""#, r#"goal = "orders""#), @"");
}

#[test]
fn currency_by_its_sign() {
    assert_snapshot!(edit(r#"currency = "EUR""#, r#"currency = "€""#), @"");
}

#[test]
fn gamma_gamma_without_mean() {
    assert_snapshot!(edit("lognormal = { mean = 60, cv = 0.8 }", "gamma-gamma = { p = 6, q = 1, gamma = 15 }"), @"");
}

#[test]
fn two_baskets() {
    assert_snapshot!(edit("lognormal = { mean = 60, cv = 0.8 }", "lognormal = { mean = 60, cv = 0.8 }, fixed = 60"), @"");
}

#[test]
fn free_orders() {
    assert_snapshot!(edit("mean = 60", "mean = 0"), @"");
}

#[test]
fn more_clicks_than_opens() {
    assert_snapshot!(edit("click_rate = 0.02", "click_rate = 0.4"), @"");
}

#[test]
fn perhaps_more_clicks_than_opens() {
    assert_snapshot!(edit("click_rate = 0.02", "click_rate = 0.22"), @"");
}

#[test]
fn both_click_rates() {
    assert_snapshot!(edit("click_rate = 0.02", "click_rate = 0.02\nclick_to_open_rate = 0.1"), @"");
}

#[test]
fn median_above_the_ninetieth_percentile() {
    assert_snapshot!(edit(r#"median = "5h""#, r#"median = "3d""#), @"");
}

#[test]
fn odd_rates() {
    assert_snapshot!(edit("delivery_rate = 0.98", "delivery_rate = 0.3\nopt_out_rate = 0.2"), @"");
}

#[test]
fn number_beyond_all_bounds() {
    assert_snapshot!(edit("population = 200_000", "population = 1e400"), @"");
}

#[test]
fn number_beyond_64_bits() {
    assert_snapshot!(edit("population = 200_000", "population = 99999999999999999999"), @"");
}

#[test]
fn tells_all_at_once() {
    assert_snapshot!(edit("delivery_rate = 0.98", "delivery_rate = 98\nbilled_on = \"opened\"\nopt_out_rte = 0.1"), @"");
}
