"""Bad usage, recipes and options: one line on stderr, exit code 2, nothing written."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from program import RECIPE, assert_one_error, elubench, files_in, run


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["subcommand", "--help"]),
        (["rnu"], ["unknown command 'rnu'", "did you mean 'run'?"]),
        (["run"], ["EXPERIMENT", "elubench run --help"]),
        (["run", "/nowhere"], ["/nowhere"]),
        (["run", "x", "--iterations", "3"], ["--iterations", "elubench run --help"]),
        (["run", "x", "--seeds", "one"], ["'one' is no seed", "1,2"]),
        (["run", "x", "--seeds", "-1"], ["'-1' is no seed"]),
        (["run", "x", "--seeds", "010"], ["'010' is no seed"]),
        (["run", "x", "--threads", "010"], ["'010' begins with 0"]),
        (["run", "x", "--jobs", "010"], ["'010' begins with 0"]),
        (["run", "x", "--jobs", "+010"], ["'+010' begins with 0"]),
        (["run", "x", "--jobs", "0"], ["--jobs", "1024"]),
        (["run", "x", "--seeds", "99999999999999999999999"], ["is no seed"]),
        (["run", "x", "--threads", "0"], ["threads"]),
        (["list"], ["elubench list --help"]),
        (["list", "activation"], ["unknown command 'activation'", "did you mean 'activations'?"]),
        (["evaluate", "/nowhere"], ["/nowhere"]),
        (["export", "/nowhere", "--out", "/tmp/never-written"], ["/nowhere"]),
        (["export", "/nowhere"], ["--out"]),
        (["export", "/nowhere", "--out", ""], ["--out is empty"]),
        (["data", "dump", "cifar-1000", "--out", "/tmp/never-written"], ["cifar-1000", "cifar-100"]),
        (
            ["data", "dump", "cifar-100", "--preprocessing", "zca", "--out", "/tmp/never-written"],
            ["zca", "gcn-zca"],
        ),
        (["data", "dump", "cifar-100", "--out", "/proc/nowhere/images.safetensors"], ["/proc/nowhere"]),
        (["data", "dump", "cifar-100", "--out", "/tmp"], ["/tmp is a folder"]),
        (["data", "verify", "cifar-1000"], ["cifar-1000", "cifar-100"]),
        (["bench", "--precision", "fp8"], ["--precision", "fp8"]),
        (["bench", "--convolutions", "onednnn"], ["onednnn", "did you mean 'onednn'?"]),
        (["bench", "--batch", "0"], ["--batch"]),
        (["bench", "--batch", "010"], ["'010' begins with 0"]),
        (["bench", "x", "--rounds", "010"], ["'010' begins with 0"]),
    ],
    ids=lambda value: "-".join(value).replace("/", "")[:40] or "nothing",
)
def test_bad_usage_is_one_line_and_exit_code_2(arguments: list[str], words: list[str]) -> None:
    result = elubench(*arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert_one_error(result, *words)


def test_more_threads_than_the_environment_allows_is_bad_usage() -> None:
    result = elubench("doctor", "--device", "cpu", "--threads", "2", environment={"OMP_THREAD_LIMIT": "1"})
    assert result.returncode == 2
    assert_one_error(result, "OMP_THREAD_LIMIT allows 1 threads", "--threads")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            "batch_size",
            "batch_sise",
            ["experiment.toml:9:", "'train.batch_sise'", "did you mean 'train.batch_size'?"],
        ),
        ('"elu"]', '"ellu"]', ["experiment.toml:16:", "'ellu'", "did you mean 'elu'?"]),
        ('"elu"]', '"elu(alpha=-1)"]', ["experiment.toml:16:", "alpha", "-1"]),
        ('"elu"]', '"elu(beta=1)"]', ["experiment.toml:16:", "beta", "alpha"]),
        ("iterations = 6", "iterations = -6", ["experiment.toml:10:", "train.iterations", "-6"]),
        ("train_images=60", "train_images=-60", ["experiment.toml:4:", "data.set", "train_images", "-60"]),
        ("batch_size = 10", "batch_size = 0", ["experiment.toml:9:", "train.batch_size"]),
        (
            "[[0, 0.01]]",
            "[[0, 0.01], [4, 0.1], [3, 0.1]]",
            ["experiment.toml:11:", "train.learning_rate", "ascending"],
        ),
        ("seeds = [1]", "seeds = []", ["experiment.toml:17:", "compare.seeds", "empty"]),
        ("seeds = [1]", "seeds = [1, 1]", ["experiment.toml:17:", "compare.seeds", "twice"]),
        ("seeds = [1]", 'seeds = [1]\nbaseline = "tanh"', ["experiment.toml:18:", "compare.baseline", "tanh"]),
        ("width = 0.05", 'width = "small"', ["experiment.toml:7:", "network.width", "number"]),
        ("width = 0.05", "width = [", ["experiment.toml:", "TOML"]),
    ],
)
def test_a_bad_recipe_is_one_line_and_nothing_is_written(
    experiment: Path, before: str, after: str, words: list[str]
) -> None:
    recipe = experiment / "experiment.toml"
    recipe.write_text(RECIPE.replace(before, after))
    result = run(experiment)
    assert result.returncode == 2
    assert_one_error(result, *words)
    assert list(experiment.iterdir()) == [recipe]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--set", "train.batch_sise=3"], ["--set train.batch_sise=3", "did you mean 'train.batch_size'?"]),
        (["--set", "train.iterations=-1"], ["--set train.iterations=-1", "0 or more"]),
        (["--set", "train.iterations"], ["--set train.iterations", "key=value"]),
        (["--set", "title=\udcff"], ["--set title=", "TOML"]),
        (["--only", "rleu"], ["--only 'rleu'", "did you mean 'relu'?"]),
        (["--seeds", "1,9"], ["seed 9"]),
        (["--device", "cuda:7"], ["'cuda:7'", "cpu"]),
        (["--device", "gpu"], ["'gpu'", "cpu"]),
        (["--set", "data.validation=60"], ["data.validation"]),
        (["--set", "data.limit=1000"], ["data.limit"]),
        (["--set", "data.set=cifar-100", "--data", "/nowhere"], ["cifar-100", "elubench data fetch"]),
    ],
    ids=lambda value: "_".join(value).replace("/", "")[:40],
)
def test_bad_options_of_run_are_one_line(experiment: Path, arguments: list[str], words: list[str]) -> None:
    nowhere = {"ELUBENCH_DATA": "", "XDG_CACHE_HOME": "/nowhere"}
    device = [] if "--device" in arguments else ["--device", "cpu"]
    result = elubench("run", experiment, "--quiet", *device, *arguments, environment=nowhere)
    assert result.returncode == 2
    assert_one_error(result, *words)
    assert not list(experiment.rglob("metrics.csv"))


@pytest.mark.parametrize("size", [0, 3074, 3074 * 50_000], ids=["empty", "truncated", "altered"])
def test_damaged_data_are_named_with_both_checksums(experiment: Path, size: int) -> None:
    folder = experiment.parent / "data" / "cifar-100-binary"
    folder.mkdir(parents=True)
    for name in ("train.bin", "test.bin", "fine_label_names.txt", "coarse_label_names.txt"):
        with (folder / name).open("wb") as file:
            file.truncate(size)
    result = run(experiment, "--quiet", "--set", "data.set=cifar-100", "--data", folder.parent)
    assert result.returncode == 2
    assert_one_error(result, "train.bin", "expected")
    assert hashlib.sha256(bytes(size)).hexdigest() in result.stderr
    assert not list(experiment.rglob("metrics.csv"))


def test_a_run_folder_of_another_recipe_is_refused_before_anything_is_trained(experiment: Path) -> None:
    assert run(experiment, "--only", "elu").returncode == 0
    before = files_in(experiment)
    result = run(experiment, "--set", "train.momentum=0.5")
    assert result.returncode == 2
    assert_one_error(result, "elu/seed-1/run.toml", "train.momentum: 0.9 there, 0.5 here", "--out")
    assert files_in(experiment) == before


@pytest.mark.parametrize("out", ["/proc/nowhere", "experiment/experiment.toml/below"])
def test_a_folder_that_cannot_be_written_is_one_line(experiment: Path, out: str) -> None:
    result = run(experiment, "--out", experiment.parent / out)
    assert result.returncode == 2
    assert_one_error(result, out)
