//! Lives side by side: what happens at the same instant and the same address stands in one row, because it met the same
//! luck.

use super::story::{Moment, What};
use crate::scenario::Seconds;

/// One row: something at one address at one instant, under each strategy under which it happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'w> {
    /// Seconds since the start.
    pub at: Seconds,
    /// By strategy.
    pub cells: Vec<Option<What<'w>>>,
}

impl Row<'_> {
    /// Whether the same thing came of it under two strategies.
    pub fn equal(&self, one: usize, other: usize) -> bool {
        self.cells[one] == self.cells[other]
    }
}

/// Aligns lives, each in order of time. Within an instant the order is that of the first life in which something happens.
pub(super) fn align<'w>(lives: &[Vec<Moment<'w>>]) -> Vec<Row<'w>> {
    let mut rest: Vec<&[Moment<'w>]> = lives.iter().map(Vec::as_slice).collect();
    let mut rows = Vec::new();
    while let Some(at) = rest.iter().filter_map(|moments| moments.first()).map(|moment| moment.at).min() {
        let instant = rows.len();
        for (life, moments) in rest.iter_mut().enumerate() {
            let (now, later) = moments.split_at(moments.partition_point(|moment| moment.at <= at));
            *moments = later;
            let mut place = instant;
            for (number, moment) in now.iter().enumerate() {
                let row_of = |moment: &Moment, rows: &[Row]| {
                    let same = |row: &Row| {
                        row.cells[life].is_none() && row.cells.iter().flatten().any(|other| other.is_at(&moment.what))
                    };
                    rows[place..].iter().position(same).map(|ahead| place + ahead)
                };
                place = row_of(moment, &rows).unwrap_or_else(|| {
                    // Before what this life shares next with others, behind all else.
                    let next = now[number + 1..].iter().find_map(|later| row_of(later, &rows)).unwrap_or(rows.len());
                    rows.insert(next, Row { at, cells: vec![None; lives.len()] });
                    next
                });
                rows[place].cells[life] = Some(moment.what.clone());
                place += 1;
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{End, Journey};

    fn need(end: End) -> What<'static> {
        What::Need(Journey { path: vec!["web"], end, cart: false, lost: Vec::new(), found: None })
    }

    #[test]
    fn what_has_the_same_address_and_instant_stands_in_one_row() {
        let moment = |at, what| Moment { at, what };
        let lost = || What::Lost { known: false };
        let one = vec![moment(5, need(End::Bounced)), moment(5, need(End::Left)), moment(9, lost())];
        let other = vec![moment(5, need(End::Bounced)), moment(7, lost())];
        let rows = align(&[one, other]);
        let shown: Vec<_> = rows.iter().map(|row| (row.at, row.cells.iter().map(Option::is_some).collect())).collect();
        let expected: [(Seconds, Vec<bool>); 4] =
            [(5, vec![true, true]), (5, vec![true, false]), (7, vec![false, true]), (9, vec![true, false])];
        assert_eq!(shown, expected);
        assert!(rows[0].equal(0, 1) && !rows[1].equal(0, 1));
    }

    #[test]
    fn a_life_without_events_leaves_its_cells_empty() {
        let one = vec![Moment { at: 3, what: need(End::Left) }];
        assert_eq!(align(&[Vec::new(), one.clone()])[0].cells, [None, Some(one[0].what.clone())]);
        assert_eq!(align(&[Vec::new(), Vec::new()]), []);
    }
}
