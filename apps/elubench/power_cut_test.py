"""The power is cut at every moment at which it could make a difference: then what was not synced is lost.

power_cut.cc is loaded into elubench, and cuts before the first, second, ... call that changes one of its files.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from program import LAYERS, SHORT, Outcome, made, outcome_of, run, run_with_layer

CUT = 137

pytestmark = pytest.mark.skipif(not LAYERS.is_dir(), reason="ELUBENCH_LAYERS does not name the layers' folder")


def cut_before(call: int, loses: str, experiment: Path) -> subprocess.CompletedProcess[str]:
    return run_with_layer(
        "power_cut",
        experiment,
        POWER_CUT_UNDER=str(experiment),
        POWER_CUT_AFTER=str(call),
        POWER_CUT_LOSES=loses,
    )


def survives_every_cut(make: Callable[[Path], object], experiment: Path, loses: str, undisturbed: Outcome) -> int:
    """Whatever is lost, the run ends as if nothing had happened. Returns how often it was cut."""
    cuts = 0
    while True:
        make(experiment)
        cut = cut_before(cuts + 1, loses, experiment)
        if cut.returncode == 0:
            return cuts
        assert cut.returncode == CUT, cut.stderr
        result = run(experiment, *SHORT)
        assert result.returncode == 0, f"after a cut before call {cuts + 1}: {result.stderr}"
        assert outcome_of(experiment / "runs" / "elu" / "seed-1", experiment.parent) == undisturbed
        shutil.rmtree(experiment)
        cuts += 1


@pytest.mark.parametrize("loses", ["all", "data"])
def test_whatever_a_new_run_loses_it_ends_as_if_nothing_had_happened(
    tmp_path: Path, undisturbed_short: Outcome, loses: str
) -> None:
    cuts = survives_every_cut(made, tmp_path / "experiment", loses, undisturbed_short)
    assert cuts > 30, "files were changed so often that the layer cannot have seen it all"


def test_whatever_a_resumed_run_loses_it_ends_as_if_nothing_had_happened(
    tmp_path: Path, undisturbed_short: Outcome
) -> None:
    experiment, stopped = tmp_path / "experiment", tmp_path / "stopped"
    first_cut = 1
    cut_before(first_cut, "data", made(experiment))
    while not list(experiment.glob("runs/*/*/checkpoint-*.safetensors")):
        shutil.rmtree(experiment)
        first_cut += 1
        cut_before(first_cut, "data", made(experiment))
    experiment.rename(stopped)
    cuts = survives_every_cut(partial(shutil.copytree, stopped), experiment, "all", undisturbed_short)
    assert cuts > 15, "files were changed so often that the layer cannot have seen it all"
