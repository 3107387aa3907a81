"""Numbers as the report prints them, the same in every format."""

from __future__ import annotations

import math
from collections.abc import Collection
from statistics import median

from elubench_report.pairing import Paired
from elubench_report.statistics import Interval, standard_deviation

ABSENT = "–"


def number(value: float | None, digits: int = 2, signed: bool = False) -> str:
    """Fixed digits, thousands separated, a real minus sign; a dash for None, `never` for infinity."""
    if value is None or math.isnan(value):
        return ABSENT
    if math.isinf(value):
        return "never"
    text = f"{value:{'+' if signed else ''},.{digits}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("+-")


def mean_and_sd(values: Collection[float], digits: int = 2) -> str:
    """`28.75 ± 0.24`; without sd for one value."""
    if not values:
        return ABSENT
    spread = standard_deviation(list(values))
    mean = number(sum(values) / len(values), digits)
    return mean if spread is None else f"{mean} ± {number(spread, digits)}"


def interval(value: Interval | None, digits: int = 2) -> str:
    """`[−3.02, −2.60]`, `[−∞, −2.60]`."""
    if value is None:
        return ABSENT

    def end(bound: float) -> str:
        return number(bound, digits, True) if math.isfinite(bound) else "−∞" if bound < 0 else "+∞"

    return f"[{end(value.low)}, {end(value.high)}]"


def p_value(p: float | None) -> str:
    """Two significant digits; `< 0.0001` below that."""
    if p is None:
        return ABSENT
    return "< 0.0001" if p < 1e-4 else f"{p:.4f}" if p < 0.01 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def effect(paired: Paired, digits: int = 2) -> str:
    """The mean difference; with censored pairs their median, in a word where that has no number."""
    value = paired.effect
    if not paired.censored:
        return number(value, digits, True)
    if value is None:
        shown = "undefined"
    elif math.isinf(value):  # in most pairs only one of the two ever got there
        shown = "later" if value > 0 else "sooner"
    else:
        shown = f"median {number(value, digits, True)}"
    both = f", {paired.neither} on both sides" if paired.neither else ""
    return f"{shown} ({paired.censored} of {paired.n} censored{both})"


def times(values: Collection[float], digits: int = 0) -> str:
    """Mean ± sd; where some were never reached the median over all and how many; `never` where none was."""
    if not values:
        return ABSENT
    never = sum(map(math.isinf, values))
    if not never:
        return mean_and_sd(values, digits)
    if never == len(values):
        return "never"
    middle = median(values)
    if math.isinf(middle):
        return f"never in {never} of {len(values)}"
    return f"median {number(middle, digits)} ({never} of {len(values)} never)"


def count(number_of: int | str, noun: str) -> str:
    """`1 run`, `3 runs`."""
    return f"{number_of} {noun}" + ("" if number_of == 1 else "s")


def shortened(items: Collection[str], most: int = 8) -> str:
    """`a, b and 3 more`."""
    rest = len(items) - most
    return ", ".join(list(items)[:most]) + (f" and {rest} more" if rest > 0 else "")


def joined(items: Collection[str]) -> str:
    """`a, b and c`."""
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
