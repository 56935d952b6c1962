"""Rebuild data/paintings/: van Gogh's Starry Night, out of a Debian package.

    apt-get download opencv-doc=4.6.0+dfsg-12
    python data/build_painting.py opencv-doc_4.6.0+dfsg-12_all.deb [FOLDER]

The package has 96 MB, so `make data` and CI leave this script alone; a test
holds the file's hash instead. The black border and the edge of the canvas are
cut off, and the rest is scaled to 640 pixels.
"""

import io
import sys
from pathlib import Path

from build_things import read_deb
from PIL import Image

_PHOTOGRAPH = "/examples/data/starry_night.jpg"
_PAINT = (22, 17, 736, 583)  # left, top, right, bottom in the photograph
_SIZE = (640, 507)


def build(package, folder):
    """Write starry_night.jpg into folder."""
    found = read_deb(package, lambda name: name.endswith(_PHOTOGRAPH))
    (content,) = found.values()
    with Image.open(io.BytesIO(content)) as photograph:
        painting = photograph.crop(_PAINT)
    painting = painting.resize(_SIZE, Image.Resampling.LANCZOS)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    painting.save(folder / "starry_night.jpg", quality=85)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build(
        sys.argv[1], (sys.argv[2:] or [Path(__file__).parent / "paintings"])[0]
    )
