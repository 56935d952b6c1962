"""What commands share: numbers in a range, a place for the model, one line."""

import argparse
import contextlib
import os


class Parser(argparse.ArgumentParser):
    """argparse's, but a wrong command line raises ValueError."""

    def error(self, message):
        raise ValueError(f"{message}; --help lists the options.")


def number(low, high=10**6, kind=int):
    """Make a reader of numbers from low to high, for argparse's type=.

    Args:
        low: the smallest that will do.
        high: the largest.
        kind: int or float.

    Returns:
        Function from str to int or float; it raises ArgumentTypeError.
    """

    def read(text):
        with contextlib.suppress(ValueError):
            if low <= kind(text) <= high:
                return kind(text)
        name = {int: "a whole number", float: "a number"}[kind]
        raise argparse.ArgumentTypeError(
            f"must be {name} from {low} to {high}, got {text!r}"
        )

    return read


def check_out(out):
    """Refuse a path that a model cannot be written to.

    Args:
        out: Path, of --out.

    Raises:
        ValueError: it does not end in .keras, is a folder, or lies in none
            that can be written to.
    """
    if out.suffix != ".keras" or out.is_dir():
        raise ValueError(
            "--out must name a file that ends in .keras, such as model.keras; "
            f"got {str(out)!r}."
        )
    if not out.parent.is_dir() or not os.access(out.parent, os.W_OK):
        raise ValueError(
            "--out must lie in a folder that can be written to, which "
            f"{str(out.parent)!r} is not: make it, or choose another."
        )


def one_line(error, words=()):
    """Put a message into one line, and into the words of a command.

    Args:
        error: exception or str.
        words: pairs (old, new) of what Python's arguments are called there.

    Returns:
        str.
    """
    text = "; ".join(line.strip() for line in str(error).splitlines())
    for old, new in ((":; ", ": "), *words):
        text = text.replace(old, new)
    return text
