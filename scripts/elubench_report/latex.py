"""A table for LaTeX: booktabs rules, as wide as the text and no wider.

Columns of numbers have their natural width; columns of words share what is left and break their lines. A short
table is a tabularx, which may stand in a float; a long one is a longtable, which breaks over pages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SEPARATION = 2.0  # points on either side of a column
_CHARACTER = 4.2  # points that a character needs at most, on average, in \scriptsize of a 10 point document
_BREAKABLE = 12  # longer words may break: paths, checksums

_PACKAGES = {True: "array, booktabs, longtable; not in a float or in two columns", False: "booktabs, tabularx"}


@dataclass(frozen=True)
class LatexTable:
    """What is written: cells as plain text, and the shares of the free width of those columns that break lines."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str]
    shares: dict[int, float]
    long: bool

    def text(self) -> str:
        """For \\input; the title is a comment, the notes stand below."""
        head = [" & ".join(map(latex_escape, self.header)) + r" \\", r"\midrule"]
        begin, end = self._long() if self.long else self._short()
        lines = [
            f"% {self.title}",
            f"% needs \\usepackage of {_PACKAGES[self.long]}",
            rf"{{\scriptsize\setlength{{\tabcolsep}}{{{_SEPARATION:g}pt}}%",
            begin,
            r"\toprule",
            *head,
            *([r"\endhead"] if self.long else []),
            *(" & ".join(map(latex_escape, row)) + r" \\" for row in self.rows),
            r"\bottomrule",
            *([end, *map(self._paragraph, self.notes)] if self.long else [*map(self._row, self.notes), end]),
            "}",
            "",
        ]
        return "\n".join(lines)

    def _paragraph(self, note: str) -> str:
        # As a row of a longtable it would stretch the last column.
        return rf"\noindent {latex_escape(note)}\par"

    def _row(self, note: str) -> str:
        columns = len(self.header)
        width = rf"\dimexpr\linewidth-{2 * _SEPARATION:g}pt\relax"
        return rf"\multicolumn{{{columns}}}{{p{{{width}}}}}{{{latex_escape(note)}}} \\"

    def _short(self) -> tuple[str, str]:
        total = sum(self.shares.values())
        columns = [
            rf">{{\hsize={self.shares[i] * len(self.shares) / total:.3f}\hsize\raggedright\arraybackslash}}X"
            if i in self.shares
            else "r"
            for i in range(len(self.header))
        ]
        return rf"\noindent\begin{{tabularx}}{{\linewidth}}{{{''.join(columns)}}}", r"\end{tabularx}"

    def _long(self) -> tuple[str, str]:
        total = sum(self.shares.values())
        taken = sum(self._natural_width(i) for i in range(len(self.header)) if i not in self.shares)
        taken += 2 * _SEPARATION * len(self.header)
        free = rf"\dimexpr\linewidth-{taken:.0f}pt\relax"
        columns = [
            rf">{{\raggedright\arraybackslash}}p{{{self.shares[i] / total:.3f}{free}}}"
            if i in self.shares
            else "r"
            for i in range(len(self.header))
        ]
        return rf"\begin{{longtable}}{{{''.join(columns)}}}", r"\end{longtable}"

    def _natural_width(self, column: int) -> float:
        return _CHARACTER * max(len(row[column]) for row in [self.header, *self.rows])


_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "±": r"$\pm$",
    "−": r"$-$",
    "–": "--",
    "α": r"$\alpha$",
    "β": r"$\beta$",
    "π": r"$\pi$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "<": r"$<$",
    ">": r"$>$",
    "×": r"$\times$",
    "′": "$'$",
    "“": "``",
    "”": "''",
    "’": "'",
    "…": r"\dots{}",
    "|": r"\textbar{}",
    "→": r"$\to$",
    "∞": r"$\infty$",
    "ⁿ": r"$^n$",
}


def latex_escape(text: str) -> str:
    """Text for LaTeX's text mode; long words may break."""
    return "".join(_word(part) for part in re.split(r"(\s+)", text))


def _word(word: str) -> str:
    breaks = r"\allowbreak{}" if len(word) > _BREAKABLE else ""
    escaped = [
        _LATEX.get(c, c) + (breaks if c in "/_=,;-" or i % _BREAKABLE == _BREAKABLE - 1 else "")
        for i, c in enumerate(word)
    ]
    return "".join(escaped)
