import pytest
from things_to_explore import BOXES, NAMES, PICTURE, SCORES, words

from cnn_course.plots import explore


@pytest.mark.parametrize(
    ("box", "title"),
    [
        ((30, 30, 40, 40), "IoU = 1600 / 1600 = 1.00"),
        ((50, 30, 40, 40), "IoU = 800 / 2400 = 0.33"),
        ((80, 80, 10, 10), "IoU = 0 / 1700 = 0.00"),
        ((70, 30, 40, 40), "IoU = 0 / 3200 = 0.00"),
    ],
)
def test_overlap(box, title):
    explore.draw_overlap(*box)
    assert title in words()


def test_suppression():
    explore.draw_suppression(PICTURE, BOXES, SCORES, NAMES, 0.3, 0.5, True)
    assert "1 dropped" in (said := words())
    assert "3 of 4 kept" in said
    explore.draw_suppression(PICTURE, BOXES, SCORES, NAMES, 0.3, 0.5, False)
    assert "2 of 4 kept" in words()
    explore.draw_suppression(PICTURE, BOXES, SCORES, NAMES, 1.0, 0.5, False)
    assert "0 of 4 kept" in words()
