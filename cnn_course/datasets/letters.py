"""Letters of many alphabets in random pose and style, for one-shot learning.

Drawn from the DejaVu fonts that Matplotlib carries, so nothing is downloaded,
and a network can be tested on alphabets that it has never seen.
"""

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from cnn_course.datasets.labelled import LabelledImages
from cnn_course.geometry import whole_number

ALPHABETS = {
    "digits": "0123456789",
    "latin": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "greek": "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψω",
    "cyrillic": "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "armenian": "ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ"
    "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ",
    "georgian": "აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
}
_FONTS = tuple(
    f"DejaVu{family}{style}"
    for family, styles in {
        "Sans": ("", "-Bold", "-Oblique", "-BoldOblique"),
        "SansMono": ("", "-Bold", "-Oblique", "-BoldOblique"),
        "Serif": ("", "-Bold", "-Italic", "-BoldItalic"),
    }.items()
    for style in styles
)
_CANVAS = 96  # pixels; letters are drawn large, and shrunk at the end
_LETTER = 56  # pixels, the font's size on the canvas
_ALIKE = 0.8  # correlation from which two letters count as one


@cache
def _font(name):
    import matplotlib

    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    return ImageFont.truetype(str(folder / f"{name}.ttf"), _LETTER)


def _draw(character, font, stroke=0):
    """One letter in the middle of the canvas, bright on black."""
    canvas = Image.new("L", (_CANVAS, _CANVAS))
    ImageDraw.Draw(canvas).text(
        (_CANVAS / 2, _CANVAS / 2),
        character,
        fill=255,
        font=_font(font),
        anchor="mm",
        stroke_width=stroke,
    )
    box = canvas.getbbox()
    middle = [(box[i] + box[i + 2] - _CANVAS) / 2 for i in (0, 1)]
    shift = (1, 0, middle[0], 0, 1, middle[1])
    return canvas.transform(canvas.size, Image.AFFINE, shift, Image.BILINEAR)


@cache
def characters(alphabets):
    """List the letters of some alphabets, each shape once.

    A Greek Α looks like a Latin A, and an o like a small O: of letters that
    look alike when brought to one size, only the first stays.

    Args:
        alphabets: tuple of keys of ALPHABETS.

    Returns:
        tuple of one-letter str.

    Raises:
        ValueError: an alphabet is unknown.
    """
    unknown = [name for name in alphabets if name not in ALPHABETS]
    if unknown or not alphabets:
        raise ValueError(
            f"alphabets must be some of {', '.join(ALPHABETS)}; "
            f"got {unknown[0] if unknown else alphabets!r}."
        )
    kept, shapes = [], np.empty((0, 24 * 24))
    for character in "".join(ALPHABETS[name] for name in alphabets):
        letter = _draw(character, "DejaVuSans")
        letter = letter.crop(letter.getbbox())
        narrow = letter.width < 0.35 * letter.height
        width = 8 if narrow else 24  # an I must not grow into a square
        shape = np.zeros((24, 24))
        shape[:, :width] = letter.resize((width, 24), Image.BOX)
        shape = (shape - shape.mean()).ravel() / (shape.std() * 24)
        if (shapes @ shape > _ALIKE).any():
            continue
        kept.append(character)
        shapes = np.vstack([shapes, shape])
    return tuple(kept)


def make_glyphs(alphabets, per_class, *, unlike=(), size=32, seed=0):
    """Draw letters in random fonts, turned, slanted, large, small and thick.

    Args:
        alphabets: tuple of keys of ALPHABETS; letters that look alike count
            once.
        per_class: int >= 1, pictures of each letter.
        unlike: alphabets whose letters, and those that look like them, are
            left out.
        size: int >= 16, pixels along a side.
        seed: int.

    Returns:
        LabelledImages(images, labels, class_names), letter after letter;
        images (n, size, size, 1), bright on black.

    Raises:
        ValueError: an alphabet is unknown, or a number is out of range.
    """
    per_class = whole_number("per_class", per_class, 1)
    size = whole_number("size", size, 16)
    rng = np.random.default_rng(seed)
    others = "".join(ALPHABETS[name] for name in unlike)
    names = characters((*unlike, *alphabets))
    names = tuple(name for name in names if name not in others)
    images = np.empty((len(names), per_class, size, size, 1), np.uint8)
    for of_letter, name in zip(images, names, strict=True):
        for image in of_letter:
            letter = _draw(name, rng.choice(_FONTS), int(rng.integers(3)))
            letter = letter.transform(
                letter.size, Image.AFFINE, _random_pose(rng), Image.BILINEAR
            )
            small = letter.resize((size, size), Image.BOX)
            image[..., 0] = np.asarray(small) * rng.uniform(0.6, 1)
    labels = np.repeat(np.arange(len(names)), per_class)
    return LabelledImages(images.reshape(-1, size, size, 1), labels, names)


def _random_pose(rng):
    """Random turn, slant, size and place, as Pillow wants it (inverse)."""
    turn, slant = np.radians(rng.uniform(-15, 15)), rng.uniform(-0.2, 0.2)
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ [[1, slant], [0, 1]]
    matrix = matrix @ np.diag(1 / rng.uniform(0.85, 1.2, size=2))
    middle = np.full(2, _CANVAS / 2)
    x, y = middle - matrix @ (middle + rng.uniform(-4, 4, size=2))
    (a, b), (c, d) = matrix
    return a, b, x, c, d, y
