from elubench_report.run_tables import environment_table


def test_many_values_are_a_range_of_numbers_by_their_size(make):
    experiment = make(lambda folder: _end_at(folder, [9, 10, 96, 500, 1139, 5000]))
    rows = dict(environment_table(experiment).rows)
    assert rows["end_iteration"] == "9 … 5000 (6 values)"


def _end_at(folder, iterations):
    for file, iteration in zip(sorted(folder.glob("runs/*/*/run.toml")), iterations, strict=True):
        file.write_text(file.read_text() + f"end_iteration = {iteration}\n")
