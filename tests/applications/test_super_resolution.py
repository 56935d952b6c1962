import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnn_course.applications import super_resolution as sr

rng = np.random.default_rng(0)


def picture(height, width):
    return rng.integers(0, 256, (height, width)).astype("uint8")


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 7))
def test_crop_to_multiple(height, width, scale):
    cut = sr.crop_to_multiple(np.zeros((height, width)), scale)
    for side, before in zip(cut.shape, (height, width), strict=True):
        assert side % scale == 0
        assert 0 <= before - side < scale


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_shrink_keeps_the_mean_and_bicubic_the_shape(scale):
    wide = np.asarray(Image.fromarray(picture(6, 8)).resize((96, 72)), float)
    small = sr.shrink(wide, scale)
    assert small.shape == (72 // scale, 96 // scale)
    assert abs(small.mean() - wide.mean()) < 1
    back = sr.bicubic(small, scale)
    assert back.shape == wide.shape
    assert back.min() >= 0
    assert back.max() <= 255


def test_scale_of_one_changes_nothing():
    one = picture(9, 7)
    np.testing.assert_allclose(sr.shrink(one, 1), one)
    np.testing.assert_allclose(sr.bicubic(one, 1), one)


def test_bicubic_keeps_a_slope():
    slope = np.add.outer(np.arange(12.0), 2 * np.arange(12.0))
    large = sr.bicubic(slope, 3)
    middle = large[9:-9, 9:-9]  # edges have no neighbours beyond
    np.testing.assert_allclose(np.diff(middle, axis=0), 1 / 3, atol=1e-4)
    np.testing.assert_allclose(np.diff(middle, axis=1), 2 / 3, atol=1e-4)


@pytest.mark.parametrize("function", [sr.shrink, sr.bicubic])
@pytest.mark.parametrize("bad", [np.zeros((6, 6, 3)), np.zeros(6)])
def test_grey_pictures_only(function, bad):
    with pytest.raises(ValueError, match="must be grey"):
        function(bad, 2)


def test_shrink_needs_a_divisor():
    with pytest.raises(ValueError, match=r"3 for 7×9\. Use crop_to_multiple"):
        sr.shrink(np.zeros((7, 9)), 3)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_espcn_is_shuffled_channels_of_its_last_convolution(scale):
    model = sr.espcn(scale)
    x = rng.uniform(0, 255, (2, 11, 8, 1)).astype("float32")
    inner = keras.Model(model.input, model.get_layer("sub_pixels").output)
    channels = tf.nn.depth_to_space(inner(x) + x / 255, scale)
    np.testing.assert_allclose(model(x), 255 * channels, rtol=1e-4, atol=1e-3)
    assert model(x).shape == (2, 11 * scale, 8 * scale, 1)


def test_parameters_of_espcn():
    assert sr.espcn(3).count_params() == 22_729


def test_untrained_espcn_is_near_the_small_picture():
    model = sr.espcn(2)
    model.get_layer("sub_pixels").set_weights(
        [np.zeros((3, 3, 32, 4)), np.zeros(4)]
    )
    x = rng.uniform(0, 255, (1, 5, 6, 1)).astype("float32")
    expected = x.repeat(2, axis=1).repeat(2, axis=2)
    np.testing.assert_allclose(model(x), expected, rtol=1e-5, atol=1e-3)


def test_espcn_saves_and_loads(tmp_path):
    model = sr.espcn(2)
    model.save(tmp_path / "espcn.keras")
    loaded = keras.models.load_model(tmp_path / "espcn.keras")
    x = rng.uniform(0, 255, (1, 6, 5, 1)).astype("float32")
    np.testing.assert_allclose(loaded(x), model(x), rtol=1e-6)


def test_espcn_learns_what_interpolation_cannot_know():
    # Pictures of sharp upright edges: bicubic makes them soft.
    edges = [
        np.repeat((rng.random(60) < 0.5)[None] * 200.0, 60, axis=0).repeat(
            3, axis=1
        )
        for _ in range(4)
    ]
    small, large = sr.training_pairs(edges[:3], 300, 3, size=12)
    keras.utils.set_random_seed(0)
    model = sr.espcn(3)
    model.compile(keras.optimizers.Adam(2e-3), "mse")
    model.fit(small, large, epochs=3, verbose=0)
    true = edges[3]
    tiny = sr.shrink(true, 3)
    ours = np.array(model(tiny[None, ..., None]))[0, ..., 0]
    assert sr.psnr(true, ours) > sr.psnr(true, sr.bicubic(tiny, 3)) + 1


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 2**31))
def test_training_pairs_belong_together(scale, size, seed):
    pictures = [picture(5 + 6 * scale, 31), picture(29, 6 * scale)]
    small, large = sr.training_pairs(pictures, 3, scale, size=size, seed=seed)
    assert small.shape == (3, size, size, 1)
    assert large.shape == (3, scale * size, scale * size, 1)
    # The same turn and mirror: some picture, turned, holds both.
    for tiny, big in zip(small[..., 0], large[..., 0], strict=True):
        assert any(
            holds_both(turned(whole, k, flip), tiny, big, scale)
            for whole in pictures
            for k in range(4)
            for flip in (False, True)
        )


def turned(whole, turns, mirrored):
    """How to turn arrays, and a picture cut to fit."""

    def turn(array):
        array = np.rot90(array, turns)
        return array[:, ::-1] if mirrored else array

    return turn, whole


def holds_both(turn_and_whole, tiny, big, scale):
    turn, whole = turn_and_whole
    cut = sr.crop_to_multiple(whole, scale)
    large, small = turn(cut), turn(sr.shrink(cut, scale))
    size = len(tiny)
    return any(
        np.array_equal(small[i : i + size, j : j + size], tiny)
        and np.array_equal(
            large[
                scale * i : scale * (i + size), scale * j : scale * (j + size)
            ],
            big,
        )
        for i in range(small.shape[0] - size + 1)
        for j in range(small.shape[1] - size + 1)
    )


def test_training_pairs_name_a_picture_that_is_too_small():
    with pytest.raises(ValueError, match=">= 48 pixels; picture 1 is 45×60"):
        sr.training_pairs([picture(60, 60), picture(47, 62)], 2, 3)


@given(st.integers(0, 2**31), st.floats(0.1, 80))
def test_psnr_is_tensorflows(seed, noise):
    generator = np.random.default_rng(seed)
    true = generator.uniform(0, 255, (12, 9))
    other = true + noise * generator.normal(size=true.shape)
    pair = [tf.constant(p[..., None]) for p in (true, other)]
    expected = float(tf.image.psnr(*pair, max_val=255.0))
    assert sr.psnr(true, other) == pytest.approx(expected, abs=1e-3)


def test_psnr_of_equal_pictures_and_other_shapes():
    assert sr.psnr(np.ones((3, 3)), np.ones((3, 3))) == float("inf")
    with pytest.raises(ValueError, match=r"one shape; got \(3, 3\) and \(3,\)"):
        sr.psnr(np.ones((3, 3)), np.ones(3))


@pytest.mark.parametrize("bad", [0, -1, 1.5, "2"])
def test_scale_is_a_whole_number(bad):
    for function in (sr.shrink, sr.bicubic, sr.crop_to_multiple):
        with pytest.raises(ValueError, match="scale must be"):
            function(np.zeros((6, 6)), bad)
    with pytest.raises(ValueError, match="scale must be"):
        sr.espcn(bad)
