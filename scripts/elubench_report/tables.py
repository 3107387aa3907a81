"""A table, and how it is written as plain text, Markdown, LaTeX (booktabs) and HTML."""

from __future__ import annotations

import html
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """Cells are plain text; the first column names the row."""

    key: str  # file name under tables/
    title: str
    header: list[str]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)
    prose: bool = False  # long cells: left-aligned

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
        """A booktabs tabular for \\input; the notes are its last rows, the title is a comment."""
        columns = len(self.header)
        shape = "l" + "r" * (columns - 1)
        if self.prose:
            shape = r"p{0.24\linewidth}" + rf"p{{{0.68 / (columns - 1):.2f}\linewidth}}" * (columns - 1)
        rows = [" & ".join(map(latex_escape, row)) + r" \\" for row in self.rows]
        notes = [
            rf"\multicolumn{{{columns}}}{{p{{0.95\linewidth}}}}{{\footnotesize {latex_escape(note)}}} \\"
            for note in self.notes
        ]
        return "\n".join(
            [
                f"% {self.title}",
                "% needs \\usepackage{booktabs}",
                rf"\begin{{tabular}}{{{shape}}}",
                r"\toprule",
                " & ".join(map(latex_escape, self.header)) + r" \\",
                r"\midrule",
                *rows,
                r"\bottomrule",
                *notes,
                r"\end{tabular}",
                "",
            ]
        )

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
}


def latex_escape(text: str) -> str:
    """Text for LaTeX's text mode."""
    return "".join(_LATEX.get(character, character) for character in text)
