//! Makes the data of the example of an A/B test, `examples/abtest/`: a test that never was, with customers who never were.
//!
//! ```text
//! cargo run --release --example abtest_data            # writes them again; the same bytes each time
//! ```
//!
//! The customers of `examples/abtest/shop.toml` are played under both arms. A coin of its own assigns each customer to one of
//! them at exposure, and only what it does in that arm is written down: the other life is what no firm can see. Enrolment
//! and watching end at the first of the looks that `examples/abtest/plan.toml` plans.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use channelmix::abtest::bank::{Bank, Deed, MOST_BYTES};
use channelmix::luck::{Label, Luck, Threshold};
use channelmix::scenario::{DAY, Seconds, load};
use channelmix::simulation::Plan;
use channelmix::world::World;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::civil::date;

/// Where everything lies.
const FOLDER: &str = "examples/abtest";
/// The arms, the control first.
const ARMS: [&str; 2] = ["text", "email-first"];
/// Customers of the firm, each of whom is played: that of `shop.toml`.
const CUSTOMERS: u64 = 43_400;
/// Other customers than those by which the test was planned (`shop.toml` has seed 5).
const SEED: u64 = 2026;
/// The coin that assigns a customer.
const ASSIGNED: Label = Label::of("arm of the test");
/// The last day of the data, in days from the start: 2026-03-04, that of the first planned look.
const END: i64 = 58;
/// Days after its exposure in which what a customer does counts.
const COUNTED: i64 = 30;

/// Both files by name: rows of customers, and running totals by day.
pub struct Files {
    /// A row for each customer.
    pub customers: String,
    /// For each day and arm the customers that could be judged by then, and how many of them had ordered.
    pub totals: String,
}

/// Plays the shop, and writes down what it would know.
///
/// # Errors
/// If `shop.toml` cannot be read or played.
pub fn files() -> Result<Files, Box<dyn Error>> {
    let path = format!("{FOLDER}/shop.toml");
    let scenario = load(&path, &std::fs::read_to_string(&path)?, &[]).scenario.ok_or("the shop cannot be read")?;
    let world = World::new(scenario).map_err(|problem| problem.message)?;
    let arms = ARMS.map(|name| world.strategy(name).expect("shop.toml has both strategies"));
    let plan = Plan::new(&world, SEED, CUSTOMERS, Some(1), arms.to_vec());
    let bank = Bank::simulate(&world, &plan, MOST_BYTES, &()).map_err(|error| format!("{error:?}"))?;

    let mut customers =
        "customer_id,variant,exposed_at,segment,ordered_within_30d,revenue,opted_out,pre_revenue,days_since_order\n"
            .to_owned();
    // By day from which they count and arm: customers, and those who ordered.
    let mut judged = vec![[[0_u64; 2]; 2]; END as usize + 1];
    for (i, unit) in bank.units.iter().enumerate() {
        let day = unit.exposed / DAY;
        if day > END {
            continue;
        }
        let coin = Luck::customer(SEED, 0, unit.customer);
        let arm = usize::from(coin.happens(ASSIGNED, Threshold::new(0.5)));
        // What comes after the end of the data nobody has seen yet.
        let seen = (COUNTED * DAY).min((END + 1) * DAY - unit.exposed);
        let counts = |after: u32| Seconds::from(after) < seen;
        let orders: Vec<i64> =
            bank.orders(arm, i).filter(|order| counts(order.after)).map(|order| order.value).collect();
        let opted_out = bank
            .contacts(arm, i)
            .any(|contact| counts(contact.after) && matches!(contact.deed, Deed::Sent { opted_out: true, .. }));
        let ordered = u8::from(!orders.is_empty());
        writeln!(
            customers,
            "C{:05},{},{},{},{ordered},{},{},{},{}",
            unit.customer,
            ARMS[arm],
            on(day),
            world.scenario.segments[unit.segment as usize].name,
            money(orders.iter().sum()),
            u8::from(opted_out),
            money(unit.pre_revenue),
            (unit.exposed - unit.last_order) / DAY,
        )?;
        if day + COUNTED <= END {
            let cell = &mut judged[(day + COUNTED) as usize][arm];
            *cell = [cell[0] + 1, cell[1] + u64::from(ordered)];
        }
    }
    Ok(Files { customers, totals: totals(&judged) })
}

/// Running totals of each arm, on each day that adds customers.
fn totals(judged: &[[[u64; 2]; 2]]) -> String {
    let mut text = "date,variant,n,conversions\n".to_owned();
    let mut sums = [[0_u64; 2]; 2];
    for (day, cells) in judged.iter().enumerate().filter(|(_, cells)| cells.iter().any(|cell| cell[0] > 0)) {
        for ((sum, cell), arm) in sums.iter_mut().zip(cells).zip(ARMS) {
            *sum = [sum[0] + cell[0], sum[1] + cell[1]];
            let _ = writeln!(text, "{},{arm},{},{}", on(day as i64), sum[0], sum[1]);
        }
    }
    text
}

/// The date of a day of the test.
fn on(day: i64) -> String {
    date(2026, 1, 5).saturating_add(jiff::Span::new().days(day)).to_string()
}

/// Cents as dollars.
fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn main() -> Result<(), Box<dyn Error>> {
    let files = files()?;
    let folder = Path::new(FOLDER);
    std::fs::write(folder.join("totals.csv"), files.totals)?;
    let mut packed = GzEncoder::new(std::fs::File::create(folder.join("customers.csv.gz"))?, Compression::best());
    packed.write_all(files.customers.as_bytes())?;
    packed.finish()?;
    Ok(())
}
