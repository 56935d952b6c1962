"""The exercises of notebook 15, augmentation."""

import numpy as np

from cnn_course.check.behaviour import BehaviourExercise
from cnn_course.check.judge import FunctionExercise, ValueExercise


def _ramp(*shape):
    return np.arange(np.prod(shape)).reshape(shape)


mirror_picture = FunctionExercise(
    "mirror_picture",
    right=lambda picture: picture[:, ::-1],
    cases=((_ramp(2, 3),), (_ramp(3, 3),), (_ramp(2, 4, 3),)),
    mistakes=(
        (
            lambda picture: picture[::-1],
            "that is upside down; exchange left and right, so reverse the "
            "columns, not the rows.",
        ),
        (
            lambda picture: picture[::-1, ::-1],
            "that is half a turn: rows and columns are reversed. Reverse the "
            "columns only.",
        ),
        (
            lambda picture: np.swapaxes(picture, 0, 1),
            "that is the transpose, which mirrors along the diagonal.",
        ),
        (
            lambda picture: picture[..., ::-1],
            "right for a grey picture; of a colour picture that reverses the "
            "channels, for the last axis is not the width.",
        ),
        (
            lambda picture: np.rot90(picture),
            "that is a quarter of a turn; reverse the columns.",
        ),
        (
            lambda picture: picture[:, ::-1, :],
            "right for a colour picture; a grey one has two axes only. What "
            "comes behind the axes that you name stays as it is.",
        ),
        (
            lambda picture: picture[:, :0:-1],
            "the first column is lost: a slice ends before its end.",
        ),
        (lambda picture: picture, "that is the picture as it was."),
    ),
    hint="the first axis is the height, the second the width: reverse the "
    "second one, picture[:, …].",
)

_PLACES = 256 - 224 + 1
different_crops = ValueExercise(
    "different_crops",
    right=2 * _PLACES**2,
    mistakes=(
        (
            2048,
            "that is the paper's number, 2 · 32 · 32; but a window of 224 has "
            "256 − 224 + 1 places along a side.",
        ),
        (1024, "32 is 256 − 224; there is one place more, and mirror images."),
        (_PLACES**2, "each crop can be mirrored as well."),
        (
            2 * _PLACES,
            "a crop has a place along the height and one along the width.",
        ),
        (
            4 * _PLACES**2,
            "mirrored or not: that is a factor of 2.",
        ),
        (_PLACES, "those are the places along one side."),
        (
            2 * 256**2,
            "the crop must lie within the picture: its corner can't be at "
            "every pixel.",
        ),
        (
            2 * 224**2,
            "224 is the crop's side; how far can it move within 256?",
        ),
        (256**2, "the crop must lie within the picture; and mirror images?"),
        (
            2 * 31**2,
            "31 is one less than 256 − 224, and there is one more: count for "
            "a crop of 255 first.",
        ),
    ),
    hint="count the places of the window along one side, square, and double "
    "for the mirror images.",
)


def _mirror_box(box, width):
    x_min, y_min, x_max, y_max = box
    return width - x_max, y_min, width - x_min, y_max


mirror_box = FunctionExercise(
    "mirror_box",
    right=_mirror_box,
    cases=(
        ((10, 20, 40, 60), 100),
        ((0, 0, 30, 50), 30),
        ((5, 1, 6, 9), 8),
        ((0.5, 2, 3.5, 4), 10),
    ),
    mistakes=(
        (
            lambda box, width: (width - box[0], box[1], width - box[2], box[3]),
            "then x_min is larger than x_max: what was the right edge is the "
            "left one now.",
        ),
        (
            lambda box, width: (
                width - 1 - box[2],
                box[1],
                width - 1 - box[0],
                box[3],
            ),
            "that is for indices of pixels; edges go from 0 to width.",
        ),
        (
            lambda box, width: (box[2], box[1], box[0], box[3]),
            "that exchanges the two edges where they are; each also moves to "
            "width minus its place.",
        ),
        (
            lambda box, width: (box[0], width - box[3], box[2], width - box[1]),
            "mirroring left and right changes x, not y.",
        ),
        (
            lambda box, width: tuple(box),
            "that is the box as it was; the picture has been mirrored.",
        ),
        (
            lambda box, width: (width - box[2], *box[1:]),
            "x_min is right; the right edge, x_max, has moved too.",
        ),
        (
            lambda box, width: (*box[:2], width - box[0], box[3]),
            "x_max is right; the left edge, x_min, has moved too.",
        ),
        (
            lambda box, width: (
                width - box[2],
                box[1],
                box[2] - box[0],
                box[3] - box[1],
            ),
            "x_max and y_max are asked for, not width and height.",
        ),
        (
            lambda box, width: (-box[2], box[1], -box[0], box[3]),
            "−x lies outside of the picture: the mirror stands in its middle.",
        ),
        (
            lambda box, width: (
                width - box[2],
                width - box[3],
                width - box[0],
                width - box[1],
            ),
            "mirroring left and right changes x, not y.",
        ),
    ),
    hint="draw it: how far is a point at x from the right edge? That far is it "
    "from the left one afterwards. y stays.",
)

brighten = FunctionExercise(
    "brighten",
    right=lambda picture, amount, low, high: np.clip(
        picture + amount * (high - low), low, high
    ),
    cases=(
        (np.array([[0.0, 100], [200, 255]]), 0.2, 0, 255),
        (np.array([[0.0, 0.3], [0.7, 1]]), 0.5, 0, 1),
        (np.array([[-1.0, 0.2], [0.5, 1]]), 0.3, -1, 1),
        (np.array([[0.0, 100], [200, 255]]), -0.4, 0, 255),
        (np.array([[50.0, 60], [70, 80]]), 0.2, 0, 255),
    ),
    mistakes=(
        (
            lambda picture, amount, low, high: (
                picture + amount * (high - low)
            ).astype("uint8"),
            "uint8 wraps around, 256 is 0 again, and cuts off fractions: keep "
            "floats, and cut at low and high.",
        ),
        (
            lambda picture, amount, low, high: np.minimum(
                picture + amount * (high - low), high
            ),
            "cut at the top only; with a negative amount numbers fall below "
            "low.",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture + amount * (high - low), 0, 1
            ),
            "clip to low and high; 0 and 1 are one range of several.",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture - amount * (high - low), low, high
            ),
            "that is darker; add the amount.",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture + amount * (picture.max() - picture.min()), low, high
            ),
            "the range is that of all pictures, low to high, not of this one.",
        ),
        (
            lambda picture, amount, low, high: picture + amount * (high - low),
            "numbers leave the range; keep the sums within it (np.clip).",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture + amount, low, high
            ),
            "the amount is a part of the range: multiply it by high − low.",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture + amount * high, low, high
            ),
            "the range is high − low; high alone is right only if low is 0.",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture * (1 + amount), low, high
            ),
            "that multiplies, which changes the contrast; add the same to "
            "every number.",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture + amount * 255, low, high
            ),
            "the range is not always 255 wide: use low and high.",
        ),
        (
            lambda picture, amount, low, high: np.clip(
                picture + amount * (high - low), 0, 255
            ),
            "clip to low and high; 0 and 255 are one range of several.",
        ),
    ),
    hint="how many units is the amount, if the range goes from low to high? "
    "Add them to every number, then keep it within the range.",
)


# --- A layer that mirrors pictures and their boxes ---------------------------

_MANY = 400  # pictures in a batch: chance hardly moves their share


def _batch(count):
    """Pictures of 5×9 that a mirror changes, and a box in each."""
    rng = np.random.default_rng(0)
    pictures = rng.uniform(0, 255, (count, 5, 9, 3)).astype("float32")
    start = rng.integers(0, (4, 2), (count, 2))
    boxes = np.concatenate([start, start + rng.integers(1, 4, (count, 2))], 1)
    return pictures, boxes.astype("float32")


def _mirrored_boxes(boxes):
    return np.stack(_mirror_box(boxes.T, 9), axis=1)


def _pair_hint(result):
    """What is wrong with what `call` gives back; "" if nothing."""
    if result is None:
        return "`call` gives back None: is `return` missing?"
    if not isinstance(result, list | tuple) or len(result) != 2:
        return "`call` must return two things: the pictures and the boxes."
    shapes = [tuple(part.shape) for part in result]
    if shapes != [(_MANY, 5, 9, 3), (_MANY, 4)]:
        return (
            f"for pictures of shape {(_MANY, 5, 9, 3)} and boxes of shape "
            f"{(_MANY, 4)} it returns {shapes[0]} and {shapes[1]}."
        )
    return ""


def _box_hint(boxes, before, turned):
    """What is wrong with the boxes; turned: whose picture is mirrored."""
    right = np.where(turned[:, None], _mirrored_boxes(before), before)
    if np.allclose(boxes, right, atol=1e-3):
        return ""
    mine, still = boxes[turned], before[turned]
    if not np.allclose(boxes[~turned], before[~turned], atol=1e-3):
        return (
            "boxes are moved where the picture stays as it is. Draw once for "
            "each picture, and let it decide about both."
        )
    if np.allclose(mine, still, atol=1e-3):
        return "pictures are mirrored, and their boxes stay: take them along."
    if (mine[:, 0] > mine[:, 2]).any():
        return (
            "x_min is larger than x_max: what was the right edge is the left "
            "one now."
        )
    if np.allclose(mine, _mirrored_boxes(still) - [1, 0, 1, 0], atol=1e-3):
        return (
            "width − 1 − x is for indices of pixels; edges go from 0 to width."
        )
    if np.allclose(mine[:, 1::2], still[:, 1::2], atol=1e-3):
        return (
            "the boxes move along x, but not to where their things are. How "
            "wide is a picture, and which axis is that?"
        )
    return "mirroring left and right changes x, not y."


def _mirror_hint(result, pictures, boxes):
    """What is wrong with a batch that was mirrored in training."""
    hint = _pair_hint(result)
    if hint:
        return hint
    seen, new_boxes = (np.asarray(part, "float32") for part in result)
    turned, same = (
        np.isclose(seen, form, atol=1e-3).all(axis=(1, 2, 3))
        for form in (pictures[:, :, ::-1], pictures)
    )
    if np.isclose(seen, pictures[:, ::-1], atol=1e-3).all(axis=(1, 2, 3)).any():
        return "pictures stand upside down: the axes are batch, height, width."
    if not (turned | same).all():
        return (
            "a picture comes out that is neither the one that went in nor its "
            "mirror image."
        )
    share = turned.mean()
    if share in (0, 1):
        which = "every" if share else "no"
        return (
            f"of {_MANY} pictures in a batch {which} one is mirrored: each "
            "picture needs a draw of its own."
        )
    if not 0.35 < share < 0.65:
        return f"{share:.0%} of the pictures are mirrored; half is asked for."
    return _box_hint(new_boxes, boxes, turned)


def _watch_mirror(answer):
    """Call the layer at inference, in training, and in a graph."""
    import tensorflow as tf
    from keras import Layer

    layer = answer() if isinstance(answer, type) else answer
    if not isinstance(layer, Layer):
        return "a layer is asked for: class RandomMirror(layers.Layer)."
    pictures, boxes = _batch(_MANY)
    given = tf.constant(pictures), tf.constant(boxes)
    calm = layer(*given, training=False)
    hint = _pair_hint(calm)
    if hint:
        return hint
    if not all(map(np.array_equal, calm, (pictures, boxes))):
        return "at inference, with training=False, nothing may change."
    hint = _mirror_hint(layer(*given, training=True), pictures, boxes)
    if hint:
        return hint

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, 5, 9, 3)),
            tf.TensorSpec((None, 4)),
        ]
    )
    def in_a_graph(some_pictures, their_boxes):
        return layer(some_pictures, their_boxes, training=True)

    try:
        first, second = in_a_graph(*given), in_a_graph(*given)
    except Exception as error:  # whatever a learner's layer does
        return (
            f"right as it is called here; in `fit` it stops with "
            f"{type(error).__name__}. There the batch's size is not known "
            "while the graph is made (pictures.shape[0] is None), and a tensor "
            "has no numbers yet: use keras.ops and keras.random."
        )
    if np.array_equal(first[0], second[0]):
        return (
            "right as it is called here; but in `fit` all batches would be "
            "mirrored in the same way: NumPy draws once, while the graph is "
            "made. Draw with keras.random."
        )
    return _mirror_hint(first, pictures, boxes)


RandomMirror = BehaviourExercise(
    "RandomMirror",
    watch=_watch_mirror,
    done="In training half of the pictures are mirrored, and their boxes with "
    "them; at inference nothing changes.",
)
