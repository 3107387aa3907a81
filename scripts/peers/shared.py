"""The networks of the ELU paper as the peers build them, and the measurement that all of them share.

Written from sections 4.2 and 4.3 of the paper. A stack is a list of (units, receptive field); 2x2 max-pooling with
stride 2, rounding up, follows each stack. Dropout comes last, after the activation and the pool.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Wait = Callable[[], object]  # until the device has done all that was asked of it

CLASSES = 100
IMAGES = 5000  # made up, of CIFAR-100's size
CROP_PADDING = 4
MOMENTUM, WEIGHT_DECAY, LEARNING_RATE = 0.9, 0.0005, 1e-4
WARM_UP_STEPS = 3
STEPS_TOGETHER_ON_GPU = 10  # a GPU is waited for once in so many steps, as elubench does


@dataclass(frozen=True)
class Network:
    stacks: tuple[tuple[tuple[int, int], ...], ...]
    dropout: tuple[float, ...]  # the rate of each stack
    dropout_after_every_layer: bool  # or after the last of the stack
    pad_even: bool  # one zero row and column at the end for receptive field 2


NETWORKS = {
    "elu11": Network(
        (
            ((192, 5),),
            ((192, 1), (240, 3)),
            ((240, 1), (260, 2)),
            ((260, 1), (280, 2)),
            ((280, 1), (300, 2)),
            ((300, 1),),
            ((100, 1),),
        ),
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.0),
        dropout_after_every_layer=False,
        pad_even=False,
    ),
    "elu18": Network(
        (
            ((384, 3),),
            ((384, 1), (384, 2), (640, 2), (640, 2)),
            ((640, 1), (768, 2), (768, 2), (768, 2)),
            ((768, 1), (896, 2), (896, 2)),
            ((896, 3), (1024, 2), (1024, 2)),
            ((1024, 1), (1152, 2)),
            ((1152, 1),),
            ((100, 1),),
        ),
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.0, 0.0),
        dropout_after_every_layer=True,
        pad_even=True,
    ),
}


def padding_of(network: Network, field: int) -> tuple[int, int]:
    """Zeros before and after each axis."""
    if field % 2 == 1:
        return field // 2, field // 2
    return 0, int(network.pad_even)


def dropout_of(network: Network, stack: int, place: int) -> float:
    """The rate after the layer at `place` of a stack, both counted from 0."""
    last = place == len(network.stacks[stack]) - 1
    return network.dropout[stack] if last or network.dropout_after_every_layer else 0.0


def parameters_of(network: Network) -> int:
    """Weights and biases. A peer that has another number trains another network."""
    count, channels = 0, 3
    for stack in network.stacks:
        for units, field in stack:
            count += units * (channels * field * field + 1)
            channels = units
    return count


def siblings(processor: int) -> str:
    """Names the core that a processor belongs to, where several are threads of one core."""
    file = Path(f"/sys/devices/system/cpu/cpu{processor}/topology/thread_siblings_list")
    return file.read_text() if file.exists() else str(processor)


def pin(threads: int) -> None:
    """Lets this process and those it starts have so many processors, for not every framework can be told; of
    different cores as long as there are any."""
    allowed = sorted(os.sched_getaffinity(0))
    if threads > len(allowed):
        raise SystemExit(f"{threads} threads, but this process may use {len(allowed)} processors")
    of_each_core = list({siblings(processor): processor for processor in reversed(allowed)}.values())[::-1]
    os.sched_setaffinity(0, (of_each_core + [one for one in allowed if one not in of_each_core])[:threads])


def arguments(modes: list[str], devices: tuple[str, ...] = ("cpu", "cuda")) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--network", choices=sorted(NETWORKS), default="elu11")
    parser.add_argument("--activation", choices=["elu", "relu"], default="elu")
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="bf16")
    parser.add_argument("--mode", choices=modes, default=modes[0])
    parser.add_argument("--device", choices=devices, default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    pin(options.threads)
    return options


def seconds_of_steps(step: Callable[[], object], seconds: float, together: int, wait: Wait) -> list[float]:
    """Times steps, `together` as one, until they have taken `seconds`, after a warm-up; of one step, each time."""
    for _ in range(WARM_UP_STEPS):
        step()
    wait()
    times: list[float] = []
    while sum(times) * together < seconds or not times:
        start = time.perf_counter()
        for _ in range(together):
            step()
        wait()
        times.append((time.perf_counter() - start) / together)
    return times


def report(
    framework: str,
    options: argparse.Namespace,
    parameters: int,
    training: Callable[[], object],
    inference: Callable[[], object],
    wait: Wait,
    most_memory: Callable[[], int] | None = None,
) -> None:
    """Measures both and prints one JSON object; most_memory: in bytes, where it is not the process's."""
    expected = parameters_of(NETWORKS[options.network])
    if parameters != expected:
        raise ValueError(f"{framework} built {parameters} parameters, but {options.network} has {expected}")
    result: dict[str, object] = {"framework": framework, **vars(options)}
    together = 1 if options.device == "cpu" else STEPS_TOGETHER_ON_GPU
    for name, step in (("training", training), ("inference", inference)):
        times = seconds_of_steps(step, options.seconds, together, wait)
        middle = statistics.median(times)
        result[name] = {"images_per_second": options.batch / middle, "seconds": middle, "steps": len(times)}
    of_process = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    result["memory_bytes"] = most_memory() if most_memory else of_process
    print(json.dumps(result))
