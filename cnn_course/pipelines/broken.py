"""Every file is read before training starts: which are no pictures, and why."""

import os
from multiprocessing.pool import ThreadPool
from typing import NamedTuple

import tensorflow as tf

from cnn_course.console.progress import bar
from cnn_course.datasets.decoding import (
    PictureError,
    check_color_mode,
    is_plain,
    open_picture,
    pixels_of,
)

_NAMED = 20  # so many broken pictures are named in a message


class BrokenPicture(NamedTuple):
    """A file that training would stumble on, and why."""

    path: str
    reason: str


def broken_pictures(paths, color_mode="rgb"):
    """Find the files that cannot be used as they are, by reading each.

    Broken are: files without a byte, files that are no picture or of a format
    that `read_picture` does not read, truncated ones, animations (only their
    first picture would be seen), and those without one right reading:
    transparent pixels, colours for print, 32 bits.

    Args:
        paths: list of paths.
        color_mode: "rgb" or "grayscale": what they are to be read as.

    Returns:
        list of BrokenPicture(path, reason), in the order of paths.
    """
    check_color_mode(color_mode)
    paths = [str(path) for path in paths]
    return [
        BrokenPicture(path, reason)
        for path, (reason, _) in zip(paths, inspect(paths), strict=True)
        if reason
    ]


def inspect(paths):
    """Read each file: list of (reason, plain), "" if nothing is wrong.

    A plain file is one of which TensorFlow reads what Pillow does.
    """
    with ThreadPool() as pool:
        return list(
            bar(
                pool.imap(_inspect, paths, chunksize=16),
                "checking pictures",
                total=len(paths),
                delay=1,  # seconds before it is shown
            )
        )


def _inspect(path):
    try:
        with open_picture(path) as picture:
            plain = is_plain(picture)
            if not plain:
                pixels_of(picture, "rgb")
    except PictureError as why:
        return str(why), False
    if plain:
        try:
            decode_plain(tf.io.read_file(path))
        except tf.errors.InvalidArgumentError:
            return "is damaged: its pixels cannot be read to the end", False
    return "", plain


def decode_plain(content):
    """Decode a plain JPEG or PNG as Pillow does, bit by bit.

    Args:
        content: str tensor, the file's bytes.

    Returns:
        uint8 tensor (height, width, 3).
    """
    # decode_jpeg reads PNG, too; unlike decode_image it has a dct_method.
    return tf.io.decode_jpeg(content, 3, dct_method="INTEGER_ACCURATE")


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
