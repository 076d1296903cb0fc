//! Gathered totals as they are told.

use std::collections::BTreeMap;

use super::super::Request;
use super::super::names::Names;
use super::super::units::level_name;
use super::sums::Sums;
use super::{Arms, Gathered};
use crate::abtest::collected::{Cell, Collected, Health, Measured, Sample};
use crate::abtest::metric::Kind;
use crate::stats::moments::Moments;

/// Everything, by arm in their order.
pub(super) fn collected(
    request: &Request,
    places: &[Sums],
    gathered: Vec<Gathered>,
    arms: &Names,
    levels: &[Names],
    order: &[usize],
    mut health: Health,
) -> Collected {
    // Metrics may have missing values; the units are those of the metric that has most.
    let most_of = |counts: &mut Vec<u64>, of: &dyn Fn(u32) -> u64| {
        counts.resize(order.len(), 0);
        for (count, arm) in counts.iter_mut().zip(order) {
            *count = (*count).max(of(*arm as u32));
        }
    };
    let most = |counts: &mut Vec<u64>, arms: &Arms| most_of(counts, &|arm| arms.get(&arm).map_or(0, units));
    let mut all = Vec::new();
    health.segments = request.segments.iter().map(|name| (name.clone(), BTreeMap::new())).collect();
    for metric in &gathered {
        most(&mut all, &metric.overall);
        for (day, arms) in &metric.exposed {
            most_of(health.exposed.entry(*day).or_default(), &|arm| arms.get(&arm).copied().unwrap_or(0));
        }
        for ((cells, names), (_, told)) in metric.by_segment.iter().zip(levels).zip(&mut health.segments) {
            for (level, arms) in cells {
                most(told.entry(level_name(&names.all()[*level as usize])).or_default(), arms);
            }
        }
    }
    let mut metrics = Vec::new();
    for ((metric, sums), gathered) in request.metrics.iter().zip(places).zip(gathered) {
        let empty = || match metric.kind {
            Kind::Proportion { .. } => Sample::Count { successes: 0, units: 0 },
            _ => Sample::Moments(Moments::new(1 + usize::from(sums.second.is_some()))),
        };
        let cell =
            |mut arms: Arms| Cell(order.iter().map(|&arm| arms.remove(&(arm as u32)).unwrap_or_else(empty)).collect());
        let overall = cell(gathered.overall);
        if let Some(name) = metric.covariates.first() {
            let of = |sample: &Sample| match sample {
                Sample::Moments(moments) => moments.only(&[1]),
                _ => Moments::new(1),
            };
            health.before.push((name.clone(), overall.0.iter().map(of).collect()));
        }
        metrics.push(Measured {
            missing: all.iter().zip(&overall.0).map(|(all, sample)| all - units(sample)).collect(),
            overall,
            uncapped: None,
            by_day: gathered.by_day.into_iter().map(|(day, arms)| (day, cell(arms))).collect(),
            by_segment: gathered
                .by_segment
                .into_iter()
                .zip(levels)
                .map(|(cells, names)| {
                    let named = |(level, arms): (u32, Arms)| (level_name(&names.all()[level as usize]), cell(arms));
                    cells.into_iter().map(named).collect()
                })
                .collect(),
            adjusted: Vec::new(),
            capped: None,
            immature: vec![0; order.len()],
            largest_share: vec![0.0; order.len()],
        });
    }
    Collected { arms: order.iter().map(|&arm| arms.all()[arm].clone()).collect(), units: all, metrics, health }
}

pub(super) fn units(sample: &Sample) -> u64 {
    match sample {
        Sample::Count { units, .. } => *units,
        Sample::Moments(moments) => moments.n(),
        Sample::Values(_) | Sample::Lifetimes(_) => 0,
    }
}
