"""The tables compile, and no line is wider than the text."""

import re
import shutil
import subprocess

import pytest

from elubench_report.activations import FUNCTIONS
from elubench_report.claims import judge
from elubench_report.experiment import read_experiment
from elubench_report.latex import latex_escape
from elubench_report.made_up import MadeUp
from elubench_report.reference import read_reference
from elubench_report.results import results
from elubench_report.summary import all_tables

_DOCUMENT = r"""\documentclass{article}
\usepackage{array,booktabs,longtable,tabularx}
\begin{document}
%s
\end{document}
"""
_SESSION = {
    "flags": "-O3 -DNDEBUG -march=native",
    "operating_system": "Debian GNU/Linux 12 (bookworm), Linux 6.1.0-18-amd64 x86_64",
    "data_checksums": {
        "train.bin": "f31298fc616915fa142368359df1c4ca" * 2,
        "test.bin": "d8b1e6b7b3bee4020055f" * 3,
    },
}


def tables_of(folder, **settings):
    made = MadeUp(**{"iterations": 2000, "reference": "clevert2015-fig5", "session": _SESSION, **settings})
    experiment = read_experiment(made.write(folder))
    rows = results(experiment)
    return all_tables(experiment, rows, read_reference("clevert2015-fig5"), judge(experiment))


def overfull(folder, tables):
    """Points by which lines are too wide or pages too high."""
    body = "\n\\clearpage\n".join(table.latex() for table in tables.values())
    (folder / "tables.tex").write_text(_DOCUMENT % body, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "tables.tex"]
    for _ in range(2):  # longtable needs a second run for its widths
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
        assert done.returncode == 0, done.stdout[-2000:]
    return [float(points) for points in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt", done.stdout)]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize(
    "settings",
    [
        {"seeds": [1]},
        {
            "activations": ["relu", "leaky_relu(slope=0.1)", "shifted_relu", "elu(alpha=1)"],
            "batch_norm": (False, True),
            "seeds": range(1, 11),
        },
        {"activations": ["relu", *(f"elu(alpha={alpha})" for alpha in (0.1, 0.25, 0.5, 1))], "seeds": [1, 2]},
        {"activations": [function.name for function in FUNCTIONS], "seeds": [1, 2], "iterations": 600},
        {"data_set": "synthetic(classes=10, train_images=50000, test_images=10000, seed=0)"},
    ],
)
def test_tables_fit_the_text(tmp_path, settings):
    tables = tables_of(tmp_path / "experiment", **settings)
    assert {"results", "paper", "convergence_iterations", "claims", "runs", "environment"} <= set(tables)
    assert [points for points in overfull(tmp_path, tables) if points > 1.0] == []


def test_head_names_the_packages(tmp_path):
    tables = tables_of(tmp_path / "experiment", seeds=[1])
    assert "% needs \\usepackage of booktabs, tabularx" in tables["results"].latex()
    assert "% needs \\usepackage of array, booktabs, longtable" in tables["runs"].latex()


def test_long_words_may_break():
    assert latex_escape("50 % of a_b") == r"50 \% of a\_b"
    assert latex_escape("0123456789abcdef") == r"0123456789ab\allowbreak{}cdef"
