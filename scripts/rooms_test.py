"""The rooms of lib/ include those that their CMakeLists.txt name, and none to their left in CONTRIBUTING.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIB = ROOT / "lib"
ROOMS = sorted(file.parent.name for file in LIB.glob("*/CMakeLists.txt"))


def order() -> list[set[str]]:
    """`apps -> workers -> experiment, doctor -> ...`: rooms of one rank stand between the same arrows."""
    [line] = re.findall(
        r"^    apps -> (.*)$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    return [set(rank.split(", ")) for rank in line.split(" -> ")]


def needs(room: str) -> set[str]:
    """What the room's CMakeLists.txt names."""
    text = (LIB / room / "CMakeLists.txt").read_text(encoding="utf-8")
    [call] = re.findall(rf"elubench_room\({room}\b(.*?)\)\n", text, re.DOTALL)
    named = re.search(r"\bNEEDS((?:\s+elubench_\w+)*)", call)
    libraries = named[1].split() if named else []
    return {name for library in libraries if (name := library.removeprefix("elubench_")) in ROOMS}


def included(room: str) -> set[str]:
    """The rooms that its sources include; what its tests include is not looked at."""
    files = [f for f in (LIB / room).rglob("*") if f.suffix in {".h", ".cc", ".cu", ".cuh"}]
    texts = [f.read_text(encoding="utf-8") for f in files if "test" not in f.stem]
    found = {name for text in texts for name in re.findall(r'#include "(\w+)/', text)}
    return (found & set(ROOMS)) - {room}


def test_every_room_has_its_place() -> None:
    assert sorted(room for rank in order() for room in rank) == ROOMS


@pytest.mark.parametrize("room", ROOMS)
def test_it_includes_what_it_needs_and_nothing_else(room: str) -> None:
    assert included(room) == needs(room)


@pytest.mark.parametrize("room", ROOMS)
def test_arrows_point_to_the_right(room: str) -> None:
    ranks = order()
    [mine] = [number for number, rank in enumerate(ranks) if room in rank]
    assert included(room) <= set().union(*ranks[mine + 1 :])
