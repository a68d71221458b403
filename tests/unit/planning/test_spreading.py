"""Same numbers wherever they are computed: in this process, on its cores, on a dask cluster."""

from __future__ import annotations

import pytest

from firstdose.planning import compute_characteristics
from firstdose.planning.spreading import connect, spread
from firstdose.values.issue import UserError
from tests.unit.planning.plans import only

TRIALS = 2200  # three blocks, the last one cut


def square(block):
    return block**2


@pytest.fixture(scope="module")
def alone():
    return compute_characteristics(only("E5", "E7", missed="0.05"), trials=TRIALS)


def test_blocks_come_back_in_their_order():
    assert list(spread(square, 4)) == [0, 1, 4, 9]


@pytest.mark.slow
def test_two_processes_give_the_same_figures(alone):
    progress = []
    spread_out = compute_characteristics(
        only("E5", "E7", missed="0.05"), trials=TRIALS, workers=2, progress=progress.append
    )
    assert spread_out == alone
    assert progress == pytest.approx([1 / 3, 2 / 3, 1])


@pytest.mark.slow
def test_a_dask_cluster_of_two_workers_gives_the_same_figures(alone):
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        there = compute_characteristics(
            only("E5", "E7", missed="0.05"), trials=TRIALS, cluster=cluster.scheduler_address
        )
    assert there == alone


def test_a_cluster_that_does_not_answer_is_one_sentence_with_a_remedy():
    with pytest.raises(UserError) as refusal:
        connect("tcp://127.0.0.1:1", patience="0.2s")
    (issue,) = refusal.value.issues
    assert (issue.code, refusal.value.exit_code) == ("FD-A210", 12)
    assert "--workers" in issue.remedy
