"""The file system refuses changes, from any moment on, or the clock jumps: a clear error, and nothing is lost.

file_errors.cc and clock_back.cc are loaded into elubench.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from program import LAYERS, SHORT, Outcome, made, outcome_of, run, run_with_layer

pytestmark = pytest.mark.skipif(not LAYERS.is_dir(), reason="ELUBENCH_LAYERS does not name the layers' folder")


@pytest.mark.parametrize(
    ("kind", "words", "stride", "at_least"),
    [
        # Most changes are rows of metrics, one like the other.
        ("full", "No space left on device", 4, 15),
        ("no-inodes", "No space left on device", 1, 8),
        ("read-only", "Read-only file system", 4, 15),
        ("broken", "Input/output error", 4, 15),
    ],
)
def test_a_refused_change_is_one_clear_line_and_nothing_is_lost(
    tmp_path: Path, undisturbed_short: Outcome, kind: str, words: str, stride: int, at_least: int
) -> None:
    moment = 1 - stride
    errors = harmless = 0
    while harmless < 3:  # some files may be left lying about; after the last change all is harmless
        moment += stride
        experiment = made(tmp_path / str(moment))
        refused = run_with_layer(
            "file_errors",
            experiment,
            FILE_ERRORS_UNDER=str(experiment),
            FILE_ERRORS_AFTER=str(moment),
            FILE_ERRORS_KIND=kind,
        )
        harmless += 1
        if refused.returncode != 0:
            errors, harmless = errors + 1, 0
            assert refused.returncode in (1, 2), f"at change {moment}: {refused.stderr}"
            assert len(refused.stderr.splitlines()) == 1, f"at change {moment}: {refused.stderr}"
            assert words in refused.stderr, f"at change {moment}"
            assert str(experiment) in refused.stderr, f"at change {moment}"
        result = run(experiment, *SHORT)
        assert result.returncode == 0, f"after change {moment}: {result.stderr}"
        assert outcome_of(experiment / "runs" / "elu" / "seed-1", tmp_path) == undisturbed_short
    assert errors >= at_least, "files were changed so often that the layer cannot have seen it all"


def test_a_clock_that_jumps_back_changes_no_result(tmp_path: Path, undisturbed_short: Outcome) -> None:
    experiment = made(tmp_path / "experiment")
    result = run_with_layer("clock_back", experiment)
    assert result.returncode == 0, result.stderr
    assert outcome_of(experiment / "runs" / "elu" / "seed-1", tmp_path) == undisturbed_short
