import math

import numpy as np
import pytest

from elubench_report.curves import mean_curve, training_loss
from elubench_report.made_up_curves import made_up_run
from elubench_report.metrics import Series


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


def test_the_band_of_two_runs_goes_from_one_to_the_other(make):
    experiment = make(seeds=(1, 2))
    runs = experiment.finished(experiment.variants[0])
    curve = mean_curve(runs, lambda run: run.metrics.get("test", "error"))
    ends = np.sort([run.metrics.get("test", "error").values for run in runs], axis=0)
    assert curve.low.tolist() == ends[0].tolist()
    assert curve.high.tolist() == ends[1].tolist()


def test_rows_of_the_training_loss_count_by_the_iterations_that_they_cover():
    run = made_up_run("relu", 1, [50])
    rows = {
        ("test", "error"): Series(np.array([100, 200]), np.array([50.0, 40.0])),
        ("train", "loss"): Series(np.array([10, 100, 150, 200, 230]), np.array([4.0, 2.0, 1.0, 3.0, 9.0])),
    }
    run.metrics.series.update(rows)
    # (10 · 4 + 90 · 2) / 100, (50 · 1 + 50 · 3) / 100; the row after the last evaluation belongs to none.
    assert training_loss(run).values == pytest.approx([2.2, 2.0])
