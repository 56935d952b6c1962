"""A set is split into two: every class on both sides, no group on both."""

import os

import numpy as np

_FEW = 5  # validation pictures of a class; below, its accuracy is a guess
_NAMED = 20  # so many classes or groups are named in a message


def check_split(validation_split, groups):
    """Refuse a share that is none, and groups that are no function."""
    if not 0 < validation_split < 1:
        raise ValueError(
            "validation_split must lie between 0 and 1, say 0.2 for a fifth; "
            f"got {validation_split!r}."
        )
    if groups is not None and not callable(groups):
        raise ValueError(
            "groups must be a function from a picture's path to its group, "
            "such as lambda path: Path(path).stem.split('_')[0]; got "
            f"{groups!r}."
        )


def groups_of(paths, groups):
    """The group of each path.

    Args:
        paths: list of str.
        groups: function from a path to its group.

    Returns:
        dict from path to what the function returns.

    Raises:
        ValueError: that is None, NaN, or a list or the like.
    """
    group_of = {path: groups(path) for path in paths}
    for path, group in group_of.items():
        if not _is_group(group):
            raise ValueError(
                "groups must return a name or a number for each picture; got "
                f"{group!r} for {path!r}."
            )
    return group_of


def _is_group(group):
    try:
        hash(group)
    except TypeError:
        return False
    return group is not None and group == group  # NaN: pandas's None


def split_paths(
    paths, labels, class_names, validation_split, seed, group_of=None
):
    """Shuffle the paths as Keras does, and split each class.

    Of each class, validation gets its share from the end of the shuffled
    order, rounded, but one picture at least and not all; the only picture of a
    class is for training. Groups go as a whole to one side, which keeps to the
    shares as well as it can.

    Args:
        paths: list of str.
        labels: int array, the class of each.
        class_names: list of str.
        validation_split: float between 0 and 1.
        seed: int.
        group_of: dict from path to group; None: each is its own.

    Returns:
        [train, val], lists of str; either may be empty.

    Raises:
        ValueError: with these groups a class would be on one side only.
    """
    order = np.arange(len(paths))
    np.random.RandomState(seed).shuffle(order)  # the one that Keras takes
    shuffled = np.asarray(labels)[order]
    if group_of is None:
        chosen = _last_of_each_class(shuffled, validation_split)
    else:
        groups = [group_of[paths[i]] for i in order]
        chosen = _whole_groups(shuffled, groups, class_names, validation_split)
    return [
        [paths[i] for i in order[~chosen]],
        [paths[i] for i in order[chosen]],
    ]


def _last_of_each_class(labels, share):
    """Choose the last ones of each class: bool array (n,)."""
    chosen = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        (places,) = np.nonzero(labels == label)
        n = len(places)
        count = min(max(round(share * n), 1), n - 1)
        chosen[places[n - count :]] = True
    return chosen


def _whole_groups(labels, groups, class_names, share):
    """Choose whole groups: bool array (n,).

    From the last group on, one is chosen if that brings the classes' shares
    closer; then groups change sides until no class is missing on one.
    """
    found, names = np.unique(labels, return_inverse=True)
    class_names = [class_names[label] for label in found]
    place = {group: i for i, group in enumerate(dict.fromkeys(groups))}
    rows = np.array([place[group] for group in groups], int)
    counts = np.zeros((len(place), len(found)), int)  # of groups in classes
    np.add.at(counts, (rows, names), 1)
    _check_two_groups(counts, list(place), class_names)
    total = counts.sum(axis=0)

    def distance(val):
        return ((val / total - share) ** 2).sum(axis=-1)

    def missing(val):
        return ((val == 0) | (val == total)).sum(axis=-1)

    chosen, val = np.zeros(len(counts), bool), np.zeros_like(total)
    for i in reversed(range(len(counts))):
        if distance(val + counts[i]) < distance(val):
            chosen[i], val = True, val + counts[i]
    while missing(val):
        changed = val + np.where(chosen[:, None], -counts, counts)
        best = np.lexsort((distance(changed), missing(changed)))[0]
        if missing(changed[best]) >= missing(val):
            _tell_missing(val, total, class_names)
        chosen[best], val = not chosen[best], changed[best]
    return chosen[rows]


def _check_two_groups(counts, groups, class_names):
    for name, count in zip(class_names, counts.T, strict=True):
        (where,) = np.nonzero(count)
        if len(where) == 1:
            raise ValueError(
                "Each class must have two groups or more, one for each side; "
                f"{name!r} has only {groups[where[0]]!r}. Add pictures of "
                "another group, or remove the class."
            )


def _tell_missing(val, total, class_names):
    sides = {"validation": val == 0, "training": val == total}
    without = "; ".join(
        f"{side} would be without "
        + _listed([class_names[i] for i in np.flatnonzero(gone)])
        for side, gone in sides.items()
        if gone.any()
    )
    raise ValueError(
        "No split of whole groups was found that has every class on both "
        f"sides: {without}. Try another seed or validation_split, or give "
        "validation_folder=."
    )


def check_apart(train, val, groups):
    """Refuse pictures, and groups of pictures, that are in both sets.

    Args:
        train: list of str, paths.
        val: list of str, paths.
        groups: function from a path to its group; None: each is its own.

    Raises:
        ValueError: some are in both; it names them.
    """
    groups = groups or os.path.realpath  # a link is the picture, too
    both = {*groups_of(train, groups).values()}
    both = sorted(map(str, both & {*groups_of(val, groups).values()}))
    if both:
        raise ValueError(
            "folder and validation_folder may not share pictures or groups; "
            f"both have {_listed(both)}."
        )


def few_to_validate(class_names, val_labels):
    """Name the classes with fewer than 5 validation pictures.

    Args:
        class_names: list of str.
        val_labels: int array, the validation pictures' classes.

    Returns:
        str, a new line; empty if there is no such class.
    """
    counts = np.bincount(val_labels, minlength=len(class_names))
    (few,) = np.nonzero(counts < _FEW)
    if not len(few):
        return ""
    named = _listed([f"{class_names[i]} {counts[i]}" for i in few])
    return (
        f"\nFewer than {_FEW} pictures to validate on: {named}. How well such "
        "a class is recognised, they cannot tell."
    )


def _listed(names):
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
