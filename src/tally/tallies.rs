//! The tallies of a whole simulation, at the grain of rule R24.

use super::counts::{Layout, Row};
use super::flows::Flows;
use crate::world::World;

/// Consecutive customers of one draw that were counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Batch {
    /// Which draw of the uncertain inputs; also the replication (R4).
    pub draw: u64,
    /// The first customer.
    pub first: u64,
    /// How many customers.
    pub customers: u64,
}

/// Everything that was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tallies {
    /// What the rows with channels look like.
    pub layout: Layout,
    /// The batches, sorted by draw and customer; all strategies played the same ones.
    pub batches: Vec<Batch>,
    /// By strategy.
    pub strategies: Vec<StrategyTallies>,
}

/// What was counted under one strategy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrategyTallies {
    /// The strategy's name.
    pub name: String,
    /// By batch.
    pub totals: Vec<Row>,
    /// By batch and segment, channels summed.
    pub segments: Vec<Vec<Row>>,
    /// By week, over all draws.
    pub weeks: Vec<Row>,
    /// By segment and week, over all draws, channels summed.
    pub segment_weeks: Vec<Vec<Row>>,
    /// By draw and week, channels summed; empty for a draw of which nothing was played yet, so that a thread that plays
    /// few of many draws needs little room.
    pub draw_weeks: Vec<Vec<Row>>,
    /// Over all draws: runs, steps of plans, hops.
    pub flows: Flows,
}

impl Tallies {
    /// Nothing counted yet.
    pub fn empty(world: &World, strategies: &[usize], draws: u64) -> Self {
        let layout = Layout { channels: world.channels.len() };
        let weeks = |layout| vec![Row::zero(layout); world.weeks];
        let strategy = |&index: &usize| StrategyTallies {
            name: world.strategies[index].name.clone(),
            totals: Vec::new(),
            segments: Vec::new(),
            weeks: weeks(layout),
            segment_weeks: vec![weeks(Layout::SUMMED); world.segments.len()],
            draw_weeks: vec![Vec::new(); draws as usize],
            flows: Flows::zero(world.campaigns.len(), world.strategies[index].steps().count(), world.channels.len()),
        };
        Self { layout, batches: Vec::new(), strategies: strategies.iter().map(strategy).collect() }
    }

    /// Bytes that the tallies of a simulation will take, roughly.
    pub fn size(world: &World, strategies: usize, draws: u64, batches: u64) -> u64 {
        let (wide, narrow) = (Layout { channels: world.channels.len() }.width() as u64, Layout::SUMMED.width() as u64);
        let (segments, weeks) = (world.segments.len() as u64, world.weeks as u64);
        let rows = batches * (wide + segments * narrow) + weeks * (wide + segments * narrow + draws * narrow);
        rows * strategies as u64 * size_of::<i128>() as u64
    }

    /// Counts a batch of one segment under one strategy; the batch's rows must have been [opened](Self::open).
    pub fn count(&mut self, strategy: usize, segment: usize, weeks: &[Row]) {
        let draw = self.batches.last().map_or(0, |batch| batch.draw) as usize;
        let tallies = &mut self.strategies[strategy];
        open_weeks(&mut tallies.draw_weeks[draw], weeks.len());
        for (week, row) in weeks.iter().enumerate() {
            if row.counts.iter().all(|&count| count == 0) {
                continue;
            }
            let summed = row.summed();
            tallies.weeks[week].add(row);
            tallies.segment_weeks[segment][week].add(&summed);
            tallies.draw_weeks[draw][week].add(&summed);
            if let (Some(total), Some(segments)) = (tallies.totals.last_mut(), tallies.segments.last_mut()) {
                total.add(row);
                segments[segment].add(&summed);
            }
        }
    }

    /// Opens a batch: what is counted from here on belongs to it.
    pub fn open(&mut self, batch: Batch) {
        self.batches.push(batch);
        for strategy in &mut self.strategies {
            strategy.totals.push(Row::zero(self.layout));
            strategy.segments.push(vec![Row::zero(Layout::SUMMED); strategy.segment_weeks.len()]);
        }
    }

    /// Adds the tallies of other batches of the same world and strategies. Merging is adding, so the order does not
    /// matter; [`Tallies::sort`] puts the batches in order.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.batches.extend(other.batches);
        for (own, theirs) in self.strategies.iter_mut().zip(other.strategies) {
            own.totals.extend(theirs.totals);
            own.segments.extend(theirs.segments);
            let add =
                |own: &mut [Row], theirs: &[Row]| own.iter_mut().zip(theirs).for_each(|(sum, more)| sum.add(more));
            add(&mut own.weeks, &theirs.weeks);
            own.flows.add(&theirs.flows);
            own.segment_weeks.iter_mut().zip(&theirs.segment_weeks).for_each(|(own, theirs)| add(own, theirs));
            for (own, theirs) in own.draw_weeks.iter_mut().zip(theirs.draw_weeks) {
                if own.is_empty() {
                    *own = theirs;
                } else {
                    add(own, &theirs);
                }
            }
        }
        self
    }

    /// Sorts the batches by draw and customer.
    pub fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.batches.len()).collect();
        order.sort_by_key(|&i| self.batches[i]);
        self.batches = order.iter().map(|&i| self.batches[i]).collect();
        for strategy in &mut self.strategies {
            strategy.totals = order.iter().map(|&i| strategy.totals[i].clone()).collect();
            strategy.segments = order.iter().map(|&i| strategy.segments[i].clone()).collect();
        }
    }

    /// Joins neighbouring batches of a draw two by two, so that memory does not grow with the number of customers.
    #[must_use]
    pub fn coarsened(mut self) -> Self {
        let mut pairs: Vec<Vec<usize>> = Vec::new();
        for i in 0..self.batches.len() {
            let joins =
                pairs.last().is_some_and(|pair| pair.len() == 1 && self.batches[pair[0]].draw == self.batches[i].draw);
            match pairs.last_mut() {
                Some(pair) if joins => pair.push(i),
                _ => pairs.push(vec![i]),
            }
        }
        let sum = |rows: &[Row], pair: &[usize]| {
            let mut row = rows[pair[0]].clone();
            pair[1..].iter().for_each(|&i| row.add(&rows[i]));
            row
        };
        for strategy in &mut self.strategies {
            strategy.totals = pairs.iter().map(|pair| sum(&strategy.totals, pair)).collect();
            strategy.segments = pairs
                .iter()
                .map(|pair| {
                    let mut rows = strategy.segments[pair[0]].clone();
                    pair[1..]
                        .iter()
                        .for_each(|&i| rows.iter_mut().zip(&strategy.segments[i]).for_each(|(a, b)| a.add(b)));
                    rows
                })
                .collect();
        }
        self.batches = pairs
            .iter()
            .map(|pair| {
                let customers = pair.iter().map(|&i| self.batches[i].customers).sum();
                Batch { customers, ..self.batches[pair[0]] }
            })
            .collect();
        self
    }

    /// Makes room for every draw: for reading tallies from files.
    pub fn open_draws(&mut self) {
        for strategy in &mut self.strategies {
            let weeks = strategy.weeks.len();
            strategy.draw_weeks.iter_mut().for_each(|draw| open_weeks(draw, weeks));
        }
    }

    /// The tallies of a strategy by name.
    pub fn strategy(&self, name: &str) -> Option<usize> {
        self.strategies.iter().position(|strategy| strategy.name == name)
    }

    /// How many draws there are.
    pub fn draws(&self) -> u64 {
        self.batches.last().map_or(0, |batch| batch.draw + 1)
    }

    /// How many customers were played, over all draws.
    pub fn customers(&self) -> u64 {
        self.batches.iter().map(|batch| batch.customers).sum()
    }
}

/// Gives a draw its weeks, if it has none yet.
fn open_weeks(weeks: &mut Vec<Row>, count: usize) {
    if weeks.is_empty() {
        *weeks = vec![Row::zero(Layout::SUMMED); count];
    }
}
