import math

import numpy as np
import pytest

from elubench_report.activations import parse_activation
from elubench_report.comparison import compare
from elubench_report.convergence import (
    Measure,
    compare_over_levels,
    final_error_levels,
    final_errors_of,
    first_stays,
    levels,
    loss_levels,
)
from elubench_report.experiment import Experiment, Run, Variant
from elubench_report.made_up_curves import made_up_experiment, made_up_run
from elubench_report.metrics import Series

ELU, RELU = Variant(parse_activation("elu")), Variant(parse_activation("relu"))


def series(values):
    return Series(np.arange(len(values)) * 10, np.array(values, dtype=float))


@pytest.mark.parametrize(
    ("values", "level", "expected"),
    [
        ([9, 8, 7], 8, 10),
        ([9, 7, 9, 7], 8, 30),
        ([9, 9], 8, math.inf),
        ([1, 1], 8, 0),
        ([1, math.nan], 8, math.inf),
        ([9, 8, 8, 8], 8, 10),
    ],
)
def test_first_stays(values, level, expected):
    assert first_stays(series(values), level) == expected


def test_level_is_the_mean_over_the_runs_of_the_baseline():
    # ReLU ends at 30 and 32, so the level is 31 for all four runs.
    experiment = made_up_experiment(
        [
            made_up_run("relu", 1, [50, 31, 30]),
            made_up_run("relu", 2, [50, 40, 32]),
            made_up_run("elu", 1, [31, 30.5, 30], seconds_a_step=2.0),
            made_up_run("elu", 2, [40, 31.5, 31]),
        ]
    )
    [level] = final_error_levels(experiment, RELU.activation)
    assert level.times[Measure.ITERATIONS] == {RELU: {1: 20, 2: math.inf}, ELU: {1: 10, 2: 30}}
    assert level.times[Measure.SECONDS] == {RELU: {1: 20, 2: math.inf}, ELU: {1: 20, 2: 30}}


def test_batch_normalised_runs_have_the_level_of_their_own_baseline(make):
    experiment = make(batch_norm=(False, True))
    finals = final_errors_of(experiment, RELU.activation)
    for batch_norm, level in finals.items():
        runs = experiment.of(Variant(RELU.activation, batch_norm))
        assert level == pytest.approx(np.mean([run.metrics.get("test", "error").values[-1] for run in runs]))
    assert finals[False] != finals[True]


def test_never_reached_and_diverged_are_kept():
    experiment = made_up_experiment(
        [
            made_up_run("relu", 1, [50, 31], [3.5, 1.9]),
            made_up_run("relu", 2, [50, 31], [3.5, 2.1]),
            made_up_run("relu", 3, [50, 31], [3.5, 1.9]),
            made_up_run("elu", 1, [31, 30], [1.5, 1.2]),
            made_up_run("elu", 2, [31, 30], [1.9, 1.8]),
            made_up_run("elu", 3, [31, 30], [1.9, 1.8], status="diverged at iteration 25"),
        ]
    )
    made = loss_levels(experiment)
    assert [level.name for level in made] == [f"training loss {level}" for level in (4, 3, 2, 1.5)]
    two, lowest = made[2:]
    assert two.times[Measure.ITERATIONS] == {RELU: {1: 20, 2: math.inf, 3: 20}, ELU: {1: 10, 2: 10, 3: math.inf}}
    assert two.times[Measure.SECONDS] == two.times[Measure.ITERATIONS]
    [comparison] = compare(two.times[Measure.ITERATIONS], RELU.activation)
    assert comparison.paired.differences == (-10, -math.inf, math.inf)
    [comparison] = compare(lowest.times[Measure.ITERATIONS], RELU.activation)
    assert (comparison.paired.neither, comparison.paired.censored) == (2, 3)


def test_seconds_are_of_one_device_only(make):
    def move(folder):
        path = folder / "runs/elu/seed-3/run.toml"
        path.write_text(path.read_text().replace("made-up processor", "another processor"))

    for level in levels(make(move), RELU.activation):
        assert sorted(level.times[Measure.ITERATIONS][ELU]) == [1, 2, 3]
        assert sorted(level.times[Measure.SECONDS][ELU]) == [1, 2]
        assert sorted(level.times[Measure.SECONDS][RELU]) == [1, 2, 3]


def test_holm_is_over_the_levels_of_one_activation():
    runs = [made_up_run("relu", s, [50, 40, 31], [3.5, 2.5, 1.9]) for s in range(8)]
    runs += [made_up_run("elu", s, [31, 30, 29], [1.9, 1.8, 1.7]) for s in range(8)]
    runs += [made_up_run("selu", s, [50, 31, 29], [3.5, 2.5, 1.2]) for s in range(8)]
    experiment = made_up_experiment(runs)
    made = levels(experiment, RELU.activation)
    found = compare_over_levels(made, Measure.ITERATIONS, RELU.activation)
    # Loss 1.5 is reached by SELU alone, so it is no comparison of ELU with ReLU.
    names = ["final test error of ReLU", "training loss 4", "training loss 3", "training loss 2"]
    assert list(found[ELU]) == names
    # Loss 4 is reached at once by both: no difference, no p, but it counts. 2 / 2^8 = .0078 times 4 levels.
    assert found[ELU]["training loss 4"].p_adjusted is None
    assert found[ELU]["training loss 2"].p_adjusted == pytest.approx(4 * 2 / 2**8)
    assert list(found[Variant(parse_activation("selu"))]) == [*names, "training loss 1.5"]


def identical_activations(generator: np.random.Generator, seeds: int) -> Experiment:
    """Runs of two activations that are the same: sd .25 between runs, .1 between a run's evaluations."""
    points = 30
    way = 30 + 40 * np.exp(-np.arange(points) / 6.0)
    losses = 4.4 * np.exp(-np.arange(points) / 15.0) + 0.3

    def run(activation: str, seed: int) -> Run:
        own = generator.normal(0, 0.25)
        errors = way + own + generator.normal(0, 0.1, points)
        return made_up_run(activation, seed, errors, losses * (1 + 0.05 * own) + generator.normal(0, 0.02, points))

    return made_up_experiment([run(name, seed) for name in ("relu", "elu") for seed in range(seeds)])


def test_identical_activations_are_rarely_decided():
    """False decisions in at most 5 %, and not on one side only, at the final error and at the losses."""
    generator, trials = np.random.default_rng(8), 800
    count: dict[tuple[str, int], int] = {}
    for _ in range(trials):
        experiment = identical_activations(generator, 10)
        for level in levels(experiment, RELU.activation):
            [comparison] = compare(level.times[Measure.ITERATIONS], RELU.activation)
            key = level.name, comparison.direction
            count[key] = count.get(key, 0) + 1
    margin = 3 * math.sqrt(0.05 * 0.95 / trials)
    for name in {name for name, _ in count}:
        wrong = [count.get((name, sign), 0) / trials for sign in (-1, 1)]
        assert sum(wrong) <= 0.05 + margin, name
        assert abs(wrong[0] - wrong[1]) <= margin, name
