"""The exercises of notebook 22, segmentation."""

import numpy as np

from cnn_course.check.block import BlockExercise, Shape
from cnn_course.check.judge import FunctionExercise


def _mask(text):
    return np.array([[c == "#" for c in row] for row in text.split()])


def _iou(mask1, mask2):
    return (mask1 & mask2).sum() / (mask1 | mask2).sum()


mask_iou = FunctionExercise(
    "mask_iou",
    right=_iou,
    cases=(
        (_mask("##.. ##.. ...."), _mask(".##. .##. .##.")),
        (_mask("###. ...."), _mask("###. ....")),
        (_mask("#... ...."), _mask("...# ...#")),
        (_mask("#### ####"), _mask(".##. ....")),
        (_mask("###. ##.."), _mask(".##. ##.#")),
    ),
    mistakes=(
        (
            lambda a, b: (a == b).mean(),
            "that is the pixel accuracy: pixels that are in neither count "
            "there, and here they don't.",
        ),
        (
            lambda a, b: 2 * (a & b).sum() / (a.sum() + b.sum()),
            "that is Dice's coefficient; divide by the union.",
        ),
        (
            lambda a, b: (a & b).sum() / (a.sum() + b.sum()),
            "the pixels in both are counted twice below.",
        ),
        (
            lambda a, b: (a & b).sum() / a.sum(),
            "that is the share of mask1 that is covered; divide by the union.",
        ),
        (
            lambda a, b: (a & b).sum() / b.sum(),
            "that is the share of mask2 that is covered; divide by the union.",
        ),
        (
            lambda a, b: (a & b).mean(),
            "divide by the pixels of the union, not by all pixels.",
        ),
        (
            lambda a, b: (a & b).sum() / (a ^ b).sum(),
            "^ leaves out the pixels that are in both; the union is |.",
        ),
        (
            lambda a, b: (a & b).sum(),
            "that is the intersection; now divide by the union.",
        ),
        (
            lambda a, b: (_iou(a, b) + _iou(~a, ~b)) / 2,
            "that is the mean over two classes; here only the pixels that are "
            "True count.",
        ),
        (
            lambda a, b: _iou(~a, ~b),
            "that is the IoU of the background, where both are False.",
        ),
        (
            lambda a, b: (a == b).sum() / (a | b).sum(),
            "a == b is True where both are False, too; the intersection is "
            "a & b.",
        ),
        (
            lambda a, b: (a & b).sum() / min(a.sum(), b.sum()),
            "you divide by the smaller mask; divide by the union.",
        ),
        (
            lambda a, b: (a & b).sum() / max(a.sum(), b.sum()),
            "you divide by the larger mask; divide by the union.",
        ),
        (
            lambda a, b: (a | b).sum(),
            "that is the union; divide the intersection by it.",
        ),
        (
            lambda a, b: 1 - _iou(a, b),
            "that is how much the two differ, 1 − IoU; the IoU itself is "
            "asked for.",
        ),
        (
            lambda a, b: 100 * _iou(a, b),
            "that is in per cent; the IoU is a number from 0 to 1.",
        ),
        *(
            (
                lambda a, b, digits=digits: round(_iou(a, b), digits),
                "return the quotient itself: not rounded, and not by //.",
            )
            for digits in (1, 2, 3)
        ),
        (
            lambda a, b: (a & b).sum() // (a | b).sum(),
            "return the quotient itself: not rounded, and not by //.",
        ),
        (
            lambda a, b: len(a & b) / len(a | b),
            "len counts the rows; .sum() counts the True.",
        ),
        (
            lambda a, b: (a & b).any() / (a | b).any(),
            "any says whether there is a True; .sum() counts them.",
        ),
        (
            lambda a, b: (a & b) / (a | b),
            "count the True first, .sum(), and divide the two counts.",
        ),
        (
            lambda a, b: sum(a & b) / sum(a | b),
            "Python's sum adds up the rows; .sum() counts the True of all.",
        ),
    ),
    hint="`mask1 & mask2` is the intersection, `mask1 | mask2` the union; "
    "count the True with .sum().",
)


def _lazy(ink, pixels):
    right = (pixels - ink) / pixels
    return right, right / 2


lazy_scores = FunctionExercise(
    "lazy_scores",
    right=_lazy,
    cases=((10, 100), (1, 2), (0.25 * 48**2, 48**2), (500, 96**2)),
    mistakes=(
        (
            lambda ink, pixels: (_lazy(ink, pixels)[0],) * 2,
            "the mean IoU is over two classes, and the ink's IoU is 0.",
        ),
        (
            lambda ink, pixels: _lazy(ink, pixels)[::-1],
            "the accuracy comes first.",
        ),
        (
            lambda ink, pixels: (ink / pixels, ink / pixels / 2),
            "the background's pixels are the right ones, not the ink's.",
        ),
        (
            lambda ink, pixels: (_lazy(ink, pixels)[0], 0.5),
            "the background's IoU is less than 1: the ink is called "
            "background, too, so it is in the union.",
        ),
        *(
            (wrong, "return shares from 0 to 1, not per cent.")
            for wrong in (
                lambda ink, pixels: tuple(
                    100 * score for score in _lazy(ink, pixels)
                ),
                lambda ink, pixels: (100 * _lazy(ink, pixels)[0],) * 2,
            )
        ),
        (
            lambda ink, pixels: (_lazy(ink, pixels)[0], ink / pixels / 2),
            "the background's pixels are the right ones, not the ink's, in "
            "the mean IoU, too.",
        ),
        (
            lambda ink, pixels: (
                _lazy(ink, pixels)[0],
                (pixels - ink) / (pixels + ink) / 2,
            ),
            "the union of background and what is called so is the whole "
            "picture: each pixel counts once.",
        ),
        (
            lambda ink, pixels: (pixels - ink, (pixels - ink) / 2),
            "divide by the number of pixels.",
        ),
        (
            lambda ink, pixels: (
                _lazy(ink, pixels)[0],
                (_lazy(ink, pixels)[0] + 1) / 2,
            ),
            "no ink is found, so its IoU is 0, not 1.",
        ),
        (
            lambda ink, pixels: (
                _lazy(ink, pixels)[0],
                1 - ink / pixels / 2,
            ),
            "no ink is found, so its IoU is 0, not 1.",
        ),
        (
            lambda ink, pixels: (ink / pixels, _lazy(ink, pixels)[1]),
            "the background's pixels are the right ones, not the ink's.",
        ),
        (
            lambda ink, pixels: (pixels - ink, 0),
            "divide by the number of pixels; and the background has an IoU, "
            "too.",
        ),
        (
            lambda ink, pixels: (1, 0.5),
            "the ink's pixels are called background, so they are wrong.",
        ),
        (
            lambda ink, pixels: _lazy(ink, pixels)[0],
            "two numbers are asked for: the accuracy and the mean IoU.",
        ),
        (
            lambda ink, pixels: (_lazy(ink, pixels)[0], 0),
            "the ink's IoU is 0, but the background has one as well.",
        ),
    ),
    hint="called background: all; right are all but the ink. The "
    "background's IoU is those over all pixels, the ink's is 0.",
)

transpose_size = FunctionExercise(
    "transpose_size",
    right=lambda n, kernel_size, strides: strides * (n - 1) + kernel_size,
    cases=((2, 3, 2), (5, 2, 2), (7, 4, 2), (4, 5, 3), (6, 3, 1), (1, 5, 2)),
    mistakes=(
        (
            lambda n, kernel_size, strides: strides * n,
            'that is the size with padding="same"; without it the last window '
            "keeps its full length.",
        ),
        (
            lambda n, kernel_size, strides: strides * n + kernel_size,
            "n windows have n − 1 steps between them.",
        ),
        (
            lambda n, kernel_size, strides: (n - kernel_size) // strides + 1,
            "that is the way down, a convolution; this is the way up.",
        ),
        (
            lambda n, kernel_size, strides: strides * (n - 1) + 1,
            "the last window starts there, and is kernel_size long.",
        ),
        (
            lambda n, kernel_size, strides: n * kernel_size,
            "the windows overlap if the kernel is longer than the stride.",
        ),
        (
            lambda n, kernel_size, strides: strides * (n - 1) + kernel_size - 1,
            "count again: a window that starts at pixel 0 and has 3 pixels "
            "ends the picture at 3.",
        ),
        (
            lambda n, kernel_size, strides: strides * (n - kernel_size) + 1,
            "that takes the kernel off, as a convolution does; here each "
            "number becomes a whole window, so the map grows.",
        ),
        (
            lambda n, kernel_size, strides: n + kernel_size - 1,
            "the windows start `strides` pixels apart, not one.",
        ),
        (
            lambda n, kernel_size, strides: strides * (n - 1),
            "there starts the last window; it is kernel_size long.",
        ),
        (
            lambda n, kernel_size, strides: strides * n + kernel_size - 1,
            "n windows have n − 1 steps between them.",
        ),
        (
            lambda n, kernel_size, strides: (
                (strides * (n - 1) + kernel_size) ** 2
            ),
            "the side is asked for, not all pixels.",
        ),
        *(
            (
                lambda n, kernel_size, strides, wrong=wrong: (
                    strides * (n - 1) + kernel_size + wrong(n, kernel_size)
                ),
                hint,
            )
            for wrong, hint in (
                (
                    lambda n, kernel_size: 1,
                    "one too many: a window of 3 pixels that starts at 0 ends "
                    "the picture at 3.",
                ),
                (
                    lambda n, kernel_size: -2 * (kernel_size // 2),
                    "there is no padding here, so nothing is cut off.",
                ),
                (
                    lambda n, kernel_size: -2 * kernel_size,
                    "the last window is added to where it starts.",
                ),
            )
        ),
        (
            lambda n, kernel_size, strides: strides * n - kernel_size,
            "the map grows: the last window starts at strides · (n − 1), and "
            "then comes its length.",
        ),
        (
            lambda n, kernel_size, strides: strides * n - 1,
            "the last window starts at strides · (n − 1); how long is it?",
        ),
        (
            lambda n, kernel_size, strides: (n - 1) * kernel_size + strides,
            "stride and kernel the other way round: the starts are `strides` "
            "apart, and a window is kernel_size long.",
        ),
        (
            lambda n, kernel_size, strides: n - 1 + kernel_size * strides,
            "stride and kernel the other way round: the starts are `strides` "
            "apart, and a window is kernel_size long.",
        ),
        (
            lambda n, kernel_size, strides: strides * (n + 1),
            "the last window is kernel_size long.",
        ),
        (
            lambda n, kernel_size, strides: n + kernel_size,
            "the windows start `strides` pixels apart, and n windows have "
            "n − 1 steps between them.",
        ),
        (
            lambda n, kernel_size, strides: (n - 1) // strides + kernel_size,
            "you divide by the stride, as on the way down; here it multiplies.",
        ),
    ),
    hint="where does the window of the last number start, and how long is it?",
)


def _spread(row, kernel, strides):
    y = np.zeros(strides * (len(row) - 1) + len(kernel))
    for i, number in enumerate(row):
        y[strides * i : strides * i + len(kernel)] += number * kernel
    return y


def _overwrite(row, kernel, strides):
    y = np.zeros(strides * (len(row) - 1) + len(kernel))
    for i, number in enumerate(row):
        y[strides * i : strides * i + len(kernel)] = number * kernel
    return y


def _spread_in(dtype):
    """A wrong answer: the sum is kept in an array of another type."""

    def wrong(row, kernel, strides):
        y = np.zeros(strides * (len(row) - 1) + len(kernel), dtype(row))
        for i, number in enumerate(row):
            window = slice(strides * i, strides * i + len(kernel))
            y[window] = y[window] + number * kernel
        return y

    return wrong


def _stuffed(row, strides):
    """The row with zeros between its numbers."""
    stuffed = np.zeros(strides * (len(row) - 1) + 1)
    stuffed[::strides] = row
    return stuffed


def _one_zero_between(row, kernel, strides):
    return np.convolve(np.insert(row, range(1, len(row)), 0), kernel)


def _zeros_after_each(row, kernel, strides):
    after_last = np.zeros(strides - 1)
    stuffed = np.concatenate([_stuffed(row, strides), after_last])
    return np.convolve(stuffed, kernel)


def _spread_by_one(row, kernel, strides):
    y = np.zeros(strides * (len(row) - 1) + len(kernel))
    for i, number in enumerate(row):
        y[i : i + len(kernel)] += number * kernel
    return y


spread_row = FunctionExercise(
    "spread_row",
    right=_spread,
    cases=(
        (np.array([1.0, 2, 3]), np.array([1.0, 10, 100]), 2),
        (np.array([1.0, 2]), np.array([3.0, 5]), 2),
        (np.array([2.0, 0, -1, 4]), np.array([1.0, 2, 3, 4]), 1),
        (np.array([7.0]), np.array([1.0, -1, 0]), 2),
        (np.array([0.5, -1.25]), np.array([2.0, 0.5, 1]), 2),
        (np.array([3, 1]), np.array([0.5, 1, 0.25]), 1),
    ),
    mistakes=(
        (
            _overwrite,
            "where windows overlap they add up: += in place of =.",
        ),
        (
            lambda row, kernel, strides: _spread(row, kernel[::-1], strides),
            "the kernel is not turned here; it is only turned if you write "
            "this as a convolution of the row with zeros put in.",
        ),
        (
            lambda row, kernel, strides: _spread(row, kernel, 1),
            "each number starts `strides` pixels after the one before.",
        ),
        (
            lambda row, kernel, strides: _spread(row, kernel, len(kernel)),
            "the windows start `strides` apart, not a kernel's length.",
        ),
        (
            lambda row, kernel, strides: _spread(row, kernel, strides)[
                : strides * len(row)
            ],
            'that is cut to strides · n, as for padding="same".',
        ),
        *(
            (
                wrong,
                "your array has whole numbers, so fractions are cut off: "
                "np.zeros(n), without int.",
            )
            for wrong in (
                _spread_in(lambda row: int),
                _spread_in(lambda row: row.dtype),
            )
        ),
        (
            lambda row, kernel, strides: np.convolve(
                np.repeat(row, strides), kernel
            ),
            "you repeat each number, so that each has several windows; put "
            "zeros in between instead, or add one window for each number.",
        ),
        (
            lambda row, kernel, strides: np.concatenate(
                [_spread(row, kernel, strides), np.zeros(strides)]
            ),
            "some zeros too many at the end: the last window starts at "
            "strides · (n − 1).",
        ),
        *(
            (
                wrong,
                "zeros between the numbers, strides − 1 each, and none after "
                "the last.",
            )
            for wrong in (_one_zero_between, _zeros_after_each)
        ),
        (
            lambda row, kernel, strides: _spread(
                np.ones(len(row)), kernel, strides
            ),
            "multiply the kernel by the number.",
        ),
        (
            lambda row, kernel, strides: _spread(
                row,
                np.where(np.arange(len(kernel)) < strides, kernel, 0),
                strides,
            ),
            "the whole kernel is added, also where the next window begins.",
        ),
        (
            lambda row, kernel, strides: np.convolve(
                _stuffed(row, strides), kernel, "same"
            ),
            'np.convolve without "same": every place that a window reaches '
            "belongs to the output.",
        ),
        (
            lambda row, kernel, strides: [number * kernel for number in row],
            "each number has its window now; add them up, each at its place.",
        ),
        (
            _spread_by_one,
            "number i starts at place strides · i, not at i.",
        ),
    ),
    hint="start with zeros, strides · (n − 1) + the kernel's length of them; "
    "add number · kernel from place strides · i on.",
)

missing_rows = FunctionExercise(
    "missing_rows",
    right=lambda n, depth: -n % 2**depth,
    cases=((303, 3), (304, 3), (100, 4), (97, 1), (7, 0), (1, 5)),
    mistakes=(
        (
            lambda n, depth: n % 2**depth,
            "so many rows lie beyond the last multiple; how many are missing "
            "to the next one?",
        ),
        (
            lambda n, depth: 2**depth - n % 2**depth,
            "if n is a multiple already, no row is missing.",
        ),
        (
            lambda n, depth: -n % (2 * max(depth, 0.5)),
            "the size is halved `depth` times: a multiple of 2 to the power "
            "of depth, not of 2 · depth.",
        ),
        (
            lambda n, depth: n + -n % 2**depth,
            "that is the new number of rows; how many are added?",
        ),
        (
            lambda n, depth: -n % 2 ** (depth + 1),
            "there is one halving less: depth 1 halves once.",
        ),
        (
            lambda n, depth: n % 2,
            "an even number can be halved once; this U-Net halves `depth` "
            "times.",
        ),
        (
            lambda n, depth: abs(2**depth - n),
            "not up to 2 ** depth itself, but up to its next multiple.",
        ),
        (
            lambda n, depth: min(n % 2**depth, -n % 2**depth),
            "rows are only added, so the next *larger* multiple counts.",
        ),
        (
            lambda n, depth: -n % 8,
            "8 is for a depth of 3; what is it for `depth`?",
        ),
        (
            lambda n, depth: -(-n // 2**depth),
            "that is how many times 2 ** depth fits in; how many rows are "
            "added?",
        ),
        (
            lambda n, depth: n // 2**depth,
            "that is how many times 2 ** depth fits in; how many rows are "
            "added?",
        ),
        (
            lambda n, depth: 2**depth - n,
            "not up to 2 ** depth itself, but up to its next multiple.",
        ),
        (
            lambda n, depth: round(n / 2**depth) * 2**depth - n,
            "rows are only added, so the next *larger* multiple counts.",
        ),
        (
            lambda n, depth: -(-n % 2**depth),
            "the sign: the new number of rows less n.",
        ),
        (
            lambda n, depth: -n % (2 ^ depth),
            "in Python 2 to the power of depth is 2 ** depth; ^ is something "
            "else.",
        ),
        (
            lambda n, depth: 2**depth - n % 2**depth - 1,
            "one too few: from 7 to 8 one row is missing.",
        ),
    ),
    hint="halving `depth` times must leave no rest. What is the next number "
    "of rows, from n on, for which that holds?",
)


def _up(x, filters, kernel_size=2, **options):
    from keras import layers

    return layers.Conv2DTranspose(filters, kernel_size, 2, **options)(x)


def _beside(skip, x):
    from keras import layers

    return layers.Concatenate()([skip, x])


def _convolve(x, filters, kernel_size=3, padding="same", activation="relu"):
    from keras import layers

    options = {"padding": padding, "activation": activation}
    return layers.Conv2D(filters, kernel_size, **options)(x)


def _up_step(x, skip, filters, up=_up, join=_beside, convolve=_convolve):
    x = join(skip, up(x, filters))
    return convolve(convolve(x, filters), filters)


def _step_with(**parts):
    """A wrong answer: the right step with another part."""
    return lambda *case: _up_step(*case, **parts)


def _added(skip, x):
    return skip + x


def _enlarged(x, filters):
    from keras import layers

    return layers.UpSampling2D(2)(x)


def _enlarged_and_convolved(x, filters):
    return _convolve(_enlarged(x, filters), filters, 2, activation=None)


def _joined_along(axis):
    def join(skip, x):
        from keras import layers

        return layers.Concatenate(axis=axis)([skip, x])

    return join


def _one_convolution(x, skip, filters):
    return _convolve(_beside(skip, _up(x, filters)), filters)


def _convolved_before(x, skip, filters):
    x = _convolve(_convolve(_up(x, filters), filters), filters)
    return _beside(skip, x)


def _last_without_relu(x, skip, filters):
    x = _convolve(_beside(skip, _up(x, filters)), filters)
    return _convolve(x, filters, activation=None)


up_step = BlockExercise(
    "up_step",
    right=_up_step,
    cases=(
        (Shape((4, 4, 8)), Shape((8, 8, 4)), 4),
        (Shape((3, 5, 6)), Shape((6, 10, 3)), 5),
    ),
    mistakes=(
        (
            _step_with(join=_added),
            "lay the two beside each other, layers.Concatenate, so that both "
            "keep their channels; you add them, as ResNet does.",
        ),
        (
            _step_with(join=lambda skip, x: _beside(x, skip)),
            "the skip comes first: [skip, x].",
        ),
        (
            _step_with(join=lambda skip, x: x),
            "the skip isn't used: lay it beside what comes up.",
        ),
        (
            _step_with(join=lambda skip, x: skip),
            "what comes from below isn't used: lay the skip beside it.",
        ),
        *(
            (
                _step_with(join=_joined_along(axis)),
                "the channels are laid beside each other: the last axis, "
                "which is Concatenate's own choice.",
            )
            for axis in (1, 2)
        ),
        (
            _step_with(
                convolve=lambda *case: _convolve(*case, activation=None)
            ),
            "each 3×3 convolution is followed by ReLU.",
        ),
        (
            _last_without_relu,
            "the second 3×3 convolution is followed by ReLU, too.",
        ),
        (
            _step_with(up=lambda *case: _up(*case, activation="relu")),
            "the transpose convolution has no ReLU.",
        ),
        (
            _step_with(up=lambda *case: _up(*case, 3, padding="same")),
            "the transpose convolution has a kernel of 2×2, so that its "
            "windows don't overlap.",
        ),
        (
            _step_with(up=_enlarged),
            "UpSampling2D repeats pixels, and learns nothing; take "
            "layers.Conv2DTranspose.",
        ),
        (
            _step_with(up=_enlarged_and_convolved),
            "one layer does both: layers.Conv2DTranspose with a stride of 2.",
        ),
        (_one_convolution, "two 3×3 convolutions follow, not one."),
        (
            _convolved_before,
            "first lay the skip beside it, then convolve, so that both are "
            "mixed.",
        ),
        (
            _step_with(
                convolve=lambda *case: _convolve(*case, padding="valid")
            ),
            'the map must keep its size: padding="same".',
        ),
        (
            _step_with(convolve=lambda x, filters: _convolve(x, filters, 1)),
            "the two convolutions have kernels of 3×3.",
        ),
        (
            _step_with(up=lambda x, filters: _up(x, x.shape[-1])),
            "the transpose convolution brings the channels to `filters`.",
        ),
    ),
    hint="the layers are right, and so are their weights' shapes; how are "
    "they connected, and where is ReLU?",
)
