"""Rebuild data/imagenet/class_names.txt: the names of ImageNet's 1 000 classes.

    pip download --no-deps timm==1.0.31
    python data/imagenet_names.py timm-1.0.31-py3-none-any.whl

A line a class, in the order of every ImageNet network's outputs: WordNet's
number of the meaning, and its first word. Two pairs of classes share theirs.
"""

import sys
from pathlib import Path
from zipfile import ZipFile

TOLD_APART = {
    "n02012849": "crane (bird)",
    "n03126707": "crane (machine)",
    "n03710637": "maillot (leotard)",
    "n03710721": "maillot (swimsuit)",
}


def main(wheel):
    """Write the file beside this script from what the wheel of timm has."""
    with ZipFile(wheel) as archive:
        folder = "timm/data/_info/imagenet_synset"
        numbers = archive.read(f"{folder}s.txt").decode().split()
        words = archive.read(f"{folder}_to_lemma.txt").decode().splitlines()
    words = dict(line.split("\t") for line in words)
    names = [
        TOLD_APART.get(number, words[number].split(", ")[0])
        for number in numbers
    ]
    lines = map(" ".join, zip(numbers, names, strict=True))
    path = Path(__file__).parent / "imagenet" / "class_names.txt"
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
