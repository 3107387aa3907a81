"""The peers' networks against the paper's own counts."""

import pytest
from peers.shared import NETWORKS, parameters_of


def test_parameters_are_the_papers() -> None:
    assert parameters_of(NETWORKS["elu11"]) == 1_669_028
    assert parameters_of(NETWORKS["elu18"]) == pytest.approx(39.32e6, rel=1e-3)
