//! One customer's lives side by side, the search for customers, and the event log: the same customers that are counted.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;

use channelmix::engine::Start;
use channelmix::scenario::NONE;
use channelmix::simulation::{Plan, simulate};
use channelmix::tally::{ChannelCount, CustomerCount, Row};
use channelmix::trace::{Customers, Fate, Kind, Predicate, Trace, What, log, search};
use channelmix::world::World;

use crate::engine::{everything, world};
use crate::program::{Place, SCENARIO, UNCERTAIN};

const SEED: u64 = 7;

fn uncertain() -> World {
    let text = everything().replacen("open_rate = 0.4\n", "open_rate = { low = 0.2, typical = 0.4, high = 0.5 }\n", 1);
    world(&text)
}

fn all(world: &World) -> Vec<usize> {
    (0..world.strategies.len()).collect()
}

fn written(customers: &Customers, range: std::ops::Range<u64>) -> Vec<u8> {
    let mut bytes = Vec::new();
    log::write(customers, &all(customers.world), range, &(), &mut bytes).expect("memory can be written");
    bytes
}

/// Rows of a log by column name.
fn rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(bytes).deserialize().map(|row| row.expect("a row has every column")).collect()
}

/// The log is not another simulation: added up, it is the tallies.
#[test]
fn the_log_adds_up_to_the_tallies() {
    let world = uncertain();
    let plan = Plan { seed: SEED, draws: 2, per_draw: 400, batch: 64, strategies: all(&world) };
    let tallies = simulate(&world, &plan, &()).expect("it can be played");
    for draw in 0..2 {
        let customers = Customers::of_draw(&world, SEED, 2, draw).expect("it can be played");
        let log = rows(&written(&customers, 0..400));
        for strategy in &tallies.strategies {
            let mut counted = Row::zero(tallies.layout);
            let batches = tallies.batches.iter().zip(&strategy.totals).filter(|(batch, _)| batch.draw == draw);
            batches.for_each(|(_, row)| counted.add(row));
            let log: Vec<_> = log.iter().filter(|row| row["strategy"] == strategy.name).collect();
            for (index, channel) in world.channels.iter().enumerate() {
                let of = |event: &str, more: &dyn Fn(&BTreeMap<String, String>) -> bool| {
                    let here =
                        |row: &&&BTreeMap<String, String>| row["event"] == event && row["channel"] == channel.name;
                    log.iter().filter(here).filter(|row| more(row)).count() as i128
                };
                let plain = |event| of(event, &|_| true);
                let caused = |moved: bool| {
                    let own = |row: &&&BTreeMap<String, String>| {
                        row["event"] == "ordered" && row["cause"] == "contact" && row["message_channel"] == channel.name
                    };
                    log.iter().filter(own).filter(|row| !moved || !row["moved_from_seconds"].is_empty()).count() as i128
                };
                let money = |column: &str, unit: f64| -> i128 {
                    let here = log.iter().filter(|row| row["channel"] == channel.name && !row[column].is_empty());
                    here.map(|row| (row[column].parse::<f64>().expect("a number") * unit).round() as i128).sum()
                };
                let opted_in = log.iter().filter(|row| row["opted_in"].split(';').any(|own| own == channel.name));
                for (count, logged) in [
                    (ChannelCount::Sent, plain("sent")),
                    (ChannelCount::Delivered, plain("delivered")),
                    (ChannelCount::Opened, plain("opened")),
                    (ChannelCount::Clicked, plain("clicked")),
                    (ChannelCount::Replied, plain("replied")),
                    (ChannelCount::OptedOut, plain("opted_out")),
                    (ChannelCount::ContactOrders, caused(false)),
                    (ChannelCount::DisplacedOrders, caused(true)),
                    (ChannelCount::OptedIn, opted_in.count() as i128),
                    (ChannelCount::Journeys, plain("journey_began")),
                    (ChannelCount::Hops, plain("hopped")),
                    (ChannelCount::Bounced, plain("bounced")),
                    (ChannelCount::CartsLeft, plain("cart_left")),
                    (ChannelCount::ContextsLost, plain("context_lost")),
                    (ChannelCount::CartsFound, plain("cart_found")),
                    (ChannelCount::Orders, plain("ordered")),
                    (ChannelCount::Revenue, money("value", 100.0)),
                    (ChannelCount::Spend, money("cost", 1e9)),
                    (ChannelCount::Complaints, plain("complained")),
                    (ChannelCount::OptIns, plain("opted_in")),
                ] {
                    assert_eq!(
                        logged,
                        counted.at(count, index),
                        "{count:?} on {} under {}",
                        channel.name,
                        strategy.name
                    );
                }
            }
            let of = |event: &str| log.iter().filter(|row| row["event"] == event).count() as i128;
            assert_eq!(of("joined"), counted.customers(CustomerCount::Joined));
            assert_eq!(of("lost"), counted.customers(CustomerCount::Lost));
            let alive = log.iter().filter(|row| row["alive"] == "true").count() as i128;
            assert_eq!(alive, counted.customers(CustomerCount::JoinedAlive));
            assert!(strategy.name == NONE || of("sent") > 1000);
        }
    }
}

#[test]
fn threads_do_not_show_in_the_log_nor_in_a_search() {
    let place = Place::new();
    let options =
        [&["trace", "offers.toml", "--draws", "4", "--draw", "3", "--quiet", "--set", "simulate=8760"], &UNCERTAIN[..]]
            .concat();
    let log = |name: &str, threads: &str| {
        place
            .run(&[&options[..], &["--events", name, "--customers", "90..2_190", "--threads", threads]].concat())
            .fine();
        fs::read(place.at(name)).expect("it was written")
    };
    let one = log("one.csv.gz", "1");
    assert!(one == log("four.csv.gz", "4"));
    assert!(one[4..8] == [0; 4], "there is a time stamp");
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&one[..]).read_to_end(&mut plain).expect("it can be unpacked");
    assert!(plain == log("plain.csv", "2"));
    let rows = rows(&plain);
    assert!(rows.iter().all(|row| row["draw"] == "3"));
    assert_eq!((rows[0]["customer"].as_str(), rows[rows.len() - 1]["customer"].as_str()), ("90", "2189"));

    let find = ["--find", "ordered under cascade but not under blast"];
    let searched = |threads: &str| place.run(&[&options[..], &find, &["--threads", threads]].concat()).fine();
    assert_eq!(searched("1"), searched("4"));
}

#[test]
fn identical_strategies_never_part() {
    let world = world(&everything());
    let strategies = ["cascade", "same"].map(|name| world.strategy(name).expect("it exists"));
    let customers = Customers::of_draw(&world, SEED, 1, 0).expect("it can be played");
    let mut seen = 0;
    for customer in 0..200 {
        let trace = Trace::of(&customers, customer, &strategies);
        assert!(trace.rows.iter().all(|row| row.equal(0, 1) && !trace.parts(row)));
        assert_eq!(trace.strategies[0].events, trace.strategies[1].events);
        seen += trace.rows.len();
    }
    assert!(seen > 2000);
}

/// Every moment stands in exactly one row, in order of time, and no row could be joined with another.
#[test]
fn rows_hold_every_life_once_and_in_order() {
    let world = world(&everything());
    let customers = Customers::of_draw(&world, SEED, 1, 0).expect("it can be played");
    let (mut shared, mut apart) = (0, 0);
    for customer in 0..200 {
        let trace = Trace::of(&customers, customer, &all(&world));
        assert!(trace.rows.is_sorted_by_key(|row| row.at));
        for (index, life) in trace.strategies.iter().enumerate() {
            let own = || trace.rows.iter().filter_map(|row| Some((row.at, row.cells[index].as_ref()?)));
            let messages = own().filter(|(_, what)| matches!(what, What::Message(..))).count() as u64;
            assert_eq!(messages, life.totals.sent + life.totals.not_sent + life.totals.held);
            let orders: Vec<_> = own().filter(|(_, what)| what.order().is_some()).map(|(at, _)| at).collect();
            let told = life.events.iter().filter(|entry| entry.event == Kind::Ordered);
            assert_eq!(orders, told.map(|entry| entry.at_seconds).collect::<Vec<_>>());
        }
        for (number, row) in trace.rows.iter().enumerate() {
            let contacts: Vec<_> = row.cells.iter().flatten().map(|what| what.contact()).collect();
            assert!(contacts.windows(2).all(|pair| pair[0] == pair[1]), "two addresses in a row: {row:?}");
            let first = row.cells.iter().flatten().next().expect("no row is empty");
            let again = trace.rows[number + 1..].iter().take_while(|other| other.at == row.at).any(|other| {
                other.cells.iter().flatten().any(|what| {
                    what.contact().is_some()
                        && what.contact() == first.contact()
                        && std::mem::discriminant(what) == std::mem::discriminant(first)
                })
            });
            assert!(!again, "one address in two rows");
            let filled = row.cells.iter().flatten().count();
            (shared, apart) = (shared + u32::from(filled > 1), apart + u32::from(filled == 1));
        }
    }
    assert!(shared > 1000 && apart > 1000, "{shared} {apart}");
}

/// What the trace calls the same contact is the same to the engine: whenever it is sent, it is delivered or not, and
/// takes as long to be opened.
#[test]
fn r2_the_same_contact_meets_the_same_luck_under_every_strategy() {
    let world = world(&everything());
    let customers = Customers::of_draw(&world, SEED, 1, 0).expect("it can be played");
    let (mut pairs, mut moved, mut delays) = (0, 0, 0);
    for customer in 0..200 {
        let trace = Trace::of(&customers, customer, &all(&world));
        let sent = |index: usize| {
            let cells = trace.rows.iter().filter_map(move |row| Some((row.at, row.cells[index].as_ref()?)));
            cells.filter_map(|(at, what)| match what {
                What::Message(contact, Fate::Undelivered) => Some((at, *contact, false)),
                What::Message(contact, Fate::Delivered { .. }) => Some((at, *contact, true)),
                _ => None,
            })
        };
        let opened = |index: usize, contact| {
            let own = |what: &What| matches!(what, What::Opened(other) if *other == contact);
            trace.rows.iter().find(|row| row.cells[index].as_ref().is_some_and(own)).map(|row| row.at)
        };
        for (one, other) in [(0, 2), (0, 3), (2, 3)] {
            for (at, contact, delivered) in sent(one) {
                for (again, ..) in sent(other).filter(|(_, same, _)| *same == contact) {
                    let same = sent(other).find(|(_, same, _)| *same == contact).expect("it was just seen");
                    assert_eq!(delivered, same.2, "{contact:?}");
                    pairs += 1;
                    moved += u32::from(at != again);
                    if let (Some(one), Some(other)) = (opened(one, contact), opened(other, contact)) {
                        assert_eq!(one - at, other - again, "{contact:?}");
                        delays += 1;
                    }
                }
            }
        }
    }
    assert!(pairs > 1000 && moved > 100 && delays > 100, "{pairs} {moved} {delays}");
}

type Test<'a> = (&'a str, &'a dyn Fn(&Trace) -> bool);

#[test]
fn a_search_finds_whom_the_traces_show() {
    let world = uncertain();
    let customers = Customers::of_draw(&world, SEED, 3, 2).expect("it can be played");
    let within = 600;
    let traces: Vec<Trace> = (0..within).map(|customer| Trace::of(&customers, customer, &all(&world))).collect();
    let index = |strategy: &str| world.strategy(strategy).expect("it exists");
    let did = |trace: &Trace, strategy: &str, kind: Kind, channel: Option<&str>| {
        let events = &trace.strategies[index(strategy)].events;
        events.iter().any(|entry| entry.event == kind && (channel.is_none() || entry.channel == channel))
    };
    let totals = |trace: &Trace, strategy: &str| trace.strategies[index(strategy)].totals.clone();
    let cases: [Test; 12] = [
        ("ordered under cascade but not under blast", &|t| {
            did(t, "cascade", Kind::Ordered, None) && !did(t, "blast", Kind::Ordered, None)
        }),
        ("ordered on store under none", &|t| did(t, "none", Kind::Ordered, Some("store"))),
        ("clicked on push under late and not ordered under late", &|t| {
            did(t, "late", Kind::Clicked, Some("push")) && !did(t, "late", Kind::Ordered, None)
        }),
        ("responded under blast and not under cascade", &|t| {
            did(t, "blast", Kind::Clicked, None) && !did(t, "cascade", Kind::Clicked, None)
        }),
        ("opened under cascade and not contacted on sms under cascade", &|t| {
            did(t, "cascade", Kind::Opened, None) && !did(t, "cascade", Kind::Delivered, Some("sms"))
        }),
        ("opted out of sms under blast", &|t| did(t, "blast", Kind::OptedOut, Some("sms"))),
        ("got last on push under late", &|t| {
            let own = |entry: &channelmix::trace::Entry| {
                entry.event == Kind::Delivered && entry.campaign == Some("last") && entry.channel == Some("push")
            };
            t.strategies[index("late")].events.iter().any(own)
        }),
        ("lost under cascade and not lost under none", &|t| {
            did(t, "cascade", Kind::Lost, None) && !did(t, "none", Kind::Lost, None)
        }),
        ("retained under cascade and not under none", &|t| {
            totals(t, "cascade").retained && !totals(t, "none").retained
        }),
        ("more orders under cascade than blast", &|t| totals(t, "cascade").orders > totals(t, "blast").orders),
        ("less cost under late than under blast and more profit under blast than under late", &|t| {
            totals(t, "late").cost < totals(t, "blast").cost && totals(t, "blast").profit > totals(t, "late").profit
        }),
        ("fewer messages under blast than under late", &|t| totals(t, "blast").sent < totals(t, "late").sent),
    ];
    for (text, shows) in cases {
        let predicate = Predicate::read(text, &world).unwrap_or_else(|misread| panic!("{text}: {misread:?}"));
        let expected: Vec<u64> = (0..within).filter(|&number| shows(&traces[number as usize])).collect();
        let found = search(&customers, &predicate, within, &());
        assert_eq!((found.searched, found.matching), (within, expected.len() as u64), "{text}");
        assert_eq!(found.lowest, expected[..expected.len().min(10)], "{text}");
        assert!(!expected.is_empty() && expected.len() < within as usize, "{text} tells nobody apart");
    }
}

#[test]
fn a_predicate_that_cannot_be_understood_is_told_with_what_is_allowed() {
    let text = SCENARIO.replace("[strategies.blast.", "[strategies.\"cascade and more\".");
    let world = world(&text);
    let told: Vec<String> = [
        "",
        "orderd under cascade",
        "ordered",
        "ordered under",
        "ordered under blast",
        "ordered under cascade or lost under cascade",
        "ordered on email under cascade",
        "got offers on sms under cascade",
        "more order under cascade than under none",
        "more orders under cascade as under none",
        "under cascade",
        "not not ordered under cascade",
        "ordered under cascade and",
        "ORDERED under \u{202e}cascade",
        "bought under cascade",
        "not churned under cascade",
    ]
    .into_iter()
    .map(|text| {
        let misread = Predicate::read(text, &world).expect_err("it is wrong");
        format!("{} | {}", misread.what, misread.help)
    })
    .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    expected what a customer did, found the end | allowed here: ordered, responded, clicked, replied, opened, contacted, got, held, opted out, lost, retained, not, more, fewer, less
    expected what a customer did, found `orderd` | did you mean `ordered`? allowed here: ordered, responded, clicked, replied, opened, contacted, got, held, opted out, lost, retained, not, more, fewer, less
    expected `under` and a strategy, found the end | allowed here: under
    expected a strategy, found the end | allowed here: cascade and more, cascade, none
    expected a strategy, found `blast` | allowed here: cascade and more, cascade, none
    expected `and`, `but` or the end, found `or` | allowed here: and, but
    nobody orders on `email`: it carries messages | orders are placed on web, store; of messages say `contacted on email`, `opened on email` or `responded on email`
    expected a campaign, found `offers` | did you mean `offer`? allowed here: offer
    expected what there is more of, found `order` | did you mean `orders`? allowed here: orders, revenue, cost, profit, messages
    expected `than`, found `as` | allowed here: than
    expected what a customer did, found `under` | allowed here: ordered, responded, clicked, replied, opened, contacted, got, held, opted out, lost, retained, not, more, fewer, less
    expected what a customer did, found `not` | did you mean `got`? allowed here: ordered, responded, clicked, replied, opened, contacted, got, held, opted out, lost, retained
    expected what a customer did, found the end | allowed here: ordered, responded, clicked, replied, opened, contacted, got, held, opted out, lost, retained, not, more, fewer, less
    expected what a customer did, found `ORDERED` | did you mean `ordered`? allowed here: ordered, responded, clicked, replied, opened, contacted, got, held, opted out, lost, retained, not, more, fewer, less
    expected what a customer did, found `bought` | did you mean `ordered`? allowed here: ordered, responded, clicked, replied, opened, contacted, got, held, opted out, lost, retained, not, more, fewer, less
    expected what a customer did, found `churned` | did you mean `lost`? allowed here: ordered, responded, clicked, replied, opened, contacted, got, held, opted out, lost, retained
    ");
    // Names may hold spaces and even words of the grammar: the longest is meant.
    let long = Predicate::read("ordered under cascade and more and not under cascade", &world).expect("it is right");
    assert_eq!(long.strategies(), [0, 1]);
    let more = Predicate::read("ordered under cascade and more orders under cascade than none", &world);
    assert!(more.is_err_and(|misread| misread.what.contains("found `orders`")), "`cascade and more` is meant");
}

#[test]
fn the_start_of_a_life_is_told_as_it_is() {
    let world = world(&everything());
    let customers = Customers::of_draw(&world, SEED, 1, 0).expect("it can be played");
    for customer in 0..100 {
        let trace = Trace::of(&customers, customer, &[0]);
        let start = Start::new(&world, &customers.tables, SEED, 0, customer);
        assert_eq!((trace.customer.joined_seconds, trace.customer.alive), (start.joined, start.alive));
        let bits = world.channels.iter().enumerate().filter(|(index, _)| start.opted_in >> index & 1 == 1);
        assert_eq!(trace.customer.opted_in, bits.map(|(_, channel)| channel.name.as_str()).collect::<Vec<_>>());
    }
}

#[test]
fn every_format_tells_the_same_life() {
    let place = Place::new();
    let run = ["trace", "offers.toml", "--customer", "1", "--format"];
    let json = place.run(&[&run[..], &["json"]].concat()).json();
    let csv = place.run(&[&run[..], &["csv"]].concat()).fine();
    let lives = json["strategies"].as_array().expect("there are strategies");
    let events: usize = lives.iter().map(|life| life["events"].as_array().expect("events").len()).sum();
    let rows = rows(csv.as_bytes());
    assert_eq!((rows.len(), lives.len()), (events, 3));
    place.run(&["trace", "offers.toml", "--events", "log.csv", "--customers", "1..2"]).fine();
    assert_eq!(fs::read_to_string(place.at("log.csv")).expect("it was written"), csv);
    for format in ["table", "markdown"] {
        let text = place.run(&[&run[..], &[format]].concat()).fine();
        for words in ["Customer 1", "blast", "cascade", "none", "email delivered (step 1)"] {
            assert!(text.contains(words), "{format} lacks {words:?}:\n{text}");
        }
        let only = place.run(&[&run[..], &[format, "--only", "differences", "--only", "actions"]].concat()).fine();
        assert!(only.lines().count() < text.lines().count() && only.contains("more rows are left out"));
    }
    // Lines fit a terminal of 120 columns, also when strategies do not fit beside each other.
    let many = ["a", "b", "c", "d", "e"].map(|n| format!("[strategies.{n}]\nextends = \"blast\"\n"));
    place.write("many.toml", &format!("{SCENARIO}{}", many.concat()));
    for file in ["offers.toml", "many.toml"] {
        let text = place.run(&["trace", file, "--customer", "1"]).fine();
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    }
}

#[test]
fn the_page_is_whole_and_hostile_names_are_harmless() {
    let place = Place::new();
    let hostile = "R&D's (1)";
    let named = SCENARIO.replace("Offers by SMS", "</title><script>alert(0)</script>");
    place.write("hostile.toml", &named.replace("[strategies.blast.", &format!("[strategies.\"{hostile}\".")));
    let run = ["trace", "hostile.toml", "--customer", "1", "--html", "page.html", "--quiet"];
    place.run(&run).fine();
    let page = fs::read_to_string(place.at("page.html")).expect("it was written");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    assert!(!page.contains("<script") && page.contains("R&amp;D") && !page.contains("R&D"));
    for words in ["<svg", "Content-Security-Policy", "email delivered (step 1)", "message delivered", "cascade: email"]
    {
        assert!(page.contains(words), "{words}");
    }
    assert!(place.run(&run).refused().contains("page.html exists already"));
    let again = [&run[..], &["--overwrite", "--threads", "3"]].concat();
    place.run(&again).fine();
    assert!(fs::read_to_string(place.at("page.html")).expect("it was written") == page);
}

#[test]
fn whom_nobody_shows_is_told_with_how_many_were_searched() {
    let place = Place::new();
    let said = place.run(&["trace", "offers.toml", "--find", "contacted under none", "--within", "300"]);
    assert_eq!((said.code, said.out.as_str()), (Some(1), "None of 300 customers: contacted under none.\n"));
    let said = place.run(&["trace", "offers.toml", "--find", "contacted under none", "--format", "json"]);
    assert_eq!(said.code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&said.out).expect("it is JSON");
    assert_eq!(json["search"]["searched"], 2048);
    assert_eq!(json["search"]["matching"], 0);
}

#[test]
fn wrong_questions_are_refused_with_one_clear_message() {
    let place = Place::new();
    place.write("old.csv", "mine");
    fs::create_dir(place.at("folder.csv")).expect("there is room");
    let cases: [(&[&str], &[&str]); 20] = [
        (&[], &["--customer", "--find", "--events"]),
        (&["--customer", "1", "--find", "lost under none"], &["cannot be used with"]),
        (&["--customer", "-1"], &["'-1'", "must be a whole number from 0"]),
        (
            &["--customer", "2048"],
            &["no customer 2048: `compare` plays 2", "--customer 0 … 2047", "--set simulate=2049"],
        ),
        (&["--events", "new.csv", "--customers", "0..2049"], &["no customer 2048", "--customers 0..2048"]),
        (&["--customer", "1e30"], &["whole number"]),
        (&["--customer", "1", "--draw", "1"], &["there is no draw 1", "only draw 0"]),
        (&["--customer", "1", "--draws", "8"], &["no input of this scenario is uncertain"]),
        (&["--customer", "1", "--strategy", "blats"], &["no strategy `blats`", "blast, cascade, none"]),
        (&["--customer", "1", "--within", "10"], &["--within", "cannot be used with"]),
        (&["--customer", "1", "--only", "difference"], &["differences"]),
        (&["--find", "lost under nobody"], &["expected a strategy, found `nobody`", "blast, cascade, none"]),
        (&["--events", "log.txt"], &["log.txt", "FILE.csv.gz"]),
        (&["--events", "old.csv"], &["old.csv exists already", "--overwrite"]),
        (
            &["--events", "folder.csv", "--overwrite"],
            &["folder.csv exists already and is not an event log: it is left alone"],
        ),
        (&["--events", "new.csv", "--customers", "9..3"], &["9..3", "the first one lower"]),
        (&["--events", "new.csv", "--format", "json"], &["cannot be used with"]),
        (&["--customer", "1", "--overwrite"], &["--overwrite has nothing to replace"]),
        (&["--customer", "1", "--html", "page.csv"], &["page.csv", "FILE.html"]),
        (&["--events", "new.csv", "--html", "page.html"], &["cannot be used with"]),
    ];
    for (arguments, expected) in cases {
        let told = place.run_at_once(&[&["trace", "offers.toml"], arguments].concat()).refused();
        for words in expected {
            assert!(told.contains(words), "{arguments:?} does not say {words:?}:\n{told}");
        }
    }
    assert_eq!(place.names(), ["folder.csv", "offers.toml", "old.csv"]);
    assert_eq!(fs::read_to_string(place.at("old.csv")).expect("it is there"), "mine");
    place.run(&["trace", "offers.toml", "--events", "old.csv", "--overwrite", "--customers", "0..2"]).fine();
    assert!(fs::read_to_string(place.at("old.csv")).expect("it is there").starts_with("strategy,draw,"));
}

#[test]
#[cfg(unix)]
fn an_interrupted_log_leaves_nothing() {
    let place = Place::new();
    let run =
        ["trace", "offers.toml", "--events", "log.csv.gz", "--customers", "0..1e8", "--set", "simulate=1e8", "--quiet"];
    let mut child = place.command(&run).spawn().expect("it starts");
    while place.names().iter().all(|name| !name.starts_with(".log.csv.gz.partial")) {
        assert!(child.try_wait().expect("it is a child").is_none(), "it ended");
    }
    std::thread::sleep(std::time::Duration::from_millis(200));
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().expect("there is `kill`").success());
    assert_eq!(crate::program::said(child).code, Some(130));
    assert_eq!(place.names(), ["offers.toml"]);
}

#[test]
fn every_column_is_defined_in_the_documents() {
    let document = fs::read_to_string("docs/trace.md").expect("docs/trace.md");
    for (column, meaning) in log::COLUMNS {
        assert!(document.contains(&format!("| `{column}` | {meaning} |")), "{column}");
    }
}
