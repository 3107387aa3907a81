"""Synthetic images are named wherever a number of theirs may be seen alone, and real ones are not."""

import csv
import re

from elubench_report.page import draw


def test_synthetic_images_are_named_everywhere(one_seed_synthetic):
    mark = "synthetic images, not CIFAR"
    for table in one_seed_synthetic.tables.values():
        assert mark in table.title
        assert "Synthetic images, not CIFAR." in table.latex().split(r"\bottomrule")[1], table.key
    html = one_seed_synthetic.index.read_text()
    captions = re.findall(r"<figcaption>.*?</figcaption>", html, re.DOTALL)
    assert captions
    assert all(mark in caption for caption in captions)
    assert "The paper&#39;s curves (clevert2015-fig4) are not drawn" in html


def test_synthetic_images_are_named_in_heading_lead_and_data(one_seed_synthetic):
    html = one_seed_synthetic.index.read_text()
    assert "synthetic images, not CIFAR" in re.search(r"<h1>.*?</h1>", html, re.DOTALL)[0]
    assert "Synthetic images, not CIFAR." in re.search(r'<p class="lead">.*?</p>', html, re.DOTALL)[0]
    assert "synthetic images, not CIFAR" in re.search(r"<title>.*?</title>", html)[0]
    markdown = (one_seed_synthetic.folder / "report.md").read_text().splitlines()
    assert markdown[0].endswith("(synthetic images, not CIFAR)")
    assert markdown[2].endswith("**Synthetic images, not CIFAR.**")
    for path in (one_seed_synthetic.folder / "figures").glob("*.csv"):
        rows = list(csv.DictReader(path.open()))
        assert {row["data"] for row in rows} == {"synthetic images, not CIFAR"}, path.name


def test_curves_of_another_data_set_are_not_drawn_beside(make, without_figure_files):
    report = draw(make(data_set="cifar-10", reference="clevert2015-fig4", seeds=(1,)))
    assert any("they are of cifar-100, there are runs on cifar-10." in warning for warning in report.warnings)
    assert "paper" not in report.tables
    assert "Dashed, in the same colours" not in report.index.read_text()
