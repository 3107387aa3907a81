"""The activation functions as the report needs them: names, labels, formulas.

The C++ table (lib/activation) is the authority; a test compares this one with `elubench list activations --json`
where the program is built. `value` and `derivative` are expressions in x and the parameters that read the same in
Python, where numpy evaluates them, and in JavaScript, where the interactive curve does. Activations that
are not in the table are drawn, too, only without their formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import special

from elubench_report.errors import ReportError


@dataclass(frozen=True)
class Parameter:
    """One parameter with its default and the range of the interactive curve's slider."""

    name: str
    symbol: str
    default: float
    low: float
    high: float


@dataclass(frozen=True)
class Function:
    """One row of the table."""

    name: str
    label: str
    value: str
    derivative: str
    parameters: tuple[Parameter, ...] = ()

    def defaults(self) -> dict[str, float]:
        return {parameter.name: parameter.default for parameter in self.parameters}


_SELU = "1.0507009873554805", "1.6732632423543772"
_ROOT_2_OVER_PI = "0.7978845608028654"
_GELU_INNER = f"{_ROOT_2_OVER_PI} * (x + 0.044715 * x * x * x)"
_MISH_TANH = "tanh(softplus(x))"

FUNCTIONS: tuple[Function, ...] = (
    Function("identity", "identity", "x", "1 + 0 * x"),
    Function("relu", "ReLU", "maximum(x, 0)", "where(x > 0, 1, 0)"),
    Function(
        "leaky_relu",
        "LReLU",
        "where(x > 0, x, slope * x)",
        "where(x > 0, 1, slope)",
        (Parameter("slope", "slope", 0.1, 0, 1),),
    ),
    Function("shifted_relu", "shifted ReLU", "maximum(x, -1)", "where(x > -1, 1, 0)"),
    Function(
        "elu",
        "ELU",
        "where(x > 0, x, alpha * expm1(minimum(x, 0)))",
        "where(x > 0, 1, alpha * exp(minimum(x, 0)))",
        (Parameter("alpha", "α", 1, 0, 3),),
    ),
    Function(
        "selu",
        "SELU",
        f"{_SELU[0]} * where(x > 0, x, {_SELU[1]} * expm1(minimum(x, 0)))",
        f"{_SELU[0]} * where(x > 0, 1, {_SELU[1]} * exp(minimum(x, 0)))",
    ),
    Function(
        "celu",
        "CELU",
        "where(x > 0, x, alpha * expm1(minimum(x, 0) / alpha))",
        "where(x > 0, 1, exp(minimum(x, 0) / alpha))",
        (Parameter("alpha", "α", 1, 0.1, 3),),
    ),
    Function("gelu", "GELU", "x * normal(x)", "normal(x) + x * exp(-0.5 * x * x) * 0.3989422804014327"),
    Function(
        "gelu_tanh",
        "GELU (tanh)",
        f"0.5 * x * (1 + tanh({_GELU_INNER}))",
        f"0.5 * (1 + tanh({_GELU_INNER})) + 0.5 * x * (1 - tanh({_GELU_INNER}) * tanh({_GELU_INNER}))"
        f" * {_ROOT_2_OVER_PI} * (1 + 0.134145 * x * x)",
    ),
    Function("silu", "SiLU", "x * sigmoid(x)", "sigmoid(x) * (1 + x * (1 - sigmoid(x)))"),
    Function(
        "mish", "Mish", f"x * {_MISH_TANH}", f"{_MISH_TANH} + x * sigmoid(x) * (1 - {_MISH_TANH} * {_MISH_TANH})"
    ),
    Function(
        "softplus",
        "softplus",
        "softplus(beta * x) / beta",
        "sigmoid(beta * x)",
        (Parameter("beta", "β", 1, 0.25, 4),),
    ),
    Function("softsign", "softsign", "x / (1 + absolute(x))", "1 / ((1 + absolute(x)) * (1 + absolute(x)))"),
    Function("tanh", "tanh", "tanh(x)", "1 - tanh(x) * tanh(x)"),
    Function("sigmoid", "sigmoid", "sigmoid(x)", "sigmoid(x) * (1 - sigmoid(x))"),
    Function(
        "hard_swish",
        "hard swish",
        "x * minimum(maximum(x + 3, 0), 6) / 6",
        "where(x > -3, where(x < 3, x / 3 + 0.5, 1), 0)",
    ),
    Function(
        "squareplus",
        "squareplus",
        "(x + sqrt(x * x + b)) / 2",
        "(1 + x / sqrt(x * x + b)) / 2",
        (Parameter("b", "b", 4, 0.1, 8),),
    ),
)
_BY_NAME = {function.name: function for function in FUNCTIONS}

_NUMPY_NAMES: dict[str, Callable[..., np.ndarray]] = {
    "where": np.where,
    "minimum": np.minimum,
    "maximum": np.maximum,
    "absolute": np.abs,
    "exp": np.exp,
    "expm1": np.expm1,
    "tanh": np.tanh,
    "sqrt": np.sqrt,
    "sigmoid": special.expit,
    "normal": special.ndtr,
    "softplus": lambda x: np.logaddexp(0, x),
}


@dataclass(frozen=True, order=True)
class Activation:
    """An activation with all its parameters, as in `elu(alpha=1)`."""

    name: str
    arguments: tuple[tuple[str, float], ...] = field(default=())

    @property
    def function(self) -> Function | None:
        """Its row of the table, or None for one that the report does not know."""
        return _BY_NAME.get(self.name)

    def text(self) -> str:
        """Canonical text: `elu(alpha=1)`, `relu`."""
        inside = ", ".join(f"{name}={value:.12g}" for name, value in self.arguments)
        return f"{self.name}({inside})" if inside else self.name

    def label(self, with_parameters: bool = False) -> str:
        """The name as a paper prints it; parameters where asked for or where they are not the defaults."""
        label = self.function.label if self.function else self.name
        defaults = self.function.defaults() if self.function else {}
        if not self.arguments or (not with_parameters and dict(self.arguments) == defaults):
            return label
        symbols = {p.name: p.symbol for p in self.function.parameters} if self.function else {}
        return f"{label} ({', '.join(f'{symbols.get(n, n)} = {v:.12g}' for n, v in self.arguments)})"

    def value(self, x: np.ndarray) -> np.ndarray:
        """f(x) in double precision; the activation must be in the table."""
        return self._evaluate("value", x)

    def derivative(self, x: np.ndarray) -> np.ndarray:
        """f'(x) in double precision; at a kink the left one. The activation must be in the table."""
        return self._evaluate("derivative", x)

    def _evaluate(self, expression: str, x: np.ndarray) -> np.ndarray:
        source = getattr(self.function, expression)
        names = {**_NUMPY_NAMES, **dict(self.arguments), "x": np.asarray(x, dtype=float)}
        return np.asarray(eval(source, {"__builtins__": {}}, names), dtype=float)


def parse_activation(text: str) -> Activation:
    """Parses `elu`, `elu(alpha=0.5)`; defaults are filled in where the table knows the function."""
    match = re.fullmatch(r"\s*(\w+)\s*(?:\((.*)\))?\s*", text)
    if not match:
        raise ReportError(f"activation '{text}' is not of the form name(parameter=number)")
    arguments = dict(_BY_NAME[match[1]].defaults()) if match[1] in _BY_NAME else {}
    for part in filter(None, (part.strip() for part in (match[2] or "").split(","))):
        name, _, value = part.partition("=")
        try:
            arguments[name.strip()] = float(value)
        except ValueError:
            raise ReportError(f"activation '{text}': '{part}' is not of the form parameter=number") from None
    return Activation(match[1], tuple(sorted(arguments.items())))
