//! Several densities on one line, with their distribution functions: Gauss–Legendre panels that also integrate from the
//! left up to each node.
//!
//! What compares random variables, P(best) = ∫ fᵢ·∏Fⱼ or a regret ∫ Fᵢ·(1 − ∏Fⱼ), needs each Fⱼ at every node. From the
//! values of fⱼ at the nodes of a panel its integral up to each node is a fixed matrix away, so K laws cost K densities
//! a node and nothing is nested.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Nodes in a panel: exact for polynomials of degree 47, and up to each node of degree 23: enough for a normal
/// density over two standard deviations.
const NODES: usize = 24;

/// A line cut at given points.
pub(super) struct Panels {
    /// Nodes, ascending.
    nodes: Vec<f64>,
    /// Half the width of each panel.
    halves: Vec<f64>,
}

impl Panels {
    /// Cuts the line from the smallest to the largest of `cuts`, in any order.
    pub fn new(mut cuts: Vec<f64>) -> Self {
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let (mut nodes, mut halves) = (Vec::new(), Vec::new());
        for pair in cuts.windows(2) {
            let (centre, half) = (0.5 * pair[0] + 0.5 * pair[1], 0.5 * (pair[1] - pair[0]));
            nodes.extend(RULE.nodes.iter().map(|x| centre + half * x));
            halves.push(half);
        }
        Self { nodes, halves }
    }

    /// Where densities are to be given.
    pub fn nodes(&self) -> &[f64] {
        &self.nodes
    }

    /// ∫ of a function given at the nodes.
    pub fn integrate(&self, values: impl Iterator<Item = f64>) -> f64 {
        let weights = self.halves.iter().flat_map(|half| RULE.weights.iter().map(move |w| w * half));
        values.zip(weights).map(|(value, weight)| value * weight).sum()
    }

    /// ∫ up to each node, and from each node on, of a density given at the nodes; each sums from its own end, so that both
    /// tails keep their digits.
    pub fn sides(&self, density: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let parts: Vec<f64> = self
            .panels(density)
            .map(|(half, values)| half * values.iter().zip(&RULE.weights).map(|(f, w)| f * w).sum::<f64>())
            .collect();
        let mut below = vec![0.0; density.len()];
        let mut above = vec![0.0; density.len()];
        let mut sum = 0.0;
        for (panel, (half, values)) in self.panels(density).enumerate() {
            for i in 0..NODES {
                below[panel * NODES + i] = (sum + half * RULE.up_to(i, values.iter())).max(0.0);
            }
            sum += parts[panel];
        }
        sum = 0.0;
        for (panel, (half, values)) in self.panels(density).enumerate().collect::<Vec<_>>().into_iter().rev() {
            for i in 0..NODES {
                let on = half * RULE.up_to(NODES - 1 - i, values.iter().rev());
                above[panel * NODES + i] = (sum + on).max(0.0);
            }
            sum += parts[panel];
        }
        (below, above)
    }

    fn panels<'a>(&'a self, values: &'a [f64]) -> impl Iterator<Item = (f64, &'a [f64])> {
        self.halves.iter().copied().zip(values.chunks_exact(NODES))
    }
}

/// The rule on \[−1, 1\].
struct Rule {
    nodes: [f64; NODES],
    weights: [f64; NODES],
    /// ∫ from −1 up to node i of the polynomial that is 1 at node j and 0 at the others.
    up_to: [[f64; NODES]; NODES],
}

impl Rule {
    fn up_to<'a>(&self, i: usize, values: impl Iterator<Item = &'a f64>) -> f64 {
        self.up_to[i].iter().zip(values).map(|(a, f)| a * f).sum()
    }
}

static RULE: LazyLock<Rule> = LazyLock::new(|| {
    let mut nodes = [0.0; NODES];
    let mut weights = [0.0; NODES];
    for i in 0..NODES {
        // Newton on P₂₄ from Tricomi's first guess; P′ₙ = n (Pₙ₋₁ − x Pₙ)/(1 − x²).
        let mut x = -libm::cos(PI * (i as f64 + 0.75) / (NODES as f64 + 0.5));
        let mut slope = 0.0;
        for _ in 0..10 {
            let p = legendre(x);
            slope = NODES as f64 * (p[NODES - 1] - x * p[NODES]) / (1.0 - x * x);
            x -= p[NODES] / slope;
        }
        nodes[i] = x;
        weights[i] = 2.0 / ((1.0 - x * x) * slope * slope);
    }
    // The polynomial of node j is Σ wⱼ (k + ½) Pₖ(xⱼ) Pₖ, and ∫ Pₖ = (Pₖ₊₁ − Pₖ₋₁)/(2k + 1) with P₋₁ = −1 for k = 0.
    let values: Vec<[f64; NODES + 2]> = nodes.iter().map(|x| legendre(*x)).collect();
    let mut up_to = [[0.0; NODES]; NODES];
    for i in 0..NODES {
        for j in 0..NODES {
            let higher: f64 = (1..NODES).map(|k| (values[i][k + 1] - values[i][k - 1]) * values[j][k]).sum();
            up_to[i][j] = 0.5 * weights[j] * (nodes[i] + 1.0 + higher);
        }
    }
    Rule { nodes, weights, up_to }
});

/// P₀ … P₂₅ at x.
fn legendre(x: f64) -> [f64; NODES + 2] {
    let mut p = [1.0; NODES + 2];
    p[1] = x;
    for k in 1..=NODES {
        let n = k as f64;
        p[k + 1] = ((2.0 * n + 1.0) * x * p[k] - n * p[k - 1]) / (n + 1.0);
    }
    p
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{normal, off};

    #[test]
    fn a_normal_density_gives_both_its_tails() {
        let panels = Panels::new((-6..=6).map(|k| 2.0 * f64::from(k)).collect());
        let density: Vec<f64> = panels.nodes().iter().map(|z| normal::density(*z)).collect();
        let (below, above) = panels.sides(&density);
        assert!(off(panels.integrate(density.iter().copied()), 1.0) < 1e-15);
        for (i, z) in panels.nodes().iter().enumerate() {
            assert!((below[i] - normal::cdf(*z)).abs() < 1e-15 && (above[i] - normal::sf(*z)).abs() < 1e-15, "{z}");
            if z.abs() < 6.0 {
                assert!(off(below[i], normal::cdf(*z)) < 1e-11 && off(above[i], normal::sf(*z)) < 1e-11, "{z}");
            }
        }
    }

    #[test]
    fn polynomials_are_integrated_exactly_up_to_each_node() {
        let panels = Panels::new(vec![2.0, -1.0, 0.5, 0.5]);
        let values: Vec<f64> = panels.nodes().iter().map(|x| x.powi(9)).collect();
        let (below, above) = panels.sides(&values.iter().map(|v| v + 1.0).collect::<Vec<_>>());
        for (i, x) in panels.nodes().iter().enumerate() {
            assert!((below[i] - ((x.powi(10) - 1.0) / 10.0 + x + 1.0)).abs() < 1e-12);
            assert!((above[i] - ((1024.0 - x.powi(10)) / 10.0 + 2.0 - x)).abs() < 1e-12);
        }
    }
}
