"""Nothing but an older report is ever removed."""

import shutil
from pathlib import Path

import pytest

from elubench_report.__main__ import main
from elubench_report.errors import ReportError
from elubench_report.experiment import read_experiment
from elubench_report.made_up import MadeUp
from elubench_report.report_folder import replacement, report_folders


@pytest.fixture
def folder(tmp_path):
    return MadeUp(seeds=[1], iterations=200).write(tmp_path / "results" / "first")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refusal(capsys, *arguments: str) -> str:
    assert main(list(arguments)) == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("out", ["..", "runs/../.."])
def test_the_experiment_is_never_replaced(folder, capsys, out):
    before = files(folder)
    assert "holds the experiment" in refusal(capsys, str(folder), "--out", str(folder / out))
    assert files(folder) == before


def test_a_folder_above_the_experiment_is_never_replaced(tmp_path, capsys):
    folder = MadeUp(seeds=[1], iterations=200).write(tmp_path / "same" / "same")
    before = files(folder)
    assert "holds the experiment" in refusal(capsys, str(folder), "--out", str(tmp_path))
    assert files(folder) == before


@pytest.mark.parametrize("name", ["notes.txt", "index.html"])
def test_other_folders_are_never_replaced(folder, tmp_path, capsys, name):
    other = tmp_path / "out" / "first"
    other.mkdir(parents=True)
    (other / name).write_text("mine")
    assert "not replaced" in refusal(capsys, str(folder), "--out", str(tmp_path / "out"))
    assert files(other) == {name: b"mine"}


def test_a_report_with_something_added_is_not_replaced(folder, capsys, without_figure_files):
    assert main([str(folder)]) == 0
    (folder / "report" / "notes.txt").write_text("mine")
    assert "holds notes.txt" in refusal(capsys, str(folder))
    assert (folder / "report" / "notes.txt").read_text() == "mine"


def test_an_older_report_is_replaced(folder, without_figure_files):
    assert main([str(folder)]) == 0
    before = files(folder / "report")
    shutil.rmtree(folder / "report" / "tables")
    assert main([str(folder)]) == 0
    assert files(folder / "report") == before
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_two_experiments_of_one_name_are_refused(folder, tmp_path, capsys):
    twin = shutil.copytree(folder, tmp_path / "elsewhere" / "first")
    message = refusal(capsys, str(folder), str(twin), "--out", str(tmp_path / "out"))
    assert "two of the experiments would be written to" in message
    assert not (tmp_path / "out").exists()
    with pytest.raises(ReportError, match="two of the experiments"):
        report_folders([read_experiment(folder)] * 2, None)


def test_the_old_report_stays_until_the_new_one_is_whole(tmp_path):
    report = tmp_path / "report"
    report.mkdir()
    (report / "index.html").write_text("old")

    def draw_badly() -> None:
        with replacement(report) as fresh:
            (fresh / "index.html").write_text("new")
            assert (report / "index.html").read_text() == "old"
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        draw_badly()
    assert files(tmp_path) == {"report/index.html": b"old"}


def test_the_old_report_comes_back_where_the_swap_fails(tmp_path, monkeypatch):
    report = tmp_path / "report"
    report.mkdir()
    (report / "index.html").write_text("old")
    rename = Path.rename

    def refuse_the_new_one(self: Path, target: Path) -> Path:
        if self.name == "report" and self != report:
            raise OSError("busy")
        return rename(self, target)

    def draw() -> None:
        with replacement(report) as fresh:
            (fresh / "index.html").write_text("new")

    monkeypatch.setattr(Path, "rename", refuse_the_new_one)
    with pytest.raises(OSError, match="busy"):
        draw()
    assert files(tmp_path) == {"report/index.html": b"old"}
