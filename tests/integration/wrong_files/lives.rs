//! Contracts, seasons, prospects, and what the firm sees of its messages.

use insta::assert_snapshot;

use super::edit;

#[test]
fn lives_and_messages_that_cannot_be() {
    let dropout = "dropout = { after-journey = 0.01 }";
    let joined = "joined = { base = { age = \"365d\" } }";
    let landing = "opt_in = 0.8\nlanding = \"web\"";
    let web = "order_rate = 0.03";
    let contract = |rest: &str| format!("dropout = {{ per-period = {rest} }}");
    let with = |what: &str, more: &str| format!("{what}\n{more}");
    let cases = [
        (dropout, contract("0.05")),
        (dropout, contract("{ chance = 0.05 }")),
        (dropout, contract("{ every = \"0d\", chance = 0.05 }")),
        (dropout, contract("{ every = \"30d\", chance = 1.2, fee = -5 }")),
        (dropout, contract("{ every = \"30d\", chance = { a = 1 } }")),
        (dropout, contract("{ every = \"30d\", chance = 0.05, price = 5 }")),
        (dropout, contract("{ every = \"1m\", chance = 0.00001 }")),
        (dropout, "dropout = { per-period = { every = \"30d\", chance = 0.05 }, after-order = 0.1 }".to_owned()),
        (dropout, "dropout = {}".to_owned()),
        (joined, "joined = \"prospect\"".to_owned()),
        (joined, with(joined, "acquisition_cost = 20")),
        (joined, "joined = \"prospects\"\nacquisition_cost = { low = 10, typical = 20, high = 5 }".to_owned()),
        (joined, with(joined, "season = \"summer\"")),
        (joined, with(joined, "season = {}")),
        (joined, with(joined, "season = { weekdays = { saturday = 1.4 } }")),
        (joined, with(joined, "season = { weekdays = { sat = 0 }, months = { dec = -1 } }")),
        (joined, with(joined, "season = { months = { dec = 5000 } }")),
        (joined, with(joined, "season = { months = 1.5 }")),
        (landing, with(landing, "receipts = \"read\"")),
        (landing, with(landing, "machine_open_rate = 30")),
        (landing, with(landing, "receipts = \"delivered\"\nmachine_open_rate = 0.3")),
        (landing, with(landing, "machine_open_delay = \"5m\"")),
        (landing, with(landing, "delivery_delay = 5\nduplicate_rate = \"1%\"")),
        (landing, with(landing, "receipts = \"delivered\"")),
        (landing, with(landing, "receipts = \"delivered\"\nmachine_open_rate = 0")),
        (web, with(web, "scanner_click_rate = 0.1")),
    ];
    let told: Vec<String> = cases.iter().map(|(from, to)| format!("# {to}\n{}", edit(from, to))).collect();
    assert_snapshot!(told.join("\n"));
}

#[test]
fn prospects_have_no_contract() {
    let base = super::edited("joined = { base = { age = \"365d\" } }", "joined = \"prospects\"");
    let contract = "dropout = { per-period = { every = \"30d\", chance = 0.05 } }";
    let text = base.replace("dropout = { after-journey = 0.01 }", contract);
    assert_snapshot!(super::told(&text, &[]));
}
