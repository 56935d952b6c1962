"""Drawn hands: gestures of people who differ, before rooms that differ.

A hand is a palm, a forearm and five fingers, each stretched or folded, in
units of the palm's width; y points to the fingertips.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from cnn_course.datasets.bundled import photo
from cnn_course.geometry import whole_number

# Stretched fingers, thumb first, and where the hand points (degrees, 0 is up);
# in the order of their names, as folders are read.
GESTURES = {
    "fist": ("", 0),
    "open hand": ("01234", 0),
    "point": ("1", 0),
    "thumb down": ("0", 90),
    "thumb up": ("0", -90),
    "victory": ("12", 0),
}
ROOMS = ("astronaut", "brick", "cat", "china", "coffee", "flower")
_FINE = 4  # drawn so many times as large, then shrunk
# index to little finger: x of the base, length, angle (degrees)
_FINGERS = (
    (-0.37, 0.85, -8), (-0.12, 0.98, -2), (0.13, 0.90, 4), (0.37, 0.70, 11),
)  # fmt: skip


class Gestures(NamedTuple):
    """Pictures of gestures, and whose hand it is.

    images: uint8 array (n, size, size, 3), 0 to 255.
    labels: int array (n,), indices into class_names.
    class_names: tuple of str.
    people: int array (n,), the number of the person.
    """

    images: np.ndarray
    labels: np.ndarray
    class_names: tuple
    people: np.ndarray


class _Person(NamedTuple):
    """What stays the same from picture to picture."""

    skin: np.ndarray
    sleeve: np.ndarray
    thickness: float
    length: float
    spread: float
    light: float
    room: str


@cache
def _person(number, rooms):
    rng = np.random.default_rng([number, 26])
    dark, fair = np.array([92, 58, 40]), np.array([238, 196, 168])
    return _Person(
        skin=dark + rng.uniform(0, 1) * (fair - dark),
        sleeve=rng.uniform(20, 235, 3),
        thickness=rng.uniform(0.85, 1.15),
        length=rng.uniform(0.85, 1.12),
        spread=rng.uniform(0.7, 1.8),
        light=rng.uniform(0.75, 1.1),
        room=rooms[int(rng.integers(len(rooms)))],
    )


@cache
def _room(name):
    return Image.fromarray(photo(name)).convert("RGB")


class _Pen:
    """Draws round-ended strokes of a hand, turned, mirrored, scaled, moved."""

    def __init__(self, canvas, turn, unit, mirrored, centre):
        self.draw = ImageDraw.Draw(canvas)
        cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        self.matrix = unit * np.array([[cos, -sin], [-sin, -cos]])
        if mirrored:
            self.matrix[0] *= -1
        self.unit, self.centre = unit, centre

    def _at(self, point):
        return tuple(self.matrix @ point + self.centre)

    def stroke(self, points, width, colour):
        """Join points (k, 2) by a stroke with a thin dark edge."""
        places = [self._at(point) for point in points]
        edge = tuple(int(0.6 * part) for part in colour)
        for ink, more in ((edge, 0.06), (tuple(map(int, colour)), 0.0)):
            half = (width + more) * self.unit / 2
            self.draw.line(places, ink, round(2 * half), joint="curve")
            for x, y in places:
                box = (x - half, y - half, x + half, y + half)
                self.draw.ellipse(box, ink)


def _towards(base, length, degrees):
    angle = np.radians(degrees)
    return base + length * np.array([np.sin(angle), np.cos(angle)])


def _draw_hand(pen, stretched, person, rng):
    """Forearm, palm, four fingers, thumb: what is nearer comes later."""
    skin = person.skin * person.light
    wide = person.thickness
    pen.stroke([(0, -1.3), (0, -4)], 0.85, person.sleeve * person.light)
    pen.stroke([(0, -0.2), (0, -1.3)], 0.56 * wide, skin)
    pen.stroke([(-0.2, 0.15), (-0.15, -0.25)], 0.66, skin)
    pen.stroke([(0.2, 0.1), (0.14, -0.25)], 0.66, skin)
    pen.stroke([(-0.12, 0.1), (0.12, 0.0), (0, -0.2)], 0.64, skin)
    for number, (x, length, angle) in enumerate(_FINGERS, 1):
        base = np.array([x, 0.36])
        if str(number) in stretched:
            angle = person.spread * angle + rng.normal(0, 3)
            tip = _towards(base, person.length * length, angle)
            pen.stroke([base, tip], 0.21 * wide, skin)
        else:
            knuckle = _towards(base, 0.1, angle)
            pen.stroke([knuckle, base - (0, 0.22)], 0.22 * wide, 0.93 * skin)
    base = np.array([-0.42, -0.2])
    if "0" in stretched:
        angle = -75 if stretched == "0" else -48 + rng.normal(0, 5)
        middle = _towards(base, 0.3, angle)
        tip = _towards(middle, 0.42 * person.length, angle + 8)
        pen.stroke([base, middle, tip], 0.24 * wide, skin)
    else:
        bent = base + np.array([0.1, 0.18])
        pen.stroke(
            [base, bent, bent + np.array([0.42, 0.0])], 0.23 * wide, 0.96 * skin
        )


def draw_gesture(name, person=0, *, size=64, rng, rooms=ROOMS):
    """Draw one hand, left or right, in a random pose.

    Args:
        name: str, a key of GESTURES.
        person: int, whose hand; a number always gives the same hand, light
            and room.
        size: int >= 16, pixels along a side.
        rng: numpy Generator, for the pose.
        rooms: tuple of names of photographs, of which each person has one.

    Returns:
        uint8 array (size, size, 3).

    Raises:
        ValueError: the gesture is unknown, or a number is out of range.
    """
    if name not in GESTURES:
        raise ValueError(
            f"name must be one of {', '.join(GESTURES)}; got {name!r}."
        )
    side = _FINE * whole_number("size", size, 16)
    who = _person(person, tuple(rooms))
    room = _room(who.room)
    part = rng.uniform(0.35, 0.7) * min(room.size)
    left, top = (rng.uniform(0, length - part) for length in room.size)
    canvas = room.resize(
        (side, side), box=(left, top, left + part, top + part)
    ).point(lambda value: value * who.light)
    stretched, direction = GESTURES[name]
    mirrored = bool(rng.integers(2))
    turn = direction + rng.uniform(-20, 20)
    unit = side * rng.uniform(0.28, 0.36)
    pen = _Pen(canvas, turn, unit, mirrored, np.zeros(2))
    # Palm and fingers together shall lie near the middle.
    middle = pen.matrix @ np.array([0, 0.35 if stretched.strip("0") else 0.0])
    pen.centre = side / 2 - middle + rng.uniform(-0.07, 0.07, 2) * side
    _draw_hand(pen, stretched, who, rng)
    small = canvas.resize((size, size), Image.Resampling.BOX)
    noisy = np.asarray(small) + rng.normal(0, 4, (size, size, 3))
    return noisy.round().clip(0, 255).astype(np.uint8)


def make_gestures(people, per_gesture, *, size=64, seed=0, rooms=ROOMS):
    """Draw each gesture of each person several times.

    Args:
        people: iterable of ints, the people's numbers.
        per_gesture: int >= 1, pictures of each gesture of each person.
        size: int >= 16, pixels along a side.
        seed: int, for the poses.
        rooms: tuple of names of photographs, of which each person has one.

    Returns:
        Gestures, person after person.

    Raises:
        ValueError: there are no people, or a number is out of range.
    """
    people = list(people)
    if not people:
        raise ValueError("people must name at least one person; got none.")
    per_gesture = whole_number("per_gesture", per_gesture, 1)
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(GESTURES)), per_gesture)
    names = tuple(GESTURES)
    images = [
        draw_gesture(names[label], person, size=size, rng=rng, rooms=rooms)
        for person in people
        for label in labels
    ]
    return Gestures(
        np.array(images),
        np.tile(labels, len(people)),
        names,
        np.repeat(people, len(labels)),
    )
