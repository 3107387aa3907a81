"""A short soak; scripts/soak goes on for longer."""

from pathlib import Path

from soak import Soak


def test_fifty_kills_change_nothing(tmp_path: Path) -> None:
    soak = Soak(tmp_path)
    soak.run(50)
    assert set(soak.kills) == {"process", "all", "worker", "preparation"}
