"""A judged claim."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"
    NOT_MEASURED = "not measured here"


@dataclass(frozen=True)
class Claim:
    """One judged claim; texts are sentences without markup."""

    number: int
    statement: str
    verdict: Verdict
    qualifier: str  # what the verdict is limited to; may be empty
    effect: str
    interval: str
    pairs: str
    p: str
    evidence: list[str]
    deciding: str  # what would decide it; empty where it is decided
