import numpy as np
from things_to_explore import IMAGE, words

from cnn_course.plots import explore


def test_the_step_of_a_convolution():
    kernel = np.array([[1, 0, -1]] * 3)
    explore.draw_convolution(IMAGE, kernel, "valid", 1, 5)
    # Second row, second column: 7 + 13 + 19 - 9 - 15 - 21.
    assert "= -6" in words()
    explore.draw_convolution(IMAGE, kernel, "same", 1, 0)
    assert "= -8" in words()  # zeros, then 1 and 7 on the right
    explore.draw_convolution(IMAGE, kernel, "valid", 3, 99)
    assert "21·1" in words()  # the last of 2×2


def test_output_size_is_said():
    explore.draw_output_size(8, 3, 2, "valid", 1)
    assert "8 pixels → 3" in words()


def test_pooling_that_forgets_a_shift():
    picture = np.zeros((8, 8))
    picture[2, 2] = 1
    explore.draw_pooling(picture, 1, 2, "max")
    said = words()
    assert "moved, max: 100% in place" in said
    assert "100% if moved back by 0" in said
    explore.draw_pooling(picture, 2, 2, "max")
    said = words()
    assert "moved, max: 88% in place" in said
    assert "100% if moved back by 1" in said


def test_pooling_moves_back_by_whole_windows():
    picture = np.random.default_rng(0).normal(size=(12, 13))
    for shift, pool_size, back in ((4, 2, 2), (6, 3, 2), (5, 5, 1), (3, 1, 3)):
        explore.draw_pooling(picture, shift, pool_size, "max")
        said = words()
        assert f"100% if moved back by {back}" in said
        assert "100% in place" not in said
    explore.draw_pooling(picture, 3, 2, "average")
    assert "average: 0% in place,\n0% if moved back by 0" in words()


def test_receptive_fields_of_layers():
    explore.draw_receptive_field(np.zeros((40, 60)), 3, 3, 2)
    said = words()
    for text in ("layer 1: 3", "layer 2: 7", "layer 3: 15"):
        assert text in said
