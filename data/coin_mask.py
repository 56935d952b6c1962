"""Rebuild data/masks/coins.png: which pixels of coins.png are coin.

Nobody has published a mask for that photograph, so this one is made the
classical way, by flooding: every pixel that is surely coin or surely
background starts a flood, and the floods meet where the grey levels change
fastest. It was then compared with the photograph coin by coin, six times
enlarged. One coin, a head with a helmet, is dark at its lower right edge and
lost a corner there: a mark set by hand gives it back.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage
from skimage.filters import sobel
from skimage.segmentation import watershed

DARK, BRIGHT = 30, 150  # grey levels: surely background, surely coin
BY_HAND = [(slice(207, 214), slice(283, 289))]  # rows, columns: coin
BACKGROUND, COIN = 1, 2
SPECK = np.hypot(*np.mgrid[-3:4, -3:4]) <= 3  # smaller bright things are dust


def mask_of(photo):
    """Mark the coins.

    Args:
        photo: uint8 array (303, 384), coins.png.

    Returns:
        bool array (303, 384), True where there is coin.
    """
    marks = np.zeros(photo.shape, int)
    marks[photo < DARK] = BACKGROUND
    marks[photo > BRIGHT] = COIN
    for place in BY_HAND:
        marks[place] = COIN
    coin = watershed(sobel(photo), marks) == COIN
    return ndimage.binary_opening(ndimage.binary_fill_holes(coin), SPECK)


def build(folder):
    """Write coins.png, one bit a pixel, into folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    photos = Path(__file__).parent / "photos"
    with Image.open(photos / "coins.png") as picture:
        mask = mask_of(np.array(picture))
    Image.fromarray(mask).save(folder / "coins.png", compress_level=0)


if __name__ == "__main__":
    here = Path(__file__).parent / "masks"
    build(sys.argv[1] if len(sys.argv) > 1 else here)
