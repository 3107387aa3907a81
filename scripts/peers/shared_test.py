"""The peers' networks against the paper's own counts, and against elubench's."""

import json
import subprocess
from pathlib import Path

import pytest
from peers.shared import CLASSES, NETWORKS, dropout_of, parameters_of

PROGRAM = Path(__file__).resolve().parents[2] / "build/release/elubench"


def test_parameters_are_the_papers() -> None:
    assert parameters_of(NETWORKS["elu11"]) == 1_669_028
    assert parameters_of(NETWORKS["elu18"]) == pytest.approx(39.32e6, rel=1e-3)


def test_dropout_comes_after_the_stack_or_after_every_layer() -> None:
    assert [dropout_of(NETWORKS["elu11"], 1, place) for place in (0, 1)] == [0.0, 0.1]
    assert [dropout_of(NETWORKS["elu18"], 1, place) for place in (0, 1, 2, 3)] == [0.1] * 4


@pytest.mark.skipif(not PROGRAM.exists(), reason="build/release/elubench is not built")
def test_they_are_the_networks_that_elubench_trains() -> None:
    command = [PROGRAM, "list", "networks", "--json"]
    listed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert {row["name"] for row in listed} == set(NETWORKS)
    for row in listed:
        network = NETWORKS[row["name"]]
        stacks = [[(layer["units"], layer["receptive_field"]) for layer in stack] for stack in row["stacks"]]
        assert [list(stack) for stack in network.stacks] == stacks
        assert list(network.dropout) == row["dropout"]
        assert network.dropout_after_every_layer == (row["dropout_after"] == "every layer")
        assert network.pad_even == (row["even_padding"] == "same")
        assert (row["classes"], row["parameters"]) == (CLASSES, parameters_of(network))
