"""The claims about what ELU costs: in training, and at test time.

Where `elubench bench EXPERIMENT` measured the activations in turn, its rounds are the pairs; else claim 9 takes
the speeds that the runs recorded, paired by seed, and claim 11 has nothing to go by.
"""

from __future__ import annotations

import numpy as np

from elubench_report import text
from elubench_report.claim import Claim
from elubench_report.comparison import Pairs, Values, compare_pairs, pairs_of
from elubench_report.convergence import is_timed
from elubench_report.experiment import Experiment, Run
from elubench_report.judging import (
    RELU,
    Question,
    effect_of,
    elu_against_relu,
    elu_pairs,
    judged,
    not_measured,
    per_variant,
)
from elubench_report.pairing import Paired
from elubench_report.results import collect
from elubench_report.speed import ACTIVATION, INFERENCE, TRAINING, Speeds, read_speeds

_OF_RUNS = Question(-1, "% images a second")
_IN_TURN = Question(-1, "% images a second", pair="round")


def training_speed(experiment: Experiment) -> Claim:
    """Claim 9."""
    speeds = read_speeds(experiment.folder)

    def median_rate(run: Run) -> float | None:
        rows = run.metrics.get("train", "images_per_second").values
        median = float(np.median(rows)) if len(rows) and is_timed(experiment, run) else 0.0
        return median if median > 0 else None

    of_runs = collect(experiment, median_rate)
    evidence = [per_variant(experiment, of_runs, 1, "Training images a second, median over each run")]
    if speeds is None or (stale := speeds.of_another(experiment)):
        evidence.append("The activation alone, forward and backward, is not measured by these runs.")
        evidence += [] if speeds is None else [f"{stale}."]
        measured, question, qualifier = of_runs, _OF_RUNS, "the whole training step"
    else:
        evidence += _measured_in_turn(experiment, speeds)
        measured, question, qualifier = speeds.of(TRAINING), _IN_TURN, "the whole training step, measured in turn"
    return judged(
        9,
        "ELU is slower to compute.",
        question,
        experiment,
        compare_pairs(_in_per_cent(experiment, measured)),
        "needs images_per_second rows of one device",
        evidence,
        qualifier,
    )


def inference_speed(experiment: Experiment) -> Claim:
    """Claim 11."""
    statement = "ELU is slower than ReLU at test time, too."
    speeds = read_speeds(experiment.folder)
    if speeds is None:
        why = "needs inference on one device to be timed; elubench bench with this experiment does it"
        return not_measured(11, statement, why)
    if stale := speeds.of_another(experiment):
        return not_measured(11, statement, stale)
    values = speeds.of(INFERENCE)
    evidence = [f"On {speeds.place}.", per_variant(experiment, values, 1, "Inference images a second")]
    return judged(
        11,
        statement,
        _IN_TURN,
        experiment,
        compare_pairs(_in_per_cent(experiment, values)),
        "needs inference of ELU and ReLU to be timed: elubench bench with this experiment does it",
        evidence,
        "the whole network, measured in turn",
    )


def _measured_in_turn(experiment: Experiment, speeds: Speeds) -> list[str]:
    alone = {v: {r: 1000 * s for r, s in rounds.items()} for v, rounds in speeds.of(ACTIVATION).items()}
    of_step = Question(-1, "ms of a step")
    compared = elu_against_relu(experiment, alone)
    return [
        f"Measured in turn on {speeds.place}.",
        per_variant(experiment, speeds.of(TRAINING), 1, "Training images a second"),
        per_variant(
            experiment,
            alone,
            2,
            "The activation with pooling and dropout, forward and backward, in milliseconds of a step",
        ),
        *[
            f"{experiment.label(c.subject)} against {experiment.label(c.reference)} in these passes: "
            f"{effect_of(c, of_step)}, interval {text.interval(c.paired.interval, of_step.digits)}, "
            f"{text.count(c.paired.n, 'round')}, p {text.p_value(c.p_adjusted)}."
            for c in compared
        ],
    ]


def _in_per_cent(experiment: Experiment, rates: Values) -> Pairs:
    """ELU's differences in per cent of ReLU's rate in the same round, or with the same seed."""
    return [
        (s, r, Paired(p.seeds, tuple(100 * (rates[s][seed] / rates[r][seed] - 1) for seed in p.seeds)))
        for s, r, p in elu_pairs(experiment, pairs_of(rates, RELU))
    ]
