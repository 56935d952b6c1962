import json
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from drawn_sets import NAMES, draw_set, write_coco, write_voc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pycocotools import mask as mask_tools

from cnn_course.datasets.scenes import make_scenes
from cnn_course.detection import (
    coco_evaluate,
    convert_boxes,
    faster_rcnn,
    iou,
    yolo,
)
from cnn_course.detection.readers import load_images, read_coco, read_voc
from cnn_course.detection.writers import detections_to_coco, to_coco

FIXED = Path(__file__).parents[2] / "data" / "scenes" / "annotations.json"


def assert_reads(annotated, drawn):
    assert len(annotated.paths) == len(drawn)
    for i, (picture, boxes, labels) in enumerate(drawn):
        assert annotated.paths[i].name == f"{i:03d}.png"
        assert tuple(annotated.sizes[i]) == picture.shape[:2]
        assert annotated.boxes[i].dtype == np.float32
        assert annotated.boxes[i].shape == (len(labels), 4)
        np.testing.assert_array_equal(annotated.boxes[i], boxes)
        assert annotated.labels[i].dtype == int
        names = [annotated.class_names[label] for label in annotated.labels[i]]
        assert names == [NAMES[label] for label in labels]
        assert annotated.ignored[i].dtype == bool
        assert not annotated.ignored[i].any()
        assert len(annotated.polygons[i]) == len(labels)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 6))
def test_both_formats_are_read_as_they_were_drawn(seed, n):
    drawn = draw_set(seed, n)
    with tempfile.TemporaryDirectory() as folder:
        path = write_coco(drawn, Path(folder) / "coco")
        coco = read_coco(path, path.parent / "pictures")
        voc = read_voc(
            write_voc(drawn, Path(folder) / "voc"), class_names=NAMES
        )
        assert coco.class_names == ("spoon", "tea pot", "cup")
        assert voc.class_names == NAMES
        assert_reads(coco, drawn)
        assert_reads(voc, drawn)
        one, other = load_images(coco, 40), load_images(voc, 40)
    np.testing.assert_array_equal(one.images, other.images)
    for boxes1, boxes2 in zip(one.boxes, other.boxes, strict=True):
        np.testing.assert_array_equal(boxes1, boxes2)


# --- load_images -------------------------------------------------------------


@pytest.mark.parametrize("size", [40, 100, (32, 48), (90, 30)])
def test_pictures_are_scaled_with_their_boxes(size, tmp_path):
    drawn = draw_set(1, 8)
    loaded = load_images(
        read_voc(write_voc(drawn, tmp_path), class_names=NAMES), size
    )
    height, width = np.broadcast_to(size, 2)
    assert loaded.images.shape == (8, height, width, 3)
    assert loaded.images.dtype == np.uint8
    for i, (picture, boxes, labels) in enumerate(drawn):
        np.testing.assert_array_equal(loaded.labels[i], labels)
        np.testing.assert_allclose(
            loaded.boxes[i] / np.tile(loaded.scales[i], 2),
            boxes.reshape(-1, 4),
            atol=1e-4,
        )
        # Proportions stay, up to the rounding to whole pixels.
        sides = loaded.scales[i] * picture.shape[1::-1]
        np.testing.assert_allclose(sides, np.rint(sides), atol=1e-4)
        sides = np.rint(sides)
        assert sides[0] == width or sides[1] == height
        assert (sides <= (width, height)).all()
        ideal = min(width / picture.shape[1], height / picture.shape[0])
        assert np.abs(sides - ideal * np.array(picture.shape[1::-1])).max() <= 1
        x, y = sides.astype(int)
        assert (loaded.images[i, y:] == 128).all()
        assert (loaded.images[i, :, x:] == 128).all()
        # The last box drawn is uncovered: its colour is inside, full.
        if len(labels):
            x_min, y_min, x_max, y_max = np.rint(loaded.boxes[i][-1]).astype(
                int
            )
            inside = loaded.images[
                i, y_min + 1 : y_max - 1, x_min + 1 : x_max - 1
            ]
            assert (inside[..., labels[-1]] > 200).all()


def test_picture_of_the_right_size_stays_as_it_is(tmp_path):
    drawn = draw_set(2, odd_sizes=False)
    loaded = load_images(read_voc(write_voc(drawn, tmp_path)), (32, 48))
    for image, scale, (picture, _, _) in zip(
        loaded.images, loaded.scales, drawn, strict=True
    ):
        np.testing.assert_array_equal(image, picture)
        assert scale.tolist() == [1, 1]


def test_fixed_scenes_are_what_make_scenes_makes():
    annotated = read_coco(FIXED)
    loaded = load_images(annotated)
    made = make_scenes(24, split="test", seed=24)
    np.testing.assert_array_equal(loaded.images, made.images)
    np.testing.assert_array_equal(loaded.masks, made.masks)
    assert loaded.class_names == made.class_names
    for i in range(24):
        np.testing.assert_array_equal(loaded.boxes[i], made.boxes[i])
        np.testing.assert_array_equal(loaded.labels[i], made.labels[i])
    counted = f"{sum(map(len, made.boxes))} digits with boxes"
    readme = FIXED.parents[1] / "README.md"
    assert counted in readme.read_text(encoding="utf-8")


def test_masks_are_scaled_too():
    half, full = (load_images(read_coco(FIXED), size) for size in (48, 96))
    ink = (full.masks > 0).reshape(24, 48, 2, 48, 2).mean(axis=(2, 4))
    assert (half.masks[ink == 1] > 0).all()
    assert not half.masks[ink == 0].any()


def test_grey_and_transparent_pictures(tmp_path):
    drawn = draw_set(3, 2, odd_sizes=False)
    annotated = read_voc(write_voc(drawn, tmp_path))
    for path, mode in zip(annotated.paths, ("L", "RGBA"), strict=True):
        with Image.open(path) as picture:
            picture.convert(mode).save(path)
    images = load_images(annotated, (32, 48)).images
    assert (images[0] == images[0][..., :1]).all()
    np.testing.assert_array_equal(images[1], drawn[1][0])


def test_picture_of_a_camera_held_upright(tmp_path):
    ((picture, boxes, labels),) = draw_set(8, 1, odd_sizes=False)
    annotated = read_voc(write_voc([(picture, boxes, labels)], tmp_path))
    exif = Image.Exif()
    exif[0x0112] = 6  # shown as turned clockwise
    Image.fromarray(np.rot90(picture)).save(annotated.paths[0], exif=exif)
    images = load_images(annotated, (32, 48)).images
    np.testing.assert_array_equal(images[0], picture)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("sides", [(32, 48), (40, 40)])
def test_pictures_are_turned_as_viewers_do(orientation, known, sides, coco):
    """A white corner; its box is drawn where viewers show it."""
    shown = np.zeros((*sides, 3), np.uint8)
    shown[:9, -9:] = 255
    turns = {1: 0, 3: 2, 6: 1, 8: 3}[orientation]  # that viewers take back
    exif = Image.Exif()
    exif[0x0112] = orientation
    height, width = sides

    def spoil(content):
        content["images"][1] = {"id": 3, "file_name": "b.png"}
        if known:
            content["images"][1] |= {"width": width, "height": height}
        change(0, bbox=[width - 9, 0, 9, 9])(content)

    coco()
    path = coco().paths[1]
    Image.fromarray(np.rot90(shown, turns)).save(path, exif=exif)
    annotated = coco(spoil)
    assert annotated.sizes[1].tolist() == [height, width]
    np.testing.assert_array_equal(
        load_images(annotated, sides).images[1], shown
    )


def test_stored_size_in_the_annotation_means_not_turned(coco):
    picture = np.random.default_rng(0).integers(0, 9, (32, 48, 3), np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    path = coco().paths[0]
    Image.fromarray(picture).save(path, exif=exif)
    images = load_images(coco(), (32, 48)).images
    np.testing.assert_array_equal(images[0], picture)


# --- What COCO and VOC files hold in the wild ---------------------------------


@pytest.fixture
def coco(tmp_path):
    """A COCO file of two pictures, 48×32 pixels, to be spoilt."""
    for name in ("a.png", "b.png"):
        Image.new("RGB", (48, 32)).save(tmp_path / name)
    content = {
        "images": [
            {"id": 5, "file_name": "a.png", "width": 48, "height": 32},
            {"id": 3, "file_name": "b.png", "width": 48, "height": 32},
        ],
        "annotations": [
            {"id": 8, "image_id": 3, "category_id": 4, "bbox": [1, 2, 10, 9]},
            {"id": 2, "image_id": 3, "category_id": 2, "bbox": [5, 2, 10, 9]},
        ],
        "categories": [{"id": 4, "name": "cup"}, {"id": 2, "name": "pot"}],
    }

    def read(spoil=lambda content: None, **options):
        spoil(content)
        path = tmp_path / "set.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return read_coco(path, **options)

    return read


@pytest.mark.parametrize(
    ("json_name", "folder"),
    [
        ("set.json", "."),
        ("set.json", "images"),
        ("annotations/set.json", "annotations"),
        ("annotations/set.json", "images"),
        ("annotations/set.json", "."),
        ("annotations/instances_val2017.json", "val2017"),
        ("annotations/instances_val2017.json", "images/val2017"),
        ("val/_annotations.coco.json", "val"),
    ],
)
def test_the_pictures_are_found_where_tools_put_them(
    json_name, folder, tmp_path, monkeypatch
):
    drawn = draw_set(3)
    written = write_coco(drawn, tmp_path / "drawn")
    json_path = tmp_path / "set" / json_name
    json_path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(written, json_path)
    shutil.copytree(
        tmp_path / "drawn" / "pictures",
        tmp_path / "set" / folder,
        dirs_exist_ok=True,
    )
    expected = read_coco(written, tmp_path / "drawn" / "pictures")
    monkeypatch.chdir(json_path.parent)
    for path in (json_path, Path(json_path.name)):  # a relative one, too
        annotated = read_coco(path)
        for got, other in zip(annotated.paths, expected.paths, strict=True):
            assert got.resolve().parent == (tmp_path / "set" / folder).resolve()
            assert got.name == other.name
        np.testing.assert_array_equal(annotated.sizes, expected.sizes)


def test_pictures_that_are_nowhere(coco, tmp_path):
    for name in ("a.png", "b.png"):
        (tmp_path / name).rename(tmp_path / f"moved {name}")
    said = "set.json names a.png .* none of its 2 pictures is in .*images.*Give"
    with pytest.raises(ValueError, match=f"{said} image_folder="):
        coco()


def test_picture_without_annotations_stays(coco):
    annotated = coco()
    assert annotated.class_names == ("pot", "cup")
    assert [len(boxes) for boxes in annotated.boxes] == [0, 2]
    assert annotated.labels[1].tolist() == [1, 0]
    empty = coco(lambda content: content.update(annotations=[]))
    assert [boxes.shape for boxes in empty.boxes] == [(0, 4)] * 2
    assert load_images(empty, 16).images.shape == (2, 16, 16, 3)
    nothing = coco(lambda content: content.update(images=[]))
    assert nothing.paths == nothing.boxes == []


def change(row, **values):
    return lambda content: content["annotations"][row].update(values)


def test_crowds_and_flat_boxes_are_left_out_of_training(coco, capsys):
    def spoil(content):
        runs = {"size": [32, 48], "counts": [0, 1536]}
        change(0, iscrowd=1, segmentation=runs)(content)
        change(1, bbox=[48, 3, 5, 6])(content)  # touches the edge

        third = content["annotations"][0] | {"id": 9, "bbox": [2, 3, 5, 6]}
        content["annotations"].append(third | {"iscrowd": 0})

    annotated = coco(spoil)
    assert annotated.ignored[1].tolist() == [True, True, False]
    capsys.readouterr()
    loaded = load_images(annotated, 48)
    assert [len(boxes) for boxes in loaded.boxes] == [0, 1]
    assert [len(crowds.boxes) for crowds in loaded.crowds] == [0, 2]
    assert "Left out 2 of 3 things" in capsys.readouterr().out


def test_a_set_of_crowds_alone_says_how_to_go_on(coco):
    """A brush tool's export trained on nothing, in silence."""

    def spoil(content):
        for row in content["annotations"]:
            row["iscrowd"] = 1

    with pytest.raises(ValueError, match=r"All 2 things.*each is one.*write 0"):
        load_images(coco(spoil), 48)


def test_nothing_is_said_where_nothing_is_left_out(coco, capsys):
    load_images(coco(), 48)
    assert capsys.readouterr().out == ""


def test_boxes_are_cut_at_the_edges(coco):
    annotated = coco(change(0, bbox=[-2, 30.5, 60, 2]))
    assert annotated.boxes[1][0].tolist() == [0, 30.5, 48, 32]


FORMS = {
    "pairs": [[1, 2], [11, 2], [11, 11], [1, 11]],
    "pairs in a list": [[[1, 2], [11, 2], [11, 11], [1, 11]]],
    "one polygon alone": [1, 2, 11, 2, 11, 11, 1, 11],
    "as COCO has it": [[1, 2, 11, 2, 11, 11, 1, 11]],
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_polygons_in_each_form_that_tools_write(coco, form):
    annotated = coco(change(0, segmentation=form))
    mask = load_images(annotated, (32, 48)).masks[1]
    assert (mask[2:11, 1:11] == 2).all()
    assert np.count_nonzero(mask == 2) == 90


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seed=st.integers(0, 2**32 - 1),
    share=st.floats(0, 1),
    packed=st.booleans(),
)
def test_run_lengths_are_those_of_pycocotools(coco, seed, share, packed):
    drawn = np.random.default_rng(seed).random((32, 48)) < share
    if seed % 2:  # large things have long runs
        drawn = drawn[:8, :12].repeat(4, axis=0).repeat(4, axis=1)
    reference = mask_tools.encode(np.asfortranarray(drawn, np.uint8))
    counts = reference["counts"].decode()
    if not packed:
        flat = drawn.ravel(order="F")
        ends = np.flatnonzero(np.diff(flat)) + 1
        counts = np.diff([0, *ends, flat.size]).tolist()
        counts = [0, *counts] if flat[0] else counts
    runs = {"size": [32, 48], "counts": counts}
    mask = load_images(coco(change(0, segmentation=runs)), (32, 48)).masks[1]
    np.testing.assert_array_equal(mask == 2, drawn & (mask != 1))
    assert (mask[drawn] > 0).all()


@pytest.mark.parametrize(
    "runs",
    [
        {"size": [32, 48], "counts": [1535]},
        {"size": [32, 48], "counts": [-1, 1537]},
        {"size": [32, 48], "counts": "x"},
        {"size": [32, 48]},
        {"counts": [1536]},
        {"size": 32, "counts": [1536]},
    ],
)
def test_run_lengths_that_are_none(coco, runs):
    with pytest.raises(ValueError, match=r"annotations\[0\] .* run lengths"):
        coco(change(0, segmentation=runs))


def test_areas_that_are_none(coco):
    with pytest.raises(ValueError, match=r"annotations\[0\] .* area; got 'x'"):
        coco(change(0, area="x"))


@pytest.mark.parametrize("size", [400, 96, (50, 70)])
def test_scoring_a_copy_scores_the_file(tmp_path, size):
    """Crowds counted as false alarms, and sizes were those of the copy."""
    Image.new("RGB", (400, 400)).save(tmp_path / "a.png")
    row = {"image_id": 0, "category_id": 0}
    truth = {
        "images": [
            {"id": 0, "file_name": "a.png", "width": 400, "height": 400}
        ],
        "categories": [{"id": 0, "name": "boat"}],
        "annotations": [
            {"id": 1, "bbox": [0, 100, 100, 100], "area": 9500, **row},
            {"id": 2, "bbox": [300, 10, 50, 20], **row},
            {"id": 3, "bbox": [200, 100, 100, 100], "iscrowd": 1, **row},
        ],
    }
    for thing in truth["annotations"]:
        *_, width, height = thing["bbox"]
        thing.setdefault("area", width * height)
    path = tmp_path / "a.json"
    path.write_text(json.dumps(truth))
    read = read_coco(path)
    copy = load_images(read, size)
    scale = np.tile(copy.scales[0], 2)
    found = [read.boxes[0] * scale]
    at_file, at_copy = (
        detections_to_coco(boxes, [np.array([0.6, 0.5, 0.9])], read.labels)
        for boxes in (read.boxes, found)
    )
    expected = coco_evaluate(truth, at_file)
    assert expected["AP"] == 1
    scored = coco_evaluate(to_coco(copy), at_copy)
    for key in ("AP", "AP50", "AR100"):
        assert scored[key] == pytest.approx(expected[key])
    empty, none = coco_evaluate(to_coco(copy), []), coco_evaluate(truth, [])
    assert empty == none  # -1 where there is no thing of a size


def test_units_are_judged_over_the_whole_set(tmp_path):
    """One small thing in a corner was taken for a relative box."""
    rows = []
    for i, box in enumerate(([6, 8, 25, 24], [1000, 800, 900, 900])):
        Image.new("RGB", (4000, 3000)).save(tmp_path / f"{i}.png")
        rows.append({"image_id": i, "category_id": 1, "bbox": box})
    images = [{"id": i, "file_name": f"{i}.png"} for i in range(2)]
    names = [{"id": 1, "name": "logo"}]
    content = {"images": images, "annotations": rows, "categories": names}
    (tmp_path / "a.json").write_text(json.dumps(content))
    pictures = load_images(read_coco(tmp_path / "a.json"), 96)
    assert yolo.make_targets(pictures, grid=12)[0, 0, 0, 4] == 1
    assert faster_rcnn.make_truth(pictures)["boxes"].max() > 40
    assert iou(*pictures.boxes) == 0
    small = pictures.boxes[0]
    sizes = {"height": 96, "width": 96}
    assert convert_boxes(small, "xyxy", "rel_xyxy", **sizes).max() < 0.01


def test_polygons_become_masks(coco):
    parts = [[1, 2, 11, 2, 11, 11, 1, 11], [20, 20, 24, 20, 24, 24, 20, 24]]
    annotated = coco(change(0, segmentation=parts))
    masks = load_images(annotated, (32, 48)).masks
    expected = np.zeros((32, 48))
    expected[2:11, 1:11] = expected[20:24, 20:24] = 2
    np.testing.assert_array_equal(masks[1], expected)
    assert not masks[0].any()
    names = tuple(f"class {i}" for i in range(256))
    labels = [row + 254 for row in annotated.labels]
    last = annotated._replace(labels=labels, class_names=names)
    assert load_images(last, (32, 48)).masks.max() == 256
    for none in ([], [[]], None, [[1, 2, 3, 4]]):
        assert coco(change(0, segmentation=none)).polygons[1] == [[], []]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda content: content["images"][0].update(file_name="x/c.png"),
            r"set.json names c.png, which is not in .*x \(1 of 2 pictures",
        ),
        (
            change(1, image_id=9),
            r"annotations\[1\] of set.json has image_id 9, which is not among",
        ),
        (change(1, image_id=[3]), r"annotations\[1\] .* image_id \[3\], "),
        (
            lambda content: content["categories"][1].update(id="2"),
            r"categories.* of set.json must have ids .*; got int, str",
        ),
        (change(1, category_id=1), r"annotations\[1\] .* has category_id 1, "),
        (change(0, bbox=[1, 2, -3, 4]), r"annotations\[0\] .* x_min <= x_max"),
        (
            change(1, bbox=[1, float("nan"), 3, 4]),
            r"annotations\[1\] of set.json must have a box of 4 finite numbers",
        ),
        (change(1, bbox=[1, 2, 3]), r"annotations\[1\] .* 4 finite numbers"),
        (change(1, bbox=[7]), r"annotations\[1\] .* 4 finite numbers"),
        (change(1, bbox="1234x"), r"annotations\[1\] .* 4 finite numbers"),
        (change(1, bbox=None), r"annotations\[1\] .* 4 finite numbers"),
        (
            lambda content: [
                row.update(bbox=[0.1, 0.2, 0.9, 0.8])
                for row in content["annotations"]
            ],
            r"in set.json lie within 0-1, .*\[0\].* Multiply x by",
        ),
        (
            change(0, bbox=[60, 2, 10, 9]),
            r"annotations\[0\] .* must lie in its picture, b.png of 48x32",
        ),
        (
            change(0, segmentation=[[1, 2, 3, 4, 5, 6, 7]]),
            r"annotations\[0\] .* must have polygons",
        ),
        (
            change(0, segmentation=[[1, 2, 3, float("inf"), 5, 6]]),
            r"annotations\[0\] .* must have polygons",
        ),
        (
            lambda content: content["annotations"][1].pop("bbox"),
            r"annotations\[1\] of set.json must be a JSON object with .*bbox",
        ),
        (
            lambda content: content["images"][1].update(id=5),
            r"images\[1\] of set.json must have an id of its own; 5",
        ),
        (
            lambda content: content["categories"][1].update(id=4),
            r"categories\[1\] .* must have an id of its own; 4",
        ),
        (
            lambda content: content["images"][1].pop("file_name"),
            r"images\[1\] of set.json must be a JSON object with file_name",
        ),
        (
            lambda content: content["categories"][1].pop("name"),
            "category 2.* must be a JSON object with name",
        ),
        (
            lambda content: content.pop("categories"),
            "set.json must be a JSON object with images, annotations, categ",
        ),
    ],
)
def test_coco_that_is_wrong(spoil, message, coco):
    with pytest.raises(ValueError, match=message):
        coco(spoil)


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        ({"image_id": 9}, r"annotations\[0\] .* \(2 of 2 rows are so\)"),
        ({"category_id": 9}, r"annotations\[0\] .* \(2 of 2 rows are so\)"),
        ({"bbox": [60, 2, 10, 9]}, r"\[0\] .* \(2 of 2 boxes are outside\)"),
        ({"bbox": [1, 2, -3, 4]}, r"\[0\] .* \(2 of 2 boxes are so\)"),
        ({"bbox": [1, 2, 3]}, r"\[0\] .* \(2 of 2 boxes are none\)"),
    ],
)
def test_what_is_wrong_is_named_and_counted(values, counted, coco):
    def spoil(content):
        for row in content["annotations"]:
            row.update(values)

    with pytest.raises(ValueError, match=counted):
        coco(spoil)


def test_one_of_many_rows_is_wrong(coco):
    def spoil(content):
        row = content["annotations"][0]
        content["annotations"] = [row | {"id": i} for i in range(500)]
        content["annotations"][321] = row | {"category_id": 77}

    with pytest.raises(ValueError, match=r"\[321\] .* 77.* \(1 of 500 rows"):
        coco(spoil)


def test_all_pictures_that_cannot_be_read_are_named(coco, tmp_path):
    annotated = coco()
    (tmp_path / "a.png").write_text("no picture")
    Image.new("RGB", (4, 4)).save(tmp_path / "b.png")
    with pytest.raises(ValueError, match="2 of 2 pictures:") as caught:
        load_images(annotated)
    assert "a.png is not a picture" in str(caught.value)
    assert "b.png has 4x4 pixels, but its annotation" in str(caught.value)
    many = annotated._replace(
        paths=[tmp_path / "a.png"] * 30,
        sizes=np.tile([[32, 48]], (30, 1)),
        ignored=[np.zeros(0, bool)] * 30,
    )
    with pytest.raises(ValueError, match="30 of 30 pictures") as caught:
        load_images(many)
    assert "and 10 more" in str(caught.value)


def test_file_that_is_no_json(tmp_path):
    path = tmp_path / "cut.json"
    path.write_text('{"images": [', encoding="utf-8")
    with pytest.raises(ValueError, match=r"cut.json must be JSON; .*line 1"):
        read_coco(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"cut.json must be JSON"):
        read_coco(path)


XML = """<annotation><filename>{name}</filename>{size}
<object><name>{label}</name><difficult>{difficult}</difficult><bndbox>
<xmin>{xmin}</xmin><ymin>2</ymin><xmax>{xmax}</xmax><ymax>8</ymax></bndbox>
<part><name>handle</name><bndbox><xmin>3</xmin></bndbox></part></object>
</annotation>"""


@pytest.fixture
def voc(tmp_path):
    """A VOC folder of one picture, 48×32 pixels, to be spoilt."""

    def write(**values):
        values = {
            "name": "a.jpg",
            "size": "",
            "label": "cup",
            "difficult": 0,
            "xmin": 1,
            "xmax": 9,
        } | values
        for name in ("Annotations", "JPEGImages", "ImageSets/Main"):
            (tmp_path / name).mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (48, 32)).save(tmp_path / "JPEGImages" / "a.jpg")
        path = tmp_path / "Annotations" / "a.xml"
        path.write_text(XML.format(**values), encoding="utf-8")
        return tmp_path

    return write


def test_voc_counts_from_one_and_includes_the_last_pixel(voc):
    annotated = read_voc(voc())
    assert annotated.boxes[0].tolist() == [[0, 1, 9, 8]]
    assert annotated.class_names == ("cup",)
    assert annotated.sizes.tolist() == [[32, 48]]
    assert read_voc(voc(xmax=1)).boxes[0].tolist() == [[0, 1, 1, 8]]
    assert read_voc(voc(xmin=1.5)).boxes[0].tolist() == [[0.5, 1, 9, 8]]


def test_voc_that_counts_from_zero(voc, capsys):
    folder = voc(xmin=0)
    assert read_voc(folder).boxes[0].tolist() == [[0, 2, 9, 8]]
    assert "counted from 0, not from 1" in capsys.readouterr().out
    known = read_voc(folder, first_pixel=1)
    assert known.boxes[0].tolist() == [[0, 1, 9, 8]]
    # A box that overhangs its picture tells nothing.
    assert read_voc(voc(xmin=-3)).boxes[0].tolist() == [[0, 1, 9, 8]]
    folder = voc(xmin=5)
    assert read_voc(folder).boxes[0].tolist() == [[4, 1, 9, 8]]
    zero = read_voc(folder, first_pixel=0)
    assert zero.boxes[0].tolist() == [[5, 2, 9, 8]]
    assert capsys.readouterr().out == ""
    with pytest.raises(ValueError, match="first_pixel must be 0, 1 or None"):
        read_voc(folder, first_pixel=2)


# As write_voc adds 1 to the first two.
EDGES = ([-1, 4, 9, 9], [3, 4, 9, 9])


def test_splits_agree_on_the_first_pixel(tmp_path):
    """The box that begins at 0 is in the other split."""
    drawn = draw_set(4, 2)
    drawn = [
        (p, np.array([b]), [0]) for (p, *_), b in zip(drawn, EDGES, strict=True)
    ]
    folder = write_voc(drawn, tmp_path)
    (folder / "ImageSets" / "Main" / "one.txt").write_text("001\n")
    assert read_voc(folder, split="one").boxes[0].tolist() == [[4, 5, 9, 9]]


def test_difficult_objects_are_left_out_of_training(voc):
    annotated = read_voc(voc(difficult=1))
    assert annotated.ignored[0].tolist() == [True]
    assert annotated.class_names == ("cup",)
    with pytest.raises(ValueError, match="All 1 things are crowds, difficult"):
        load_images(annotated)


def test_the_pictures_own_xml_wins_over_a_stale_name(voc):
    """Renumbered pictures kept their old <filename>, and got others' boxes."""
    folder = voc()  # a.xml of a.jpg
    text = (folder / "Annotations" / "a.xml").read_text()
    Image.new("RGB", (48, 32)).save(folder / "JPEGImages" / "b.png")
    for stem, stale in (("a", "b.png"), ("b", "c.png")):
        changed = re.sub(
            "<filename>.*</filename>", f"<filename>{stale}</filename>", text
        )
        (folder / "Annotations" / f"{stem}.xml").write_text(changed)
    names = [path.name for path in read_voc(folder).paths]
    assert names == ["a.jpg", "b.png"]
    (folder / "JPEGImages" / "b.png").rename(folder / "JPEGImages" / "c.png")
    (folder / "Annotations" / "d.xml").write_text(changed)
    with pytest.raises(ValueError, match=r"b\.xml and d\.xml .* of c\.png"):
        read_voc(folder)


def test_picture_is_found_by_the_name_of_its_xml(voc):
    folder = voc(name="")
    assert read_voc(folder).paths[0].name == "a.jpg"
    (folder / "JPEGImages" / "a.jpg").rename(folder / "JPEGImages" / "a.png")
    assert read_voc(folder).paths[0].name == "a.png"


def test_split_names_its_pictures(tmp_path):
    drawn = draw_set(4, 5)
    folder = write_voc(drawn, tmp_path)
    lists = folder / "ImageSets" / "Main"
    (lists / "train.txt").write_text("003\n001  1\n\n", encoding="utf-8")
    annotated = read_voc(folder, split="train")
    assert [path.stem for path in annotated.paths] == ["003", "001"]
    np.testing.assert_array_equal(annotated.boxes[0], drawn[3][1])
    # Classes are those of the whole folder, so that splits agree.
    assert annotated.class_names == read_voc(folder).class_names
    with pytest.raises(ValueError, match=r"split must be one of \['train'\]"):
        read_voc(folder, split="val")
    (lists / "train.txt").write_text("003\n9\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"train.txt names '9', but there is"):
        read_voc(folder, split="train")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"xmin": 20}, "object 0 of a.xml must have x_min <= x_max .*20.0"),
        ({"xmin": "nan"}, r"object 0 of a.xml must have a box of 4 finite"),
        ({"xmin": "x"}, r"object 0 of a.xml must have a box of 4 finite"),
        ({"xmin": ""}, r"object 0 of a.xml must have a box of 4 finite"),
        ({"xmin": 60, "xmax": 70}, "object 0 of a.xml must lie in its picture"),
        ({"label": "plate"}, r"object 0 of a.xml has the class 'plate', which"),
    ],
)
def test_voc_that_is_wrong(values, message, voc):
    with pytest.raises(ValueError, match=message):
        read_voc(voc(**values), class_names=["cup"])


def test_objects_of_other_classes_are_counted(voc):
    folder = voc(label="plate")
    text = (folder / "Annotations" / "a.xml").read_text(encoding="utf-8")
    thing = text[text.index("<object>") : text.index("</annotation>")]
    cup = thing.replace("plate", "cup")
    text = text.replace("</annotation>", f"{cup}{thing}</annotation>")
    (folder / "Annotations" / "a.xml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"object 0 .* \(2 of 3 objects have"):
        read_voc(folder, class_names=["cup"])


def test_voc_in_relative_units(voc):
    folder = voc(xmin=0.1, xmax=0.4)
    path = folder / "Annotations" / "a.xml"
    text = path.read_text(encoding="utf-8")
    text = text.replace(">2<", ">0.2<").replace(">8<", ">0.8<")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"object 0 of a.xml.* Multiply x by"):
        read_voc(folder)


def test_voc_files_that_are_broken(voc, tmp_path):
    with pytest.raises(
        ValueError, match=r"folder must hold Annotations/\*.xml"
    ):
        read_voc(tmp_path)
    folder = voc(name="b.jpg")
    (folder / "JPEGImages" / "a.jpg").unlink()
    with pytest.raises(ValueError, match=r"names b.jpg, which is not in"):
        read_voc(folder)
    (folder / "JPEGImages" / "b.jpg").write_text("no picture")
    with pytest.raises(ValueError, match=r"b.jpg is not a picture"):
        read_voc(folder)
    path = folder / "Annotations" / "a.xml"
    path.write_text("<annotation><object>", encoding="utf-8")
    with pytest.raises(ValueError, match=r"a.xml must be XML; .*line 1"):
        read_voc(folder)


def test_picture_that_changed_after_its_annotation(voc):
    size = "<size><width>48</width><height>32</height></size>"
    annotated = read_voc(voc(size=size))
    path = annotated.paths[0]
    content = path.read_bytes()
    path.write_bytes(content[:-20])
    with pytest.raises(ValueError, match=r"a.jpg is damaged"):
        load_images(annotated)
    Image.new("RGB", (24, 16)).save(path)
    with pytest.raises(
        ValueError, match=r"a.jpg has 24x16 pixels, but .*48x32"
    ):
        load_images(annotated)


@pytest.mark.parametrize("size", [0, 9.5, (8, -1)])
def test_size_must_be_whole(size, voc):
    with pytest.raises(ValueError, match=r"size must be an int >= 1; got"):
        load_images(read_voc(voc()), size)
