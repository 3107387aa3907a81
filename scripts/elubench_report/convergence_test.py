import math

import numpy as np
import pytest

from elubench_report.activations import parse_activation
from elubench_report.convergence import final_error_level, first_stays, loss_levels
from elubench_report.curves import mean_curve, seconds, training_loss
from elubench_report.experiment import Variant
from elubench_report.metrics import Series


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


def test_level_is_that_of_the_baseline_with_the_same_seed(make):
    experiment = make()
    level = final_error_level(experiment, parse_activation("relu"))
    for run in experiment.runs:
        [baseline] = [r for r in experiment.runs if r.variant.activation.name == "relu" and r.seed == run.seed]
        errors = run.metrics.get("test", "error")
        target = baseline.metrics.get("test", "error").values[-1]
        below = [all(errors.values[k:] <= target) for k in range(len(errors))]
        expected = errors.iterations[below.index(True)] if any(below) else math.inf
        assert level.iterations[run.variant][run.seed] == expected
        assert level.seconds[run.variant][run.seed] == pytest.approx(seconds(run, np.array([expected]))[0])


def test_never_reached_is_kept(make):
    levels = loss_levels(make(iterations=2000), parse_activation("relu"))
    elu, relu = Variant(parse_activation("elu")), Variant(parse_activation("relu"))
    [four] = [level for level in levels if level.name == "training loss 4"]
    assert all(math.isinf(time) for time in four.iterations[relu].values())
    assert all(math.isfinite(time) for time in four.iterations[elu].values())
    [comparison] = four.in_iterations
    assert comparison.paired.censored == comparison.paired.n == 3


def test_training_loss_is_the_mean_between_evaluations(make):
    run = make(log_every=50, test_every=200).runs[0]
    rows = run.metrics.get("train", "loss")
    expected = [
        np.mean(rows.values[(rows.iterations > end - 200) & (rows.iterations <= end)]) for end in (200, 400, 600)
    ]
    assert training_loss(run).iterations.tolist() == [200, 400, 600]
    assert training_loss(run).values == pytest.approx(expected)


def test_mean_curve_and_band(make):
    experiment = make()
    runs = experiment.finished(experiment.variants[0])
    curve = mean_curve(runs, lambda run: run.metrics.get("test", "error"))
    last = [run.metrics.get("test", "error").values[-1] for run in runs]
    half = 4.302652729911275 * np.std(last, ddof=1) / math.sqrt(3)  # t(2) at 0.975
    assert curve.mean[-1] == pytest.approx(np.mean(last))
    assert (curve.low[-1], curve.high[-1]) == pytest.approx((np.mean(last) - half, np.mean(last) + half))
