"""The claims that the function itself decides, without any run: ELU is continuous, and differentiable."""

from __future__ import annotations

import numpy as np

from elubench_report import text
from elubench_report.activations import Activation
from elubench_report.claim import Claim, Verdict

ALPHAS = (0.5, 1.0, 2.0)


def largest_jump(activation: Activation, low: float, high: float, step: float) -> float:
    """The largest |f(x + step) - f(x)| on an even grid from low to high."""
    grid = np.linspace(low, high, round((high - low) / step) + 1)
    return float(np.abs(np.diff(activation.value(grid))).max())


def one_sided_derivatives(activation: Activation, step: float = 1e-7) -> tuple[float, float]:
    """Left and right difference quotients of f at 0; error about step / 2 times f''."""
    left, middle, right = activation.value(np.array([-step, 0.0, step]))
    return (middle - left) / step, (right - middle) / step


def continuity(number: int) -> Claim:
    """ELU for three alphas: jumps on finer and finer grids shrink with the step, so there is no gap."""
    evidence, continuous = [], True
    for alpha in ALPHAS:
        elu = Activation("elu", (("alpha", alpha),))
        wide = largest_jump(elu, -50, 50, 1e-4)
        narrow = largest_jump(elu, -1e-6, 1e-6, 1e-11)
        steepest = max(alpha, 1.0)
        continuous &= wide <= 1.001 * steepest * 1e-4 and narrow <= 1.001 * steepest * 1e-11
        evidence.append(
            f"α = {alpha:g}: largest jump {wide * 1e4:.2f} × 10⁻⁴ on [−50, 50] in steps of 10⁻⁴, "
            f"{narrow * 1e11:.2f} × 10⁻¹¹ within 10⁻⁶ of 0 in steps of 10⁻¹¹."
        )
    evidence.append("The jumps are the steepest slope times the step, at either step: there is no gap.")
    verdict = Verdict.SUPPORTED if continuous else Verdict.CONTRADICTED
    return Claim(
        number,
        "ELU is continuous.",
        verdict,
        "from the function itself",
        "no jump",
        text.ABSENT,
        text.ABSENT,
        text.ABSENT,
        evidence,
        "",
    )


def smoothness(number: int) -> Claim:
    """One-sided derivatives at 0 are alpha and 1: equal for alpha = 1 only."""
    evidence, equal = [], []
    for alpha in ALPHAS:
        left, right = one_sided_derivatives(Activation("elu", (("alpha", alpha),)))
        evidence.append(f"α = {alpha:g}: derivative at 0 from the left {left:.4f}, from the right {right:.4f}.")
        if abs(left - right) < 1e-4:
            equal.append(alpha)
    verdict = Verdict.SUPPORTED if equal else Verdict.CONTRADICTED
    limit = f"for α = {text.joined([f'{alpha:g}' for alpha in equal])} only; contradicted for every other α"
    return Claim(
        number,
        "ELU is differentiable everywhere.",
        verdict,
        limit if equal else "",
        "α against 1 at 0",
        text.ABSENT,
        text.ABSENT,
        text.ABSENT,
        evidence,
        "",
    )
