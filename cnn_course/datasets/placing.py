"""Where things may lie in a picture, drawn at random: anywhere, or in a row."""

import numpy as np

_TRIES = 50  # places tried for a thing before there is no room for it


def random_int(rng, low, high):
    """Draw an int from low to high, both included."""
    # Not randrange: only random() is promised to stay the same for ever.
    return low + int(rng.random() * (high - low + 1))


def _shared(box1, box2):
    """The part of the smaller box that lies in the other one."""
    width = min(box1[2], box2[2]) - max(box1[0], box2[0])
    height = min(box1[3], box2[3]) - max(box1[1], box2[1])
    area1, area2 = ((b[2] - b[0]) * (b[3] - b[1]) for b in (box1, box2))
    return max(width, 0) * max(height, 0) / min(area1, area2)


def place_freely(rng, inks, size, max_overlap):
    """Find places at which things hardly overlap, and their ink nowhere.

    Args:
        rng: random.Random.
        inks: list of bool arrays (height, width), the things, in pixels.
        size: int, pixels along a side of the picture.
        max_overlap: 0-1, how much of a box another box may cover.

    Returns:
        List of boxes (x_min, y_min, x_max, y_max); None if a thing found no
        room in a number of tries.
    """
    taken, boxes = np.zeros((size, size), bool), []
    for ink in inks:
        height, width = ink.shape
        for _ in range(_TRIES if max(height, width) <= size else 0):
            x = random_int(rng, 0, size - width)
            y = random_int(rng, 0, size - height)
            box = x, y, x + width, y + height
            under = taken[y : y + height, x : x + width]
            near = any(_shared(box, other) > max_overlap for other in boxes)
            if not near and not (under & ink).any():
                under |= ink
                boxes.append(box)
                break
        else:
            return None
    return boxes


def place_in_row(rng, inks, size):
    """Find places side by side, from left to right, at about one height.

    Args:
        rng: random.Random.
        inks: list of bool arrays (height, width), at least one.
        size: int, pixels along a side of the picture.

    Returns:
        List of boxes (x_min, y_min, x_max, y_max), at least a pixel apart;
        None if they are too wide or too tall together.
    """
    heights, widths = zip(*(ink.shape for ink in inks), strict=True)
    tallest = max(heights)
    gaps = [random_int(rng, 1, max(tallest // 4, 1)) for _ in inks]
    room = size - sum(widths) - sum(gaps[1:])
    if room < 0 or tallest > size:
        return None
    x = random_int(rng, 0, room) - gaps[0]
    line = random_int(rng, 0, size - tallest)
    boxes = []
    for height, width, gap in zip(heights, widths, gaps, strict=True):
        x += gap
        y = line + random_int(rng, 0, tallest - height)
        boxes.append((x, y, x + width, y + height))
        x += width
    return boxes
