"""Rebuild the pictures in data/things/ from two packages of Debian 12.

    apt-get download gcompris-qt-data=3.1-2
    apt-get download tuxpaint-stamps-default=2022.06.04-1
    python data/build_things.py GCOMPRIS.deb TUXPAINT.deb [FOLDER]

They have 205 MB, so `make data` and CI leave this script alone; the tests hold
the files' sizes and hashes against SOURCES.csv instead, the list of what is in
the folder. A .deb is unpacked here, so that any system will do.

Each picture becomes 224×224 pixels. A photograph is cut to a square, or put
whole on its own border's colour (no value for `crop`). Cut-outs, which are
transparent around the thing, get a plain ground.
"""

import csv
import hashlib
import io
import struct
import sys
import tarfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

SIZE = 224
_CUT_OUT = 200  # the longer side of what is cut out
_GROUNDS = [
    (201, 214, 223),
    (222, 213, 195),
    (196, 209, 188),
    (214, 199, 206),
    (225, 224, 218),
    (181, 195, 201),
    (204, 190, 172),
    (190, 188, 204),
]
_LANCZOS = Image.Resampling.LANCZOS


def read_list(folder):
    """Read SOURCES.csv: a dict for each picture."""
    path = Path(folder) / "SOURCES.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_deb(path, wanted):
    """Map the names in a .deb that `wanted` accepts to the files' bytes."""
    archive = Path(path).read_bytes()
    start = 8  # !<arch>, then members of a 60-byte header and their content
    while start < len(archive):
        header = archive[start : start + 60]
        size = int(header[48:58])
        if header.startswith(b"data.tar"):
            break
        start += 60 + size + size % 2
    content = io.BytesIO(archive[start + 60 : start + 60 + size])
    with tarfile.open(fileobj=content) as tar:
        return {
            member.name.removeprefix("./"): tar.extractfile(member).read()
            for member in tar
            if member.isfile() and wanted(member.name)
        }


def read_rcc(content):
    """Map the names in one of Qt's resource files to the files' bytes.

    The format is that of Qt's rcc: a tree of 22-byte nodes, a node's first
    number being where its name lies.
    """
    _, _, tree, data, names = struct.unpack(">4s4I", content[:20])
    files = {}

    def name(node):
        (at,) = struct.unpack_from(">I", content, tree + 22 * node)
        (length,) = struct.unpack_from(">H", content, names + at)
        start = names + at + 6
        return content[start : start + 2 * length].decode("utf-16-be")

    def walk(node, path):
        flags, *where = struct.unpack_from(
            ">H2I", content, tree + 22 * node + 4
        )
        if flags & 2:  # a folder: so many children, from this one on
            count, first = where
            for child in range(first, first + count):
                walk(child, [*path, name(child)])
            return
        at = data + where[1]
        (length,) = struct.unpack_from(">I", content, at)
        file = content[at + 4 : at + 4 + length]
        files["/".join(path)] = zlib.decompress(file[4:]) if flags & 1 else file

    walk(0, [])
    return files


def read_sources(gcompris, tuxpaint):
    """Map each name that SOURCES.csv may give as `path` to a file's bytes."""
    found = read_deb(tuxpaint, lambda name: name.endswith(".png"))
    for resources in read_deb(
        gcompris, lambda name: name.endswith(".rcc")
    ).values():
        found |= read_rcc(resources)
    return found


def cut_out(picture, ground):
    """Put what is not transparent in the middle of a plain ground."""
    picture = picture.crop(picture.getchannel("A").getbbox())
    scale = _CUT_OUT / max(picture.size)
    size = [max(1, round(scale * side)) for side in picture.size]
    # RGBa: colours times alpha, so that what is transparent does not seep in.
    picture = picture.convert("RGBa").resize(size, _LANCZOS).convert("RGBA")
    whole = Image.new("RGBA", (SIZE, SIZE), ground)
    whole.alpha_composite(picture, tuple((SIZE - side) // 2 for side in size))
    return whole.convert("RGB")


def square(picture, crop):
    """Cut a square, `crop` of the way along the longer side (0 to 1)."""
    side = min(picture.size)
    left, top = (round(crop * (length - side)) for length in picture.size)
    box = (left, top, left + side, top + side)
    return picture.crop(box).resize((SIZE, SIZE), _LANCZOS)


def whole(picture):
    """Put the whole photograph on the median colour of its border."""
    pixels = np.array(picture)
    border = [pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]
    ground = np.median(np.concatenate(border), axis=0).astype(int)
    scale = SIZE / max(picture.size)
    size = [round(scale * side) for side in picture.size]
    made = Image.new("RGB", (SIZE, SIZE), tuple(ground.tolist()))
    corner = tuple((SIZE - side) // 2 for side in size)
    made.paste(picture.resize(size, _LANCZOS), corner)
    return made


def make_picture(content, row):
    """Make the JPEG of a row of SOURCES.csv out of its source's bytes."""
    with Image.open(io.BytesIO(content)) as picture:
        if row["package"] == "tuxpaint-stamps-default":
            ground = _GROUNDS[zlib.crc32(row["file"].encode()) % len(_GROUNDS)]
            picture = cut_out(picture.convert("RGBA"), ground)
        elif row["crop"]:
            picture = square(picture.convert("RGB"), float(row["crop"]))
        else:
            picture = whole(picture.convert("RGB"))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def build(gcompris, tuxpaint, folder):
    """Write the pictures of folder/SOURCES.csv into folder.

    Raises:
        ValueError: a source has another hash than the list says.
    """
    sources = read_sources(gcompris, tuxpaint)
    for row in read_list(folder):
        content = sources[row["path"]]
        if hashlib.sha256(content).hexdigest() != row["source_sha256"]:
            raise ValueError(
                f"{row['path']} must be the file of "
                f"{row['package']} that SOURCES.csv names; its hash differs."
            )
        path = Path(folder) / row["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make_picture(content, row))


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    build(
        *sys.argv[1:3], (sys.argv[3:] or [Path(__file__).parent / "things"])[0]
    )
