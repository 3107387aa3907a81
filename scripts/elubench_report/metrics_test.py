import pytest

from elubench_report.errors import ReportError
from elubench_report.metrics import HEADER, read_metrics


def write(path, *lines, end="\n"):
    path.write_text("\n".join([HEADER, *lines]) + end, encoding="utf-8")
    return path


def test_series_by_split_and_metric(tmp_path):
    metrics = read_metrics(
        write(tmp_path / "m.csv", "0,0,test,error,99", "5,1,test,error,nan", "5,1,train,loss,1.5")
    )
    error = metrics.get("test", "error")
    assert error.iterations.tolist() == [0, 5]
    assert error.at(0) == 99
    assert error.at(3) is None
    assert metrics.get("train", "loss").values.tolist() == [1.5]
    assert len(metrics.get("probe", "nothing")) == 0


@pytest.mark.parametrize("last", ["500,1,test,err", "500,1,test,error,7", "5"])
def test_torn_last_line_is_left_out(tmp_path, last):
    metrics = read_metrics(write(tmp_path / "m.csv", "0,0,test,error,99", last, end=""))
    assert metrics.torn
    assert metrics.get("test", "error").values.tolist() == [99]


@pytest.mark.parametrize("bad", ["1,2,test", "x,0,test,error,1", "1,0,test,error,abc", ""])
def test_malformed_line_is_named(tmp_path, bad):
    path = write(tmp_path / "m.csv", "0,0,test,error,99", bad, "5,1,test,error,98")
    with pytest.raises(ReportError, match=r"m\.csv, line 3: "):
        read_metrics(path)


def test_wrong_header_and_empty_file(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("iteration,value\n1,2\n", encoding="utf-8")
    with pytest.raises(ReportError, match="line 1"):
        read_metrics(path)
    path.write_text("", encoding="utf-8")
    assert not read_metrics(path).series
