"""The exercises of notebook 13, choosing a network."""

import numpy as np

from cnn_course.check.judge import FunctionExercise, ValueExercise

half_precision_megabytes = ValueExercise(
    "half_precision_megabytes",
    right=25_636_712 * 2 / 1e6,
    mistakes=(
        (25_636_712 * 4 / 1e6, "that is float32; float16 takes 2 bytes."),
        (25_636_712 * 16 / 1e6, "16 are the bits; a byte has 8 of them."),
        (25_636_712 * 2, "those are bytes; a megabyte has 10⁶."),
        (25_636_712 / 1e6, "those are millions of parameters; 2 bytes each."),
        (
            25_636_712 * 2 / 2**20,
            "those are mebibytes, of 2²⁰ bytes; megabytes have 10⁶.",
        ),
        (51, "right, but rounded: write the calculation, not its result."),
        (51.3, "right, but rounded: write the calculation, not its result."),
        (51.27, "right, but rounded: write the calculation, not its result."),
    ),
    hint="float16 has 16 bits, so 2 bytes; a megabyte has 10⁶ bytes.",
)


def _found(scores, right, k):
    """For each picture, which of its right classes are among the first k."""
    best = np.argsort(-scores, axis=1)[:, :k]
    return [
        set(row) & set(classes)
        for row, classes in zip(best.tolist(), right, strict=True)
    ]


def _top_k_accuracy(scores, right, k):
    return np.mean([bool(found) for found in _found(scores, right, k)])


_SURE = np.array([[0.1, 0.6, 0.3], [0.5, 0.2, 0.3], [0.2, 0.3, 0.5]])
_OF_FOUR = np.array(
    [[0.4, 0.3, 0.2, 0.1], [0.1, 0.2, 0.3, 0.4], [0.1, 0.4, 0.2, 0.3]]
)

top_k_accuracy = FunctionExercise(
    "top_k_accuracy",
    right=_top_k_accuracy,
    cases=(
        (_SURE, [[1], [2], [0]], 1),
        (_SURE, [[1], [2], [0]], 2),
        (_OF_FOUR, [[0, 1], [0], [0, 3]], 2),
        (_OF_FOUR, [[3], [0, 1], [2]], 1),
        (_OF_FOUR, [[3], [0, 1], [0, 2]], 3),
    ),
    mistakes=(
        (
            lambda scores, right, k: _top_k_accuracy(-scores, right, k),
            "argsort goes from the lowest score to the highest: those are the "
            "k lowest. Sort -scores.",
        ),
        (
            lambda scores, right, k: _top_k_accuracy(scores, right, 1),
            "that looks at the best class only; look at the k best.",
        ),
        (
            lambda scores, right, k: np.mean(
                [len(found) for found in _found(scores, right, k)]
            ),
            "a picture counts once, however many of its right classes are "
            "among the k.",
        ),
        (
            lambda scores, right, k: np.mean(
                [
                    len(found) == len(classes)
                    for found, classes in zip(
                        _found(scores, right, k), right, strict=True
                    )
                ]
            ),
            "one right class among the k is enough; you want all of them.",
        ),
        (
            lambda scores, right, k: sum(map(bool, _found(scores, right, k))),
            "that is how many pictures; divide by the number of pictures.",
        ),
        (
            lambda scores, right, k: 100 * _top_k_accuracy(scores, right, k),
            "that is in percent; a share is from 0 to 1.",
        ),
    ),
    hint="for each picture, sort its scores and keep the classes of the k "
    "highest; it counts if one of them is among its right ones.",
)


def _best_within(accuracies, seconds, budget):
    fitting = [i for i, time in enumerate(seconds) if time <= budget]
    if not fitting:
        raise ValueError("none fits")
    return max(fitting, key=lambda i: (accuracies[i], -seconds[i]))


def _best_strictly_within(accuracies, seconds, budget):
    return _best_within(
        accuracies, [t if t < budget else float("inf") for t in seconds], budget
    )


def _first_of_the_best(accuracies, seconds, budget):
    fitting = [i for i, time in enumerate(seconds) if time <= budget]
    if not fitting:
        raise ValueError("none fits")
    return max(fitting, key=lambda i: accuracies[i])


def _place_among_the_fitting(accuracies, seconds, budget):
    best = _best_within(accuracies, seconds, budget)
    return sum(time <= budget for time in seconds[:best])


best_within = FunctionExercise(
    "best_within",
    right=_best_within,
    cases=(
        ([60, 80, 70], [1, 9, 3], 5),
        ([60, 80, 70], [1, 9, 3], 9),
        ([70, 90, 70, 60], [3, 8, 2, 1], 4),
        ([60, 80], [2, 3], 1),
        ([55, 90, 75, 74], [8, 20, 6, 1], 7),
    ),
    mistakes=(
        (
            lambda accuracies, seconds, budget: max(
                range(len(accuracies)), key=lambda i: accuracies[i]
            ),
            "that is the most accurate of all; look only at those within the "
            "budget.",
        ),
        (
            lambda accuracies, seconds, budget: min(
                range(len(seconds)), key=lambda i: seconds[i]
            ),
            "that is the fastest; within the budget, accuracy counts.",
        ),
        (
            _best_strictly_within,
            "a network that takes exactly the budget is within it.",
        ),
        (
            _first_of_the_best,
            "of two that are equally accurate, the faster one is asked for.",
        ),
        (
            _place_among_the_fitting,
            "that is a place among those within the budget; return the index "
            "in the whole list.",
        ),
        (
            lambda accuracies, seconds, budget: accuracies[
                _best_within(accuracies, seconds, budget)
            ],
            "that is its accuracy; return its index.",
        ),
    ),
    hint="keep the indices whose seconds are at most the budget, then take "
    "the one with the largest accuracy.",
)


def _front(accuracies, seconds, beats):
    pairs = list(zip(accuracies, seconds, strict=True))
    return [
        i
        for i, mine in enumerate(pairs)
        if not any(beats(other, mine) for other in pairs)
    ]


def _dominates(other, mine):
    return other[0] >= mine[0] and other[1] <= mine[1] and other != mine


def _front_of_others(accuracies, seconds):
    networks = range(len(seconds))
    return [
        i
        for i in networks
        if not any(
            accuracies[j] >= accuracies[i] and seconds[j] <= seconds[i]
            for j in networks
            if j != i
        )
    ]


pareto_front = FunctionExercise(
    "pareto_front",
    right=lambda accuracies, seconds: _front(accuracies, seconds, _dominates),
    cases=(
        ([60, 80, 70], [1, 9, 3]),
        ([60, 80, 70], [4, 9, 3]),
        ([70, 70, 60], [2, 3, 2]),
        ([70, 70], [2, 2]),
        ([50, 60, 70, 65, 80], [1, 2, 9, 3, 9]),
    ),
    mistakes=(
        (
            _front_of_others,
            "two that are equal in both do not dominate each other.",
        ),
        (
            lambda accuracies, seconds: _front(accuracies, seconds, _dominates)[
                ::-1
            ],
            "those are the right ones; return them in ascending order.",
        ),
        (
            lambda accuracies, seconds: sorted(
                _front(accuracies, seconds, _dominates),
                key=lambda i: seconds[i],
            ),
            "those are the right ones; return them in ascending order.",
        ),
        (
            lambda accuracies, seconds: _front(
                accuracies, seconds, lambda a, b: a[0] > b[0] and a[1] < b[1]
            ),
            "equal in one and better in the other dominates too.",
        ),
        (
            lambda accuracies, seconds: _front(
                accuracies, seconds, lambda a, b: a[0] >= b[0] and a[1] <= b[1]
            ),
            "then each network dominates itself: one must be better.",
        ),
        (
            lambda accuracies, seconds: _front(
                accuracies, seconds, lambda a, b: a[0] > b[0] or a[1] < b[1]
            ),
            "one must be as good in both to dominate; `or` asks for one only.",
        ),
        (
            lambda accuracies, seconds: _front(
                accuracies,
                seconds,
                lambda a, b: a[0] >= b[0] and a[1] >= b[1] and a != b,
            ),
            "fewer seconds are better, not more.",
        ),
        (
            lambda accuracies, seconds: sorted(
                set(range(len(seconds)))
                - set(_front(accuracies, seconds, _dominates))
            ),
            "those are the dominated ones; return the others.",
        ),
    ),
    hint="for each network, look whether some other one is at least as "
    "accurate and at least as fast, and better in one of the two.",
)

training_hours = FunctionExercise(
    "training_hours",
    right=lambda pictures, epochs, multiplications, per_second: (
        3 * pictures * epochs * multiplications / per_second / 3600
    ),
    cases=((3600, 1, 10, 10), (1000, 90, 4e9, 1e12), (1, 7200, 5, 2)),
    mistakes=(
        (
            lambda pictures, epochs, multiplications, per_second: (
                pictures * epochs * multiplications / per_second / 3600
            ),
            "that counts the way forward only; back costs twice as much again.",
        ),
        (
            lambda pictures, epochs, multiplications, per_second: (
                2 * pictures * epochs * multiplications / per_second / 3600
            ),
            "once forward and twice back make three.",
        ),
        (
            lambda pictures, epochs, multiplications, per_second: (
                3 * pictures * epochs * multiplications / per_second
            ),
            "those are seconds; an hour has 3 600.",
        ),
        (
            lambda pictures, epochs, multiplications, per_second: (
                3 * pictures * epochs * multiplications / per_second / 60
            ),
            "those are minutes; an hour has 60 of them.",
        ),
        (
            lambda pictures, epochs, multiplications, per_second: (
                3 * pictures * multiplications / per_second / 3600
            ),
            "that is one epoch; each picture comes once in every epoch.",
        ),
    ),
    hint="3 · pictures · epochs · multiplications, divided by what the machine "
    "does in an hour.",
)
