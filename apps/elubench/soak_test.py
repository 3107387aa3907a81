"""A short soak; scripts/soak goes on for longer."""

from pathlib import Path

from soak import Soak


def test_fifty_kills_change_nothing(tmp_path: Path) -> None:
    soak = Soak(tmp_path)
    soak.run(50)
    assert soak.finished > 2, "it came to an end between kills, not only after the last one"
    assert set(soak.kills) == {"process", "all", "worker", "preparation"}
