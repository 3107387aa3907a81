"""What was measured of elubench and its peers: kept in a CSV file, and shown as ratios and tables."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

OURSELVES = "elubench"
PHASES = ("training", "inference")


@dataclass(frozen=True)
class Measurement:
    """A program in one round, and elubench, which was measured right before it or right after."""

    precision: str
    program: str  # framework and mode; "elubench, onednn": elubench itself in another
    phase: str
    round: int  # from 1
    images_per_second: float
    elubench_images_per_second: float
    steps: int
    elubench_steps: int
    memory_bytes: int  # the most that the process had
    elubench_memory_bytes: int
    handover_nanoseconds: float | None  # what `elubench bench` found: the way of a cache line between threads

    @property
    def is_peer(self) -> bool:
        return not self.program.startswith(OURSELVES)


def replace_text(path: Path, text: str) -> None:
    """Writes the file whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def write_csv(path: Path, measured: Sequence[Measurement]) -> None:
    lines = io.StringIO()
    writer = csv.DictWriter(lines, [column.name for column in fields(Measurement)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(one) for one in measured)
    replace_text(path, lines.getvalue())


def programs(measured: Iterable[Measurement]) -> list[tuple[str, str]]:
    """Precision and name of each, in the order measured."""
    return list(dict.fromkeys((one.precision, one.program) for one in measured))


def speed(measured: Iterable[Measurement], precision: str, program: str, phase: str) -> float:
    """Median over the rounds, in images a second."""
    return statistics.median(
        one.images_per_second
        for one in measured
        if (one.precision, one.program, one.phase) == (precision, program, phase)
    )


def our_speeds(measured: Iterable[Measurement], precision: str, phase: str) -> dict[int, float]:
    """In images a second: of each round the median of elubench's runs, one beside each program."""
    rounds: dict[int, list[float]] = {}
    for one in measured:
        if (one.precision, one.phase) == (precision, phase):
            rounds.setdefault(one.round, []).append(one.elubench_images_per_second)
    return {number: statistics.median(speeds) for number, speeds in rounds.items()}


def ratios(
    measured: Sequence[Measurement], precision: str, program: str, phase: str, our_precision: str | None = None
) -> list[float]:
    """How many times as fast elubench is, round by round, in the same precision or in another."""
    ours = our_speeds(measured, our_precision or precision, phase)
    return [
        ours[one.round] / one.images_per_second
        for one in measured
        if (one.precision, one.program, one.phase) == (precision, program, phase) and one.round in ours
    ]


def range_text(values: Sequence[float], digits: int = 2) -> str:
    """Median, and range where there are several."""
    middle = f"{statistics.median(values):.{digits}f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def fastest_peer(measured: Sequence[Measurement], phase: str, precisions: Sequence[str]) -> tuple[str, str] | None:
    """Precision and name of the peer with the highest median in any of the precisions; None without peers."""
    peers = programs(one for one in measured if one.is_peer and one.precision in precisions)
    return max(peers, key=lambda peer: speed(measured, *peer, phase), default=None)


def markdown(rows: Sequence[dict[str, str]]) -> list[str]:
    lines = ["| " + " | ".join(rows[0]) + " |", "|" + " --- |" * len(rows[0])]
    return lines + ["| " + " | ".join(row.values()) + " |" for row in rows]


def summary(measured: Sequence[Measurement]) -> list[dict[str, str]]:
    """For each precision and phase the fastest peer in it; where that peer is faster in fp32, it in that, too."""
    rows = []
    for phase in PHASES:
        for precision in dict.fromkeys(one.precision for one in measured):
            same, as_precise = (fastest_peer(measured, phase, (precision, other)) for other in (precision, "fp32"))
            for peer in dict.fromkeys(filter(None, (same, as_precise))):
                rows.append(
                    {
                        "elubench in": f"{phase}, {precision}",
                        "fastest peer": f"{peer[1]}, {peer[0]}",
                        "speed ratio": range_text(ratios(measured, *peer, phase, our_precision=precision)),
                    }
                )
    return rows


def _row(
    precision: str, program: str, speeds: dict[str, str], times: dict[str, str], memory: int
) -> dict[str, str]:
    return {
        "precision": precision,
        "program": program,
        "training images/s": speeds["training"],
        "speed ratio": times.get("training", ""),
        "inference images/s": speeds["inference"],
        "inference speed ratio": times.get("inference", ""),
        "memory GB": f"{memory / 1e9:.2f}",
    }


def table(measured: Sequence[Measurement], convolutions: dict[str, str]) -> list[dict[str, str]]:
    """A row for elubench in each precision, with its convolutions, and one for each program beside it."""
    rows = []
    for precision in dict.fromkeys(one.precision for one in measured):
        here = [one for one in measured if one.precision == precision]
        ours = {
            phase: range_text([one.elubench_images_per_second for one in here if one.phase == phase], 0)
            for phase in PHASES
        }
        memory = max(one.elubench_memory_bytes for one in here)
        rows.append(_row(precision, f"elubench, convolutions of {convolutions[precision]}", ours, {}, memory))
        for _, program in programs(here):
            theirs = {phase: f"{speed(here, precision, program, phase):.0f}" for phase in PHASES}
            times = {phase: range_text(ratios(here, precision, program, phase)) for phase in PHASES}
            memory = max(one.memory_bytes for one in here if one.program == program)
            rows.append(_row(precision, program, theirs, times, memory))
    return rows
