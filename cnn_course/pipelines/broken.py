"""Every file is read before training starts: which are no pictures, and why."""

import os
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import NamedTuple

import tensorflow as tf
from PIL import Image

from cnn_course.console.progress import bar

CHANNELS = {"rgb": 3, "grayscale": 1}
_FORMATS = {"BMP", "GIF", "JPEG", "MPO", "PNG"}  # what any TensorFlow reads
_NAMED = 20  # so many broken pictures are named in a message


class BrokenPicture(NamedTuple):
    """A file that training would stumble on, and why."""

    path: str
    reason: str


def check_color_mode(color_mode):
    if color_mode not in CHANNELS:
        raise ValueError(
            f"color_mode must be one of {', '.join(CHANNELS)}; "
            f"got {color_mode!r}."
        )


def broken_pictures(paths, color_mode="rgb"):
    """Find the files that cannot be used as they are, by reading each.

    Broken are: files without a byte, files that are no picture or of a format
    that TensorFlow does not read, truncated ones, animations (only their
    first picture would be seen), and pictures of 2 or 4 channels
    (transparency is dropped, CMYK converted roughly).

    Args:
        paths: list of paths.
        color_mode: "rgb" or "grayscale": what they are to be read as.

    Returns:
        list of BrokenPicture(path, reason), in the order of paths.
    """
    check_color_mode(color_mode)
    paths = [str(path) for path in paths]
    why = partial(_why_broken, channels=CHANNELS[color_mode])
    with ThreadPool() as pool:
        reasons = list(
            bar(
                pool.imap(why, paths, chunksize=16),
                "checking pictures",
                total=len(paths),
                delay=1,  # seconds before it is shown
            )
        )
    return [
        BrokenPicture(path, reason)
        for path, reason in zip(paths, reasons, strict=True)
        if reason
    ]


def _why_broken(path, channels):
    """Say what is wrong with a file; "" if nothing is."""
    if not os.path.getsize(path):
        return "has no content (zero bytes)"
    try:
        with Image.open(path) as picture:
            kind, frames = picture.format, getattr(picture, "n_frames", 1)
            has = len(picture.getbands()) + 2 * (picture.mode == "P")
            has += picture.mode == "P" and "transparency" in picture.info
            has = 3 if kind == "GIF" else has  # TensorFlow gives three
    except Exception:  # Pillow raises many kinds for damaged headers
        return "is not a picture, whatever its name says"
    if frames > 1 and kind != "MPO":  # a camera's JPEG, with a preview
        return f"is an animation of {frames} pictures"
    if has not in (1, 3):
        return f"has {has} channels (transparency or CMYK), not 1 or 3"
    try:
        tf.io.decode_image(
            tf.io.read_file(path), channels, expand_animations=False
        )
    except tf.errors.InvalidArgumentError:
        if kind not in _FORMATS:
            return f"is a {kind} file, which this TensorFlow does not read"
        return "is damaged: its pixels cannot be read to the end"
    return ""


def tell_broken(broken, folder, total, skip):
    """Name the broken pictures: in an error, or printed if left out."""
    lines = [
        f"  {os.path.relpath(path, folder)} {reason}"
        for path, reason in sorted(broken)[:_NAMED]
    ]
    if len(broken) > _NAMED:
        lines.append(f"  and {len(broken) - _NAMED} more")
    named = "\n".join(lines)
    if not skip:
        raise ValueError(
            f"{len(broken)} of {total} pictures in {str(folder)!r} cannot be "
            f"used:\n{named}\nMend or remove them, or go on without them by "
            "skip_broken=True."
        )
    print(f"Left out {len(broken)} of {total} pictures:\n{named}")
