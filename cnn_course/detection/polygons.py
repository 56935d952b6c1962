"""Outlines of things: from polygons to the pixels in them, and back."""

import numpy as np
from PIL import Image, ImageDraw

from cnn_course.detection.masks import read_runs

_FINER = 8  # times; Pillow fills whole pixels, their edge included


def polygons_to_mask(polygons, height, width):
    """Find the pixels whose centres lie in any of some polygons.

    Args:
        polygons: list of arrays (m, 2), x and y in pixels, m >= 2; what lies
            beyond the picture is cut off.
        height: int, the picture's in pixels.
        width: int.

    Returns:
        bool array (height, width).

    Raises:
        ValueError: a polygon is not (m, 2) finite numbers, m >= 2.
    """
    mask = np.zeros((height, width), bool)
    for points in polygons:
        points = np.asarray(points, float)
        is_list = points.shape[1:] == (2,) and len(points) > 1
        if not is_list or not np.isfinite(points).all():
            raise ValueError(
                "polygons must be arrays (m, 2) of finite numbers, m >= 2; got "
                f"{points!r:.200}."
            )
        # Only the canvas ends at the picture: moved points are another shape.
        ends = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
        ends = np.clip(ends, 0, (width, height)).astype(int)
        (left, top), (right, bottom) = ends
        sides = _FINER * (right - left), _FINER * (bottom - top)
        fine = Image.new("1", sides)
        corners = np.rint(_FINER * (points - (left, top))).astype(int)
        ImageDraw.Draw(fine).polygon([*map(tuple, corners.tolist())], fill=1)
        middle = slice(_FINER // 2, None, _FINER)
        mask[top:bottom, left:right] |= np.asarray(fine)[middle, middle]
    return mask


def runs_to_mask(counts, height, width):
    """Read COCO's run lengths: down the columns, from left to right.

    Args:
        counts: list of ints, how many pixels are out, in, out, ...; or str or
            bytes, the same packed as pycocotools packs it.
        height: int, the mask's in pixels.
        width: int.

    Returns:
        bool array (height, width).

    Raises:
        ValueError: the runs do not add up to height · width.
    """
    runs = read_runs(counts, height, width)
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(width, height).T


def _runs(row):
    """Where True begins and ends in a row of bools: (start, stop) pairs."""
    ends = np.flatnonzero(np.diff(row.astype(np.int8), prepend=0, append=0))
    return ends.reshape(-1, 2).tolist()


def _outline(piece):
    """Corners around rows (y, start, stop) that lie one below the other."""
    left = [(start, y + down) for y, start, _ in piece for down in (0, 1)]
    right = [(stop, y + down) for y, _, stop in piece for down in (0, 1)]
    corners = np.array(left + right[::-1], float)
    before, after = np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0)
    # A corner twice, or on a straight line between its neighbours.
    ((x1, y1), (x2, y2)) = (corners - before).T, (after - corners).T
    return corners[x1 * y2 != x2 * y1]


def mask_to_polygons(mask):
    """Outline the True pixels of a mask with polygons without holes.

    COCO's polygons cannot have holes. So a thing like an 8 is cut into
    pieces, between the rows where its parts split or join.

    Args:
        mask: bool array (height, width).

    Returns:
        List of arrays (m, 2), x and y in pixels, along the pixels' edges;
        `polygons_to_mask` makes the same mask of them.
    """
    pieces, above = [], []
    for y, row in enumerate(mask):
        runs, below = _runs(row), []
        for start, stop in runs:
            met = [r for r in above if r[0] < stop and start < r[1]]
            alone = (
                len(met) == 1
                and sum(met[0][0] < b and a < met[0][1] for a, b in runs) == 1
            )
            piece = met[0][2] if alone else []
            if not alone:
                pieces.append(piece)
            piece.append((y, start, stop))
            below.append((start, stop, piece))
        above = below
    return [_outline(piece) for piece in pieces]
