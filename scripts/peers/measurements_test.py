"""Ratios and tables of what was measured, against numbers worked out by hand."""

import csv
from pathlib import Path

import pytest
from peers.measurements import Measurement, fastest_peer, range_text, ratios, summary, table, write_csv


def made(precision: str, program: str, number: int, theirs: float, ours: float) -> list[Measurement]:
    return [
        Measurement(
            precision, program, phase, number, times * theirs, times * ours, 9, 9, 2_000_000_000, 500_000_000, 50
        )
        for phase, times in (("training", 1), ("inference", 3))
    ]


# elubench in bf16: 600, 660 and 630 in round 1, so 630; 500, 400 and 450 in round 2, so 450. In fp32: 300 and 280.
MEASURED = [
    *made("bf16", "elubench, onednn", 1, 420, 600),
    *made("bf16", "Keras, graph", 1, 300, 660),
    *made("bf16", "PyTorch, compile", 1, 210, 630),
    *made("fp32", "PyTorch, compile", 1, 320, 300),
    *made("bf16", "elubench, onednn", 2, 400, 500),
    *made("bf16", "Keras, graph", 2, 225, 400),
    *made("bf16", "PyTorch, compile", 2, 180, 450),
    *made("fp32", "PyTorch, compile", 2, 280, 280),
]


def test_a_ratio_is_to_the_median_of_our_runs_in_the_same_round() -> None:
    assert ratios(MEASURED, "bf16", "Keras, graph", "training") == pytest.approx([630 / 300, 450 / 225])
    assert ratios(MEASURED, "bf16", "PyTorch, compile", "inference") == pytest.approx([630 / 210, 450 / 180])


def test_ratios_are_shown_by_their_median_and_range() -> None:
    assert range_text([2.1, 2.0, 2.4]) == "2.10 (2.00 to 2.40)"
    assert range_text([1.994]) == "1.99"


def test_the_fastest_peer_is_never_elubench_itself() -> None:
    assert fastest_peer(MEASURED, "training", ["bf16"]) == ("bf16", "Keras, graph")
    assert fastest_peer(MEASURED, "training", ["bf16", "fp32"]) == (
        "fp32",
        "PyTorch, compile",
    )  # 300, beside 262.5
    assert fastest_peer([one for one in MEASURED if not one.is_peer], "training", ["bf16"]) is None


def test_the_summary_has_bf16_beside_a_peer_that_is_faster_in_fp32_too() -> None:
    rows = [list(row.values()) for row in summary(MEASURED) if row["elubench in"].startswith("training")]
    assert rows == [
        ["training, bf16", "Keras, graph, bf16", "2.05 (2.00 to 2.10)"],
        ["training, bf16", "PyTorch, compile, fp32", "1.79 (1.61 to 1.97)"],
        ["training, fp32", "PyTorch, compile, fp32", "0.97 (0.94 to 1.00)"],
    ]


def test_the_table_has_a_row_for_each_program_and_for_elubench_in_each_precision() -> None:
    rows = [list(row.values()) for row in table(MEASURED, {"bf16": "A (2)", "fp32": "B (1)"})]
    assert [row[:2] for row in rows] == [
        ["bf16", "elubench, convolutions of A (2)"],
        ["bf16", "elubench, onednn"],
        ["bf16", "Keras, graph"],
        ["bf16", "PyTorch, compile"],
        ["fp32", "elubench, convolutions of B (1)"],
        ["fp32", "PyTorch, compile"],
    ]
    assert rows[0][2:] == ["550 (400 to 660)", "", "1650 (1200 to 1980)", "", "0.50"]
    assert rows[3][2:] == ["195", "2.75 (2.50 to 3.00)", "585", "2.75 (2.50 to 3.00)", "2.00"]


def test_the_file_has_a_row_for_each_round_and_phase(tmp_path: Path) -> None:
    file = tmp_path / "peers.csv"
    write_csv(file, MEASURED)
    with file.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [float(row["images_per_second"]) for row in rows] == [one.images_per_second for one in MEASURED]
    assert [path.name for path in tmp_path.iterdir()] == ["peers.csv"]


def test_fp32_is_not_compared_with_a_peer_in_bf16() -> None:
    faster_in_bf16 = [*made("bf16", "Keras, graph", 1, 300, 660), *made("fp32", "Keras, graph", 1, 200, 300)]
    rows = [list(row.values()) for row in summary(faster_in_bf16) if row["elubench in"].startswith("training")]
    assert rows == [
        ["training, bf16", "Keras, graph, bf16", "2.20"],
        ["training, fp32", "Keras, graph, fp32", "1.50"],
    ]
