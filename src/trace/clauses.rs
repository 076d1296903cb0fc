//! What a customer may be asked for: `ordered under cascade but not under blast and more cost under blast than under
//! cascade`.
//!
//! A predicate is clauses joined by `and` (or `but`). A clause is `[not] DID under STRATEGY`, or `[not] under STRATEGY` for
//! the same thing under another one, or `more QUANTITY under STRATEGY than under STRATEGY`.

use super::{Record, Totals};
use crate::engine::Event;
use crate::scenario::{harmless, nearest};
use crate::world::{CampaignId, ChannelId, World};

/// What a customer may have done.
const DEEDS: [&str; 11] = [
    "ordered",
    "responded",
    "clicked",
    "replied",
    "opened",
    "contacted",
    "got",
    "held",
    "opted out",
    "lost",
    "retained",
];
/// What people say, and which deed is meant.
const SYNONYMS: [(&str, &str); 18] = [
    ("bought", "ordered"),
    ("buys", "ordered"),
    ("purchased", "ordered"),
    ("paid", "ordered"),
    ("spent", "ordered"),
    ("converted", "ordered"),
    ("answered", "replied"),
    ("delayed", "held"),
    ("waited", "held"),
    ("reacted", "responded"),
    ("read", "opened"),
    ("received", "contacted"),
    ("messaged", "contacted"),
    ("reached", "contacted"),
    ("unsubscribed", "opted out"),
    ("churned", "lost"),
    ("left", "lost"),
    ("stayed", "retained"),
];
/// What it may have more of.
const QUANTITIES: [&str; 5] = ["orders", "revenue", "cost", "profit", "messages"];

/// A question that a customer answers with yes or no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    /// As it was written.
    pub text: String,
    clauses: Vec<Clause>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Clause {
    Did { not: bool, deed: Deed, strategy: usize },
    More { what: Quantity, of: usize, than: usize },
}

/// Something that a customer did, or that happened to it, at least once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Ordered(Option<ChannelId>),
    Responded(Option<ChannelId>),
    Clicked(Option<ChannelId>),
    Replied(Option<ChannelId>),
    Opened(Option<ChannelId>),
    Contacted(Option<ChannelId>),
    Got(CampaignId, Option<ChannelId>),
    Held(Option<ChannelId>),
    OptedOut(Option<ChannelId>),
    Lost,
    Retained,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantity {
    Orders,
    Revenue,
    Cost,
    Profit,
    Messages,
}

/// One life of the customer that is asked.
pub(super) struct Life {
    pub strategy: usize,
    pub record: Record,
    pub totals: Totals,
}

/// Why a predicate cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// What is wrong.
    pub what: String,
    /// What is allowed, with a suggestion.
    pub help: String,
}

impl Predicate {
    /// Reads a predicate about a world's strategies, campaigns and channels.
    ///
    /// # Errors
    /// If it cannot be understood.
    pub fn read(text: &str, world: &World) -> Result<Self, Misread> {
        let mut reader = Reader { rest: text.trim(), world, last: None };
        let mut clauses = Vec::new();
        loop {
            let clause = reader.clause()?;
            if let Clause::Did { not, deed, .. } = clause {
                reader.last = Some((not, deed));
            }
            clauses.push(clause);
            if reader.rest.is_empty() {
                return Ok(Self { text: text.trim().to_owned(), clauses });
            }
            if !reader.take("and") && !reader.take("but") {
                return Err(reader.expected("`and`, `but` or the end", &["and", "but"]));
            }
        }
    }

    /// The strategies that it names, by their indices.
    pub fn strategies(&self) -> Vec<usize> {
        let named = self.clauses.iter().flat_map(|clause| match *clause {
            Clause::Did { strategy, .. } => vec![strategy],
            Clause::More { of, than, .. } => vec![of, than],
        });
        let mut all: Vec<usize> = named.collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether a customer with these lives shows it.
    pub(super) fn holds(&self, world: &World, lives: &[Life]) -> bool {
        let life = |strategy: usize| lives.iter().find(|life| life.strategy == strategy);
        self.clauses.iter().all(|clause| match *clause {
            Clause::Did { not, deed, strategy } => life(strategy).is_some_and(|life| deed.done(world, life) != not),
            Clause::More { what, of, than } => {
                life(of).zip(life(than)).is_some_and(|(of, than)| what.of(&of.totals) > what.of(&than.totals))
            }
        })
    }
}

impl Deed {
    fn done(self, world: &World, life: &Life) -> bool {
        let on = |wanted: Option<ChannelId>, channel: ChannelId| wanted.is_none_or(|wanted| wanted == channel);
        let any = |test: &dyn Fn(Event) -> bool| life.record.events.iter().any(|&(_, event)| test(event));
        match self {
            Self::Ordered(wanted) => {
                any(&|event| matches!(event, Event::Ordered { channel, .. } if on(wanted, channel)))
            }
            Self::Responded(wanted) => {
                any(&|event| matches!(event, Event::Clicked(m) | Event::Replied(m) if on(wanted, m.channel)))
            }
            Self::Clicked(wanted) => any(&|event| matches!(event, Event::Clicked(m) if on(wanted, m.channel))),
            Self::Replied(wanted) => any(&|event| matches!(event, Event::Replied(m) if on(wanted, m.channel))),
            Self::Held(wanted) => any(&|event| matches!(event, Event::Held(m, ..) if on(wanted, m.channel))),
            Self::Opened(wanted) => any(&|event| matches!(event, Event::Opened(m) if on(wanted, m.channel))),
            Self::Contacted(wanted) => any(&|event| matches!(event, Event::Delivered(m) if on(wanted, m.channel))),
            Self::Got(campaign, wanted) => {
                let of_campaign: Vec<bool> =
                    world.strategies[life.strategy].steps().map(|(own, ..)| own == campaign).collect();
                any(
                    &|event| matches!(event, Event::Delivered(m) if on(wanted, m.channel) && of_campaign[usize::from(m.step)]),
                )
            }
            Self::OptedOut(wanted) => any(&|event| matches!(event, Event::OptedOut(m) if on(wanted, m.channel))),
            Self::Lost => life.totals.lost_at_seconds.is_some(),
            Self::Retained => life.totals.retained,
        }
    }
}

impl Quantity {
    fn of(self, totals: &Totals) -> i128 {
        match self {
            Self::Orders => i128::from(totals.orders),
            Self::Revenue => totals.value_minor,
            Self::Cost => totals.cost_nano,
            Self::Profit => totals.profit_minor_e9,
            Self::Messages => i128::from(totals.sent),
        }
    }
}

/// Reads clause after clause.
struct Reader<'t, 'w> {
    rest: &'t str,
    world: &'w World,
    /// What the clause before said, for `but not under …`.
    last: Option<(bool, Deed)>,
}

impl Reader<'_, '_> {
    fn clause(&mut self) -> Result<Clause, Misread> {
        if self.take("more") {
            let (what, of, than) = self.comparison()?;
            return Ok(Clause::More { what, of, than });
        }
        if self.take("fewer") || self.take("less") {
            let (what, of, than) = self.comparison()?;
            return Ok(Clause::More { what, of: than, than: of });
        }
        let not = self.take("not");
        if let Some((_, deed)) = self.last.filter(|_| self.at("under")) {
            return Ok(Clause::Did { not, deed, strategy: self.under()? });
        }
        let deed = self.deed(not)?;
        Ok(Clause::Did { not, deed, strategy: self.under()? })
    }

    fn deed(&mut self, after_not: bool) -> Result<Deed, Misread> {
        let found = DEEDS.into_iter().find(|deed| self.take(deed));
        let carrier = |reader: &mut Self, before: &str| reader.channel(before, |channel| channel.carries_contacts);
        Ok(match found {
            Some("ordered") => Deed::Ordered(self.place_of_order()?),
            Some("responded") => Deed::Responded(carrier(self, "on")?),
            Some("clicked") => Deed::Clicked(carrier(self, "on")?),
            Some("replied") => Deed::Replied(carrier(self, "on")?),
            Some("opened") => Deed::Opened(carrier(self, "on")?),
            Some("contacted") => Deed::Contacted(carrier(self, "on")?),
            Some("held") => Deed::Held(carrier(self, "on")?),
            Some("got") => {
                let campaign = self.name("a campaign", &self.world.campaigns.clone())?;
                Deed::Got(campaign as CampaignId, carrier(self, "on")?)
            }
            Some("opted out") => Deed::OptedOut(carrier(self, "of")?),
            Some("lost") => Deed::Lost,
            Some(_) => Deed::Retained,
            None => {
                let others: &[&str] = if after_not { &[] } else { &["not", "more", "fewer", "less"] };
                let starts = [&DEEDS[..], others].concat();
                return Err(self.expected("what a customer did", &starts));
            }
        })
    }

    /// `orders under A than [under] B`.
    fn comparison(&mut self) -> Result<(Quantity, usize, usize), Misread> {
        let Some(found) = QUANTITIES.into_iter().find(|quantity| self.take(quantity)) else {
            return Err(self.expected("what there is more of", &QUANTITIES));
        };
        let what = match found {
            "orders" => Quantity::Orders,
            "revenue" => Quantity::Revenue,
            "cost" => Quantity::Cost,
            "profit" => Quantity::Profit,
            _ => Quantity::Messages,
        };
        let of = self.under()?;
        if !self.take("than") {
            return Err(self.expected("`than`", &["than"]));
        }
        let than = if self.at("under") { self.under()? } else { self.strategy()? };
        Ok((what, of, than))
    }

    fn under(&mut self) -> Result<usize, Misread> {
        if self.take("under") { self.strategy() } else { Err(self.expected("`under` and a strategy", &["under"])) }
    }

    fn strategy(&mut self) -> Result<usize, Misread> {
        let names: Vec<String> = self.world.strategies.iter().map(|strategy| strategy.name.clone()).collect();
        self.name("a strategy", &names)
    }

    /// `on CHANNEL`, if it stands here.
    fn channel(
        &mut self,
        before: &str,
        fits: impl Fn(&crate::world::Channel) -> bool,
    ) -> Result<Option<ChannelId>, Misread> {
        if !self.take(before) {
            return Ok(None);
        }
        let fitting: Vec<usize> =
            (0..self.world.channels.len()).filter(|&index| fits(&self.world.channels[index])).collect();
        let names: Vec<String> = fitting.iter().map(|&index| self.world.channels[index].name.clone()).collect();
        Ok(Some(fitting[self.name("a channel for that", &names)?] as ChannelId))
    }

    /// Where an order is placed. Messages lead to it, but are no place.
    fn place_of_order(&mut self) -> Result<Option<ChannelId>, Misread> {
        let channels = &self.world.channels;
        let after = self.rest.strip_prefix("on").map_or("", str::trim_start);
        let here =
            |name: &str| after.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| !c.is_whitespace()));
        let carrier = channels.iter().find(|channel| !channel.has_touches && here(&channel.name));
        let misread = carrier.filter(|_| self.at("on")).map(|carrier| {
            let places = channels.iter().filter(|channel| channel.has_touches);
            let places = places.map(|channel| channel.name.as_str()).collect::<Vec<_>>().join(", ");
            let name = &carrier.name;
            Misread {
                what: format!("nobody orders on `{name}`: it carries messages"),
                help: format!(
                    "orders are placed on {places}; of messages say `contacted on {name}`, `opened on {name}` or \
                     `responded on {name}`"
                ),
            }
        });
        match misread {
            Some(misread) => Err(misread),
            None => self.channel("on", |channel| channel.has_touches),
        }
    }

    /// A name of a group. Names may hold spaces: the longest that stands here is meant.
    fn name(&mut self, what: &str, names: &[String]) -> Result<usize, Misread> {
        let here = (0..names.len()).filter(|&index| self.at(&names[index]));
        let Some(index) = here.max_by_key(|&index| names[index].len()) else {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return Err(self.expected(what, &names));
        };
        self.take(&names[index]);
        Ok(index)
    }

    /// Whether these words stand here, not as a part of longer ones.
    fn at(&self, words: &str) -> bool {
        self.rest.strip_prefix(words).is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
    }

    fn take(&mut self, words: &str) -> bool {
        let here = self.at(words);
        if here {
            self.rest = self.rest[words.len()..].trim_start();
        }
        here
    }

    fn expected(&self, what: &str, allowed: &[&str]) -> Misread {
        let word = self.rest.split_whitespace().next();
        let found = word.map_or("the end".to_owned(), |word| format!("`{}`", harmless(word, 64)));
        let word = word.unwrap_or_default();
        let synonym = SYNONYMS.iter().find(|(said, meant)| *said == word && allowed.contains(meant));
        let near = synonym.map(|&(_, meant)| meant).or_else(|| nearest(word, allowed.iter().copied()));
        let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
        let most = allowed.len().min(30);
        let more = if most < allowed.len() { ", …" } else { "" };
        let allowed = if allowed.is_empty() { "nothing".to_owned() } else { allowed[..most].join(", ") };
        Misread {
            what: format!("expected {what}, found {found}"),
            help: format!("{near}allowed here: {allowed}{more}"),
        }
    }
}
