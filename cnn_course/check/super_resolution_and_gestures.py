"""The exercises of notebook 26, super-resolution and gestures."""

import numpy as np

from cnn_course.check.judge import FunctionExercise, ValueExercise


def _shuffled(maps, scale, axes=(0, 2, 1, 3)):
    height, width, _ = maps.shape
    squares = maps.reshape(height, width, scale, scale).transpose(axes)
    return squares.reshape(scale * height, scale * width)


pixel_shuffle = FunctionExercise(
    "pixel_shuffle",
    right=_shuffled,
    cases=(
        (np.arange(4.0).reshape(1, 1, 4), 2),
        (np.arange(24.0).reshape(2, 3, 4), 2),
        (np.arange(54.0).reshape(3, 2, 9), 3),
        (np.arange(16).reshape(1, 1, 16)[..., ::-1], 4),
    ),
    mistakes=(
        (
            lambda maps, scale: _shuffled(maps, scale, (0, 1, 2, 3)),
            "the second and third axis must change places before the last "
            "reshape: first all pixels' first rows, then their second ones.",
        ),
        (
            lambda maps, scale: _shuffled(maps, scale, (0, 3, 1, 2)),
            "each square is turned over its diagonal: the first `scale` "
            "channels are a row, not a column.",
        ),
        *(
            (
                lambda maps, scale, axes=axes: _shuffled(maps, scale, axes),
                "that lays each channel down as a whole small picture. Each "
                "pixel's channels must stay together, as a square.",
            )
            for axes in ((2, 0, 3, 1), (3, 0, 2, 1))
        ),
        *(
            (
                lambda maps, scale, of=of: np.kron(
                    of(maps), np.ones((scale, scale))
                ),
                "that repeats one number of each pixel; its scale² channels "
                "are all different, and each becomes a pixel of the square.",
            )
            for of in (
                lambda maps: maps[..., 0],
                lambda maps: maps.mean(axis=-1),
                lambda maps: maps.max(axis=-1),
            )
        ),
        (
            lambda maps, scale: _shuffled(maps[..., ::-1], scale),
            "the squares are upside down: the first channel is the pixel in "
            "the upper left.",
        ),
        (
            lambda maps, scale: _shuffled(maps, scale).T,
            "the picture lies on its side: rows and columns have changed "
            "places.",
        ),
    ),
    hint="take one pixel, with scale² channels, and make its square. Where in "
    "the picture must that lie? For all at once: after the first reshape there "
    "are four axes; which two belong to the picture's rows?",
)

decibels = FunctionExercise(
    "decibels",
    right=lambda mse: 10 * np.log10(255**2 / mse),
    cases=((1.0,), (65025.0,), (100.0,), (0.3,)),
    mistakes=(
        (
            lambda mse: 10 * np.log(255**2 / mse),
            "the logarithm is that of base 10: np.log10.",
        ),
        (
            lambda mse: 10 * np.log10(255 / mse),
            "the peak is squared, too, as the error is.",
        ),
        (
            lambda mse: 20 * np.log10(255**2 / mse),
            "it is 10 times the logarithm; 20 would be for the root of the "
            "mean squared error, with 255 not squared.",
        ),
        (
            lambda mse: 10 * np.log10(mse / 255**2),
            "the other way round: a smaller error gives more decibels.",
        ),
        (
            lambda mse: 10 * np.log10(1 / mse),
            "the peak of these pictures is 255, not 1.",
        ),
        (
            lambda mse: np.log10(255**2 / mse),
            "a deci-bel is a tenth: 10 times the logarithm.",
        ),
        (
            lambda mse: 10 * np.log2(255**2 / mse),
            "the logarithm is that of base 10: np.log10, not np.log2.",
        ),
        (
            lambda mse: 20 * np.log10(255 / mse),
            "the mean squared error is a square already, and here it is "
            "squared once more: twice the logarithm goes with its root.",
        ),
        (
            lambda mse: 10 * np.log10(256**2 / mse),
            "the largest value of a pixel is 255; 256 is how many there are.",
        ),
        (
            lambda mse: 255**2 / mse,
            "that is the quotient; decibels are ten times its logarithm.",
        ),
        (
            lambda mse: 255 / np.sqrt(mse),
            "that is the quotient; decibels are a logarithm.",
        ),
    ),
    hint="the signal is the peak, squared, and the noise is the error. What "
    "makes decibels of their quotient?",
)

sub_pixel_channels = ValueExercise(
    "sub_pixel_channels",
    right=48,
    mistakes=(
        (16, "that is for a grey picture: each pixel has three numbers here."),
        (12, "four times along *each* side: 16 pixels for one."),
        (3, "the small pixel has 3 numbers; how many pixels are made of it?"),
        (27, "that is for three times as large."),
        (64, "every new pixel has 3 numbers, not 4."),
        (9, "that is for a grey picture, three times as large."),
        (4, "four times along *each* side, and three colours."),
        (144, "the colours count once: each new pixel has 3 numbers."),
    ),
    hint="how many new pixels are made of a small one, and how many numbers "
    "has each of them?",
)


def _known(train, val):
    return np.isin(val, train).mean()


share_known = FunctionExercise(
    "share_known",
    right=_known,
    cases=(
        (np.array([1, 1, 2, 2]), np.array([2, 2, 3, 4, 2])),
        (np.array([0, 5, 9]), np.array([1, 2])),
        (np.array([7, 8, 8, 9]), np.array([8, 7, 9, 9])),
        (np.array([3, 1, 4, 1, 5]), np.array([1, 1, 2, 6])),
    ),
    mistakes=(
        (
            lambda train, val: _known(val, train),
            "that is the share of the *training* pictures: take the "
            "validation's.",
        ),
        (
            lambda train, val: _known(train, np.unique(val)),
            "that is the share of the people. One with many pictures counts "
            "as often.",
        ),
        (
            lambda train, val: 1 - _known(train, val),
            "that is the share of the strangers.",
        ),
        (
            lambda train, val: np.isin(val, train).sum(),
            "that is how many pictures; divide by the number of all.",
        ),
        (
            lambda train, val: 100 * _known(train, val),
            "that is in per cent; the share goes from 0 to 1.",
        ),
        (
            lambda train, val: (
                len(np.intersect1d(train, val)) / len(np.union1d(train, val))
            ),
            "pictures are to be counted, and only those of the validation: not "
            "people, and not those of both.",
        ),
        (
            lambda train, val: (
                len(np.intersect1d(train, val)) / len(np.unique(train))
            ),
            "that is the share of the training's people; count the pictures of "
            "the validation.",
        ),
        (
            lambda train, val: len(np.intersect1d(train, val)) / len(val),
            "each known person is counted once; count each picture.",
        ),
        (
            lambda train, val: np.isin(val, train).sum() / len(train),
            "divide by the number of validation pictures, not of training "
            "pictures.",
        ),
        (
            lambda train, val: float(np.isin(val, train).any()),
            "that says whether there is one; how many of all are there?",
        ),
        (
            lambda train, val: np.isin(val, train).astype(float),
            "that says it of each picture; which share is it?",
        ),
    ),
    hint="ask of each validation picture: is its person in the training? Then "
    "take the mean. See np.isin.",
)


def _validates(people, share):
    """How many pictures each person has who validates, the lowest first."""
    numbers, counts = np.unique(people, return_counts=True)
    before = np.cumsum(counts) - counts
    return numbers, counts, before, share * len(people)


def _split(people, share):
    numbers, _, before, wanted = _validates(people, share)
    return np.isin(people, numbers[before < wanted])


def _in_order_of(people, share, order):
    """The right rule, but the people come in another order."""
    numbers, counts, _, wanted = _validates(people, share)
    order = order(people, counts)
    before = np.cumsum(counts[order]) - counts[order]
    return np.isin(people, numbers[order][before < wanted])


def _pictures(people, share, order):
    """Single pictures of the share that is asked for, in some order."""
    chosen = np.zeros(len(people), bool)
    chosen[order(people)[: int(np.ceil(share * len(people)))]] = True
    return chosen


def _some_people(people, share):
    numbers = np.unique(people)
    return np.isin(people, numbers[: int(np.ceil(share * len(numbers)))])


person_split = FunctionExercise(
    "person_split",
    right=_split,
    cases=(
        (np.array([3, 1, 1, 2, 3, 3, 2, 4]), 0.375),
        (np.array([3, 1, 1, 2, 3, 3, 2, 4]), 0.5),
        (np.array([5, 5, 9, 9, 9, 9, 2, 2, 2, 5]), 0.25),
        (np.array([9, 8, 7, 7, 7, 8, 6, 9, 9, 9, 9, 9]), 0.25),
        (np.array([1, 0, 0, 0, 0, 1, 2, 2]), 0.125),
    ),
    mistakes=(
        *(
            (
                lambda people, share, order=order: _pictures(
                    people, share, order
                ),
                "that splits by picture: somebody is on both sides. A person "
                "validates with all pictures, or with none.",
            )
            for order in (
                lambda people: np.arange(len(people)),
                lambda people: np.arange(len(people))[::-1],
                lambda people: np.argsort(people, kind="stable"),
            )
        ),
        (
            lambda people, share: ~_split(people, share),
            "the other way round: True is for those that validate.",
        ),
        (
            lambda people, share: np.flatnonzero(_split(people, share)),
            "those are the places; say of each picture whether it validates, "
            "True or False.",
        ),
        (
            _some_people,
            "that is the share of the people. Count their pictures: some have "
            "many, some have few.",
        ),
        (
            lambda people, share: np.isin(
                people,
                _validates(people, share)[0][
                    _validates(people, share)[2] <= share * len(people)
                ],
            ),
            "that takes one person too many: as soon as the share is reached, "
            "nobody else is needed.",
        ),
        (
            lambda people, share: np.isin(
                people,
                _validates(people, share)[0][
                    np.cumsum(_validates(people, share)[1])
                    <= share * len(people)
                ],
            ),
            "that is one person too few: there must be *at least* the share.",
        ),
        *(
            (
                lambda people, share, order=order: _in_order_of(
                    people, share, order
                ),
                "begin with the person with the lowest number, then the next.",
            )
            for order in (
                lambda people, counts: np.arange(len(counts))[::-1],
                lambda people, counts: np.argsort(-counts, kind="stable"),
                lambda people, counts: np.argsort(counts, kind="stable"),
                lambda people, counts: np.argsort(
                    np.unique(people, return_index=True)[1]
                ),
            )
        ),
    ),
    hint="whole people move, not pictures. Who are they (np.unique), how many "
    "pictures does each have, and how many have you got already?",
)

joint_class = FunctionExercise(
    "joint_class",
    right=lambda p: np.log(p).sum(axis=0).argmax(),
    cases=(
        (np.array([[0.4, 0.6], [0.9, 0.1]]),),
        (np.array([[0.5, 0.3, 0.2], [0.01, 0.55, 0.44], [0.6, 0.2, 0.2]]),),
        (np.array([[0.2, 0.1, 0.7]]),),
        (np.array([[0.1, 0.45, 0.45], [0.1, 0.2, 0.7], [0.05, 0.5, 0.45]]),),
        (np.array([[0.98, 0.02], [0.3, 0.7], [0.4, 0.6]]),),
        (np.array([[0.8, 0.2], [0.3, 0.7], [0.3, 0.7]]),),
        (
            np.array(
                [[0.25, 0.33, 0.42], [0.67, 0.05, 0.28], [0.35, 0.45, 0.2]]
            ),
        ),
        (
            np.array(
                [[0.34, 0.11, 0.55], [0.55, 0.43, 0.02], [0.19, 0.56, 0.25]]
            ),
        ),
    ),
    mistakes=(
        (
            lambda p: p.sum(axis=0).argmax(),
            "the probabilities are multiplied, not added: one that is nearly "
            "0 rules a class out.",
        ),
        (
            lambda p: np.bincount(p.argmax(axis=1)).argmax(),
            "that is the vote of the majority. A sure picture must count "
            "more than an unsure one.",
        ),
        (
            lambda p: p.max(axis=0).argmax(),
            "that is the surest single picture; all of them count.",
        ),
        (
            lambda p: p.prod(axis=0).max(),
            "that is the largest product; which class has it?",
        ),
        (
            lambda p: p[0].argmax(),
            "that is the first picture's class; all of them count.",
        ),
        (
            lambda p: p[-1].argmax(),
            "that is the last picture's class; all of them count.",
        ),
        (
            lambda p: p.min(axis=0).argmax(),
            "that is the class whose worst picture is best; all pictures "
            "count.",
        ),
        (
            lambda p: p.prod(axis=0).argmin(),
            "that is the class with the smallest product: argmax, not argmin.",
        ),
        (
            lambda p: np.median(p, axis=0).argmax(),
            "the probabilities are multiplied; that is their median.",
        ),
        (
            lambda p: p.argmax(),
            "that is a place in the whole table: multiply the pictures' rows "
            "first.",
        ),
        (
            lambda p: p.prod(axis=1).argmax(),
            "multiply over the pictures, down the columns: axis 0.",
        ),
        (
            lambda p: p.prod(axis=0).argmax() + 1,
            "classes are counted from 0, as np.argmax does.",
        ),
    ),
    hint="a class that all pictures think possible beats one that a single "
    "picture rules out. How do independent probabilities go together, and "
    "along which axis are the pictures?",
)
