"""Answers to the exercises of notebook 13: right ones and wrong ones."""

import numpy as np


def top_k_accuracy(scores, right, k, first=True):
    found = 0
    for row, classes in zip(scores, right, strict=True):
        ranked = sorted(range(len(row)), key=lambda i: row[i], reverse=first)
        found += any(i in classes for i in ranked[:k])
    return found / len(scores)


def hits(scores, right, k):
    best = np.argsort(scores)[:, -k:]
    return sum(np.isin(r, b).sum() for r, b in zip(right, best, strict=True))


def all_of_them(scores, right, k):
    best = np.argsort(scores)[:, -k:]
    return np.mean(
        [np.isin(r, b).all() for r, b in zip(right, best, strict=True)]
    )


def best_within(accuracies, seconds, budget):
    best = None
    for i in range(len(seconds)):
        if seconds[i] > budget:
            continue
        if (
            best is None
            or accuracies[i] > accuracies[best]
            or (
                accuracies[i] == accuracies[best] and seconds[i] < seconds[best]
            )
        ):
            best = i
    if best is None:
        raise ValueError("nothing is that fast")
    return best


def best_within_returns_none(accuracies, seconds, budget):
    try:
        return best_within(accuracies, seconds, budget)
    except ValueError:
        return None


def best_within_takes_the_last(accuracies, seconds, budget):
    best = None
    for i in range(len(seconds)):
        if seconds[i] <= budget and (
            best is None or accuracies[i] >= accuracies[best]
        ):
            best = i
    if best is None:
        raise ValueError("nothing is that fast")
    return best


def best_within_takes_the_first(accuracies, seconds, budget):
    fitting = [i for i in range(len(seconds)) if seconds[i] <= budget]
    if not fitting:
        raise ValueError("nothing is that fast")
    return max(fitting, key=lambda i: accuracies[i])


def best_within_strictly(if_none_fits):
    def best_within(accuracies, seconds, budget):
        fitting = [i for i, time in enumerate(seconds) if time < budget]
        if not fitting and if_none_fits is ValueError:
            raise ValueError("nothing is that fast")
        return (
            max(fitting, key=lambda i: (accuracies[i], -seconds[i]))
            if fitting
            else if_none_fits
        )

    return best_within


def best_within_takes_the_slower(accuracies, seconds, budget):
    fitting = [i for i in range(len(seconds)) if seconds[i] <= budget]
    if not fitting:
        raise ValueError("nothing is that fast")
    return max(fitting, key=lambda i: (accuracies[i], seconds[i]))


def pareto_front(accuracies, seconds):
    order = sorted(
        range(len(seconds)), key=lambda i: (seconds[i], -accuracies[i])
    )
    front, best, at = [], -1, None
    for i in order:
        if accuracies[i] > best or (accuracies[i], seconds[i]) == (best, at):
            front.append(i)
            best, at = accuracies[i], seconds[i]
    return sorted(front)


def pareto_front_by(dominates):
    def pareto_front(accuracies, seconds):
        rows = list(zip(accuracies, seconds, strict=True))
        return [
            i
            for i, mine in enumerate(rows)
            if not any(dominates(*other, *mine) for other in rows)
        ]

    return pareto_front


def pareto_mask(accuracies, seconds):
    return [i in pareto_front(accuracies, seconds) for i in range(len(seconds))]


def pareto_front_unsorted(accuracies, seconds):
    return pareto_front(accuracies, seconds)[::-1]


def pareto_front_by_seconds(accuracies, seconds):
    front = pareto_front(accuracies, seconds)
    return sorted(front, key=seconds.__getitem__)


def pareto_front_without_twins(accuracies, seconds):
    front = []
    for i, (a, s) in enumerate(zip(accuracies, seconds, strict=True)):
        others = set(range(len(seconds))) - {i}
        if all(accuracies[j] < a or seconds[j] > s for j in others):
            front.append(i)
    return front


RIGHT = {
    "half_precision_megabytes": 51.273424,
    "top_k_accuracy": top_k_accuracy,
    "best_within": best_within,
    "pareto_front": pareto_front,
    "training_hours": lambda pictures, epochs, multiplications, per_second: (
        pictures * multiplications * 3 / per_second * epochs / 60**2
    ),
}

WRONG = {
    "half_precision_megabytes": [
        ("float32", 102.546848, "float16 takes 2 bytes"),
        ("bytes", 51_273_424, "a megabyte has 10⁶"),
        ("bits", 410.187392, "a byte has 8"),
        ("rounded", 51, "right, but rounded"),
        ("two_digits", 51.27, "write the calculation"),
        ("millions_halved", 12.8, "float16 has 16 bits"),
    ],
    "top_k_accuracy": [
        (
            "lowest",
            lambda s, r, k: top_k_accuracy(s, r, k, first=False),
            "k lowest",
        ),
        ("best_only", lambda s, r, k: top_k_accuracy(s, r, 1), "k best"),
        ("names_counted", lambda s, r, k: hits(s, r, k) / len(s), "once"),
        ("all_asked", all_of_them, "you want all"),
        ("count", lambda s, r, k: 3 * top_k_accuracy(s, r, k), "divide"),
        ("percent", lambda s, r, k: 100 * top_k_accuracy(s, r, k), "percent"),
        ("nothing", lambda s, r, k: 0.25, "take one picture"),
    ],
    "best_within": [
        ("ignores_budget", lambda a, s, b: a.index(max(a)), "of all"),
        ("fastest", lambda a, s, b: s.index(min(s)), "accuracy counts"),
        (
            "accuracy_itself",
            lambda a, s, b: a[best_within(a, s, b)],
            "return its index",
        ),
        ("no_error", best_within_returns_none, "you return None"),
        (
            "minus_one",
            lambda a, s, b: best_within(a, s, b) if min(s) <= b else -1,
            "the last. `raise` a ValueError there",
        ),
        ("last_of_equals", best_within_takes_the_last, "you take the last"),
        ("first_of_equals", best_within_takes_the_first, "you take the first"),
        ("strict", best_within_strictly(ValueError), "exactly the budget"),
        ("strict_and_none", best_within_strictly(None), "exactly the budget"),
        (
            "seconds",
            lambda a, s, b: s[best_within(a, s, b)],
            "those are its seconds",
        ),
        ("slower_twin", best_within_takes_the_slower, "faster one is asked"),
    ],
    "pareto_front": [
        ("everything", lambda a, s: list(range(len(a))), "all of them"),
        ("only_the_best", lambda a, s: [a.index(max(a))], "Take one network"),
        ("mask", pareto_mask, "whether it is on the front"),
        (
            "more_accurate",
            pareto_front_by(lambda y, t, x, s: y > x and t <= s),
            "you ask for more accuracy",
        ),
        (
            "faster",
            pareto_front_by(lambda y, t, x, s: y >= x and t < s),
            "you ask for fewer seconds",
        ),
        (
            "one_twin",
            lambda a, s: [
                i
                for i in pareto_front(a, s)
                if (a[i], s[i]) not in zip(a[:i], s[:i], strict=True)
            ],
            "you keep one",
        ),
        (
            "pairs",
            lambda a, s: [(a[i], s[i]) for i in pareto_front(a, s)],
            "return the indices",
        ),
        ("reversed", pareto_front_unsorted, "in ascending order"),
        ("by_seconds", pareto_front_by_seconds, "in ascending order"),
        ("twins", pareto_front_without_twins, "equal in both"),
        (
            "dominated_ones",
            lambda a, s: [
                i for i in range(len(a)) if i not in pareto_front(a, s)
            ],
            "return the others",
        ),
    ],
    "training_hours": [
        (
            "forward_only",
            lambda n, e, m, r: n * e * m / r / 3600,
            "forward only",
        ),
        ("seconds", lambda n, e, m, r: 3 * n * e * m / r, "hour has 3 600"),
        ("days", lambda n, e, m, r: n * e * m / r / 28800, "Then seconds"),
        (
            "rounded",
            lambda n, e, m, r: int(3 * n * e * m / r / 3600),
            "rounded",
        ),
        ("times", lambda n, e, m, r: 3 * n * e * m / r * 3600, "fewer hours"),
    ],
}
