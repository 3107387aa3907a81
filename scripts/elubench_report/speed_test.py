import pytest

from elubench_report.activations import Activation
from elubench_report.claim import Verdict
from elubench_report.claims import judge
from elubench_report.errors import ReportError
from elubench_report.experiment import Variant
from elubench_report.speed import ACTIVATION, TRAINING, read_speeds

HEADER = (
    "device,threads,precision,convolutions,network,batch,git_commit,round,activation,batch_norm,metric,value\n"
)
PLACE = '"A processor",2,bf16,"oneDNN (9), LibTorch (2)",elu11,100,0123456789ab'
ROUNDS = range(1, 8)


def bench_csv(elu_training, elu_inference):
    """Seven rounds; ReLU does 400 and 1000 images a second, drifting as machines do."""
    rows = []
    for number in ROUNDS:
        drift = 1 - 0.05 * number
        for activation, training, inference, alone in (
            ("relu", 400, 1000, 0.020),
            ("elu(alpha=1)", elu_training, elu_inference, 0.023),
        ):
            for metric, value in (
                ("training_images_per_second", training * drift + 0.1 * number),
                ("inference_images_per_second", inference * drift + 0.1 * number),
                ("activation_seconds", alone / drift),
            ):
                rows.append(f'{PLACE},{number},"{activation}",false,{metric},{value}\n')
    return HEADER + "".join(rows)


def with_bench(make, content):
    return make(lambda folder: (folder / "bench.csv").write_text(content), seeds=(1, 2))


def test_rounds_are_the_pairs_of_claims_9_and_11(make):
    claims = judge(with_bench(make, bench_csv(392, 990)))
    assert claims[8].verdict == Verdict.SUPPORTED
    assert claims[8].pairs == "7"
    assert "−2.0" in claims[8].effect
    assert claims[10].verdict == Verdict.SUPPORTED
    text = " ".join(claims[8].evidence)
    assert (
        "Measured in turn on A processor, 2 threads, elu11, batch 100, bf16, "
        "convolutions of oneDNN (9), LibTorch (2), commit 012345678." in text
    )
    assert "in milliseconds of a step: ReLU 25." in text  # the mean of 20 / (0.95 ... 0.65)
    assert "ELU against ReLU in these passes: +3.8" in text  # the mean of 3 / (0.95 ... 0.65)
    assert "7 rounds" in text


def test_a_faster_elu_contradicts(make):
    claims = judge(with_bench(make, bench_csv(410, 1000)))
    assert claims[8].verdict == Verdict.CONTRADICTED
    assert claims[10].verdict == Verdict.UNDECIDED
    assert "round" in claims[10].deciding
    assert "run" not in claims[10].deciding


@pytest.mark.parametrize(
    ("settings", "other"),
    [
        ('{ name = "elu11", width = 1.0 }', ""),
        ('{ name = "elu11", width = 0.5 }', "network.width"),
        ('{ width = 1.0, dropout_place = "before_pool" }', "network.dropout_place"),
    ],
)
def test_speeds_of_the_network_in_other_settings_say_nothing_of_these_runs(make, settings, other):
    quoted = settings.replace('"', '""')
    content = bench_csv(392, 990).replace("network,", "network,network_settings,")
    speed = judge(with_bench(make, content.replace("elu11,", f'elu11,"{quoted}",')))[8]
    if not other:
        assert speed.verdict == Verdict.SUPPORTED
    else:
        assert (
            f"measured the network with another {other} than the runs have" in f"{speed.deciding} {speed.evidence}"
        )


def test_speeds_of_another_network_say_nothing_of_these_runs(make):
    claims = judge(with_bench(make, bench_csv(392, 990).replace("elu11", "elu18")))
    assert claims[8].qualifier == "the whole training step"  # as the runs recorded it
    why = "bench.csv measured elu18 with batch 100, the runs are of elu11 with batch 100: measure again"
    assert why in " ".join(claims[8].evidence)
    assert claims[10].verdict == Verdict.NOT_MEASURED
    assert why.lower() in claims[10].deciding.lower()


def test_values_stand_by_variant_and_round(tmp_path):
    (tmp_path / "bench.csv").write_text(bench_csv(400, 1000))
    speeds = read_speeds(tmp_path)
    elu = Variant(Activation("elu", (("alpha", 1.0),)))
    assert set(speeds.of(TRAINING)[elu]) == set(ROUNDS)
    assert speeds.of(ACTIVATION)[elu][1] == pytest.approx(0.023 / 0.95)


def test_no_file_is_no_measurement(tmp_path):
    assert read_speeds(tmp_path) is None


ROW = f"{PLACE},1,relu,false,m,"


@pytest.mark.parametrize(
    "content",
    [
        "round,value\n1,2\n",
        HEADER,
        HEADER + f"{PLACE},one,relu,false,m,3\n",
        HEADER + f"{PLACE},1,rel u,false,m,3\n",
        HEADER + ROW + "0\n",
        HEADER + ROW + "nan\n",
        HEADER + ROW + "3\n" + ROW + "4\n",
        HEADER + ROW + "3\n" + ROW.replace("A processor", "Another").replace(",1,", ",2,") + "4\n",
    ],
)
def test_a_malformed_file_says_how_to_make_it_again(tmp_path, content):
    (tmp_path / "bench.csv").write_text(content)
    with pytest.raises(ReportError, match="elubench bench"):
        read_speeds(tmp_path)
