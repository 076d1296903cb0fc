"""Ten million rows of an A/B test: channelmix beside pandas + statsmodels and tea-tasting, on the same file in the same run.

    pip install numpy pandas statsmodels tea-tasting
    cargo build --release
    python benches/ten_million_rows.py target/release/channelmix

Writes the file (220 MB) to a temporary folder, runs each program in a process of its own, several rounds in turn, and
prints wall time and peak memory, with the results that they agree on.
"""

import os
import subprocess
import sys
import tempfile
import time

ROWS = 10_000_000
ROUNDS = 3

PANDAS = """
import sys, pandas as pd
from statsmodels.stats.proportion import proportions_ztest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW
rows = pd.read_csv(sys.argv[1])
assert not rows.unit_id.duplicated().any()
control, treatment = (rows[rows.variant == arm] for arm in ("control", "treatment"))
z, p = proportions_ztest([treatment.converted.sum(), control.converted.sum()], [len(treatment), len(control)])
means = CompareMeans(DescrStatsW(treatment.revenue), DescrStatsW(control.revenue))
t, q, df = means.ttest_ind(usevar="unequal")
low, high = means.tconfint_diff(usevar="unequal")
print(f"converted p {p:.6e}  revenue p {q:.6e}  {low:.6f} to {high:.6f}")
"""

TEA_TASTING = """
import sys, pandas as pd, tea_tasting as tt
rows = pd.read_csv(sys.argv[1])
result = tt.Experiment(converted=tt.Proportion("converted"), revenue=tt.Mean("revenue"), ratio=tt.SampleRatio()).analyze(rows, control="control")
revenue = result["revenue"]
print(f"converted p {result['converted'].pvalue:.6e}  revenue p {revenue.pvalue:.6e}  {revenue.effect_size_ci_lower:.6f} to {revenue.effect_size_ci_upper:.6f}")
"""


def write(path):
    import numpy as np

    luck = np.random.default_rng(1)
    with open(path, "w") as file:
        file.write("unit_id,variant,converted,revenue\n")
        for start in range(0, ROWS, 1_000_000):
            treated = luck.random(1_000_000) < 0.5
            converted = luck.random(1_000_000) < np.where(treated, 0.1005, 0.1)
            revenue = np.where(converted, np.round(np.exp(luck.normal(3.5, 1.0, 1_000_000)), 2), 0.0)
            arms = np.where(treated, "treatment", "control")
            file.write("".join(f"u{start + i},{a},{c:d},{r:g}\n" for i, (a, c, r) in enumerate(zip(arms, converted, revenue))))


def measured(command):
    """Wall time in seconds, peak memory in MB, and the last line printed."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return time.perf_counter() - begin, usage.ru_maxrss / 1024, text.strip().splitlines()[-1]


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "target/release/channelmix"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "ten.csv")
        # In a process of its own: what is begun by a process inherits its peak of memory.
        subprocess.run([sys.executable, __file__, "--write", path], check=True)
        asked = ["abtest", "analyze", path, "--metric", "converted:proportion", "--metric", "revenue:mean", "--control", "control", "--quiet"]
        commands = {
            "channelmix": [program, *asked, "--format", "csv"],
            "pandas + statsmodels": [sys.executable, "-c", PANDAS, path],
            "tea-tasting": [sys.executable, "-c", TEA_TASTING, path],
        }
        best = {}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                found = measured(command)
                best.setdefault(name, []).append(found)
        for name, rounds in best.items():
            seconds = sorted(seconds for seconds, _, _ in rounds)
            print(f"{name}: {seconds[len(seconds) // 2]:.2f} s (from {seconds[0]:.2f} to {seconds[-1]:.2f}), {max(memory for _, memory, _ in rounds):.0f} MB")
            print(f"    {rounds[0][2]}")


if sys.argv[1:2] == ["--write"]:
    write(sys.argv[2])
else:
    main()
