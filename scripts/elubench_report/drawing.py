"""A figure with its data: drawn once, written as PDF, PNG, SVG for the page, and CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas

from elubench_report.style import FAINT, FONT_SIZE, INK, LABEL_GAP, RC

SYNTHETIC = "synthetic images, not CIFAR"

Cell = str | int | float | None


@dataclass(frozen=True)
class Figure:
    """One figure. `wide` spans two columns of a paper."""

    key: str  # file name under figures/
    title: str
    caption: str
    canvas: Canvas
    header: list[str]
    rows: list[list[Cell]]
    wide: bool = False

    def of_synthetic_images(self) -> Figure:
        """The same with a column that says so in every row: the CSV travels without the figure."""
        rows = [[*row, SYNTHETIC] for row in self.rows]
        return replace(self, header=[*self.header, "data"], rows=rows)

    def csv_text(self) -> str:
        """The numbers that it was drawn from."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows([[_cell(cell) for cell in row] for row in self.rows])
        return out.getvalue()

    def write(self, folder: Path) -> None:
        """Writes KEY.pdf, KEY.png and KEY.csv, without dates: the same data give the same bytes."""
        with matplotlib.rc_context(RC):
            nothing = {"Creator": None, "Producer": None, "CreationDate": None}
            self.canvas.savefig(folder / f"{self.key}.pdf", metadata=nothing)
            self.canvas.savefig(folder / f"{self.key}.png", metadata={"Software": None}, facecolor="white")
        (folder / f"{self.key}.csv").write_text(self.csv_text(), encoding="utf-8")

    def svg(self) -> str:
        """For the page: no outside address, ids of its own, text in the page's colour."""
        out = io.StringIO()
        with matplotlib.rc_context(RC):
            self.canvas.savefig(out, format="svg", transparent=True)
        return _embed(out.getvalue(), self.key, self.title)

    def screen_width(self) -> str:
        """So wide on the page that letters are of one size in all figures."""
        return f"{self.canvas.get_figwidth() * 9.1:.4g}rem"


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)


def _embed(svg: str, key: str, title: str) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", svg).replace("xlink:href", "href")
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="{key}-{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{key}-", svg)
    svg = re.sub(r' d="[^"]*"', lambda m: re.sub(r"(\.\d\d)\d+", r"\1", m[0]), svg)
    svg = svg.replace(INK, "currentColor").replace(FAINT, "var(--grid)")
    svg = re.sub(
        r'<svg [^>]*?viewBox="([^"]*)"[^>]*>', rf'<svg viewBox="\1" role="img" aria-label="{title}">', svg, count=1
    )
    return re.sub(r"\n\s*", "\n", svg)


def canvas(
    width: float,
    height: float,
    rows: int = 1,
    columns: int = 1,
    right: float = 0.0,
    bottom: float = 0.40,
    left: float = 0.5,
    top: float = 0.24,
    gap: float = 0.5,
    share: bool = False,
) -> tuple[Canvas, list[Axes]]:
    """An empty figure, in inches, with its axes in reading order; `right` is kept for labels."""
    figure = Canvas(figsize=(width, height))
    one = (width - left - right - 0.06 - (columns - 1) * gap) / columns
    grid = figure.add_gridspec(
        rows,
        columns,
        left=left / width,
        right=1 - (right + 0.06) / width,
        bottom=bottom / height,
        top=1 - top / height,
        wspace=gap / one,
        hspace=0.42,
    )
    axes = grid.subplots(sharex=share, sharey=share, squeeze=False)
    return figure, list(axes.flat)


def height_for(labels: int, usual: float) -> float:
    """Inches of figure height that so many labels below each other need."""
    return max(usual, 0.64 + labels * LABEL_GAP / 72)


def fit_left(figure: Canvas) -> None:
    """Widens the left margin where long tick labels push the axis label out of the figure."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    left = min(axes.get_tightbbox(renderer).x0 for axes in figure.axes if axes.get_visible()) / figure.dpi
    if left < 0.03:
        grid = figure.axes[0].get_gridspec()
        grid.update(left=grid.left + (0.03 - left) / figure.get_figwidth())


def complete(figure: Canvas, synthetic: bool) -> None:
    """Last touches. Synthetic data are named inside the figure: it travels without its caption."""
    fit_left(figure)
    if synthetic:
        figure.text(0.012, 0.985, SYNTHETIC, ha="left", va="top", fontsize=FONT_SIZE - 1, style="italic")


def label_room(labels: Sequence[str]) -> float:
    """Inches that the longest label needs to the right of the axes."""
    return 0.14 + 0.066 * max(map(len, labels), default=0)
