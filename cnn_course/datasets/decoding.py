"""A picture file becomes pixels in one way, whoever asks for them.

The rule, for each kind of file: upright, as its Exif orientation says; 8 bits a
channel, of 16 bits the upper 8; palettes as colours; grey as Pillow weighs red,
green and blue. What has no one right reading is refused by name: transparent
pixels, since nothing says what is behind them; CMYK and other colours for
print; 32 bits, whose white nobody knows; films.
"""

import os
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, UnidentifiedImageError

CHANNELS = {"rgb": 3, "grayscale": 1}
ENDINGS = (".avif", ".bmp", ".gif", ".jfif", ".jpe", ".jpeg", ".jpg")
ENDINGS += (".png", ".tif", ".tiff", ".webp")
_FORMATS = {"AVIF", "BMP", "GIF", "JPEG", "MPO", "PNG", "TIFF", "WEBP"}
_COLOURS = {"1", "L", "P", "RGB", "RGBX", "YCbCr"}
_WITH_ALPHA = {"LA", "La", "PA", "RGBA", "RGBa"}
_SIXTEEN = {"I;16", "I;16B", "I;16L", "I;16N"}
_TURNS = {  # Exif orientation -> what puts the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BRANDS = {b"avif": "AVIF", b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIC"}


class PictureError(ValueError):
    """A file that is not read, with the reason alone as its text."""


def find_pictures(folder):
    """List the pictures in a folder, at any depth, in a fixed order.

    Args:
        folder: path.

    Returns:
        (paths, left_out): list of str; Counter of the other files, those that
        are hidden or lie in a hidden folder or in __MACOSX, else by ending.
    """
    paths, left_out = [], Counter()
    for root, _, files in sorted(os.walk(folder), key=lambda found: found[0]):
        below = Path(root).relative_to(folder).parts
        for file in sorted(files):
            ending = os.path.splitext(file)[1].lower()
            if any(map(is_hidden, (*below, file))):
                left_out["hidden"] += 1
            elif ending in ENDINGS:
                paths.append(os.path.join(root, file))
            else:
                left_out[ending or "no ending"] += 1
    return paths, left_out


def is_hidden(name):
    """Tell whether a file or folder is none that its owner looks at."""
    return name.startswith(".") or name == "__MACOSX"


def check_color_mode(color_mode):
    """Raise ValueError unless it is "rgb" or "grayscale"."""
    if color_mode not in CHANNELS:
        raise ValueError(
            f"color_mode must be one of {', '.join(CHANNELS)}; "
            f"got {color_mode!r}."
        )


def check_colour(name, picture, smallest=1):
    """Raise ValueError unless it is a colour picture of 0 to 255.

    Args:
        name: str, the argument's name for the message.
        picture: what came.
        smallest: int >= 1, the fewest pixels of a side.
    """
    shape = np.shape(picture)
    if len(shape) != 3 or shape[2] != 3 or min(shape[:2]) < smallest:
        raise ValueError(
            f"{name} must be a colour picture (height, width, 3) with sides "
            f">= {smallest}; got shape {shape}."
        )
    picture = np.asarray(picture)
    low, high = picture.min(), picture.max()
    if picture.dtype.kind == "f" and 0 < high <= 1:
        raise ValueError(
            f"{name} must have grey levels of 0 to 255; got {low:g} to "
            f"{high:g}, as plt.imread gives them. Multiply by 255."
        )
    if not 0 <= low <= high <= 255:
        raise ValueError(
            f"{name} must have grey levels of 0 to 255; got {low:g} to "
            f"{high:g}."
        )


def _unread(path):
    """Why Pillow does not take a file for a picture."""
    with open(path, "rb") as file:
        head = file.read(12)
    if head[4:8] == b"ftyp" and head[8:] in _BRANDS:
        kind = _BRANDS[head[8:]]
        return f"is {kind}, which this Pillow does not read: save it as JPEG"
    return "is not a picture, whatever its name says"


def open_picture(path):
    """Open a file with Pillow; `PictureError` if it is none that we read."""
    if not os.path.getsize(path):
        raise PictureError("has no content (zero bytes)")
    try:
        picture = Image.open(path)
    except Image.DecompressionBombError:
        raise PictureError(
            f"has more than {2 * Image.MAX_IMAGE_PIXELS // 10**6} million "
            "pixels, Pillow's limit: shrink it, or trust the file and set "
            "PIL.Image.MAX_IMAGE_PIXELS = None"
        ) from None
    except UnidentifiedImageError:
        raise PictureError(_unread(path)) from None
    except Exception:  # Pillow raises many kinds for damaged headers
        raise PictureError("is not a picture, whatever its name says") from None
    why = _why_not(picture)
    if why:
        picture.close()
        raise PictureError(why)
    return picture


def _why_not(picture):
    """Why an open file is not read, as far as its header tells."""
    kind, mode = picture.format, picture.mode
    frames = getattr(picture, "n_frames", 1)
    if kind not in _FORMATS:
        return f"is a {kind} file: save it as PNG or JPEG"
    if frames > 1 and kind == "TIFF":
        return f"has {frames} pages: save the one that you mean"
    if frames > 1 and kind != "MPO":  # a camera's JPEG, with a preview
        return f"is an animation of {frames} pictures"
    if mode in ("I", "F"):
        return (
            "has 32 bits a pixel, and nothing says which number is white: "
            "scale it to 0-255 and save it with 8 bits"
        )
    if mode not in _COLOURS | _WITH_ALPHA | _SIXTEEN:
        return f"is in {mode}, not in red, green and blue: save it as RGB"
    return ""


def orientation(picture):
    """An open picture's Exif orientation, 1 to 8; 1 if nothing says it."""
    try:
        found = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # Exif blocks are often broken, the pixels are not
        return 1
    return found if found in _TURNS else 1


def is_plain(picture):
    """Tell whether any decoder reads the same from an open picture."""
    return (
        picture.format in ("JPEG", "MPO", "PNG")
        and picture.mode in ("L", "RGB")
        and "transparency" not in picture.info
        and orientation(picture) == 1
    )


def read_picture(path, color_mode="rgb", *, turned=True):
    """Read one picture file, by the rule that all of the course reads by.

    Args:
        path: path of an AVIF, BMP, GIF, JPEG, PNG, TIFF or WebP file.
        color_mode: "rgb" or "grayscale".
        turned: bool; False leaves it as it is stored, whatever Exif says.

    Returns:
        uint8 array (height, width, 3), or (height, width, 1) in grey.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is no picture, damaged, or has no one right reading;
            the message names the file and says why.
    """
    check_color_mode(color_mode)
    try:
        with open_picture(path) as picture:
            return pixels_of(picture, color_mode, turned=turned)
    except PictureError as why:
        raise ValueError(f"{path} {why}.") from None


def pixels_of(picture, color_mode, *, turned=True):
    """The pixels of an open picture; `PictureError` if it is damaged."""
    turn = _TURNS.get(orientation(picture)) if turned else None
    try:
        picture.load()
    except Exception:  # each decoder has its own kinds
        raise PictureError(
            "is damaged: its pixels cannot be read to the end"
        ) from None
    mode = picture.mode
    if mode in _SIXTEEN:
        picture = _upper_bits(picture)
    elif mode in _WITH_ALPHA or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        if picture.getchannel("A").getextrema()[0] < 255:
            raise PictureError(
                "has transparent pixels, and nothing says what is behind them: "
                "put it on a ground and save it without transparency"
            )
    picture = picture.convert("RGB")
    if color_mode == "grayscale":
        picture = picture.convert("L")
    if turn is not None:
        picture = picture.transpose(turn)
    pixels = np.array(picture)
    return pixels if pixels.ndim == 3 else pixels[..., None]


def _upper_bits(picture):
    values = np.asarray(picture)
    if values.max(initial=0) < 2**12:  # 16 of 256 levels would be left
        raise PictureError(
            f"has 16 bits a pixel, but its lightest is {values.max()} of "
            "65535, so it would be nearly black: scale it to 0-65535 first"
        )
    return Image.fromarray((values >> 8).astype(np.uint8))


def picture_size(path, *, turned=True):
    """A picture's (height, width) in pixels, upright unless turned is False.

    Raises: as for `read_picture`.
    """
    try:
        with open_picture(path) as picture:
            sides = picture.height, picture.width
            swap = turned and orientation(picture) in (5, 6, 7, 8)
            return sides[::-1] if swap else sides
    except PictureError as why:
        raise ValueError(f"{path} {why}.") from None
