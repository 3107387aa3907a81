from dataclasses import replace
from statistics import mean

import numpy as np
import pytest

from elubench_report import curves, text
from elubench_report.activations import parse_activation
from elubench_report.beside_table import beside_table
from elubench_report.errors import ReportError
from elubench_report.experiment import Variant, read_experiment
from elubench_report.learning_figures import curve_rows, learning_curves, lines_of
from elubench_report.made_up import MadeUp
from elubench_report.made_up_curves import made_up_experiment, made_up_run
from elubench_report.metrics import Metrics, Series
from elubench_report.page import draw_all
from elubench_report.paper_table import paper_result_table, paper_table
from elubench_report.reference import read_reference, reference_of

ELU, RELU = Variant(parse_activation("elu")), Variant(parse_activation("relu"))


def test_last_points_are_the_papers_printed_means():
    reference = read_reference("clevert2015-fig4")
    printed = {"elu": 28.75, "shifted_relu": 29.35, "leaky_relu": 30.59, "relu": 31.56}
    for name, error in printed.items():
        assert reference.test_error[Variant(parse_activation(name))].at(165000) == pytest.approx(error, abs=0.01)


def test_the_result_is_beside_the_papers_where_runs_are_as_long():
    reference = read_reference("clevert2015-fig4")
    errors = {"elu": 29.45, "relu": 31.56}
    runs = [made_up_run(name, 1, [50, error]) for name, error in errors.items()]
    assert paper_result_table(made_up_experiment(runs), reference) is None
    long_runs = made_up_experiment(
        [
            replace(run, specification={"train": {"iterations": 165000}}, metrics=at_the_end(errors[name]))
            for run in runs
            for name in [run.variant.activation.name]
        ]
    )
    rows = paper_result_table(long_runs, reference).rows
    assert [(row[0], *row[3:6], row[7]) for row in rows] == [
        ("ELU", "28.75 ± 0.24", "10", "+0.70", "higher"),
        ("ReLU", "31.56 ± 0.37", "10", "0.00", "within chance"),
    ]


def at_the_end(error):
    return Metrics({("test", "error"): Series(np.array([165000]), np.array([error]))})


def test_seed_by_seed_beside_other_runs():
    def runs(shift):
        return [made_up_run("elu", s, [50 + s, 40 + (-1) ** s * shift], [3.0, 2.0 - shift * s]) for s in (1, 2)]

    elu, relu = runs(1.0), [made_up_run("relu", 9, [50, 40])]  # no such seed there
    table = beside_table(made_up_experiment([*elu, *relu]), made_up_experiment(runs(0.0)))
    # Errors differ by 0 and -1 with seed 1, by 0 and +1 with seed 2; between the seeds there by -1 and 0. Losses
    # differ by 0 and -1, and by 0 and -2; between the seeds there not at all.
    assert table.rows == [
        ["ELU", "2", "test error (points)", "0.00", "0.50", "0.50"],
        ["ELU", "2", "training loss (nats)", "−0.750", "0.750", "0.000"],
    ]
    assert beside_table(made_up_experiment(relu), made_up_experiment(elu)) is None


def test_skew_is_undone():
    reference = read_reference("clevert2015-fig4")
    elu = reference.test_error[ELU]
    assert (elu.at(0), elu.at(500)) == (98.989, 75.126)
    # The learning rate falls at 35,000: the evaluation at it is still high, the next is low.
    for fall in (35000, 85000, 135000):
        before, after = elu.values[elu.iterations <= fall][-1], elu.at(fall + 500)
        assert after is not None
        assert before - after > 0.1
    loss = reference.training_loss[RELU]
    assert (loss.iterations[0], loss.values[0], loss.iterations[-1]) == (500, 4.579, 165000)


def test_figure_5_has_batch_normalisation():
    reference = read_reference("clevert2015-fig5")
    assert reference.test_error[Variant(RELU.activation, True)].at(165000) == pytest.approx(29.81, abs=0.01)
    assert not reference.training_loss


def test_another_experiment_gives_its_mean_curves(make):
    experiment = make()
    reference = reference_of(experiment)
    runs = experiment.of(RELU)
    expected = mean(run.metrics.get("test", "error").at(600) for run in runs)
    assert len(runs) == 3
    assert reference.test_error[RELU].at(600) == pytest.approx(expected)
    assert set(reference.training_loss) == {RELU, Variant(parse_activation("elu(alpha=1)"))}


def test_a_report_says_what_it_is_drawn_beside(make, tmp_path, without_figure_files):
    other = MadeUp(iterations=600, seeds=(1,)).write(tmp_path / "other")
    (report,) = draw_all([make(reference="clevert2015-fig4")], beside=read_experiment(other))
    page = (report.folder / "report.md").read_text()
    assert "Dashed, in the same colours: Made-up curves (other)." in page
    assert "moved from the plot" not in page
    assert "paper" not in report.tables


def test_a_recipe_may_name_another_experiment(make, tmp_path, without_figure_files):
    MadeUp(iterations=600, seeds=(1,)).write(tmp_path / "other")
    (report,) = draw_all([make(reference="../other")])
    page = (report.folder / "report.md").read_text()
    assert "Dashed, in the same colours: Made-up curves (other)." in page
    (report,) = draw_all([make(reference="../nowhere")])
    assert any("../nowhere" in warning for warning in report.warnings)


@pytest.mark.parametrize(("test_every", "left_out"), [(500, False), (200, True), (400, True)])
def test_losses_are_beside_the_papers_where_they_are_means_of_as_many_iterations(make, test_every, left_out):
    """While it falls, the mean of the last 200 iterations is below that of the last 500, as the paper's is."""
    experiment = make(reference="clevert2015-fig4", iterations=1000, test_every=test_every)
    reference = read_reference("clevert2015-fig4")
    table = paper_table(experiment, reference)
    assert all((row[6] == text.ABSENT) == left_out for row in table.rows)
    assert any("losses are left out" in note for note in table.notes) == left_out
    (figure,) = [f for f in learning_curves(experiment, reference) if f.key == "training_loss_iterations"]
    assert ("losses are left out" in figure.caption) == left_out
    assert ("Dashed" in figure.caption) != left_out


@pytest.mark.parametrize(("log_every", "test_every", "window"), [(50, 200, 200), (200, 50, 200), (150, 200, None)])
def test_a_loss_window_is_of_what_was_logged(log_every, test_every, window):
    rows = np.arange(log_every, 601, log_every)
    tests = np.arange(0, 601, test_every)
    metrics = Metrics({("train", "loss"): Series(rows, 1.0 * rows), ("test", "error"): Series(tests, 1.0 * tests)})
    assert curves.loss_window([replace(made_up_run("elu", 1, [50]), metrics=metrics)]) == window


def test_losses_over_other_windows_are_not_taken_seed_by_seed(make, tmp_path):
    other = read_experiment(MadeUp(iterations=600, seeds=(1, 2), test_every=100).write(tmp_path / "other"))
    measures = {row[2] for row in beside_table(make(test_every=200), other).rows}
    assert measures == {"test error (points)"}


def test_figures_csvs_say_whose_curves_they_hold(make):
    experiment = make()
    lines = list(lines_of(experiment, curves.test_error, reference_of(make(seeds=(1,))).test_error, False))
    assert {row[1] for row in curve_rows(lines, "other")} == {"this experiment", "other"}


def test_unknown_key_names_the_known():
    with pytest.raises(ReportError, match="clevert2015-fig4, clevert2015-fig5"):
        read_reference("clevert2015-fig6")
