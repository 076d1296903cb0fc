//! Tallies as CSV: one file per grain of rule R24, integers only.

use std::fmt::Display;
use std::path::Path;
use std::str::FromStr;

use super::{Error, Manifest};
use crate::engine::{Reason, Refusal};
use crate::tally::{Batch, ChannelCount, CustomerCount, Layout, Row, StepCount, Tallies, reason_word, refusal_word};
use crate::world::{Strategy, World};

const BATCHES: &str = "batches.csv";
const BATCH_CHANNELS: &str = "batches_by_channel.csv";
const BATCH_SEGMENTS: &str = "batches_by_segment.csv";
const WEEK_CHANNELS: &str = "weeks_by_channel.csv";
const WEEK_SEGMENTS: &str = "weeks_by_segment.csv";
const WEEK_DRAWS: &str = "weeks_by_draw.csv";
const RUNS: &str = "runs.csv";
const STEPS: &str = "steps.csv";
const TOUCHES: &str = "touches.csv";
/// Before a reason of not being sent.
const WITHHELD: &str = "withheld_";
/// In place of a channel that a touch was followed by.
const ORDER: &str = "(order)";
/// All of them.
pub(super) const FILES: [&str; 9] =
    [BATCHES, BATCH_CHANNELS, BATCH_SEGMENTS, WEEK_CHANNELS, WEEK_SEGMENTS, WEEK_DRAWS, RUNS, STEPS, TOUCHES];

/// Writes all tallies.
pub(super) fn write(folder: &Path, tallies: &Tallies, world: &World) -> Result<(), Error> {
    let mut file =
        File::create(folder, BATCHES, &["strategy", "draw", "first_customer", "batch_customers"], Columns::Customers)?;
    for strategy in &tallies.strategies {
        for (batch, row) in tallies.batches.iter().zip(&strategy.totals) {
            file.write(&[&strategy.name, &batch.draw, &batch.first, &batch.customers], &customers(row))?;
        }
    }
    file.finish()?;
    let mut file =
        File::create(folder, BATCH_CHANNELS, &["strategy", "draw", "first_customer", "channel"], Columns::Channel)?;
    for strategy in &tallies.strategies {
        for (batch, row) in tallies.batches.iter().zip(&strategy.totals) {
            for (index, channel) in world.channels.iter().enumerate() {
                file.write(&[&strategy.name, &batch.draw, &batch.first, &channel.name], &channel_counts(row, index))?;
            }
        }
    }
    file.finish()?;
    let mut file =
        File::create(folder, BATCH_SEGMENTS, &["strategy", "draw", "first_customer", "segment"], Columns::Both)?;
    for strategy in &tallies.strategies {
        for (batch, rows) in tallies.batches.iter().zip(&strategy.segments) {
            for (segment, row) in world.segments.iter().zip(rows) {
                file.write(&[&strategy.name, &batch.draw, &batch.first, &segment.name], &row.counts)?;
            }
        }
    }
    file.finish()?;
    write_weeks(folder, tallies, world)?;
    write_flows(folder, tallies, world)
}

fn write_weeks(folder: &Path, tallies: &Tallies, world: &World) -> Result<(), Error> {
    let mut file = File::create(folder, WEEK_CHANNELS, &["strategy", "week", "channel"], Columns::Channel)?;
    for strategy in &tallies.strategies {
        for (week, row) in strategy.weeks.iter().enumerate() {
            for (index, channel) in world.channels.iter().enumerate() {
                file.write(&[&strategy.name, &week, &channel.name], &channel_counts(row, index))?;
            }
        }
    }
    file.finish()?;
    let mut file = File::create(folder, WEEK_SEGMENTS, &["strategy", "segment", "week"], Columns::Both)?;
    for strategy in &tallies.strategies {
        for (segment, weeks) in world.segments.iter().zip(&strategy.segment_weeks) {
            for (week, row) in weeks.iter().enumerate() {
                file.write(&[&strategy.name, &segment.name, &week], &row.counts)?;
            }
        }
    }
    file.finish()?;
    let mut file = File::create(folder, WEEK_DRAWS, &["strategy", "draw", "week"], Columns::Both)?;
    for strategy in &tallies.strategies {
        for (draw, weeks) in strategy.draw_weeks.iter().enumerate() {
            for (week, row) in weeks.iter().enumerate() {
                file.write(&[&strategy.name, &draw, &week], &row.counts)?;
            }
        }
    }
    file.finish()
}

fn write_flows(folder: &Path, tallies: &Tallies, world: &World) -> Result<(), Error> {
    let refusals = Refusal::ALL.map(refusal_word);
    let counts = [&["runs"][..], &refusals].concat();
    let mut file = File::create(folder, RUNS, &["strategy", "campaign"], Columns::These(&counts))?;
    for strategy in &tallies.strategies {
        for (campaign, row) in world.campaigns.iter().zip(&strategy.flows.campaigns) {
            file.write(&[&strategy.name, campaign], &[&[row.runs][..], &row.refused].concat())?;
        }
    }
    file.finish()?;
    let withheld = Reason::ALL.map(|reason| format!("{WITHHELD}{}", reason_word(reason)));
    let counts = StepCount::ALL.iter().map(|&(_, name)| name);
    let counts: Vec<&str> = counts.chain(withheld.iter().map(String::as_str)).collect();
    let mut file =
        File::create(folder, STEPS, &["strategy", "campaign", "step", "fallback", "channel"], Columns::These(&counts))?;
    for strategy in &tallies.strategies {
        for (step, row) in steps(world, &strategy.name).zip(&strategy.flows.steps) {
            file.write(
                &[&strategy.name, &step.campaign, &step.number, &step.fallback, &step.channel],
                &[&row.counts[..], &row.withheld].concat(),
            )?;
        }
    }
    file.finish()?;
    let mut file =
        File::create(folder, TOUCHES, &["strategy", "channel", "next"], Columns::These(&["times", "contexts_lost"]))?;
    for strategy in &tallies.strategies {
        let flows = strategy.flows.touches.iter().zip(&strategy.flows.contexts_lost);
        for ((channel, next), (times, lost)) in touches(world).zip(flows) {
            file.write(&[&strategy.name, &channel, &next], &[*times, *lost])?;
        }
    }
    file.finish()
}

/// Channel and what came next, in the order of [`Flows::touch`](crate::tally::Flows::touch).
fn touches(world: &World) -> impl Iterator<Item = (&str, &str)> {
    let names = || world.channels.iter().map(|channel| channel.name.as_str());
    names().flat_map(move |channel| names().chain([ORDER]).map(move |next| (channel, next)))
}

/// What a line of the steps is about.
struct Step<'w> {
    campaign: &'w str,
    /// Place in the campaign's plan as it is written, from 1.
    number: u8,
    /// Whether it is a fallback of that step.
    fallback: bool,
    channel: &'w str,
}

fn steps<'w>(world: &'w World, strategy: &str) -> impl Iterator<Item = Step<'w>> {
    let steps = world.strategy(strategy).into_iter().flat_map(|index| Strategy::steps(&world.strategies[index]));
    steps.map(|(campaign, _, step)| Step {
        campaign: &world.campaigns[usize::from(campaign)],
        number: step.number,
        fallback: step.fallback,
        channel: &world.channels[usize::from(step.channel)].name,
    })
}

/// Reads all tallies of a folder.
pub(super) fn read(folder: &Path, manifest: &Manifest, world: &World) -> Result<Tallies, Error> {
    let strategies: Vec<usize> = manifest.plan(world).strategies;
    let mut tallies = Tallies::empty(world, &strategies, manifest.draws);
    tallies.open_draws();
    read_batches(folder, manifest, &mut tallies)?;
    let layout = tallies.layout;
    let batches = tallies.batches.len();
    let (channels, segments, weeks, draws) =
        (world.channels.len(), world.segments.len(), world.weeks, manifest.draws as usize);
    Lines::open(folder, BATCH_CHANNELS, 4 + ChannelCount::ALL.len())?.grid(
        &[strategies.len(), batches, channels],
        |at, line| {
            line.into_row(
                4,
                |count| Some(layout.channel(count, at[2])),
                |_| None,
                &mut tallies.strategies[at[0]].totals[at[1]],
            )
        },
    )?;
    Lines::open(folder, BATCH_SEGMENTS, 4 + Layout::SUMMED.width())?
        .grid(&[strategies.len(), batches, segments], |at, line| {
            line.into_summed(4, &mut tallies.strategies[at[0]].segments[at[1]][at[2]])
        })?;
    Lines::open(folder, WEEK_CHANNELS, 3 + ChannelCount::ALL.len())?.grid(
        &[strategies.len(), weeks, channels],
        |at, line| {
            line.into_row(
                3,
                |count| Some(layout.channel(count, at[2])),
                |_| None,
                &mut tallies.strategies[at[0]].weeks[at[1]],
            )
        },
    )?;
    Lines::open(folder, WEEK_SEGMENTS, 3 + Layout::SUMMED.width())?
        .grid(&[strategies.len(), segments, weeks], |at, line| {
            line.into_summed(3, &mut tallies.strategies[at[0]].segment_weeks[at[1]][at[2]])
        })?;
    Lines::open(folder, WEEK_DRAWS, 3 + Layout::SUMMED.width())?
        .grid(&[strategies.len(), draws, weeks], |at, line| {
            line.into_summed(3, &mut tallies.strategies[at[0]].draw_weeks[at[1]][at[2]])
        })?;
    read_flows(folder, world, &mut tallies)?;
    // Customer counts by week stand with the segments; over all of them they are their sum.
    for strategy in &mut tallies.strategies {
        for (week, row) in strategy.weeks.iter_mut().enumerate() {
            for (count, _) in CustomerCount::ALL {
                row.counts[layout.customer(count)] =
                    strategy.segment_weeks.iter().map(|weeks| weeks[week].customers(count)).sum();
            }
        }
    }
    Ok(tallies)
}

fn read_flows(folder: &Path, world: &World, tallies: &mut Tallies) -> Result<(), Error> {
    let mut file = Lines::open(folder, RUNS, 3 + Refusal::ALL.len())?;
    for strategy in &mut tallies.strategies {
        for (campaign, row) in world.campaigns.iter().zip(&mut strategy.flows.campaigns) {
            let line = file.of(&[&strategy.name, campaign])?;
            for (place, count) in std::iter::once(&mut row.runs).chain(&mut row.refused).enumerate() {
                *count = line.number(2 + place)?;
            }
        }
    }
    file.end()?;
    let mut file = Lines::open(folder, STEPS, 5 + StepCount::ALL.len() + Reason::ALL.len())?;
    for strategy in &mut tallies.strategies {
        for (step, row) in steps(world, &strategy.name).zip(&mut strategy.flows.steps) {
            let (number, fallback) = (step.number.to_string(), step.fallback.to_string());
            let line = file.of(&[&strategy.name, step.campaign, &number, &fallback, step.channel])?;
            for (place, count) in row.counts.iter_mut().chain(&mut row.withheld).enumerate() {
                *count = line.number(5 + place)?;
            }
        }
    }
    file.end()?;
    let mut file = Lines::open(folder, TOUCHES, 5)?;
    for strategy in &mut tallies.strategies {
        let flows = strategy.flows.touches.iter_mut().zip(&mut strategy.flows.contexts_lost);
        for ((channel, next), (times, lost)) in touches(world).zip(flows) {
            let line = file.of(&[&strategy.name, channel, next])?;
            (*times, *lost) = (line.number(3)?, line.number(4)?);
        }
    }
    file.end()
}

/// Which batches there are, and what was counted in each that has no channel.
fn read_batches(folder: &Path, manifest: &Manifest, tallies: &mut Tallies) -> Result<(), Error> {
    let mut file = Lines::open(folder, BATCHES, 4 + CustomerCount::ALL.len())?;
    let missing = || Error::Unreadable { path: folder.join(BATCHES), why: "lines are missing".to_owned() };
    let layout = tallies.layout;
    let (mut strategy, mut position) = (0, 0);
    while let Some(line) = file.next()? {
        if position > 0 && tallies.strategies[strategy].name != line.text(0) {
            if position != tallies.batches.len() {
                return Err(missing());
            }
            (strategy, position) = (strategy + 1, 0);
        }
        if tallies.strategies.get(strategy).is_none_or(|own| own.name != line.text(0)) {
            return Err(line.unexpected(0));
        }
        let batch = Batch { draw: line.number(1)?, first: line.number(2)?, customers: line.number(3)? };
        if strategy == 0 {
            tallies.open(batch);
        } else if tallies.batches.get(position) != Some(&batch) {
            return Err(line.unexpected(2));
        }
        line.into_row(
            4,
            |_| None,
            |count| Some(layout.customer(count)),
            &mut tallies.strategies[strategy].totals[position],
        )?;
        position += 1;
    }
    let whole = strategy + 1 == tallies.strategies.len() && position == tallies.batches.len();
    if whole && cover(&tallies.batches, manifest.draws, manifest.per_draw) { Ok(()) } else { Err(missing()) }
}

/// Whether batches are every customer of every draw, once and in order.
fn cover(batches: &[Batch], draws: u64, per_draw: u64) -> bool {
    let end = |batch: &Batch| batch.first.checked_add(batch.customers);
    let whole = |of_draw: &[Batch]| {
        of_draw[0].first == 0
            && of_draw.windows(2).all(|pair| end(&pair[0]) == Some(pair[1].first))
            && of_draw.last().and_then(end) == Some(per_draw)
    };
    let mut by_draw = batches.chunk_by(|a, b| a.draw == b.draw);
    (0..draws).all(|draw| by_draw.next().is_some_and(|of_draw| of_draw[0].draw == draw && whole(of_draw)))
        && by_draw.next().is_none()
}

fn customers(row: &Row) -> Vec<i128> {
    CustomerCount::ALL.iter().map(|&(count, _)| row.customers(count)).collect()
}

fn channel_counts(row: &Row, channel: usize) -> Vec<i128> {
    ChannelCount::ALL.iter().map(|&(count, _)| row.at(count, channel)).collect()
}

/// Which counts a file holds.
#[derive(Clone, Copy)]
enum Columns<'a> {
    Channel,
    Customers,
    Both,
    These(&'a [&'a str]),
}

struct File {
    path: std::path::PathBuf,
    writer: csv::Writer<std::fs::File>,
}

impl File {
    fn create(folder: &Path, name: &str, keys: &[&str], columns: Columns<'_>) -> Result<Self, Error> {
        let path = folder.join(name);
        let writer = csv::Writer::from_path(&path).map_err(|error| broken(&path, error))?;
        let channel = ChannelCount::ALL.iter().map(|&(_, name)| name);
        let customer = CustomerCount::ALL.iter().map(|&(_, name)| name);
        let names: Vec<&str> = match columns {
            Columns::Channel => channel.collect(),
            Columns::Customers => customer.collect(),
            Columns::Both => channel.chain(customer).collect(),
            Columns::These(names) => names.to_vec(),
        };
        let mut file = Self { path, writer };
        let head: Vec<&str> = keys.iter().copied().chain(names).collect();
        file.writer.write_record(head).map_err(|error| broken(&file.path, error))?;
        Ok(file)
    }

    fn write(&mut self, keys: &[&dyn Display], counts: &[i128]) -> Result<(), Error> {
        let keys = keys.iter().map(ToString::to_string);
        let record = keys.chain(counts.iter().map(ToString::to_string));
        self.writer.write_record(record).map_err(|error| broken(&self.path, error))
    }

    fn finish(mut self) -> Result<(), Error> {
        self.writer.flush().map_err(super::io_error(&self.path))
    }
}

struct Lines {
    path: std::path::PathBuf,
    reader: csv::Reader<std::fs::File>,
    width: usize,
}

impl Lines {
    fn open(folder: &Path, name: &str, width: usize) -> Result<Self, Error> {
        let path = folder.join(name);
        let reader = csv::Reader::from_path(&path).map_err(|error| broken(&path, error))?;
        Ok(Self { path, reader, width })
    }

    fn next(&mut self) -> Result<Option<Line>, Error> {
        let mut record = csv::StringRecord::new();
        if !self.reader.read_record(&mut record).map_err(|error| broken(&self.path, error))? {
            return Ok(None);
        }
        let number = record.position().map_or(0, csv::Position::line);
        let line = Line { path: self.path.clone(), number, record };
        if line.record.len() != self.width {
            let why = format!("line {number} has {} columns, this program reads {}", line.record.len(), self.width);
            return Err(Error::Unreadable { path: line.path, why });
        }
        Ok(Some(line))
    }

    /// Reads exactly the lines of a grid, the last index fastest.
    fn grid(
        mut self,
        size: &[usize; 3],
        mut read: impl FnMut([usize; 3], Line) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for i in 0..size[0] {
            for j in 0..size[1] {
                for k in 0..size[2] {
                    read([i, j, k], self.one()?)?;
                }
            }
        }
        self.end()
    }

    /// The next line, which must be there.
    fn one(&mut self) -> Result<Line, Error> {
        let missing = "lines are missing at its end".to_owned();
        self.next()?.ok_or_else(|| Error::Unreadable { path: self.path.clone(), why: missing })
    }

    /// The next line, which must begin with these keys.
    fn of(&mut self, keys: &[&str]) -> Result<Line, Error> {
        let line = self.one()?;
        match (0..keys.len()).find(|&column| line.text(column) != keys[column]) {
            Some(column) => Err(line.unexpected(column)),
            None => Ok(line),
        }
    }

    /// Refuses what is left.
    fn end(mut self) -> Result<(), Error> {
        match self.next()? {
            Some(line) => Err(line.unexpected(0)),
            None => Ok(()),
        }
    }
}

struct Line {
    path: std::path::PathBuf,
    number: u64,
    record: csv::StringRecord,
}

impl Line {
    fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }

    fn number<T: FromStr>(&self, column: usize) -> Result<T, Error> {
        self.text(column).parse().map_err(|_| self.unexpected(column))
    }

    fn unexpected(&self, column: usize) -> Error {
        let why = format!("line {}: unexpected {:?} in column {}", self.number, self.text(column), column + 1);
        Error::Unreadable { path: self.path.clone(), why }
    }

    fn into_row(
        self,
        first: usize,
        channel: impl Fn(ChannelCount) -> Option<usize>,
        customer: impl Fn(CustomerCount) -> Option<usize>,
        row: &mut Row,
    ) -> Result<(), Error> {
        let places = ChannelCount::ALL.iter().filter_map(|&(count, _)| channel(count));
        let places = places.chain(CustomerCount::ALL.iter().filter_map(|&(count, _)| customer(count)));
        for (column, place) in places.enumerate() {
            row.counts[place] = self.number(first + column)?;
        }
        Ok(())
    }

    fn into_summed(self, first: usize, row: &mut Row) -> Result<(), Error> {
        let layout = Layout::SUMMED;
        self.into_row(first, |count| Some(layout.channel(count, 0)), |count| Some(layout.customer(count)), row)
    }
}

fn broken(path: &Path, error: csv::Error) -> Error {
    let why = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(source) => super::io_error(path)(source),
        _ => Error::Unreadable { path: path.to_owned(), why },
    }
}
