"""Sets as public packages export them: read back, they are what was drawn."""

import json
import warnings
from typing import NamedTuple

import numpy as np
import pytest
from drawn_sets import NAMES
from globox import Annotation, AnnotationSet, BoundingBox
from pascal_voc_writer import Writer
from PIL import Image
from pycocotools import mask as mask_tools
from pycocowriter import coco

from cnn_course.detection import yolo
from cnn_course.detection.polygons import polygons_to_mask
from cnn_course.detection.readers import load_images, read_coco, read_voc

with warnings.catch_warnings():  # it says so where it does without OpenCV
    warnings.simplefilter("ignore")
    import supervision

CELL = 24  # pixels; a thing each, at most
ROWS, COLUMNS = 2, 3
SIZE = HEIGHT, WIDTH = ROWS * CELL, COLUMNS * CELL

# --- What is drawn ------------------------------------------------------------


class Thing(NamedTuple):
    label: int
    box: np.ndarray  # xyxy in pixels, fractions too
    mask: np.ndarray
    polygon: np.ndarray | None  # None: no polygon without holes is its outline
    crowd: bool


def depth(polygon):
    """How far inside a convex polygon the centre of each pixel is."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    sides = []
    for (x1, y1), (x2, y2) in zip(
        polygon, np.roll(polygon, -1, axis=0), strict=True
    ):
        across = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
        sides.append(across / np.hypot(x2 - x1, y2 - y1))
    return np.min(sides, axis=0)


def draw_thing(rng, cell):
    """A rectangle, a triangle, a ring, or a crowd of two."""
    row, column = divmod(cell, COLUMNS)
    corner = CELL * np.array([column, row])
    width, height = rng.integers(8, CELL, 2)
    x, y = corner + rng.integers(0, (CELL + 1 - width, CELL + 1 - height))
    box = np.array([x, y, x + width, y + height], float)
    kind, label = rng.integers((4, len(NAMES)))
    if kind > 1:
        mask = np.zeros(SIZE, bool)
        mask[y : y + height, x : x + width] = True
        gap = slice(y + 3, y + height - 3)
        mask[gap, x + 3 : x + width - 3] = False
        if kind == 3:
            mask[gap] = False  # the upper part and the lower
        return Thing(label, box, mask, None, kind == 3)
    box += rng.choice([0, 0.25], 4) * (1, 1, -1, -1)
    corners = box[[0, 1, 2, 1, 2, 3, 0, 3]].reshape(4, 2)
    if kind == 1:
        corners = np.delete(corners, rng.integers(4), axis=0)
    return Thing(label, box, depth(corners) > 0, corners, False)


def draw_pictures(folder, n=60):
    """Draw pictures into a folder: a dict from path to things."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    pictures = {}
    for i in range(n):
        cells = np.flatnonzero(rng.random(ROWS * COLUMNS) < 0.5)
        things = [draw_thing(rng, cell) for cell in cells]
        picture = rng.integers(0, 60, (*SIZE, 3), dtype=np.uint8)
        for thing in things:
            picture[thing.mask, thing.label] = 255
        path = folder / f"{i:03d}.png"
        Image.fromarray(picture).save(path)
        pictures[path] = things
    return pictures


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    return draw_pictures(tmp_path_factory.mktemp("set") / "JPEGImages")


# --- The packages -------------------------------------------------------------


def supervision_set(pictures, masks):
    """What supervision exports; it knows of crowds what `data` tells it."""
    found = {}
    for path, things in pictures.items():
        found[str(path)] = supervision.Detections.empty()
        if things:
            found[str(path)] = supervision.Detections(
                np.array([thing.box for thing in things]),
                np.array([t.mask for t in things]) if masks else None,
                class_id=np.array([thing.label for thing in things]),
            )
    return supervision.DetectionDataset(list(NAMES), list(found), found)


def globox_set(pictures):
    found = AnnotationSet()
    for path, things in pictures.items():
        boxes = [
            BoundingBox(
                label=NAMES[t.label], **dict(zip(EDGES, t.box, strict=True))
            )
            for t in things
        ]
        found.add(Annotation(path.name, (WIDTH, HEIGHT), boxes))
    return found


EDGES = ("xmin", "ymin", "xmax", "ymax")


def supervision_coco(pictures, folder):
    path = folder / "supervision.json"
    supervision_set(pictures, masks=True).as_coco(annotations_path=str(path))
    return path


def globox_coco(pictures, folder):
    path = folder / "globox.json"
    globox_set(pictures).save_coco(path, auto_ids=True)
    return path


def pycocowriter_coco(pictures, folder):
    images, annotations = [], []
    for path, things in pictures.items():
        images.append(coco.COCOImage(len(images) + 1, path.name, WIDTH, HEIGHT))
        for thing in things:
            segmentation = mask_tools.encode(
                np.asfortranarray(thing.mask, np.uint8)
            )
            if thing.polygon is None:
                segmentation["counts"] = segmentation["counts"].decode()
            else:
                segmentation = [thing.polygon.ravel()]
            x_min, y_min, x_max, y_max = thing.box
            annotations.append(
                coco.COCOAnnotation(
                    len(images),
                    len(annotations) + 1,
                    thing.label + 1,
                    [x_min, y_min, x_max - x_min, y_max - y_min],
                    segmentation=segmentation,
                    iscrowd=int(thing.crowd),
                )
            )
    categories = [coco.COCOCategory(n, i) for i, n in enumerate(NAMES, 1)]
    path = folder / "pycocowriter.json"
    content = coco.COCOData(
        coco.COCOInfo(), images, annotations, [], categories
    )
    content.to_json(path)
    return path


def supervision_voc(pictures, folder, masks=False):
    supervision_set(pictures, masks).as_pascal_voc(
        annotations_directory_path=str(folder)
    )


def globox_voc(pictures, folder):
    globox_set(pictures).save_pascal_voc(folder)


def pascal_voc_writer_voc(pictures, folder):
    folder.mkdir()
    for path, things in pictures.items():
        writer = Writer(str(path), WIDTH, HEIGHT)
        for thing in things:
            # It writes what it is given: VOC counts from 1.
            box = np.add(thing.box, (1, 1, 0, 0)).tolist()
            name = NAMES[thing.label]
            writer.addObject(name, *box, difficult=int(thing.crowd))
        writer.save(str(folder / f"{path.stem}.xml"))


def read(export, pictures, folder):
    """Export and read a set."""
    images = next(iter(pictures)).parent
    if not export.__name__.endswith("_voc"):
        return read_coco(export(pictures, folder), images)
    (folder / "JPEGImages").symlink_to(images)
    export(pictures, folder / "Annotations")
    return read_voc(folder)


# --- What is read -------------------------------------------------------------


def is_crowd(thing):
    return thing.crowd


def is_no_outline(thing):
    """Supervision calls all that has a hole or two parts a crowd."""
    return thing.polygon is None


def is_never(thing):
    """Globox knows neither crowds nor difficult things."""
    return False


EXPORTS = [
    # Who writes, by how much of a pixel boxes are rounded, what is ignored.
    (supervision_coco, 0, is_no_outline),
    (globox_coco, 0, is_never),
    (pycocowriter_coco, 0, is_crowd),
    (supervision_voc, 0.5, is_never),
    (globox_voc, 0, is_never),
    (pascal_voc_writer_voc, 0, is_crowd),
]


@pytest.mark.parametrize(("export", "rounded", "is_ignored"), EXPORTS)
def test_boxes_and_what_training_counts(
    export, rounded, is_ignored, pictures, tmp_path
):
    annotated = read(export, pictures, tmp_path)
    assert [path.name for path in annotated.paths] == [
        path.name for path in pictures
    ]
    assert sorted(annotated.class_names) == sorted(NAMES)
    for i, things in enumerate(pictures.values()):
        boxes = np.reshape([thing.box for thing in things], (-1, 4))
        np.testing.assert_allclose(annotated.boxes[i], boxes, atol=rounded)
        names = [annotated.class_names[label] for label in annotated.labels[i]]
        assert names == [NAMES[thing.label] for thing in things]
        ignored = [is_ignored(thing) for thing in things]
        assert annotated.ignored[i].tolist() == ignored
    loaded = load_images(annotated, SIZE)
    for path, image in zip(pictures, loaded.images, strict=True):
        with Image.open(path) as picture:
            np.testing.assert_array_equal(image, np.array(picture))
    targets = yolo.make_targets(
        loaded, grid=(ROWS, COLUMNS), encoder=yolo.encode
    )
    counted = targets[..., 5:].sum(axis=(0, 1, 2)).astype(int)
    everything = [thing for things in pictures.values() for thing in things]
    for name, count in zip(annotated.class_names, counted, strict=True):
        trained = [t for t in everything if not is_ignored(t)]
        assert count == sum(NAMES[t.label] == name for t in trained)
    assert counted.sum() == targets[..., 0].sum() > 60


def masks_read(annotated, pictures):
    """Pairs of a thing and the mask that was read."""
    for i, things in enumerate(pictures.values()):
        for thing, polygons in zip(things, annotated.polygons[i], strict=True):
            yield thing, polygons_to_mask(polygons, *SIZE)


def test_masks_of_pycocowriter(pictures, tmp_path):
    """Run lengths and upright sides are exact, slanted ones to 1/8 pixel."""
    annotated = read(pycocowriter_coco, pictures, tmp_path)
    slanted = 0
    for thing, mask in masks_read(annotated, pictures):
        differ = mask != thing.mask
        if thing.polygon is not None and len(thing.polygon) == 3:
            slanted += 1
            assert (abs(depth(thing.polygon)[differ]) <= 1 / 8).all()
        else:
            assert not differ.any()
    assert slanted > 20
    # What training sees is what was read of all that is no crowd.
    seen = load_images(annotated, SIZE).masks
    for i, things in enumerate(pictures.values()):
        expected = np.zeros(SIZE, int)
        for thing, polygons in zip(things, annotated.polygons[i], strict=True):
            if not thing.crowd:
                expected[polygons_to_mask(polygons, *SIZE)] = thing.label + 1
        np.testing.assert_array_equal(seen[i], expected)


def test_masks_of_supervision(pictures, tmp_path):
    """Run lengths are exact, polygons lack the last row and column.

    It writes a polygon through the pixels' numbers, not around them: COCO's
    polygons go along their edges. Slanted sides move by half a pixel, too.
    """
    annotated = read(supervision_coco, pictures, tmp_path)
    slanted = 0
    for thing, mask in masks_read(annotated, pictures):
        if thing.polygon is not None and len(thing.polygon) == 3:
            slanted += 1
            differ = mask != thing.mask
            assert differ.any()
            assert (abs(depth(thing.polygon)[differ]) <= 2**0.5).all()
            continue
        expected = thing.mask
        if thing.polygon is not None:
            kept = thing.mask[:-1, :-1] & thing.mask[1:, 1:]
            expected = np.pad(kept, ((0, 1), (0, 1)))
        np.testing.assert_array_equal(mask, expected)
    assert slanted > 20


def test_pycocowriter_takes_the_boxes_areas(pictures, tmp_path):
    """Unless it is told them; it does not count the pixels of a mask."""
    annotated = read(pycocowriter_coco, pictures, tmp_path)
    for areas, boxes in zip(annotated.areas, annotated.boxes, strict=True):
        sides = boxes[:, 2:] - boxes[:, :2]
        np.testing.assert_allclose(areas, sides.prod(axis=1), rtol=1e-6)


def test_supervision_counts_the_pixels_for_areas(pictures, tmp_path):
    annotated = read(supervision_coco, pictures, tmp_path)
    for areas, things in zip(annotated.areas, pictures.values(), strict=True):
        assert areas.tolist() == [thing.mask.sum() for thing in things]


def test_supervision_takes_holes_for_things_of_their_own(pictures, tmp_path):
    """If told that a ring is no crowd, it adds the hole's outline as a part.

    COCO's parts are united, so that the hole is filled.
    """
    rings = {
        path: [t for t in things if t.polygon is None and not t.crowd]
        for path, things in pictures.items()
    }
    everything = supervision_set(rings, masks=True)
    for found in everything.annotations.values():
        found.data["iscrowd"] = np.zeros(len(found), int)
    path = tmp_path / "rings.json"
    everything.as_coco(annotations_path=str(path))
    annotated = read_coco(path, next(iter(pictures)).parent)
    for thing, mask in masks_read(annotated, rings):
        x_min, y_min, x_max, y_max = thing.box.astype(int)
        expected = np.zeros(SIZE, bool)
        expected[y_min : y_max - 1, x_min : x_max - 1] = True
        np.testing.assert_array_equal(mask, expected)


def test_supervision_makes_voc_objects_of_parts(pictures, tmp_path):
    """With masks, a thing in two parts is two objects with a box each."""
    (tmp_path / "JPEGImages").symlink_to(next(iter(pictures)).parent)
    supervision_voc(pictures, tmp_path / "Annotations", masks=True)
    annotated = read_voc(tmp_path)
    for boxes, things in zip(annotated.boxes, pictures.values(), strict=True):
        assert len(boxes) == sum(1 + thing.crowd for thing in things)


def test_globox_counts_voc_from_zero(pictures, tmp_path, capsys):
    read(globox_voc, pictures, tmp_path)
    assert "counted from 0, not from 1" in capsys.readouterr().out


def test_ids_that_begin_at_zero(pictures, tmp_path):
    content = json.loads(globox_coco(pictures, tmp_path).read_text())
    for rows in content.values():
        assert rows[0]["id"] == 0


def test_pascal_voc_writer_does_not_escape(pictures, tmp_path):
    """A class name with & is no XML, and the reader says so."""
    path = next(iter(pictures))
    (tmp_path / "Annotations").mkdir()
    writer = Writer(str(path), WIDTH, HEIGHT)
    writer.addObject("salt & pepper", 1, 1, 9, 9)
    writer.save(str(tmp_path / "Annotations" / "000.xml"))
    with pytest.raises(ValueError, match=r"000\.xml must be XML"):
        read_voc(tmp_path)
