"""All tables of one experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from elubench_report.beside_table import beside_table
from elubench_report.claim import Claim
from elubench_report.convergence_table import convergence_tables
from elubench_report.drawing import SYNTHETIC
from elubench_report.experiment import Experiment
from elubench_report.paper_table import paper_result_table, paper_table
from elubench_report.reference import Reference
from elubench_report.result_table import result_table
from elubench_report.results import Result
from elubench_report.run_tables import environment_table, runs_table, specification_table
from elubench_report.table_titles import titled
from elubench_report.tables import Table


def claims_table(experiment: Experiment, claims: Sequence[Claim]) -> Table:
    """One row a claim."""
    rows = [
        [
            f"{c.number}. {c.statement}",
            c.verdict + (f" ({c.qualifier})" if c.qualifier else ""),
            c.effect,
            c.interval,
            c.pairs,
            c.p,
        ]
        for c in claims
    ]
    header = ["claim", "verdict", "effect", "95 % interval", "pairs", "p (Holm)"]
    return Table(
        "claims",
        titled(experiment, "The claims about ELU"),
        header,
        rows,
        ["p: Holm over what one claim compares, not over the claims."],
        prose=True,
        long=True,
        shares={0: 0.34, 1: 0.26, 2: 0.4},
    )


def _beside_reference(experiment: Experiment, reference: Reference) -> list[Table | None]:
    if reference.experiment:
        return [beside_table(experiment, reference.experiment)]
    return [paper_result_table(experiment, reference), paper_table(experiment, reference)]


def all_tables(
    experiment: Experiment, table: Sequence[Result], reference: Reference | None, claims: Sequence[Claim]
) -> dict[str, Table]:
    """Every table by its key."""
    found = [
        result_table(experiment, table),
        *(_beside_reference(experiment, reference) if reference else []),
        *convergence_tables(experiment),
        claims_table(experiment, claims),
        runs_table(experiment),
        environment_table(experiment),
        specification_table(experiment),
    ]
    there = [item for item in found if item is not None]
    if experiment.synthetic:  # in the notes, too: LaTeX shows those, but has the title in a comment
        there = [replace(item, notes=[*item.notes, f"{SYNTHETIC[0].upper()}{SYNTHETIC[1:]}."]) for item in there]
    return {item.key: item for item in there}
