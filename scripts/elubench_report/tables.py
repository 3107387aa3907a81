"""A table, and how it is written as plain text, Markdown, LaTeX (booktabs) and HTML."""

from __future__ import annotations

import html
from dataclasses import dataclass, field

from elubench_report.latex import LatexTable


@dataclass(frozen=True)
class Table:
    """Cells are plain text; the first column names the row."""

    key: str  # file name under tables/
    title: str
    header: list[str]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)
    prose: bool = False  # long cells: left-aligned
    long: bool = False  # may take more than a page
    shares: dict[int, float] = field(default_factory=lambda: {0: 1.0})  # in LaTeX: columns that break lines
    left_out_of_latex: tuple[int, ...] = ()  # columns for which a page of paper has no room

    def plain(self) -> str:
        """Aligned columns for a terminal."""
        lines = [self.header, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.header))]
        text = [
            "  ".join(
                c.ljust(w) if i == 0 or self.prose else c.rjust(w)
                for i, (c, w) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        ]
        rule = "  ".join("-" * width for width in widths)
        return (
            "\n".join([self.title, "", text[0].rstrip(), rule, *(t.rstrip() for t in text[1:]), *self.notes])
            + "\n"
        )

    def markdown(self) -> str:
        """A pipe table with its title above and its notes below."""
        rule = ["---" if i == 0 or self.prose else "---:" for i in range(len(self.header))]
        lines = [
            "| " + " | ".join(c.replace("|", "\\|") for c in row) + " |" for row in [self.header, rule, *self.rows]
        ]
        notes = "".join(f"\n{note}\n" for note in self.notes)
        return f"**{self.title}**\n\n" + "\n".join(lines) + "\n" + notes

    def latex(self) -> str:
        """For \\input in a paper."""
        kept = [i for i in range(len(self.header)) if i not in self.left_out_of_latex]
        rows = [[row[i] for i in kept] for row in [self.header, *self.rows]]
        shares = {kept.index(i): share for i, share in self.shares.items()}
        return LatexTable(self.title, rows[0], rows[1:], self.notes, shares, self.long).text()

    def html(self) -> str:
        """A table element with caption, in a box that scrolls sideways on a narrow screen."""
        head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in self.header)
        body = "".join(
            f'<tr><th scope="row">{html.escape(row[0])}</th>'
            + "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:])
            + "</tr>\n"
            for row in self.rows
        )
        notes = "".join(f"<p class=note>{html.escape(note)}</p>" for note in self.notes)
        kind = "prose" if self.prose else "numbers"
        return (
            f'<div class="table" tabindex="0"><table class="{kind}"><caption>{html.escape(self.title)}</caption>\n'
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table></div>{notes}"
        )
