//! What is played: a strategy, and the same without its parts.

use crate::scenario::NONE;
use crate::world::{CampaignId, ChannelId, Strategy, Without, World};

/// A strategy, the same without each of its parts, and `none`. The tallies of [`Variants::strategies`] have them in the order
/// of the fields.
#[derive(Clone, Debug)]
pub struct Variants {
    /// The world with the variants behind its strategies.
    pub world: World,
    /// Name of the strategy.
    pub name: String,
    /// Indices in the world of all that is played.
    pub strategies: Vec<usize>,
    /// The channels on which the strategy sends, in the order of the file: the same without each of them.
    pub channels: Vec<ChannelId>,
    /// Places in `channels`, the first below the second: the same without both.
    pub pairs: Vec<(usize, usize)>,
    /// The campaigns that it carries out: the same without each of them.
    pub campaigns: Vec<CampaignId>,
}

impl Variants {
    /// The variants of a strategy of the file; none if it sends nothing that could be left out.
    pub fn new(mut world: World, strategy: usize) -> Option<Self> {
        let whole = &world.strategies[strategy];
        let name = whole.name.clone();
        let mut channels: Vec<ChannelId> = whole.steps().map(|(_, _, step)| step.channel).collect();
        channels.sort_unstable();
        channels.dedup();
        if channels.is_empty() {
            return None;
        }
        let campaigns = whole.plans.iter().enumerate().filter(|(_, plan)| plan.is_some());
        let campaigns: Vec<CampaignId> = campaigns.map(|(campaign, _)| campaign as CampaignId).collect();
        let pairs: Vec<(usize, usize)> =
            (0..channels.len()).flat_map(|one| (one + 1..channels.len()).map(move |other| (one, other))).collect();
        let none = world.strategy(NONE)?;
        let silent = |places: &[usize]| Without {
            channels: places.iter().map(|&place| channels[place]).collect(),
            campaigns: Vec::new(),
        };
        let without_one = (0..channels.len()).map(|place| silent(&[place]));
        let without_two = pairs.iter().map(|&(one, other)| silent(&[one, other]));
        let without_campaign =
            campaigns.iter().map(|&campaign| Without { channels: Vec::new(), campaigns: vec![campaign] });
        let mut strategies = vec![strategy];
        for without in without_one.chain(without_two).chain(without_campaign).collect::<Vec<_>>() {
            let named = named(&world, &without);
            strategies.push(world.add_variant(strategy, &without, format!("{name} without {named}"))?);
        }
        strategies.push(none);
        Some(Self { world, name, strategies, channels, pairs, campaigns })
    }

    /// Place in the tallies of the strategy as it is.
    pub const WHOLE: usize = 0;

    /// Place in the tallies of the strategy without a channel.
    pub fn without_channel(&self, channel: usize) -> usize {
        1 + channel
    }

    /// Place in the tallies of the strategy without a pair of channels.
    pub fn without_pair(&self, pair: usize) -> usize {
        1 + self.channels.len() + pair
    }

    /// Place in the tallies of the strategy without a campaign.
    pub fn without_campaign(&self, campaign: usize) -> usize {
        1 + self.channels.len() + self.pairs.len() + campaign
    }

    /// Place in the tallies of `none`.
    pub fn none(&self) -> usize {
        self.strategies.len() - 1
    }

    /// The strategy as it is.
    pub fn whole(&self) -> &Strategy {
        &self.world.strategies[self.strategies[Self::WHOLE]]
    }
}

/// What a variant is without, in words.
fn named(world: &World, without: &Without) -> String {
    let channels = without.channels.iter().map(|&channel| &world.channels[usize::from(channel)].name);
    let campaigns = without.campaigns.iter().map(|&campaign| &world.campaigns[usize::from(campaign)]);
    channels.chain(campaigns).map(String::as_str).collect::<Vec<_>>().join(" and ")
}
