import unicodedata

import numpy as np
import pytest

from cnn_course.datasets.letters import ALPHABETS, characters, make_glyphs

SEEN = ("digits", "latin", "greek", "cyrillic")
UNSEEN = ("armenian", "georgian")


@pytest.mark.parametrize("alphabet", [k for k in ALPHABETS if k != "digits"])
def test_alphabets_hold_what_their_names_say(alphabet):
    text = ALPHABETS[alphabet]
    assert len(set(text)) == len(text)
    for character in text:
        assert unicodedata.name(character).startswith(alphabet.upper())


def test_letters_that_look_alike_count_once():
    kept = characters(("latin", "greek", "cyrillic"))
    assert "A" in kept
    assert not {"Α", "А", "Β", "В", "Ο", "О"} & set(kept)
    assert {"I", "b", "d", "Δ", "Ω", "Ж", "Я"} <= set(kept)
    assert len(characters(SEEN)) > 80
    assert len(characters(UNSEEN)) > 70


def test_letters_unlike_those_of_other_alphabets():
    part = make_glyphs(("armenian",), 1, unlike=("digits", "latin"))
    assert {"Օ", "օ"} & set(characters(("armenian",)))
    assert not {"Օ", "օ"} & set(part.class_names)
    assert {"Ֆ", "ծ"} <= set(part.class_names)
    assert set(part.class_names) <= set(ALPHABETS["armenian"])
    assert len(part.images) == len(part.class_names)


def test_pictures():
    glyphs = make_glyphs(("georgian",), 3, size=28, seed=1)
    n = len(glyphs.class_names)
    assert glyphs.images.shape == (3 * n, 28, 28, 1)
    assert glyphs.images.dtype == np.uint8
    assert glyphs.labels.tolist() == np.repeat(np.arange(n), 3).tolist()
    assert (glyphs.images.max(axis=(1, 2, 3)) > 100).all()
    # The letter stands on black, with room around it.
    border = np.ones((28, 28), bool)
    border[2:-2, 2:-2] = False
    assert glyphs.images[:, border].mean() < 3
    # All pictures of a letter differ.
    assert len(np.unique(glyphs.images, axis=0)) == 3 * n


def test_seed():
    first, again, other = (
        make_glyphs(("digits",), 2, seed=seed).images for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_one_letter_is_more_alike_than_two():
    glyphs = make_glyphs(("latin",), 40)
    means = glyphs.images.reshape(-1, 40, 32 * 32).mean(axis=1)
    apart = np.linalg.norm(means[:, None] - means[None], axis=2)
    assert apart[~np.eye(len(means), dtype=bool)].min() > 100


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"alphabets": ("klingon",)}, "klingon"),
        ({"alphabets": ()}, "alphabets must be some of"),
        ({"per_class": 0}, "per_class"),
        ({"per_class": 1.5}, "per_class"),
        ({"size": 8}, "size"),
    ],
)
def test_bad_arguments(changed, words):
    with pytest.raises(ValueError, match=words):
        make_glyphs(**{"alphabets": ("latin",), "per_class": 1} | changed)
