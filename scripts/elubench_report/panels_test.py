import numpy as np
import pytest
from matplotlib.figure import Figure as Canvas

from elubench_report.activations import FUNCTIONS, parse_activation
from elubench_report.experiment import Variant
from elubench_report.learning_figures import learning_curves
from elubench_report.made_up_curves import made_up_experiment, made_up_run
from elubench_report.panels import Names, arrange
from elubench_report.style import ONE_COLUMN, TWO_COLUMNS, EndLabel, colour, label_ends

FOUR = ["relu", "leaky_relu", "shifted_relu", "elu"]
SWEEP = ["relu", *(f"elu(alpha={alpha})" for alpha in (3, 0.1, 0.25, 0.5, 1, 1.5, 2))]


def experiment_of(names, batch_norm=(False,)):
    runs = [made_up_run(name, 1, [50, 40 - i]) for i, name in enumerate(names)]
    experiment = made_up_experiment(runs)
    return experiment, [Variant(run.variant.activation, kind) for kind in batch_norm for run in runs]


def test_few_lines_share_a_panel_of_one_column():
    made = arrange(*experiment_of(FOUR))
    assert (len(made.panels), made.width, made.names) == (1, ONE_COLUMN, Names.ENDS)


def test_six_lines_take_two_columns():
    assert arrange(*experiment_of([f.name for f in FUNCTIONS[:5]])).width == ONE_COLUMN
    assert arrange(*experiment_of([f.name for f in FUNCTIONS[:6]])).width == TWO_COLUMNS


def test_batch_normalisation_has_its_own_panel():
    made = arrange(*experiment_of(FOUR, (False, True)))
    assert [panel.title for panel in made.panels] == ["without batch normalisation", "with batch normalisation"]
    assert [{v.batch_norm for v in panel.variants} for panel in made.panels] == [{False}, {True}]
    assert not any(map(made.mixed, made.panels))


def test_more_lines_than_can_be_told_apart_have_a_panel_each():
    experiment, variants = experiment_of([f.name for f in FUNCTIONS], (False, True))
    made = arrange(experiment, variants)
    assert len(made.panels) == len(FUNCTIONS)
    assert made.names is Names.TITLES
    for panel in made.panels:
        assert len(panel.variants) == 2
        assert made.mixed(panel)
        assert len(panel.background) == len(variants) - 2


def lightness(shade):
    return np.dot([int(shade[k : k + 2], 16) / 255 for k in (1, 3, 5)], [0.2126, 0.7152, 0.0722])


def test_a_sweep_goes_from_dark_to_light_with_its_key_in_order():
    experiment, variants = experiment_of(SWEEP)
    assert arrange(experiment, variants).names is Names.KEY
    shades = [
        colour(experiment, Variant(parse_activation(f"elu(alpha={a})"))) for a in (0.1, 0.25, 0.5, 1, 1.5, 2, 3)
    ]
    steps = np.diff([lightness(shade) for shade in shades])
    assert steps.min() > 0.04
    figures = {figure.key: figure for figure in learning_curves(experiment, None)}
    [axes] = figures["test_error_iterations"].canvas.axes
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["ReLU", *(f"ELU (α = {alpha})" for alpha in ("0.1", "0.25", "0.5", "1", "1.5", "2", "3"))]


def test_leaders_start_where_the_line_ends():
    axes = Canvas(figsize=(3, 2)).subplots()
    axes.set_xlim(0, 10)
    axes.set_ylim(0, 100)
    label_ends(axes, [EndLabel(8.0, 30.0, "a", "red"), EndLabel(10.0, 31.0, "b", "blue")])
    starts = [float(part) for text in axes.texts for part in text.xy]
    assert starts == pytest.approx([0.8, 0.3, 1.0, 0.31])
    assert all(text.get_position()[0] > 1 for text in axes.texts)
