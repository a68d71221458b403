import numpy as np

from firstdose.planning.drawing import normals, uniforms


def test_a_block_is_the_same_whoever_drew_before():
    alone = uniforms(7, "own E5", 3, (4, 2))
    for block in (5, 0, 3):
        again = uniforms(7, "own E5", block, (4, 2))
    assert (again == alone).all()


def test_the_first_trials_of_a_block_do_not_depend_on_how_many_follow():
    assert (uniforms(1, "x", 0, (10, 3))[:4] == uniforms(1, "x", 0, (4, 3))).all()


def test_seed_stream_and_block_all_count():
    drawn = [uniforms(*words, (5,)) for words in ((1, "a", 0), (2, "a", 0), (1, "b", 0), (1, "a", 1))]
    assert len({tuple(each) for each in drawn}) == 4


def test_the_numbers_are_those_of_every_other_computer():
    """Philox 4x64-10 is fixed by its definition (Salmon et al. 2011); these are kept as witnesses."""
    kept = [0.9937649128068966, 0.46573253013580745, 0.5434766656778642]
    assert uniforms(1, "witness", 2, (3,)).tolist() == kept


def test_normal_numbers_have_mean_0_and_variance_1():
    drawn = normals(1, "x", 0, (100_000,))
    assert abs(drawn.mean()) < 4 / np.sqrt(100_000)
    assert abs(drawn.var() - 1) < 4 * np.sqrt(2 / 100_000)
