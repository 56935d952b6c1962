"""Answers that the rows of several notebooks use."""


def side(n, f, p, s):
    return (n + 2 * p - f) // s + 1


def floor_not_imported(*arguments):
    return floor(7 / 2)  # noqa: F821
