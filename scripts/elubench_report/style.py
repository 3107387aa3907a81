"""How figures look: sizes of a paper's columns, a palette for colour-blind readers, lines, labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps, colors
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from elubench_report.activations import Activation
from elubench_report.experiment import Experiment, Variant

ONE_COLUMN = 3.4  # inches
TWO_COLUMNS = 7.0
INK = "#1c1f24"  # the SVGs in the page take the page's text colour instead
FAINT = "#d6d9de"
FAINT_LINE = "#c3c7cd"  # the other lines of a small panel
FONT_SIZE = 8.0

RC = {
    "font.family": "DejaVu Sans",
    "font.size": FONT_SIZE,
    "mathtext.fontset": "dejavusans",
    "axes.labelsize": FONT_SIZE,
    "axes.titlesize": FONT_SIZE,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": FONT_SIZE - 1,
    "ytick.labelsize": FONT_SIZE - 1,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "ytick.minor.size": 0,
    "lines.linewidth": 1.4,
    "lines.markersize": 3.5,
    "legend.fontsize": FONT_SIZE - 1,
    "legend.frameon": False,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "elubench",
    "savefig.dpi": 200,
}

# Okabe and Ito's palette, then Tol's muted one. A function keeps its colour in every report.
_PALETTE = {
    "elu": "#D55E00",
    "relu": "#0072B2",
    "leaky_relu": "#009E73",
    "shifted_relu": "#CC79A7",
    "selu": "#E69F00",
    "celu": "#882255",
    "gelu": "#56B4E9",
    "gelu_tanh": "#117733",
    "silu": "#4B3BA8",
    "mish": "#AA4499",
    "softplus": "#999933",
    "softsign": "#44AA99",
    "tanh": "#8C4A2F",
    "sigmoid": "#7A7A7A",
    "hard_swish": "#6699CC",
    "squareplus": "#B8546A",
    "identity": "#A0A0A0",
}
_UNKNOWN = "#606060"

# What tells the paper's four apart where there is no colour.
MARKERS = {"elu": "o", "relu": "s", "leaky_relu": "^", "shifted_relu": "D"}


def _with_that_name(experiment: Experiment, activation: Activation) -> list[Activation]:
    return sorted({v.activation for v in experiment.variants if v.activation.name == activation.name})


def is_sweep(experiment: Experiment, activation: Activation) -> bool:
    """Whether the experiment varies its parameters over three values or more."""
    return len(_with_that_name(experiment, activation)) > 2


def colour(experiment: Experiment, variant: Variant) -> str:
    """The function's colour; of two with other parameters the first is darker; a sweep has a sequential map."""
    base = _PALETTE.get(variant.activation.name, _UNKNOWN)
    same = _with_that_name(experiment, variant.activation)
    position = same.index(variant.activation) / max(1, len(same) - 1)
    if is_sweep(experiment, variant.activation):
        return colors.to_hex(colormaps["plasma"](0.88 * position))
    return _mix(base, "#000000", 0.4) if len(same) == 2 and position == 0 else base


def _mix(first: str, second: str, share: float) -> str:
    return colors.to_hex((1 - share) * np.array(colors.to_rgb(first)) + share * np.array(colors.to_rgb(second)))


REFERENCE_STYLE = (0, (4, 2))
BATCH_NORM_STYLE = (0, (6, 1.5, 1, 1.5))  # where both kinds are in one panel


@dataclass(frozen=True)
class EndLabel:
    """A label to the right of where a line ends."""

    x: float  # data coordinates
    y: float
    text: str
    colour: str


LABEL_GAP = FONT_SIZE + 0.7  # points from one label's middle to the next


def label_ends(axes: Axes, labels: Sequence[EndLabel]) -> None:
    """Writes labels right of the axes, apart from each other, each with a leader to its line's end."""
    limits = axes.get_xlim(), axes.get_ylim()
    box, (width, height) = axes.get_position(), axes.figure.get_size_inches() * 72
    transform = axes.transScale + axes.transLimits
    ends = [np.clip(transform.transform((label.x, label.y)), 0, 1) for label in labels]
    spread = spread_apart([float(end[1]) for end in ends], LABEL_GAP / (box.height * height), 0.02, 1.0)
    for label, end, free in zip(labels, ends, spread, strict=True):
        axes.annotate(
            label.text,
            xy=tuple(end),
            xytext=(1 + 8 / (box.width * width), free),
            xycoords="axes fraction",
            textcoords="axes fraction",
            va="center",
            ha="left",
            color=label.colour,
            fontsize=FONT_SIZE - 0.5,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": label.colour,
                "lw": 0.5,
                "shrinkA": 0,
                "shrinkB": 0,
                "relpos": (0, 0.5),
            },
        )
    axes.set_xlim(limits[0])
    axes.set_ylim(limits[1])


def spread_apart(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """The nearest places (least squares) in [low, high] that keep their order and lie `gap` apart.

    Isotonic regression of the places less their rank's share of gaps.
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    blocks: list[tuple[float, int]] = []  # mean and size, of places less their rank's share of gaps
    for rank, index in enumerate(order):
        blocks.append((places[index] - rank * gap, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (mean_b, size_b), (mean_a, size_a) = blocks.pop(), blocks.pop()
            blocks.append(((mean_a * size_a + mean_b * size_b) / (size_a + size_b), size_a + size_b))
    ceiling = high - (len(places) - 1) * gap
    flat = [max(min(mean, ceiling), min(low, ceiling)) for mean, size in blocks for _ in range(size)]
    result = [0.0] * len(places)
    for rank, index in enumerate(order):
        result[index] = flat[rank] + rank * gap
    return result


def thousands(value: float, _position: int | None = None) -> str:
    """`500`, `2k`, `2.5k`."""
    return f"{value:g}" if abs(value) < 1000 else f"{value / 1000:g}k"


THOUSANDS = FuncFormatter(thousands)


def scientific(value: float, _position: int | None = None) -> str:
    """`0.02`, and `5e−4` below a hundredth."""
    return f"{value:g}" if value >= 0.01 else f"{value:.0e}".replace("e-0", "e−").replace("e-", "e−")


def time_unit(seconds: float) -> tuple[str, float]:
    """The unit in which a time axis of this length reads best, and its seconds."""
    if seconds < 300:
        return "seconds", 1.0
    return ("minutes", 60.0) if seconds < 3 * 3600 else ("hours", 3600.0)


def nice_step(length: float) -> float:
    """A step of 1, 2 or 5 times a power of ten that divides an axis into four to ten."""
    power = 10.0 ** np.floor(np.log10(length / 4)) if length > 0 else 1.0
    return float(max(power * m for m in (1, 2, 5) if power * m <= max(length / 4, power)))
