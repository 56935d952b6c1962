"""The named 3×3 edge filters, for cross-correlation.

A filter called vertical answers to vertical edges: positive where the picture
is brighter on the left than on the right, negative the other way round.
Horizontal ones are their transposes: positive where it is brighter above.
"""

import numpy as np


def _freeze(rows):
    kernel = np.array(rows, dtype=np.float64)
    kernel.setflags(write=False)
    return kernel


VERTICAL = _freeze([[1, 0, -1], [1, 0, -1], [1, 0, -1]])
SOBEL_VERTICAL = _freeze([[1, 0, -1], [2, 0, -2], [1, 0, -1]])
SCHARR_VERTICAL = _freeze([[3, 0, -3], [10, 0, -10], [3, 0, -3]])
HORIZONTAL = _freeze(VERTICAL.T)
SOBEL_HORIZONTAL = _freeze(SOBEL_VERTICAL.T)
SCHARR_HORIZONTAL = _freeze(SCHARR_VERTICAL.T)

EDGE_FILTERS = {
    "vertical": VERTICAL,
    "horizontal": HORIZONTAL,
    "sobel_vertical": SOBEL_VERTICAL,
    "sobel_horizontal": SOBEL_HORIZONTAL,
    "scharr_vertical": SCHARR_VERTICAL,
    "scharr_horizontal": SCHARR_HORIZONTAL,
}
