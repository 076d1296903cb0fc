//! Where labels go, so that they don't lie on each other.

/// A box: left, top, right, bottom.
pub(super) type Area = (f64, f64, f64, f64);

/// Places at least `gap` apart, within `low..=high`, as near as possible to those wished. The result is in the order of
/// the wishes. If there is no room for all, they are spread evenly.
pub(super) fn spread(wishes: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let count = wishes.len();
    if count == 0 {
        return Vec::new();
    }
    let gap = if count > 1 { gap.min((high - low) / (count - 1) as f64) } else { gap };
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&one, &other| wishes[one].total_cmp(&wishes[other]));
    // Blocks of labels that touch: their number, and the sum of where each would have the block begin.
    let mut blocks: Vec<(usize, f64)> = Vec::new();
    let begin = |block: &(usize, f64)| (block.1 / block.0 as f64).max(low).min(high - (block.0 - 1) as f64 * gap);
    for &label in &order {
        blocks.push((1, wishes[label]));
        while let [.., before, last] = blocks.as_slice() {
            if begin(before) + before.0 as f64 * gap <= begin(last) + 1e-9 {
                break;
            }
            // The last block's labels would have the joined block begin earlier by the length of the one before.
            let joined = (before.0 + last.0, before.1 + last.1 - last.0 as f64 * before.0 as f64 * gap);
            blocks.truncate(blocks.len() - 2);
            blocks.push(joined);
        }
    }
    let mut places = vec![0.0; count];
    let mut labels = order.into_iter();
    for block in &blocks {
        for (number, label) in labels.by_ref().take(block.0).enumerate() {
            places[label] = begin(block) + number as f64 * gap;
        }
    }
    places
}

/// Whether two boxes touch.
pub(super) fn touch(one: Area, other: Area) -> bool {
    one.0 < other.2 && other.0 < one.2 && one.1 < other.3 && other.1 < one.3
}

/// A box for the label of each point, of its width and of `height`, near the point, within `bounds`, not touching
/// `taken` nor each other; none where there is no room.
pub(super) fn around(
    points: &[(f64, f64)],
    widths: &[f64],
    height: f64,
    bounds: Area,
    taken: &[Area],
) -> Vec<Option<Area>> {
    let mut full = taken.to_vec();
    let mut labels = Vec::new();
    for (&(x, y), &width) in points.iter().zip(widths) {
        let free = |area: &Area| {
            let within = area.0 >= bounds.0 && area.1 >= bounds.1 && area.2 <= bounds.2 && area.3 <= bounds.3;
            within && !full.iter().any(|&other| touch(*area, other))
        };
        let mut wishes = Vec::new();
        for ring in 0..12 {
            let far = 9.0 + 14.0 * f64::from(ring);
            let sides = [(1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (1, 1), (-1, -1), (-1, 1)];
            let shifted = [(2, -1), (2, 1), (-2, -1), (-2, 1)];
            for (across, down) in sides.into_iter().chain(shifted) {
                let left = match across {
                    1 => x + far,
                    0 => x - width / 2.0,
                    2 => x - width / 5.0,
                    -2 => x - width * 0.8,
                    _ => x - far - width,
                };
                let top = match down {
                    1 => y + far,
                    0 => y - height / 2.0,
                    _ => y - far - height,
                };
                wishes.push((left, top, left + width, top + height));
            }
        }
        let label = wishes.into_iter().find(free);
        full.extend(label);
        labels.push(label);
    }
    labels
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn spread_labels_never_overlap_and_stay_within(wishes in prop::collection::vec(-50.0_f64..350.0, 0..15)) {
            let places = spread(&wishes, 18.0, 0.0, 300.0);
            let mut sorted = places.clone();
            sorted.sort_by(f64::total_cmp);
            prop_assert!(sorted.windows(2).all(|pair| pair[1] - pair[0] >= 18.0 - 1e-6), "{places:?}");
            prop_assert!(places.iter().all(|&place| (-1e-6..=300.0 + 1e-6).contains(&place)), "{places:?}");
        }

        #[test]
        fn labels_around_points_never_overlap(points in prop::collection::vec((50.0_f64..600.0, 20.0_f64..380.0), 0..14)) {
            let widths: Vec<f64> = (0..points.len()).map(|number| 40.0 + 9.0 * number as f64).collect();
            let taken: Vec<Area> = points.iter().map(|&(x, y)| (x - 6.0, y - 6.0, x + 6.0, y + 6.0)).collect();
            let labels = around(&points, &widths, 18.0, (0.0, 0.0, 700.0, 400.0), &taken);
            let placed: Vec<Area> = labels.iter().flatten().copied().collect();
            for (number, one) in placed.iter().enumerate() {
                prop_assert!(placed[..number].iter().chain(&taken).all(|&other| !touch(*one, other)));
            }
        }
    }

    #[test]
    fn labels_that_have_room_stay_where_they_want() {
        assert_eq!(spread(&[10.0, 200.0, 100.0], 18.0, 0.0, 300.0), [10.0, 200.0, 100.0]);
        assert_eq!(spread(&[100.0, 100.0], 18.0, 0.0, 300.0), [91.0, 109.0]);
    }
}
