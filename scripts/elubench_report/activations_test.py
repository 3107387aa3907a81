import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from elubench_report.activations import FUNCTIONS, Activation, parse_activation
from elubench_report.errors import ReportError

ROOT = Path(__file__).resolve().parents[2]


def default(name: str) -> Activation:
    return parse_activation(name)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_derivative_against_differences(function):
    activation, step = default(function.name), 1e-6
    x = np.random.default_rng(3).uniform(-8, 8, 1000)
    difference = (activation.value(x + step) - activation.value(x - step)) / (2 * step)
    smooth = np.min([np.abs(x - kink) for kink in (-3, -1, 0, 3)], axis=0) > 1e-5
    assert np.allclose(activation.derivative(x)[smooth], difference[smooth], atol=1e-7)


def test_values_by_hand():
    at = np.array([-1.0, 0.0, 2.0])
    assert parse_activation("elu(alpha=2)").value(at) == pytest.approx([2 * (np.exp(-1) - 1), 0, 2])
    assert default("selu").value(at) == pytest.approx([-1.1113307, 0, 2.1014020])
    assert default("gelu").value(at) == pytest.approx([-0.15865525, 0, 1.95449974])
    assert default("shifted_relu").value(np.array([-3.0, 0.5])) == pytest.approx([-1, 0.5])


def test_parsing_fills_in_defaults():
    assert parse_activation("elu") == parse_activation(" elu( alpha = 1.0 )")
    assert parse_activation("elu").text() == "elu(alpha=1)"
    assert parse_activation("brand_new(k=2)").label() == "brand_new (k = 2)"
    for wrong in ("elu(alpha)", "elu(", "elu(alpha=x)"):
        with pytest.raises(ReportError, match="activation"):
            parse_activation(wrong)


def test_table_is_in_step_with_the_program():
    programs = sorted(ROOT.glob("build/*/elubench"))
    if not programs:
        pytest.skip("elubench is not built")
    listing = [programs[0], "list", "activations", "--json"]
    listed = json.loads(subprocess.run(listing, capture_output=True, text=True, check=True).stdout)
    rows = listed["activations"] if isinstance(listed, dict) else listed
    theirs = {row["name"]: {p["name"]: p["default"] for p in row.get("parameters", [])} for row in rows}
    assert theirs == {function.name: function.defaults() for function in FUNCTIONS}
