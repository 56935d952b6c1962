import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnn_course.console.quiet
from cnn_course import datasets
from cnn_course.applications import style
from cnn_course.nets import vgg16
from cnn_course.pretrained import load_edge_weights


@settings(max_examples=60, deadline=None)
@given(
    sides=st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 5)),
    seed=st.integers(0, 2**32 - 1),
)
def test_costs_are_their_definitions(sides, seed):
    rng = np.random.default_rng(seed)
    one, other = rng.normal(size=(2, *sides)).astype("float32")
    height, width, channels = sides
    gram = np.zeros((2, channels, channels))
    for matrix, maps in zip(gram, (one, other), strict=True):
        for i, j in np.ndindex(channels, channels):
            matrix[i, j] = sum(
                float(maps[r, c, i]) * float(maps[r, c, j])
                for r, c in np.ndindex(height, width)
            ) / (height * width)
    np.testing.assert_allclose(style.gram_matrix(one), gram[0], atol=1e-5)
    np.testing.assert_allclose(
        style.content_cost(one, other),
        ((one.astype(float) - other) ** 2).mean(),
        rtol=1e-4,
        atol=1e-6,
    )
    np.testing.assert_allclose(
        style.style_cost(one, gram[1].astype("float32")),
        ((gram[0] - gram[1]) ** 2).mean(),
        rtol=1e-3,
        atol=1e-6,
    )


def test_the_gram_matrix_forgets_where():
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(6, 4, 3)).astype("float32")
    mixed = rng.permutation(maps.reshape(-1, 3)).reshape(4, 6, 3)
    np.testing.assert_allclose(
        style.gram_matrix(maps), style.gram_matrix(mixed), atol=1e-6
    )


def pictures():
    content = datasets.photo("cat", max_side=64)
    return content, datasets.photo("tissue", max_side=48)


def distance(extractor, picture, target):
    """Mean relative distance of the Gram matrices of two pictures."""
    one, other = (
        [
            np.array(style.gram_matrix(maps[0]))
            for maps in extractor.model(p[None].astype("float32"))
        ]
        for p in (picture, target)
    )
    return [((a - b) ** 2).mean() for a, b in zip(one, other, strict=True)]


def test_transfer_brings_the_style_nearer():
    extractor, (content, target) = style.random_extractor(), pictures()
    result = style.transfer(
        extractor, content, target, alpha=0.1, steps=80, keep=(0, 40, 80)
    )
    assert result.image.shape == content.shape
    assert result.image.dtype == np.uint8
    before = distance(extractor, content, target)
    after = distance(extractor, result.image, target)
    share = np.divide(after, before)
    assert share.mean() < 0.2
    # The costs that it tells are those of its picture, up to rounding.
    assert result.costs["style"][0] == pytest.approx(1, abs=1e-4)
    assert result.costs["style"][-1] == pytest.approx(share.mean(), abs=0.02)
    total = 0.1 * result.costs["content"] + result.costs["style"]
    np.testing.assert_allclose(result.costs["total"], total, rtol=1e-4)
    assert {k: len(v) for k, v in result.costs.items()} == {
        "content": 80,
        "style": 80,
        "total": 80,
    }
    assert list(result.snapshots) == [0, 40, 80]
    np.testing.assert_array_equal(result.snapshots[0], content)
    np.testing.assert_array_equal(result.snapshots[80], result.image)


def test_weights_decide():
    extractor, (content, target) = style.random_extractor(), pictures()
    still = style.transfer(extractor, content, target, beta=0.0, steps=5)
    np.testing.assert_array_equal(still.image, content)
    costs = [
        style.transfer(extractor, content, target, alpha=a, steps=40).costs
        for a in (0.01, 10.0)
    ]
    assert costs[0]["style"][-1] < costs[1]["style"][-1]
    assert costs[0]["content"][-1] > costs[1]["content"][-1]


def test_from_noise_to_the_content():
    extractor, (content, target) = style.random_extractor(), pictures()
    first = extractor._replace(
        model=keras.Model(extractor.model.input, extractor.model.outputs[:1]),
        content=0,
    )
    noise = np.random.default_rng(0).integers(256, size=content.shape)
    result = style.transfer(
        first, content, target, beta=0.0, steps=100, start=noise.astype("uint8")
    )
    error = np.abs(result.image.astype(int) - content).mean()
    assert error < 0.2 * np.abs(noise - content).mean()


def test_progress_goes_around_the_steps():
    seen = []

    def progress(steps):
        for step in steps:
            seen.append(step)
            yield step

    extractor, (content, target) = style.random_extractor(), pictures()
    style.transfer(extractor, content, target, steps=3, progress=progress)
    assert seen == [1, 2, 3]


def test_random_extractor_is_the_same_for_a_seed():
    picture = pictures()[0][None].astype("float32")
    one, again, other = (
        style.random_extractor(seed).model(picture) for seed in (0, 0, 1)
    )
    assert [maps.shape[1] for maps in one] == [43, 39, 18, 7, 2]
    np.testing.assert_allclose(one[0], picture / 64)
    for maps, same, different in zip(
        one[1:], again[1:], other[1:], strict=True
    ):
        np.testing.assert_array_equal(maps, same)
        assert np.abs(maps - different).max() > 0.1


def test_random_filters_see_no_flat_colour():
    flat = np.full((1, 40, 40, 3), (20.0, 120, 250), "float32")
    for maps in style.random_extractor().model(flat)[1:]:
        assert np.abs(maps).max() < 1e-4


def offline(model):
    raise ConnectionError


def not_installed(model):
    raise FileNotFoundError("The package is not installed.")


@pytest.mark.parametrize("full", [False, True])
def test_vgg16_comes_with_a_package(full, monkeypatch, capsys):
    monkeypatch.setattr(style, "load_imagenet_weights", offline)
    extractor = style.load_extractor(full=full)
    assert extractor.name == "VGG-16, ImageNet and outlines"
    assert capsys.readouterr().out.count("\n") == full
    maps = extractor.model(np.zeros((1, 32, 48, 3), "float32"))
    assert [tuple(layer.shape[1:]) for layer in maps] == [
        (32, 48, 3),
        (32, 48, 64),
        (16, 24, 128),
        (8, 12, 256),
        (4, 6, 512),
        (4, 6, 512),
    ]
    assert extractor.content == 5


def test_vgg_sees_what_the_network_with_mean_pools_sees():
    """Against the course's own layers, called one after the other."""
    picture = datasets.photo("cat", max_side=48)[None].astype("float32")
    seen = style.load_extractor(full=False).model(picture)
    base = load_edge_weights(vgg16((None, None, 3), include_top=False))
    x = keras.applications.vgg16.preprocess_input(picture.copy())
    by_hand = {}
    for layer in base.layers[1:]:
        if "pool" in layer.name:
            x = keras.layers.AveragePooling2D(2)(x)
        else:
            by_hand[layer.name] = x = layer(x)
    np.testing.assert_allclose(seen[0], picture / 64, rtol=1e-6)
    names = [f"block{k}_conv1" for k in range(1, 5)] + ["block4_conv2"]
    for maps, name in zip(seen[1:], names, strict=True):
        np.testing.assert_allclose(maps, by_hand[name], rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("full", [False, True])
def test_without_weights_random_filters_and_a_sentence(
    full, monkeypatch, capsys
):
    monkeypatch.setattr(style, "load_imagenet_weights", offline)
    monkeypatch.setattr(style, "load_edge_weights", not_installed)
    monkeypatch.setenv("CNN_COURSE_FULL", "01"[full])
    assert style.load_extractor().name == "random filters"
    said = capsys.readouterr().out
    assert said.endswith("not installed. Going on with random filters.\n")
    assert said.startswith("Official ImageNet weights are not here") == full


def test_full_takes_vgg19_first(monkeypatch):
    """With its random start in place of the official weights."""
    monkeypatch.setattr(style, "load_imagenet_weights", lambda model: model)
    extractor = style.load_extractor(full=True)
    assert extractor.name == "VGG-19, ImageNet"
    maps = extractor.model(np.zeros((1, 32, 48, 3), "float32"))
    shapes = [tuple(layer.shape[1:]) for layer in maps]
    assert shapes == [
        (32, 48, 3),
        (32, 48, 64),
        (16, 24, 128),
        (8, 12, 256),
        (4, 6, 512),
        (2, 3, 512),
        (4, 6, 512),
    ]
    assert extractor.content == 6


def test_total_variation_is_counted_by_hand():
    picture = np.zeros((1, 2, 3, 1), "float32")
    picture[0, 0, 1] = 255  # of 4 steps across, 2; of 3 steps down, 1
    assert float(style.total_variation(picture)) == pytest.approx(2 / 4 + 1 / 3)


def test_a_smooth_picture_has_less_variation():
    extractor, (content, target) = style.random_extractor(), pictures()
    rough, smooth = (
        style.transfer(
            extractor, content, target, steps=40, learning_rate=8.0, smooth=s
        )
        for s in (0.0, 5.0)
    )
    variation = [
        float(style.total_variation(r.image[None].astype("float32")))
        for r in (rough, smooth)
    ]
    assert variation[1] < 0.8 * variation[0]
    total = smooth.costs["content"] + smooth.costs["style"]
    assert (smooth.costs["total"] > total).all()


@pytest.mark.parametrize("steps", [0, 1.5])
def test_bad_steps(steps):
    with pytest.raises(ValueError, match="steps"):
        style.transfer(style.random_extractor(), *pictures(), steps=steps)


@pytest.mark.parametrize(
    ("content", "target", "message"),
    [
        ((40, 40), (40, 40, 3), r"content must be .* got shape \(40, 40\)"),
        ((40, 40, 3), (40, 32, 3), r"style must be .* >= 33; got shape"),
        ((40, 40, 1), (40, 40, 3), r"content must be a colour picture"),
    ],
)
def test_bad_pictures(content, target, message):
    extractor = style.random_extractor()
    with pytest.raises(ValueError, match=message):
        style.transfer(extractor, np.zeros(content), np.zeros(target))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"content": 1 / 255}, r"content must .* 0 to 255; got 0 to .* by 255"),
        ({"style": 1 / 255}, r"style must .* Multiply by 255"),
        ({"start": 1 / 255}, r"start must .* Multiply by 255"),
        ({"style": 2.0}, r"style must .* got \d+ to \d{3}\."),
        ({"content": -1.0}, r"content must .* got -"),
        ({"content": np.nan}, "content must"),
    ],
)
def test_pictures_of_another_range(changed, message):
    """Those of 0 to 1 gave a black picture, and nothing was said."""
    content, target = pictures()
    parts = {"content": content, "style": target, "start": content}
    parts |= {name: parts[name] * k for name, k in changed.items()}
    extractor = style.random_extractor()
    with pytest.raises(ValueError, match=message):
        style.transfer(extractor, steps=1, **parts)


def test_a_start_of_another_shape():
    content, target = pictures()
    extractor = style.random_extractor()
    with pytest.raises(ValueError, match="start must have the content's shape"):
        style.transfer(extractor, content, target, start=content[:-1])


def test_the_smallest_picture_that_random_filters_can_look_at():
    extractor = style.random_extractor()
    side = extractor.smallest
    smallest = datasets.photo("cat")[:side, :side]
    for maps in extractor.model(smallest[None].astype("float32")):
        assert np.size(maps)
    style.transfer(extractor, smallest, smallest, steps=1)
