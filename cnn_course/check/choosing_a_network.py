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
    hint="take one picture: which k classes have its highest scores, and when "
    "does it count as right?",
)


def _best(
    accuracies,
    seconds,
    budget,
    *,
    fits=lambda time, budget: time <= budget,
    rank=lambda i, accuracy, time: (accuracy, -time),
):
    """The best of those within the budget, or None."""
    rows = zip(accuracies, seconds, strict=True)
    fitting = [
        (rank(i, accuracy, time), i)
        for i, (accuracy, time) in enumerate(rows)
        if fits(time, budget)
    ]
    return max(fitting)[1] if fitting else None


def _best_within(accuracies, seconds, budget):
    best = _best(accuracies, seconds, budget)
    if best is None:
        raise ValueError("none fits")
    return best


def _with_a_mistake(if_none_fits, **change):
    def best_within(accuracies, seconds, budget):
        best = _best(accuracies, seconds, budget, **change)
        if best is None and if_none_fits is ValueError:
            raise ValueError("none fits")
        return if_none_fits if best is None else best

    return best_within


def _place_among_the_fitting(accuracies, seconds, budget):
    best = _best_within(accuracies, seconds, budget)
    return sum(time <= budget for time in seconds[:best])


_RANKS = (  # how learners choose among those that fit, and what to say
    (
        {"fits": lambda time, budget: time < budget},
        "a network that takes exactly the budget is within it.",
    ),
    (
        {"rank": lambda i, accuracy, time: (accuracy, -i)},
        "of two that are equally accurate, the faster one is asked for; you "
        "take the first.",
    ),
    (
        {"rank": lambda i, accuracy, time: (accuracy, i)},
        "of two that are equally accurate, the faster one is asked for; you "
        "take the last. (Is there a >= where > is meant?)",
    ),
    (
        {"rank": lambda i, accuracy, time: (accuracy, time)},
        "of two that are equally accurate, the faster one is asked for; you "
        "take the slower.",
    ),
)

best_within = FunctionExercise(
    "best_within",
    right=_best_within,
    cases=(
        ([60, 62, 90, 75, 80, 70], [1, 8, 20, 4, 9, 4.5], 5),
        ([60, 80, 70], [1, 9, 3], 9),
        ([70, 90, 70, 60], [3, 8, 2, 1], 4),
        ([60, 70, 90, 70], [1, 2, 8, 3], 4),
        ([60, 80], [2, 3], 1),
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
            _with_a_mistake(
                ValueError, rank=lambda i, accuracy, time: (time, accuracy)
            ),
            "that is the slowest within the budget; accuracy counts.",
        ),
        *(
            (_with_a_mistake(none, **change), hint)
            for change, hint in _RANKS
            for none in (ValueError, None, -1)
        ),
        (
            _with_a_mistake(None),
            "right where a network fits. Where none does, you return None; "
            "`raise` a ValueError there.",
        ),
        (
            _with_a_mistake(-1),
            "right where a network fits. Where none does, you return −1, and "
            "that is an index, too: the last. `raise` a ValueError there.",
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
        (
            lambda accuracies, seconds, budget: seconds[
                _best_within(accuracies, seconds, budget)
            ],
            "those are its seconds; return its index.",
        ),
    ),
    hint="two steps: which indices may be chosen at all, and which of them is "
    "best? What is there to say if the first step leaves none?",
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


def _mask(accuracies, seconds):
    front = _front(accuracies, seconds, _dominates)
    return [i in front for i in range(len(seconds))]


def _without_twins(accuracies, seconds):
    pairs = list(zip(accuracies, seconds, strict=True))
    front = _front(accuracies, seconds, _dominates)
    return [i for i in front if pairs.index(pairs[i]) == i]


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
        ([70, 60, 70], [2, 2, 2]),
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
                accuracies, seconds, lambda a, b: a[0] > b[0] and a[1] <= b[1]
            ),
            "you ask for more accuracy; one that is as accurate and faster "
            "dominates too.",
        ),
        (
            lambda accuracies, seconds: _front(
                accuracies, seconds, lambda a, b: a[0] >= b[0] and a[1] < b[1]
            ),
            "you ask for fewer seconds; one that is as fast and more accurate "
            "dominates too.",
        ),
        (
            _mask,
            "that says for each network whether it is on the front; return "
            "the indices of those that are.",
        ),
        (
            lambda accuracies, seconds: [
                (accuracies[i], seconds[i])
                for i in _front(accuracies, seconds, _dominates)
            ],
            "those are accuracies and seconds; return the indices.",
        ),
        (
            lambda accuracies, seconds: [
                accuracies[i] for i in _front(accuracies, seconds, _dominates)
            ],
            "those are accuracies; return the indices.",
        ),
        (
            _without_twins,
            "of two that are equal in both you keep one; neither dominates "
            "the other, so both stay.",
        ),
        (
            lambda accuracies, seconds: list(range(len(seconds))),
            "those are all of them. Which ones would nobody choose, since "
            "another is better in one respect and as good in the other?",
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
    hint="take one network. What must another one have to dominate it, in "
    "accuracy, in seconds, and in one of the two at least?",
)

training_hours = FunctionExercise(
    "training_hours",
    right=lambda pictures, epochs, multiplications, per_second: (
        3 * pictures * epochs * multiplications / per_second / 3600
    ),
    cases=((3600, 1, 10, 10), (1000, 270, 4e9, 1e12), (1, 7200, 5, 2)),
    mistakes=(
        (
            lambda pictures, epochs, multiplications, per_second: (
                3 * pictures * epochs * multiplications // per_second // 3600
            ),
            "right, but rounded down: hours may have fractions.",
        ),
        (
            lambda pictures, epochs, multiplications, per_second: round(
                3 * pictures * epochs * multiplications / per_second / 3600
            ),
            "right, but rounded: hours may have fractions.",
        ),
        (
            lambda pictures, epochs, multiplications, per_second: (
                3 * pictures * epochs * multiplications / per_second * 3600
            ),
            "an hour is longer than a second: fewer hours than seconds.",
        ),
        (
            lambda pictures, epochs, multiplications, per_second: (
                3 * pictures * epochs * multiplications * per_second / 3600
            ),
            "a faster machine needs fewer hours, not more.",
        ),
        (
            lambda pictures, epochs, multiplications, per_second: (
                4 * pictures * epochs * multiplications / per_second / 3600
            ),
            "once forward and twice back make three.",
        ),
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
    hint="first all multiplications: of one picture once, forward and back, "
    "then of all pictures in all epochs. Then seconds, then hours.",
)
