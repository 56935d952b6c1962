"""COCO's masks as the places where they begin and end, counted in pixels.

COCO counts down the columns, from left to right. A mask is the array of its
edges: begin, end, begin, end, ...; a few numbers for each column it meets, in
place of a picture.
"""

import numpy as np

_FINER = 5  # times: pycocotools follows outlines in fifths of a pixel


def read_runs(counts, height, width):
    """Read COCO's run lengths.

    Args:
        counts: list of ints, how many pixels are out, in, out, ...; or str or
            bytes, the same packed as pycocotools packs it.
        height: int, the mask's in pixels.
        width: int.

    Returns:
        int array, the runs.

    Raises:
        ValueError: the runs do not add up to height · width.
    """
    runs = _unpack(counts) if isinstance(counts, str | bytes) else counts
    runs = np.asarray(runs)
    is_counts = runs.ndim == 1 and runs.dtype.kind in "iu"
    if not is_counts or (runs < 0).any() or runs.sum() != height * width:
        raise ValueError(
            "run lengths must be ints >= 0 that add up to "
            f"{height} · {width} pixels; got {counts!r:.200}."
        )
    return runs


def _unpack(text):
    """Undo pycocotools' packing.

    Five bits a character, from 48 on; the sixth says that more follow, the
    fifth of the last is the sign. From the fourth run on it is the difference
    to the run before the last.
    """
    text = text.encode() if isinstance(text, str) else text
    runs, value, shift = [], 0, 0
    for byte in text:
        bits = byte - 48
        value |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            if bits & 16:
                value -= 1 << shift
            runs.append(value + (runs[-2] if len(runs) > 2 else 0))
            value = shift = 0
    return runs


def read_segmentation(drawn, height, width):
    """Find a mask's edges from what COCO calls its segmentation.

    Args:
        drawn: list of polygons [x1, y1, x2, y2, ...] in pixels, of three
            corners at least; or run lengths {"size": [height, width],
            "counts": as for `read_runs`}.
        height: int, its picture's in pixels.
        width: int.

    Returns:
        int array (2 r,), where the mask begins and ends.

    Raises:
        ValueError: it is neither, or the mask is of another size.
    """
    if isinstance(drawn, dict):
        if not {"size", "counts"} <= drawn.keys():
            raise ValueError(f"got a dict with {sorted(drawn)}")
        if list(drawn["size"]) != [height, width]:
            raise ValueError(
                f"its size is {list(drawn['size'])}, that of its picture "
                f"[{height}, {width}]"
            )
        runs = read_runs(drawn["counts"], height, width)
        return np.cumsum(runs)[: len(runs) // 2 * 2]
    if not isinstance(drawn, list) or not drawn:
        raise ValueError(f"got {drawn!r:.200}")
    return _union([_follow(polygon, height, width) for polygon in drawn])


def _union(masks):
    """The edges of what lies in any of some masks, which may touch."""
    if len(masks) == 1:
        return masks[0]
    edges = np.concatenate(masks)
    # Of edges at one place the begins come first: nothing ends between.
    steps = np.concatenate([np.resize([1, -1], len(mask)) for mask in masks])
    order = np.lexsort((-steps, edges))
    depth = np.cumsum(steps[order])
    begins = (depth == 1) & (steps[order] == 1)
    return edges[order][begins | (depth == 0)]


def _follow(polygon, height, width):
    """Fill a polygon as pycocotools does: the edges of its mask.

    The outline is followed in steps of a fifth of a pixel, along x or along y,
    whichever is longer. Where a step crosses the middle of a column of pixels,
    the inside begins or ends there.

    Source: pycocotools 2.0, common/maskApi.c, rleFrPoly.
    """
    corners = np.array(polygon, float)
    if corners.ndim != 1 or len(corners) < 6 or len(corners) % 2:
        raise ValueError(
            "a polygon must be [x1, y1, x2, y2, ...] with three corners or "
            f"more; got {polygon!r:.200}"
        )
    if not np.isfinite(corners).all():
        raise ValueError(f"a polygon must be finite; got {polygon!r:.200}")
    # Truncated, as in C.
    corners = (_FINER * corners + 0.5).astype(int).reshape(-1, 2)
    before, after = corners, np.roll(corners, -1, axis=0)
    along = abs(after - before)
    steep = along[:, 0] < along[:, 1]
    long = np.where(steep, 1, 0)
    rows = np.arange(len(corners))
    # Each line goes upwards along its longer side, whichever way it is drawn.
    turned = before[rows, long] > after[rows, long]
    start = np.where(turned[:, None], after, before)
    end = np.where(turned[:, None], before, after)
    length = along.max(axis=1)
    slope = (end - start)[rows, 1 - long] / np.maximum(length, 1)
    line = np.repeat(rows, length)
    first = np.repeat(np.cumsum(length) - length, length)
    step = np.arange(len(line)) - first
    points = []
    for t in (step, step + 1):
        main = start[line, long[line]] + t
        other = start[line, 1 - long[line]] + slope[line] * t + 0.5
        other = other.astype(int)
        is_steep = steep[line]
        points.append(
            (np.where(is_steep, other, main), np.where(is_steep, main, other))
        )
    (x1, y1), (x2, y2) = points
    x, y = np.minimum(x1, x2), np.minimum(y1, y2)
    middle = _FINER // 2
    column = (x - middle) // _FINER
    crosses = (x1 != x2) & (x % _FINER == middle)
    crosses &= (column >= 0) & (column < width)
    row = -((middle - y[crosses]) // _FINER)  # rounded up
    edges = np.sort(column[crosses] * height + row.clip(0, height))
    return _without_pairs(edges, height * width)


def _without_pairs(edges, end):
    """Drop edges at one place, two of which are none; end an open mask."""
    places, counts = np.unique(edges, return_counts=True)
    edges = places[counts % 2 == 1]
    edges = edges[edges < end]
    return np.append(edges, end) if len(edges) % 2 else edges


def mask_area(mask):
    """The pixels of a mask, given by its edges."""
    return int((mask[1::2] - mask[::2]).sum())


def shared_pixels(mask, others):
    """Count the pixels that a mask shares with each of some others.

    Args:
        mask: int array of edges.
        others: list of n such arrays, of masks of the same size.

    Returns:
        int array (n,).
    """
    begins, ends = mask[::2], mask[1::2]
    inside = np.append(0, np.cumsum(ends - begins))  # in the first k runs
    ends = np.append(0, ends)
    edges = np.concatenate(others)
    begun = np.searchsorted(begins, edges, side="right")
    before = inside[begun] - np.maximum(ends[begun] - edges, 0)
    before[::2] *= -1  # from each begin to its end
    owner = np.repeat(np.arange(len(others)), list(map(len, others)))
    return np.bincount(owner, before, len(others)).astype(int)
