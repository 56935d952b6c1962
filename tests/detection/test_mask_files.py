import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cnn_course.detection.mask_files import read_masks
from cnn_course.nets import unet


def write(folder, masks, mode="P", mask_ending=".png"):
    """Write a picture beside each mask, in folders images and masks."""
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for i, mask in enumerate(masks):
        picture = rng.integers(0, 256, (*mask.shape[:2], 3), dtype=np.uint8)
        Image.fromarray(picture).save(folder / "images" / f"{i:02d}.png")
        image = Image.fromarray(mask)
        if mode == "P":
            image = image.convert("L")
            image.putpalette(rng.integers(0, 256, 768).tolist())
        image.save(folder / "masks" / f"{i:02d}{mask_ending}")
    return folder / "images", folder / "masks"


def draw(seed, n=3, classes=3, height=20, width=30):
    rng = np.random.default_rng(seed)
    shape = (n, height, width)
    return rng.integers(0, classes, shape).astype(np.uint8)


@pytest.mark.parametrize("mode", ["P", "L"])
def test_numbers_come_as_they_are(mode, tmp_path):
    masks = draw(0)
    found = read_masks(*write(tmp_path, masks, mode), size=(20, 30))
    np.testing.assert_array_equal(found.masks, masks)
    assert (found.weights == 1).all()
    assert found.class_names == ("0", "1", "2")
    assert [path[-6:] for path in found.paths] == ["00.png", "01.png", "02.png"]
    with Image.open(found.paths[1]) as picture:
        np.testing.assert_array_equal(found.images[1], np.array(picture))


@given(
    seed=st.integers(0, 99),
    height=st.integers(5, 60),
    width=st.integers(5, 60),
)
def test_no_number_is_made_up(seed, height, width, tmp_path_factory):
    masks = draw(seed, 1, height=height, width=width) * 7
    folder = tmp_path_factory.mktemp("masks")
    found = read_masks(*write(folder, masks), size=(24, 40))
    assert set(np.unique(found.masks)) <= {0, 7, 14}
    seen = found.weights[0].astype(bool)
    rows, columns = seen.any(axis=1).sum(), seen.any(axis=0).sum()
    assert seen.sum() == rows * columns
    assert rows == 24 or columns == 40
    # Grey fills what the picture does not reach.
    assert (found.images[0][~seen] == 128).all()


def test_255_is_no_class(tmp_path, capsys):
    masks = draw(0)
    masks[0, :5] = 255
    found = read_masks(*write(tmp_path, masks, "L"), size=(20, 30))
    np.testing.assert_array_equal(found.weights, masks != 255)
    assert (found.masks[masks == 255] == 0).all()
    assert len(found.class_names) == 3
    assert capsys.readouterr().out == ""


def test_black_and_white(tmp_path, capsys):
    masks = draw(0, classes=2)
    folders = write(tmp_path, 255 * masks, "L")
    found = read_masks(*folders, size=(30, 30), class_names=["ground", "ink"])
    np.testing.assert_array_equal(found.masks[:, :20], masks)
    assert (found.weights[:, :20] == 1).all()
    assert (found.weights[:, 20:] == 0).all()
    assert found.class_names == ("ground", "ink")
    assert "255 is taken for class 1" in capsys.readouterr().out


def test_a_colour_for_each_class(tmp_path):
    colours = {"ground": (0, 0, 0), "cat": (128, 0, 0), "cup": (0, 128, 0)}
    masks = draw(0)
    table = np.array(list(colours.values()), np.uint8)
    folders = write(tmp_path, table[masks], "RGB")
    found = read_masks(*folders, size=(20, 30), colours=colours)
    np.testing.assert_array_equal(found.masks, masks)
    assert found.class_names == tuple(colours)
    with pytest.raises(ValueError, match=r"00.png must have a class number"):
        read_masks(*folders)
    del colours["cup"]
    with pytest.raises(ValueError, match=r"no name: \(0, 128, 0\)\. Add"):
        read_masks(*folders, colours=colours)


def test_bad_masks(tmp_path):
    images, masks = write(tmp_path, draw(0))
    with pytest.raises(ValueError, match=r"from 0 to 2; got 2: a, b"):
        read_masks(images, masks, class_names=["a", "b"])
    Image.new("L", (9, 9)).save(masks / "01.png")
    with pytest.raises(
        ValueError, match=r"01.png must have its pic.* 30x20 .*9x9"
    ):
        read_masks(images, masks)
    (masks / "01.png").write_text("no picture")
    with pytest.raises(ValueError, match=r"01.png must be a mask"):
        read_masks(images, masks)
    (masks / "01.png").unlink()
    with pytest.raises(ValueError, match=r"01.png has no mask .*1 of 3"):
        read_masks(images, masks)
    Image.new("L", (30, 20)).save(masks / "01.jpg")
    with pytest.raises(ValueError, match=r"01.jpg is a JPEG"):
        read_masks(images, masks)
    Image.new("L", (30, 20)).save(masks / "01.png")
    with pytest.raises(ValueError, match="must have different names"):
        read_masks(images, masks)
    (masks / "01.jpg").unlink()
    (images / "02.png").unlink()
    with pytest.raises(ValueError, match=r"02.png has no picture .*1 of 3"):
        read_masks(images, masks)
    with pytest.raises(ValueError, match="There is no picture"):
        read_masks(tmp_path / "none", tmp_path / "none")


def test_a_network_learns_from_them(tmp_path):
    masks = np.zeros((4, 16, 16), np.uint8)
    masks[:, :8], masks[:, 8:, 8:], masks[:, :2] = 1, 2, 255
    found = read_masks(*write(tmp_path, masks), size=16)
    for image, mask in zip(found.images, masks, strict=True):
        image[:] = 80 * np.minimum(mask, 2)[..., None]
    net = unet((16, 16, 3), classes=3, filters=8, depth=2)
    net.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    x = found.images / 255.0
    told = {"sample_weight": found.weights, "verbose": 0}
    net.fit(x, found.masks, batch_size=4, epochs=40, **told)
    said = net.predict(x, verbose=0).argmax(axis=-1)
    counted = found.weights == 1
    assert np.mean((said == found.masks)[counted]) > 0.9
