from itertools import pairwise

import pytest

from elubench_report import text
from elubench_report.latex import latex_escape
from elubench_report.style import nice_step, spread_apart
from elubench_report.tables import Table


def test_labels_keep_order_distance_and_bounds():
    places = [0.5, 0.51, 0.5, 0.1, 0.99, 1.0]
    spread = spread_apart(places, 0.1, 0.0, 1.0)
    ordered = [spread[i] for i in sorted(range(6), key=lambda i: places[i])]
    assert all(b - a >= 0.1 - 1e-12 for a, b in pairwise(ordered))
    assert max(spread) <= 1.0 + 1e-12
    assert spread[3] == pytest.approx(0.1)  # free ones stay
    assert spread_apart([0.4, 0.4], 0.2, 0, 1) == pytest.approx([0.3, 0.5])


@pytest.mark.parametrize("length", [0.7, 1, 3.3, 46, 290, 12345])
def test_time_axis_has_four_to_ten_steps(length):
    assert 4 <= length / nice_step(length) <= 10


def test_numbers():
    assert text.number(-1234.567, 2, True) == "−1,234.57"
    assert text.number(-0.001, 2, True) == "0.00"
    assert text.number(float("inf")) == "never"
    assert text.mean_and_sd([1, 2, 3]) == "2.00 ± 1.00"
    assert text.mean_and_sd([5]) == "5.00"
    assert text.p_value(2 / 2**10) == "0.0020"


def test_table_formats():
    table = Table("t", "A & B", ["name", "value_1"], [["α = 1", "−3 ± 1 %"]], ["note < 5"])
    assert latex_escape("50 % of a_b") == r"50 \% of a\_b"
    assert r"$\alpha$ = 1 & $-$3 $\pm$ 1 \% \\" in table.latex()
    assert "| α = 1 | −3 ± 1 % |" in table.markdown()
    assert "A &amp; B" in table.html()
    assert "note &lt; 5" in table.html()
    assert "α = 1  −3 ± 1 %" in table.plain()
