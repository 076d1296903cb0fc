//! The command-line tool.
use channelmix::*;
fn main() {
    let file = std::env::args().nth(1).unwrap();
    let n: u64 = std::env::args().nth(2).unwrap().parse().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let loaded = scenario::load(&file, &text, &[]);
    eprint!("{}", loaded.problems.render(&loaded.sources, true));
    let world = world::World::new(loaded.scenario.unwrap()).unwrap();
    let plan = simulation::Plan::new(&world, 42, n, None, vec![0]);
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
    let t = std::time::Instant::now();
    let tallies = simulation::simulate(&world, &plan, &()).unwrap();
    let dt = t.elapsed();
    let mut total = tally::Row::zero(tallies.layout);
    tallies.strategies[0].totals.iter().for_each(|r| total.add(r));
    let c = total.customers(tally::CustomerCount::Joined) as f64;
    for (k, name) in tally::ChannelCount::ALL {
        let v: Vec<String> = (0..tallies.layout.channels).map(|ch| format!("{:.4}", total.at(k, ch) as f64 / c)).collect();
        println!("{name:24} {} total {:.5}", v.join(" "), total.total(k) as f64 / c);
    }
    for (k, name) in tally::CustomerCount::ALL {
        println!("{name:24} {:.5}", total.customers(k) as f64 / c);
    }
    println!("{:.0} ns per customer", dt.as_nanos() as f64 / c);
}
