"""What the explorers are tried on, and the words of what they draw."""

import matplotlib.pyplot as plt
import numpy as np

IMAGE = np.arange(36).reshape(6, 6)
BOXES = np.array(
    [[10, 10, 50, 50], [12, 11, 52, 50], [11, 9, 49, 51], [60, 60, 90, 80]],
    float,
)
SCORES = np.array([0.9, 0.8, 0.4, 0.6])
NAMES = np.array(["cat", "dog", "cat", "cat"])
PICTURE = np.zeros((100, 100, 3), np.uint8)


def count(width, depth, side):
    """Numbers that grow as those of a network."""
    return 5e6 * depth * width**2, 4e8 * depth * width**2 * (side / 224) ** 2


def brighter(epsilon):
    return np.full((8, 8, 1), epsilon)


def more_of_b(picture):
    return np.array([1 - picture.mean() * 3, picture.mean() * 3])


def words():
    """All texts of the present figure."""
    plt.gcf().canvas.draw()  # or axes have no tick labels yet
    texts = [text.get_text() for text in plt.gcf().findobj(plt.Text)]
    plt.close("all")
    return " | ".join(text for text in texts if text)
