"""The power is cut at every moment at which it could make a difference: then what was not synced is lost.

power_cut.cc is loaded into elubench, and cuts before the first, second, ... call that changes one of its files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from program import PROGRAM, RECIPE, Outcome, outcome_of, run

LAYER = Path(os.environ.get("ELUBENCH_LAYERS") or "/nowhere") / "libelubench_power_cut.so"
# One run of two iterations, each with a checkpoint.
SETTINGS = ("train.iterations=2", "train.test_every=2", "train.log_every=1", "train.checkpoint_every=1")
SHORT = ("--only", "elu", *(argument for setting in SETTINGS for argument in ("--set", setting)))
CUT = 137

pytestmark = pytest.mark.skipif(not LAYER.exists(), reason="ELUBENCH_LAYERS does not name the layers' folder")


def cut_before(call: int, loses: str, experiment: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "LD_PRELOAD": str(LAYER),
        "POWER_CUT_UNDER": str(experiment),
        "POWER_CUT_AFTER": str(call),
        "POWER_CUT_LOSES": loses,
    }
    command = [PROGRAM, "run", str(experiment), "--threads", "1", "--device", "cpu", "--quiet", *SHORT]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "experiment.toml").write_text(RECIPE)
    assert run(folder, *SHORT).returncode == 0
    return outcome_of(folder / "runs" / "elu" / "seed-1", folder)


@pytest.mark.parametrize("loses", ["all", "data"])
def test_whatever_is_lost_the_run_ends_as_if_nothing_had_happened(
    tmp_path: Path, undisturbed: Outcome, loses: str
) -> None:
    experiment = tmp_path / "experiment"
    cuts = 0
    while True:
        experiment.mkdir()
        (experiment / "experiment.toml").write_text(RECIPE)
        cut = cut_before(cuts + 1, loses, experiment)
        if cut.returncode == 0:
            break
        assert cut.returncode == CUT, cut.stderr
        result = run(experiment, *SHORT)
        assert result.returncode == 0, f"after a cut before call {cuts + 1}: {result.stderr}"
        assert outcome_of(experiment / "runs" / "elu" / "seed-1", tmp_path) == undisturbed
        shutil.rmtree(experiment)
        cuts += 1
    assert cuts > 30, "files were changed so often that the layer cannot have seen it all"
