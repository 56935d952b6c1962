"""Whom to tell apart: letters of many alphabets, or the Olivetti faces."""

import numpy as np
from PIL import Image

from cnn_course.datasets.downloads import failed, wants_full
from cnn_course.datasets.labelled import LabelledImages, check_split
from cnn_course.datasets.letters import make_glyphs

_ALPHABETS = {
    "train": ("digits", "latin", "greek", "cyrillic"),
    "test": ("armenian", "georgian"),
}


def load(split="train", *, per_class=20, seed=0, full=None):
    """Load many classes with a few pictures each; test classes are other ones.

    Bundled: letters in random fonts and poses, of digits, Latin, Greek and
    Cyrillic for training, Armenian and Georgian for testing, without those
    that look like a letter of the training (an Armenian Օ). With full=True
    the Olivetti faces, 40 people with ten pictures each (the first 30 for
    training), downloaded once by scikit-learn and shrunk to 32×32; without
    scikit-learn or a network, a sentence and the letters.

    Args:
        split: "train" or "test".
        per_class: int >= 1, pictures of each letter.
        seed: int, for the letters.
        full: bool; None: True if CNN_COURSE_FULL=1 is in the environment.

    Returns:
        LabelledImages(images, labels, class_names), (n, 32, 32, 1).

    Raises:
        ValueError: split is unknown, or per_class out of range.
    """
    check_split(split)
    if wants_full(full):
        try:
            return _olivetti(split)
        except ImportError:
            why = "need scikit-learn, `pip install scikit-learn`"
        except Exception as error:
            if not failed(error):
                raise
            why = f"could not be downloaded ({error})"
        print(f"The Olivetti faces {why}: here are the letters instead.")
    is_test = split == "test"
    return make_glyphs(
        _ALPHABETS[split],
        per_class,
        unlike=_ALPHABETS["train"] if is_test else (),
        seed=2 * seed + is_test,
    )


def _olivetti(split):
    from sklearn.datasets import fetch_olivetti_faces

    people = fetch_olivetti_faces()
    chosen = (people.target < 30) == (split == "train")
    images = np.rint(255 * people.images[chosen]).astype(np.uint8)
    pictures = [
        np.asarray(Image.fromarray(image).resize((32, 32))) for image in images
    ]
    names, labels = np.unique(people.target[chosen], return_inverse=True)
    names = tuple(f"person {number + 1}" for number in names)
    return LabelledImages(np.array(pictures)[..., None], labels, names)
