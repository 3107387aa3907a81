"""The recipes that come with the program: each can be planned, and its runs begun."""

from __future__ import annotations

import json
import os
import subprocess
import tomllib
from pathlib import Path

import pytest
from program import PROGRAM, RECIPE, elubench, run

RESULTS = Path(__file__).parents[2] / "results"
RECIPES = sorted(file.parent.name for file in RESULTS.glob("*/experiment.toml"))
# Twenty iterations in a second: the recipe's network and activations on few channels and images.
SMALL = (
    'data.set="synthetic(classes=5, train_images=40, test_images=10)"',
    "data.preprocessing=standardize",
    "data.validation=10",
    "network.width=0.02",
    "train.batch_size=4",
    "train.iterations=20",
    "train.precision=fp32",
)


@pytest.mark.parametrize("name", RECIPES)
def test_its_runs_begin(name: str, tmp_path: Path) -> None:
    settings = [argument for setting in SMALL for argument in ("--set", setting)]
    result = run(RESULTS / name, "--seeds", "1", "--out", tmp_path / name, *settings)
    assert result.returncode == 0, result.stderr
    statuses = [file.read_text() for file in tmp_path.glob(f"{name}/runs/*/seed-1/status")]
    assert statuses
    assert set(statuses) == {"done\n"}


# Parts of an experiment, made to look at curves or at one run.
PARTS = (
    "quickstart",
    "-start",
    "-start-fp32",
    "-start-bf16",
    "-start-half-dropout",
    "-start-batch-200",
    "-20000",
    "-h100",
)


@pytest.mark.parametrize("name", [name for name in RECIPES if not name.endswith(PARTS)])
def test_its_seeds_can_decide_what_it_compares(name: str) -> None:
    plan = run(RESULTS / name, "--dry-run", *[argument for setting in SMALL for argument in ("--set", setting)])
    assert "comparisons: " in plan.stdout
    assert "TOO FEW" not in plan.stdout


def test_a_tenth_is_a_tenth() -> None:
    def train(name: str) -> dict[str, object]:
        return tomllib.loads((RESULTS / name / "experiment.toml").read_text())["train"]

    whole = train("clevert2015-fig4")
    for name in (name for name in RECIPES if name.endswith("-tenth")):
        tenth = train(name)
        assert 10 * tenth["iterations"] == whole["iterations"]
        assert [[10 * first, rate] for first, rate in tenth["learning_rate"]] == whole["learning_rate"]


def test_every_recipe_says_what_to_expect_and_how_to_run_it() -> None:
    for name in RECIPES:
        text = (RESULTS / name / "experiment.toml").read_text()
        assert "# Expect: " in text
        assert "COST" not in text
        assert f"elubench run results/{name}" in text


def test_a_plain_name_may_be_a_recipe_that_comes_with_the_program(tmp_path: Path) -> None:
    (tmp_path / "shipped" / "small").mkdir(parents=True)
    (tmp_path / "shipped" / "small" / "experiment.toml").write_text(RECIPE)
    here = tmp_path / "here"
    here.mkdir()
    environment = {**os.environ, "ELUBENCH_RECIPES": str(tmp_path / "shipped")}
    command = [PROGRAM, "status", "small", "--json"]  # of the runs to come, and not of the folder it comes from
    before = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(before.stdout)["experiment"] == "small"
    for _ in range(2):  # the second time it is a folder, and done
        command = [PROGRAM, "run", "small", "--threads", "1", "--device", "cpu"]
        result = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
    assert (here / "small" / "runs" / "elu" / "seed-1" / "status").read_text() == "done\n"
    assert 'title = "small"' in (here / "small" / "experiment.toml").read_text()
    assert [path.name for path in (tmp_path / "shipped" / "small").iterdir()] == ["experiment.toml"]
    assert elubench("status", here / "small").stdout.endswith("2 done of 2\n")
