"""Compare the figures of an executed cell with the stored ones.

nbval compares texts. Figures that are drawn from the same numbers are the
same to the pixel, also with other numbers of threads; what a tolerance is
needed for is another machine's rounding, at the edge of a line.
"""

import base64
import io

import numpy as np
from PIL import Image

NOTICED = 48  # levels of 255 that a pixel must differ by, in some colour
MOST_PIXELS = 2e-4  # share of a figure's pixels that may differ by as much
VARIES = {"nbval-ignore-output", "figure-varies"}  # tags of cells


def shrink(png):
    """Store a figure (base64) with 256 colours, if that makes it smaller."""
    packed = io.BytesIO()
    _picture(png).quantize(256).save(packed, "png", optimize=True)
    small = base64.b64encode(packed.getvalue()).decode()
    return min(png, small, key=len)


def _picture(png):
    return Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")


def stored_in(outputs):
    """The figures (base64) among a cell's outputs, in their order."""
    data = [output.get("data", {}) for output in outputs]
    return [kinds["image/png"] for kinds in data if "image/png" in kinds]


def difference(fresh, stored):
    """Say what differs between a figure and the stored one.

    Args:
        fresh: str, the figure as a notebook puts it out, a PNG in base64.
        stored: str, the same after `shrink`.

    Returns:
        str, in words; "" if nobody could see it.
    """
    # Fewer colours move a pixel, and a rounding may choose other colours: what
    # differs, differs with all colours and with few.
    packed, fresh, stored = map(_picture, (shrink(fresh), fresh, stored))
    if fresh.size != stored.size:
        sizes = ["×".join(map(str, one.size)) for one in (fresh, stored)]
        return f"has {sizes[0]} pixels, {sizes[1]} are stored"
    apart = [
        np.abs(np.asarray(one, int) - np.asarray(stored, int)).max(axis=-1)
        for one in (packed, fresh)
    ]
    seen = (np.minimum(*apart) > NOTICED).mean()
    if seen <= MOST_PIXELS:
        return ""
    return (
        f"differs from the stored one in {seen:.2%} of its pixels, and "
        f"{MOST_PIXELS:.2%} may"
    )


def complaint(fresh, stored, tags=()):
    """Say what is wrong with a cell's figures.

    Args:
        fresh: the outputs of a cell that was executed now.
        stored: its outputs in the notebook.
        tags: the cell's tags; with one of VARIES the figures are counted, and
            not compared.

    Returns:
        str, in words; "" if nothing.
    """
    fresh, stored = stored_in(fresh), stored_in(stored)
    if len(fresh) != len(stored):
        return f"{len(fresh)} figures are drawn, {len(stored)} are stored."
    if VARIES.intersection(tags):
        return ""
    for i, pair in enumerate(zip(fresh, stored, strict=True)):
        if said := difference(*pair):
            return f"Figure {i + 1} of the cell {said}."
    return ""
