"""A table of kinds of files: all roads give the same pixels or the same no."""

import io
import struct
import zlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import ExifTags, Image, ImageOps

from cnn_course.datasets import decoding, read_picture
from cnn_course.detection.annotated import Annotated, load_images
from cnn_course.pipelines import broken_pictures, load_picture
from cnn_course.pipelines.broken import inspect

rng = np.random.default_rng(0)
COLOUR = rng.integers(0, 256, (12, 10, 3), np.uint8)
GREY = rng.integers(0, 256, (12, 10), np.uint8)
SMOOTH = np.linspace(0, 255, 360).reshape(12, 10, 3).astype(np.uint8)
BLACK_WHITE = np.where(GREY > 99, 255, 0).astype(np.uint8)
WORDS = (GREY.astype(np.uint16) << 8) + GREY[::-1]
PALETTE = rng.integers(0, 256, (256, 3), np.uint8)


def rgb(grey):
    return np.repeat(grey[..., None], 3, axis=-1)


def saved(image, kind, **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, kind, **options)
    return file.getvalue()


def converted(image, mode, kind, **options):
    file = io.BytesIO()
    Image.fromarray(image).convert(mode).save(file, kind, **options)
    return file.getvalue()


def with_palette(kind, **options):
    image, file = Image.fromarray(GREY), io.BytesIO()
    image.putpalette(PALETTE.tobytes())
    image.save(file, kind, **options)
    return file.getvalue()


def turned(orientation, kind="PNG", image=COLOUR):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return saved(image, kind, exif=exif)


def upright(orientation):
    with Image.open(io.BytesIO(turned(orientation))) as picture:
        return np.asarray(ImageOps.exif_transpose(picture))


def with_alpha(alpha, kind="PNG"):
    return saved(np.dstack([COLOUR, np.full_like(GREY, alpha)]), kind)


def with_chunk(png, name, content):
    """A PNG with one more chunk behind its header."""
    crc = struct.pack(">I", zlib.crc32(name + content))
    chunk = struct.pack(">I", len(content)) + name + content + crc
    return png[:33] + chunk + png[33:]


def as_pillow(content):
    with Image.open(io.BytesIO(content)) as picture:
        return np.asarray(picture.convert("RGB"))


def film(kind):
    frames = [Image.new("RGB", (10, 12), c) for c in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:])
    return file.getvalue()


PNG = saved(COLOUR, "PNG")
JPEG = saved(SMOOTH, "JPEG", quality=90)
KEYED = saved(COLOUR, "PNG", transparency=(1, 2, 3))  # a colour that is absent
READ = {  # name -> (the file, its pixels)
    "RGB.png": (PNG, COLOUR),
    "grey.png": (saved(GREY, "PNG"), rgb(GREY)),
    "black and white.png": (
        converted(BLACK_WHITE, "1", "PNG"),
        rgb(BLACK_WHITE),
    ),
    "palette.png": (with_palette("PNG"), PALETTE[GREY]),
    "palette of 16.png": (
        saved(PALETTE[GREY % 16], "PNG"),
        PALETTE[GREY % 16],
    ),
    "opaque.png": (with_alpha(255), COLOUR),
    "opaque grey.png": (
        saved(np.dstack([GREY, np.full_like(GREY, 255)]), "PNG"),
        rgb(GREY),
    ),
    "a colour that is absent is transparent.png": (KEYED, COLOUR),
    "16 bits.png": (saved(WORDS, "PNG"), rgb(GREY)),
    "gamma.png": (with_chunk(PNG, b"gAMA", struct.pack(">I", 100000)), COLOUR),
    "RGB.bmp": (saved(COLOUR, "BMP"), COLOUR),
    "grey.bmp": (saved(GREY, "BMP"), rgb(GREY)),
    "black and white.bmp": (
        converted(BLACK_WHITE, "1", "BMP"),
        rgb(BLACK_WHITE),
    ),
    "palette.bmp": (with_palette("BMP"), PALETTE[GREY]),
    "grey.gif": (saved(GREY, "GIF"), rgb(GREY)),
    "palette.gif": (with_palette("GIF"), PALETTE[GREY]),
    "RGB.tif": (saved(COLOUR, "TIFF"), COLOUR),
    "grey.tiff": (saved(GREY, "TIFF"), rgb(GREY)),
    "packed.tif": (saved(COLOUR, "TIFF", compression="tiff_lzw"), COLOUR),
    "palette.tif": (with_palette("TIFF"), PALETTE[GREY]),
    "opaque.tif": (with_alpha(255, "TIFF"), COLOUR),
    "16 bits.tif": (saved(WORDS, "TIFF"), rgb(GREY)),
    "exact.webp": (saved(COLOUR, "WEBP", lossless=True), COLOUR),
    "opaque.webp": (
        saved(
            np.dstack([COLOUR, np.full_like(GREY, 255)]), "WEBP", lossless=True
        ),
        COLOUR,
    ),
    "RGB.jpg": (JPEG, as_pillow(JPEG)),
    "a JPEG called.png": (JPEG, as_pillow(JPEG)),
    "a PNG called.jpg": (PNG, COLOUR),
    "JPEG.jfif": (JPEG, as_pillow(JPEG)),
    "a camera's two.jpg": (film("MPO"), as_pillow(film("MPO"))),
    "odd Exif.png": (with_chunk(PNG, b"eXIf", b"no such block"), COLOUR),
    "Exif without a turn.png": (turned(1), COLOUR),
    "Exif of nine.png": (turned(9), COLOUR),
    **{f"Exif {i}.png": (turned(i), upright(i)) for i in range(2, 9)},
}
for quality, subsampling in ((20, 2), (75, 1), (95, 0)):
    for progressive in (False, True):
        options = {"quality": quality, "subsampling": subsampling}
        noise = saved(COLOUR, "JPEG", progressive=progressive, **options)
        READ[f"noise {quality} {progressive}.jpg"] = noise, as_pillow(noise)
for name, make in {
    "grey.jpg": lambda: saved(GREY, "JPEG"),
    "lossy.webp": lambda: saved(SMOOTH, "WEBP"),
}.items():
    READ[name] = make(), as_pillow(make())

REFUSED = {  # name -> (the file, words of the reason)
    "transparent.png": (with_alpha(7), "has transparent pixels"),
    "transparent.webp": (with_alpha(7, "WEBP"), "has transparent pixels"),
    "transparent palette.png": (
        with_palette("PNG", transparency=int(GREY[0, 0])),
        "has transparent pixels",
    ),
    "transparent.gif": (
        with_palette("GIF", transparency=int(GREY[0, 0])),
        "has transparent pixels",
    ),
    "a transparent colour.png": (
        saved(COLOUR, "PNG", transparency=tuple(COLOUR[0, 0].tolist())),
        "has transparent pixels",
    ),
    "print.jpg": (converted(COLOUR, "CMYK", "JPEG"), "is in CMYK, not in red"),
    "print.tif": (converted(COLOUR, "CMYK", "TIFF"), "is in CMYK, not in red"),
    "12 bits.png": (saved(WORDS >> 4, "PNG"), "its lightest is 40"),
    "32 bits.tif": (saved(WORDS.astype(np.int32), "TIFF"), "has 32 bits"),
    "floats.tif": (saved(SMOOTH[..., 0] / np.float32(255), "TIFF"), "32 bits"),
    "film.gif": (film("GIF"), "is an animation of 2"),
    "film.png": (film("PNG"), "is an animation of 2"),
    "film.webp": (film("WEBP"), "is an animation of 2"),
    "pages.tif": (film("TIFF"), "has 2 pages"),
    "cut.png": (PNG[:-60], "is damaged"),
    "cut.jpg": (JPEG[:-40], "is damaged"),
    "empty.png": (b"", "zero bytes"),
    "text.jpg": (b"a cat", "is not a picture"),
    "phone.jpg": (b"\0\0\0\x18ftypheic" + bytes(12), "is HEIC"),
    "icon.png": (saved(COLOUR, "PPM"), "is a PPM file"),
}


@pytest.fixture(params=[*READ, *REFUSED])
def one(request, tmp_path):
    """A file; its pixels, or the words of the reason."""
    content, expected = (READ | REFUSED)[request.param]
    path = tmp_path / request.param
    path.write_bytes(content)
    return path, expected


def by_read_picture(path):
    return read_picture(path)


def by_load_picture(path):
    ((reason, plain),) = inspect([str(path)])
    if reason:
        raise ValueError(f"{path} {reason}.")
    size = read_picture(path).shape[:2]  # so nothing is resized
    return load_picture(str(path), 0, size, 3, plain)[0].numpy()


def by_load_images(path):
    height, width = decoding.picture_size(path)
    sides = np.array([[height, width]])
    boxes, labels = [np.zeros((0, 4))], [np.zeros(0, int)]
    rest = [np.zeros(0, bool)], [[]], ("thing",)
    read = Annotated([path], sides, boxes, labels, *rest)
    return load_images(read, (height, width)).images[0]


ROADS = [by_read_picture, by_load_picture, by_load_images]


@pytest.mark.parametrize("road", ROADS)
def test_every_road_reads_the_same(one, road):
    path, expected = one
    if isinstance(expected, str):
        with pytest.raises(ValueError, match=expected) as caught:
            road(path)
        assert path.name in str(caught.value)
        (found,) = broken_pictures([path])
        assert f"{path} {found.reason}." == str(caught.value)
    else:
        np.testing.assert_array_equal(road(path), expected)
        assert broken_pictures([path]) == []


def test_there_are_many_kinds():
    assert len(READ) + len(REFUSED) >= 60


def test_grey_is_pillows_on_every_road(one):
    path, expected = one
    if isinstance(expected, str):
        return
    grey = np.asarray(Image.fromarray(expected).convert("L"))[..., None]
    np.testing.assert_array_equal(read_picture(path, "grayscale"), grey)
    ((_, plain),) = inspect([str(path)])
    size = expected.shape[:2]
    found, _ = load_picture(str(path), 0, size, 1, plain)
    np.testing.assert_array_equal(found, grey)


def test_the_fast_road_is_taken_where_it_can_be(tmp_path):
    plain = {"RGB.png", "grey.png", "RGB.jpg", "grey.jpg", "a camera's two.jpg"}
    for name in plain:
        (tmp_path / name).write_bytes(READ[name][0])
        assert inspect([str(tmp_path / name)]) == [("", True)]


def test_in_a_graph(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(READ["palette.png"][0])
    data = tf.data.Dataset.from_tensor_slices([str(path)] * 3)
    data = data.map(lambda p: load_picture(p, 0, (12, 10), 3))
    for picture, _ in data:
        np.testing.assert_array_equal(picture, PALETTE[GREY])


def test_a_very_large_picture_says_what_to_do(tmp_path, monkeypatch):
    path = tmp_path / "orthophoto.png"
    path.write_bytes(PNG)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 50)  # 120 are too many
    with pytest.raises(
        ValueError, match=r"orthophoto.*MAX_IMAGE_PIXELS = None"
    ):
        read_picture(path)


def test_as_it_is_stored(tmp_path):
    path = tmp_path / "phone.png"
    path.write_bytes(turned(6))
    np.testing.assert_array_equal(read_picture(path, turned=False), COLOUR)
    assert decoding.picture_size(path) == (10, 12)
    assert decoding.picture_size(path, turned=False) == (12, 10)


def test_bad_arguments(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_picture(tmp_path / "none.png")
    with pytest.raises(ValueError, match="color_mode must be one of rgb"):
        read_picture(tmp_path / "none.png", "grey")
