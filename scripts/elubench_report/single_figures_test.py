from elubench_report.made_up_curves import made_up_experiment, made_up_run
from elubench_report.results import results
from elubench_report.single_figures import differences


def test_what_has_no_interval_is_named_and_not_drawn():
    """SELU is 2 points worse with either seed: so few equal differences tell nothing about their spread."""
    errors = {"relu": (40, 42), "elu": (38, 41), "selu": (42, 44)}
    runs = [made_up_run(name, seed, [error]) for name, both in errors.items() for seed, error in enumerate(both)]
    experiment = made_up_experiment(runs)
    (figure,) = differences(experiment, results(experiment))
    assert {row[0] for row in figure.rows} == {"elu(alpha=1)"}
    assert figure.caption.endswith(" Not drawn, without an interval: SELU.")
