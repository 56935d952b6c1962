"""What holds for every block and every network of cnn_course.nets."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import keras
import numpy as np
import pytest
from compare import randomise
from examples import BLOCKS, LONGER, NETS, WITHOUT_CLASSES

from cnn_course import nets

FOLDER = Path(nets.__file__).parent
FILES = sorted(p.stem for p in FOLDER.glob("*.py") if p.stem != "__init__")
every_block = pytest.mark.parametrize("name", BLOCKS)
every_classifier = pytest.mark.parametrize(
    "name", [name for name in NETS if name not in WITHOUT_CLASSES]
)


def find(name):
    file, function = name.split(".")
    return getattr(importlib.import_module(f"cnn_course.nets.{file}"), function)


def public(file):
    """Every public function of a file, by its full name."""
    module = importlib.import_module(f"cnn_course.nets.{file}")
    return {
        f"{file}.{name}": function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and name[0] != "_"
    }


ALL = {name: f for file in FILES for name, f in public(file).items()}


def is_block(function):
    return next(iter(inspect.signature(function).parameters)) == "x"


def build(name):
    """The example of a block as a model."""
    shape, options, *_ = BLOCKS[name]
    x = keras.Input(shape)
    return keras.Model(x, find(name)(x, **options))


def count_by_formula(function, letters, addition):
    """Evaluate the "Parameters:" line of a docstring."""
    text = " ".join(inspect.getdoc(function).split())
    formula = re.search(
        r"Parameters: ([^,;.(]+)(?:\(\+ (.+?) for)?", text
    ).groups(default="")
    formula = f"{formula[0]} + {formula[1]}" if addition else formula[0]
    for sign, python in (("·", "*"), ("−", "-"), ("²", "**2")):
        formula = formula.replace(sign, python)
    return eval(formula, {}, dict(letters))


def test_every_block_has_an_example():
    blocks = {name for name, function in ALL.items() if is_block(function)}
    assert blocks == set(BLOCKS)


def test_every_network_has_an_example():
    exported = {name: getattr(nets, name) for name in nets.__all__}
    assert {
        f"{f.__module__.split('.')[-1]}.{n}" for n, f in exported.items()
    } == set(NETS)


def test_every_copy_of_a_private_helper_is_the_same():
    """The files stand alone, so they repeat a helper: letter by letter."""
    sources = {}
    for file in FILES:
        module = importlib.import_module(f"cnn_course.nets.{file}")
        source = getattr(module, "_check_net", None)
        if source is not None:
            sources[file] = inspect.getsource(source)
    assert len(sources) >= 2
    assert len(set(sources.values())) == 1, sorted(sources)


@pytest.mark.parametrize("file", FILES)
def test_file_imports_keras_and_the_standard_library_only(file):
    tree = ast.parse((FOLDER / f"{file}.py").read_text(encoding="utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or ".").split(".")[0])
    assert imported <= {"keras", "functools", "itertools", "math"}


@every_block
def test_block_fits_a_screen(name):
    lines, _ = inspect.getsourcelines(find(name))
    tree = ast.parse("".join(lines)).body[0]
    docstring = range(tree.body[0].lineno, tree.body[0].end_lineno + 1)
    code = [
        line
        for number, line in enumerate(lines, 1)
        if number not in docstring
        and line.strip()
        and not line.strip().startswith("#")
    ]
    assert len(code) <= 25


@every_block
def test_parameters_are_those_of_the_formula(name):
    _, _, letters, addition = BLOCKS[name]
    expected = count_by_formula(find(name), letters, addition)
    assert build(name).count_params() == expected


@every_block
def test_block_names_its_layers_by_prefix(name):
    shape, options, *_ = BLOCKS[name]
    x = keras.Input(shape)
    model = keras.Model(x, find(name)(x, **options, name="here"))
    for layer in model.layers[1:]:
        assert layer.name.startswith("here")


@every_block
def test_docstring_names_source_arguments_and_result(name):
    text = inspect.getdoc(find(name))
    for part in ("\nSource: ", "\nArgs:\n", "\nReturns:\n", "\nParameters: "):
        assert part in text, part
    for argument in inspect.signature(find(name)).parameters:
        assert re.search(rf"^    {argument}: ", text, re.MULTILINE), argument


@pytest.mark.parametrize(
    "name",
    [n for n in BLOCKS if "strides" in inspect.signature(find(n)).parameters],
)
def test_strides_are_whole_numbers(name):
    shape, options, *_ = BLOCKS[name]
    for strides in (0, -1, 1.5, (1, 1), "2", None):
        with pytest.raises(ValueError, match="strides must be an int >= 1"):
            find(name)(keras.Input(shape), **options | {"strides": strides})


@every_classifier
def test_network_keeps_the_contract(name):
    parameters = inspect.signature(find(name)).parameters
    assert list(parameters)[:2] == ["input_shape", "classes"]
    assert parameters["include_top"].default is True
    assert parameters["classifier_activation"].default == "softmax"
    for option in list(parameters)[2:]:
        assert parameters[option].kind is inspect.Parameter.KEYWORD_ONLY


@every_classifier
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_shape": (1, 1, 3)}, r"height and width must be .*got \(1, 1"),
        ({"input_shape": (64, 64)}, "input_shape must be"),
        ({"input_shape": (64, 64, None)}, "input_shape must be"),
        ({"classes": 0}, "classes must be an int >= 1; got 0"),
        ({"classes": 2.5}, "classes must be an int >= 1; got 2.5"),
    ],
)
def test_network_refuses_bad_input(name, options, message):
    with pytest.raises(ValueError, match=message):
        find(name)(**NETS[name] | options)


@pytest.mark.parametrize("name", [n for n in NETS if n not in LONGER])
def test_network_is_named_after_its_function_saves_and_loads(name, tmp_path):
    """Names of longer networks are asserted where those are built."""
    model = find(name)(**NETS[name])
    assert re.fullmatch(rf"{name.split('.')[1]}(_\d\.\d+)?", model.name)
    randomise(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    x = np.random.default_rng(0).uniform(0, 1, (2, *model.input_shape[1:]))
    outputs = [np.asarray(keras.tree.flatten(m(x))[0]) for m in (model, loaded)]
    np.testing.assert_allclose(*outputs, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", nets.__all__)
def test_networks_refuse_channels_first(name):
    """Three ResNets were built wrongly, in silence; others failed deep down."""
    build = getattr(nets, name)
    keras.config.set_image_data_format("channels_first")
    try:
        with pytest.raises(ValueError, match="Channels must be last here"):
            build()
    finally:
        keras.config.set_image_data_format("channels_last")
