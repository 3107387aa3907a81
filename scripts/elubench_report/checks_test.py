"""What a reader is warned of."""

import shutil

import pytest

from elubench_report.checks import warnings
from elubench_report.result_table import result_table
from elubench_report.results import results


def change(name, *replacements):
    """Changes a file of the experiment."""

    def spoil(folder):
        path = folder / name
        text = path.read_text()
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)

    return spoil


def test_diverged_and_unfinished_runs_are_listed_not_averaged(make):
    def spoil(folder):
        (folder / "runs/relu/seed-1/status").write_text("diverged at iteration 200\n")
        (folder / "runs/relu/seed-2/status").write_text("running\n")

    experiment = make(spoil)
    found = warnings(experiment)
    assert any("diverged: runs/relu/seed-1 (diverged at iteration 200)" in warning for warning in found)
    assert any("not finished: runs/relu/seed-2 (running)" in warning for warning in found)
    table = results(experiment)
    assert list(table[0].errors) == [3]
    assert result_table(experiment, table).rows[0][1] == "1 of 3"
    assert table[1].comparison.paired.seeds == (3,)


def test_missing_baseline_is_said(make):
    experiment = make(lambda folder: shutil.rmtree(folder / "runs/relu"))
    assert any("The baseline ReLU has no finished run" in warning for warning in warnings(experiment))
    assert all(result.comparison is None for result in results(experiment))


def test_mixed_environments_are_flagged_and_seconds_kept_apart(make):
    def mix(folder):
        path = folder / "runs/elu/seed-3/run.toml"
        changed = (
            path.read_text()
            .replace('version = "0.1.0"', 'version = "0.2.0"')
            .replace("threads = 2", "threads = 8")
        )
        path.write_text(changed.replace("git_dirty = false", "git_dirty = true"))

    experiment = make(mix)
    found = " ".join(warnings(experiment))
    assert "different elubench versions: 0.1.0, 0.2.0" in found
    assert "different thread counts: 2, 8" in found
    assert "not in there: runs/elu/seed-3" in found
    assert "uncommitted changes in runs/elu/seed-3" in found


def test_runs_of_another_recipe_are_flagged(make):
    def change(folder):
        path = folder / "runs/elu/seed-1/run.toml"
        path.write_text(path.read_text().replace("batch_size = 100", "batch_size = 50"))

    assert any("differ in train.batch_size: 100, 50" in warning for warning in warnings(make(change)))


def test_torn_line_is_a_warning(make):
    def tear(folder):
        with (folder / "runs/elu/seed-1/metrics.csv").open("a") as file:
            file.write("700,1.4,te")

    assert any("last line is incomplete" in warning for warning in warnings(make(tear)))


def test_sources_are_told_apart_by_their_checksums_and_not_by_their_commits(make):
    def change(key, old, new):
        def mix(folder):
            path = folder / "runs/elu/seed-3/run.toml"
            path.write_text(path.read_text().replace(f'{key} = "{old}"', f'{key} = "{new}"'))

        return make(mix, session={"source_checksum": "aa"})

    assert warnings(change("git_commit", "0123abc", "4567def")) == []
    assert warnings(change("source_checksum", "aa", "bb")) == [
        "The runs come from different sources (by their checksums): aa, bb."
    ]


def test_nothing_is_said_where_all_is_as_planned(make):
    assert warnings(make()) == []


@pytest.mark.parametrize(
    ("key", "value", "warning"),
    [
        ("flags", '"-O0"', "The runs come from different compiler flags: -O0, -O3."),
        (
            "data_checksums",
            '{ "train.bin" = "00ff0000000000000000" }',
            "different data files (by their checksums): train.bin 00ff00000000, train.bin f31298fc616915fa",
        ),
    ],
)
def test_other_flags_and_data_are_flagged(make, key, value, warning):
    session = {"flags": "-O3"} if key == "flags" else {"data_checksums": {"train.bin": "f31298fc616915fa14"}}
    written = {"flags": '"-O3"', "data_checksums": '{ "train.bin" = "f31298fc616915fa14" }'}[key]
    spoil = change("runs/elu/seed-1/run.toml", (f"{key} = {written}", f"{key} = {value}"))
    found = " ".join(warnings(make(spoil, session=session)))
    assert warning[:-4] in found


@pytest.mark.parametrize(
    ("planned", "warning"),
    [
        ("iterations = 6000", "The recipe has train.iterations = 6000, but there are runs with 600."),
        ('set = "cifar-10"', "The recipe has data.set = 'cifar-10', but there are runs with 'cifar-100'."),
        ("log_every = 100\nlearning_rate = [[0, 0.02]]", "train.learning_rate = [[0, 0.02]], but"),
    ],
)
def test_runs_with_other_settings_than_the_recipe_are_flagged(make, planned, warning):
    old = {"i": "iterations = 600", "s": 'set = "cifar-100"', "l": "log_every = 100"}[planned[0]]
    found = warnings(make(change("experiment.toml", (old, planned))))
    assert len(found) == 1
    assert warning in found[0]


def test_a_run_from_before_a_key_was_one_had_what_the_key_says_by_default(make):
    with_key = change("runs/elu/seed-1/run.toml", ("width = 1.0", 'width = 1.0\ndropout_place = "after_pool"'))
    assert warnings(make(with_key)) == []
    other = change("runs/elu/seed-1/run.toml", ("width = 1.0", 'width = 1.0\ndropout_place = "before_pool"'))
    found = " ".join(warnings(make(other)))
    assert "The runs differ in network.dropout_place: 'after_pool', 'before_pool'." in found
    assert "The recipe has network.dropout_place = 'after_pool', but there are runs with 'before_pool'" in found


def test_settings_that_the_program_resolves_are_no_difference(make):
    def spoil(folder):
        change("experiment.toml", ("log_every", 'precision = "auto"\ncheckpoint_every = 7\nlog_every'))(folder)
        change("experiment.toml", ("[train]", "[network]\ndropout = true\nwidth = 1\n[train]"))(folder)
        for path in folder.glob("runs/*/*/run.toml"):
            text = path.read_text().replace("width = 1.0", "width = 1.0\ndropout = [[0, [0.0, 0.5]]]")
            path.write_text(text.replace("[train]", '[train]\nprecision = "bf16"\ncheckpoint_every = 1000'))

    assert warnings(make(spoil)) == []


def test_options_of_synthetic_images_that_the_recipe_leaves_out_are_no_difference(make):
    def spoil(folder):
        change("experiment.toml", ('"synthetic(classes=10, seed=3)"', '"synthetic( seed=3 )"'))(folder)

    [only] = warnings(make(spoil, data_set="synthetic(classes=10, seed=3)"))
    assert "synthetic images, not CIFAR" in only


def test_planned_runs_are_compared_as_sets(make):
    # As many as planned, but another seed.
    found = warnings(make(change("experiment.toml", ("seeds = [1, 2, 3]", "seeds = [1, 2, 9]"))))
    assert found == [
        "2 of 6 runs that the recipe plans are not there: elu(alpha=1) seed 9, relu seed 9.",
        "2 runs not in the recipe: elu(alpha=1) seed 3, relu seed 3.",
    ]


def test_omitted_seeds_are_one_to_ten(make):
    found = warnings(make(change("experiment.toml", ("seeds = [1, 2, 3]\n", ""))))
    assert found == [
        "14 of 20 runs that the recipe plans are not there: elu(alpha=1) seeds 4, 5, 6, 7, 8, 9 and 10, "
        "relu seeds 4, 5, 6, 7, 8, 9 and 10."
    ]
