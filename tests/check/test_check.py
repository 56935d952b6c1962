import copy
import importlib
import pkgutil
import re
from pathlib import Path

import keras
import numpy as np
import pytest
import rows
import tensorflow as tf
from rows.first_convnet import softmax_overflows
from rows.padding import same_padding_forgets_even

from cnn_course import check, scratch
from cnn_course.check.block import BlockExercise
from cnn_course.check.judge import LIBRARIES, FunctionExercise, ValueExercise

# --- Every exercise ----------------------------------------------------------

FILES = [module.name for module in pkgutil.iter_modules(rows.__path__)]
ROWS = [importlib.import_module(f"rows.{file}") for file in FILES]
RIGHT = {name: answer for rows in ROWS for name, answer in rows.RIGHT.items()}
WRONG = {name: answers for rows in ROWS for name, answers in rows.WRONG.items()}
EXERCISES = {name: getattr(check, name) for name in check.__all__}
FUNCTIONS = {
    name: exercise
    for name, exercise in EXERCISES.items()
    if isinstance(exercise, FunctionExercise)
}
VALUES = {
    name: exercise
    for name, exercise in EXERCISES.items()
    if isinstance(exercise, ValueExercise)
}
BLOCKS = {
    name: exercise
    for name, exercise in EXERCISES.items()
    if isinstance(exercise, BlockExercise)
}
COMPARED = FUNCTIONS | VALUES | BLOCKS  # with a right answer of their own
MODELS = {name: EXERCISES[name] for name in EXERCISES if name not in COMPARED}
every_exercise = pytest.mark.parametrize("name", EXERCISES)
every_function = pytest.mark.parametrize("name", FUNCTIONS)
every_value = pytest.mark.parametrize("name", VALUES)
every_model = pytest.mark.parametrize("name", MODELS)
# Each test with one of these three tries all its answers on one exercise: a
# test for each answer would take pytest longer than the judge takes.


def test_every_exercise_has_its_rows():
    defined = [
        name
        for file in FILES
        for name, value in vars(
            importlib.import_module(f"cnn_course.check.{file}")
        ).items()
        if type(value).__name__.endswith("Exercise")
    ]
    assert sorted(check.__all__) == sorted(defined)  # each once
    assert set(check.__all__) == set(RIGHT) == set(WRONG)
    assert min(len(rows) for rows in WRONG.values()) >= 2


def test_each_notebook_has_its_exercises_in_the_file_of_its_name():
    notebooks = Path(__file__).resolve().parents[2] / "notebooks"
    asked = {}
    for path in notebooks.glob("[0-9]*.ipynb"):
        asks = r"check\.(\w+)\(\1\)"
        found = re.findall(asks, path.read_text(encoding="utf-8"))
        if found:
            asked[path.stem[3:]] = sorted(found)
    assert sorted(asked) == FILES
    for file, names in asked.items():
        module = importlib.import_module(f"cnn_course.check.{file}")
        assert names == sorted(set(check.__all__) & set(vars(module)))


@every_exercise
def test_exercise_knows_its_name(name):
    assert EXERCISES[name].name == name


@every_exercise
def test_right_answer_passes(name):
    verdict = EXERCISES[name](RIGHT[name])
    assert verdict.status == "passed"
    assert verdict
    assert repr(verdict).startswith(f"✓ {name}: ")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        pytest.param(name, answer, id=f"{name}-{number}")
        for rows in ROWS
        for name, answers in getattr(rows, "ALSO_RIGHT", {}).items()
        for number, answer in enumerate(answers)
    ],
)
def test_right_answer_in_another_style_passes(name, answer):
    assert EXERCISES[name](answer)


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        pytest.param(name, answer, words, id=f"{name}-{what}")
        for name, rows in WRONG.items()
        for what, answer, words in rows
    ],
)
def test_wrong_answer_gets_the_hint_that_fits(name, answer, words):
    verdict = EXERCISES[name](answer)
    assert verdict.status == "failed"
    assert not verdict
    assert repr(verdict).startswith(f"✗ {name}: not yet.")
    assert words in verdict.text.split("\nHint: ")[1]


def ellipsis(x): ...


def docstring(x):
    """Return the answer."""


def docstring_and_ellipsis(x, y=2, *, z=3):
    """Return the answer."""
    ...


def only_pass(x):
    pass


def bare_return(x):
    return


STUBS = [ellipsis, docstring, docstring_and_ellipsis, only_pass, bare_return]


def assert_untouched(verdict, name):
    assert verdict.status == "untouched"
    assert not verdict
    assert verdict.passed is False
    assert repr(verdict).startswith(f"○ {name}: not started")


@every_function
def test_untouched_function_is_not_started(name):
    for stub in [*STUBS, lambda x: ..., lambda x: None, ...]:
        assert_untouched(EXERCISES[name](stub), name)


@every_value
def test_untouched_value_is_not_started(name):
    for stub in (..., None):
        assert_untouched(EXERCISES[name](stub), name)


@every_model
def test_untouched_model_is_not_started(name):
    for stub in (..., None):
        assert_untouched(EXERCISES[name](stub), name)


@pytest.mark.parametrize("name", COMPARED)
def test_own_right_answer_passes(name):
    assert EXERCISES[name](EXERCISES[name].right)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        pytest.param(name, number, id=f"{name}-{number}")
        for name, exercise in COMPARED.items()
        for number in range(len(exercise.mistakes))
    ],
)
def test_each_declared_mistake_gets_its_own_hint(name, number):
    answer, hint = EXERCISES[name].mistakes[number]
    verdict = EXERCISES[name](answer)
    assert verdict.status == "failed"
    said = verdict.text.split("\nHint: ")[1]
    if getattr(EXERCISES[name], "results", ()):  # at one of several results
        said = said.partition(" first: ")[2] or said
    assert said == hint


@every_function
def test_no_return(name):
    verdict = EXERCISES[name](lambda *arguments: print(end=""))
    assert verdict.status == "failed"
    assert "is `return` missing?" in verdict.text


def raises(*arguments):
    raise KeyError("side")


def recurses(*arguments):
    return recurses(*arguments)


@every_function
def test_what_an_answer_raises_stays_inside(name):
    for answer, kind in (
        (raises, "KeyError"),
        (recurses, "RecursionError"),
        (lambda: 1, "TypeError"),
    ):
        verdict = EXERCISES[name](answer)
        assert verdict.status == "failed"
        assert f"with {kind}" in verdict.text


def spoil(arguments):
    for argument in arguments:
        if isinstance(argument, np.ndarray):
            argument[...] = -7
        elif isinstance(argument, list):
            argument.clear()


@every_function
def test_changing_the_input_spoils_nothing(name):
    exercise = EXERCISES[name]

    def right_then_spoil(*arguments):
        answer = exercise.right(*copy.deepcopy(arguments))
        spoil(arguments)
        return answer

    def wrong_then_spoil(*arguments):
        spoil(arguments)
        return -1.5

    before = exercise(lambda *arguments: -1.5).text
    can_be_spoiled = any(
        isinstance(argument, np.ndarray | list)
        for case in exercise.cases
        for argument in case
    )
    verdict = exercise(right_then_spoil)
    assert verdict.passed is not can_be_spoiled
    assert ("writes into what it was given" in verdict.text) is can_be_spoiled
    assert exercise(wrong_then_spoil).text == before
    assert exercise(lambda *arguments: -1.5).text == before
    assert exercise(exercise.right)


@every_function
def test_answer_that_is_no_number(name):
    for answer in ("three", b"3", {"a": 1}, {1, 2}, [None], 1j):
        verdict = EXERCISES[name](lambda *arguments, answer=answer: answer)
        assert verdict.status == "failed", answer
        assert "must be made of numbers" in verdict.text, answer


def dressed(exercise, arguments, change):
    """The right answer, or each of its arrays, in another form."""
    right = exercise.right(*arguments)
    return tuple(map(change, right)) if exercise.results else change(right)


@every_function
def test_right_digits_as_text_are_not_right(name):
    exercise = EXERCISES[name]
    verdict = exercise(
        lambda *arguments: dressed(
            exercise, arguments, lambda value: np.array(value).astype(str)
        )
    )
    assert verdict.status == "failed"


@every_function
def test_wrong_shape_is_told(name):
    exercise = EXERCISES[name]
    verdict = exercise(lambda *arguments: np.full((2, 1, 1, 1), 0.5))
    assert verdict.status == "failed"
    if exercise.results:
        count = len(exercise.results)
        assert f"return {count} arrays with a comma" in verdict.text
        return
    shape = np.shape(exercise.right(*copy.deepcopy(exercise.cases[0])))
    words = (
        f"the shape must be {shape}, not" if shape else "one number is asked"
    )
    assert f"{words}" in verdict.text
    assert "(2, 1, 1, 1)" in verdict.text


def as_list(value):
    return np.asarray(value).tolist()


def as_float32(value):
    return np.asarray(value, "float32")


@every_function
def test_right_numbers_in_another_dress_pass(name):
    exercise = EXERCISES[name]
    for change in (as_list, as_float32, keras.ops.convert_to_tensor):
        verdict = exercise(
            lambda *arguments, change=change: dressed(
                exercise, arguments, change
            )
        )
        assert verdict.status == "passed", (change, verdict.text)


@every_function
def test_result_instead_of_the_function_is_told(name):
    for result in (3, 2.5, None, np.ones((2, 2)), [1, 2], "text"):
        verdict = EXERCISES[name](result)
        assert verdict.status == "failed", result
        assert "hand over the function itself" in verdict.text, result


READY_MADE = (
    len,
    print,
    sorted,
    type,
    np.add,
    np.negative,
    np.ndarray,
    str.upper,
)


@every_function
def test_ready_made_function_is_judged(name, capsys):
    for answer in READY_MADE:
        verdict = EXERCISES[name](answer)
        assert verdict.status == "failed", answer
        assert "\nHint: " in verdict.text, answer


@every_value
def test_any_value_is_judged(name):
    for answer in (
        "text",
        [1, [2, 3]],
        10**400,
        len,
        np.float64,
        object,
        ValueError("no"),
        keras.KerasTensor((2, 3)),
        float("nan"),
        -1,
    ):
        verdict = EXERCISES[name](answer)
        assert verdict.status == "failed", answer
        assert "\ngot:  " in verdict.text, answer
        assert "\nHint: " in verdict.text, answer


def test_symbolic_answer_is_judged():
    verdict = check.flip(lambda kernel: keras.KerasTensor(kernel.shape))
    assert "must be made of numbers" in verdict.text


def test_what_was_to_be_done_without_passes_and_is_told():
    verdict = check.zero_pad(lambda image, p: np.pad(image, p))
    assert verdict
    assert verdict.text.endswith("cases. Now try it without np.pad.")
    assert check.zero_pad(RIGHT["zero_pad"]).text.endswith("cases.")


@pytest.mark.parametrize(
    ("name", "library"),
    [
        ("batch_norm", rows.first_convnet.batch_norm_by_keras),
        ("conv_backward", rows.first_convnet.conv_backward_by_tensorflow),
        ("conv_layer", rows.volumes_and_layers.conv_layer_by_tensorflow),
    ],
)
def test_right_answer_is_that_of_the_library(name, library):
    exercise = EXERCISES[name]
    for case in exercise.cases:
        got, expected = exercise.right(*case), library(*case)
        if not exercise.results:
            got, expected = [got], [expected]
        for ours, theirs in zip(got, expected, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-9)


# --- What the learner reads --------------------------------------------------


def test_report_says_input_expected_and_got():
    lines = check.same_padding(lambda f: -2.25).text.splitlines()
    assert lines[1:4] == ["input:    3", "expected: 1", "got:      -2.25"]


def test_readme_shows_what_the_judge_says():
    readme = Path(__file__).resolve().parents[2] / "README.md"
    shown = readme.read_text(encoding="utf-8").split(
        ">>> check.same_padding(lambda f: f - 1)\n"
    )[1]
    said = repr(check.same_padding(lambda f: f - 1))
    assert shown.startswith(f"{said}\n")


def test_report_shows_arrays_and_errors():
    text = check.zero_pad(lambda image, p: [[1, 2]]).text
    image, p = check.zero_pad.cases[0]
    assert f"input:    \n{image}, {p}\n" in text
    assert f"expected: \n{np.pad(image, p)}\n" in text
    assert "got:      [[1, 2]]\n" in text
    text = check.same_padding(same_padding_forgets_even).text
    assert "input:    4\nexpected: raise ValueError\ngot:      1\n" in text
    assert "got:      KeyError: 'side'" in check.same_padding(raises).text


@every_function
def test_report_of_a_failure_is_complete(name):
    text = EXERCISES[name](lambda *arguments: -12345.5).text
    start, after_input = text.split("\ninput:    ")
    asked, after_expected = after_input.split("\nexpected: ")
    expected, after_got = after_expected.split("\ngot:      ")
    got, hint = after_got.split("\nHint: ")
    assert start == f"{name}: not yet."
    assert asked
    assert expected
    assert got == "-12345.5"
    assert hint


def test_large_numbers_are_shown_in_full():
    assert "got:  30000001\n" in check.dense_weights(30_000_001.0).text
    assert "got:  30000001\n" in check.dense_weights(30_000_001).text


def test_large_array_is_shown_by_its_shape():
    text = check.max_pool(lambda x: np.zeros((40, 30))).text
    assert "got:      array of shape (40, 30)" in text


@every_value
def test_right_value_is_not_given_away(name):
    exercise = EXERCISES[name]
    wrong = [value for value, _ in exercise.mistakes]
    wrong += [-1, 123456.75, "text", [1, 2], len]
    for answer in wrong:
        text = exercise(answer).text
        numbers = [n.replace(",", "") for n in re.findall(r"\d[\d,]*", text)]
        assert str(exercise.right) not in numbers


def test_html_is_escaped_and_carries_the_mark():
    verdict = check.flattened("<script>alert(1)</script>")
    shown = verdict._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "<b>✗</b>" in shown
    assert "<b>○</b>" in check.flattened(...)._repr_html_()
    assert "<b>✓</b>" in check.flattened(800)._repr_html_()


def test_warnings_stay_inside(recwarn):
    check.softmax(softmax_overflows)
    check.softmax(lambda z: z * 0)  # tries every mistake, one divides by zero
    assert not recwarn.list


# --- The judge alone ---------------------------------------------------------


def exercise(cases, mistakes=(), right=lambda x: 2 * x):
    return FunctionExercise("double", right, cases, mistakes, "twice as much.")


@pytest.mark.parametrize(
    ("hint", "printed"),
    [
        ("twice as much.", "Twice as much."),
        ("a sum, not a power.", "A sum, not a power."),
        ("n / s, rounded up.", "n / s, rounded up."),
        ("x.mean over rows.", "x.mean over rows."),
        ("y = 2 * x.", "y = 2 * x."),
        ("weights = 2 * x.", "weights = 2 * x."),
    ],
)
def test_a_hint_after_a_full_stop_has_a_capital(hint, printed):
    judge = FunctionExercise("double", lambda x: 2 * x, ((1,),), (), hint)
    assert judge(lambda x: "2").text.endswith(f"not text in quotes. {printed}")
    assert judge(lambda x: 3).text.endswith(f"\nHint: {hint}")


def test_mistake_that_agrees_everywhere_comes_first():
    partly = (lambda x: 5 if x == 2 else 0, "only where it fails")
    wholly = (lambda x: 5 if x == 2 else 2 * x, "everywhere")
    judge = exercise(((1,), (2,)), (partly, wholly))
    assert "everywhere" in judge(lambda x: 5 if x == 2 else 2 * x).text
    assert "only where" in exercise(((1,), (2,)), (partly,))(wholly[0]).text


def test_one_wrong_case_among_many_fails():
    judge = exercise(tuple((x,) for x in range(20)))
    verdict = judge(lambda x: 2 * x + (x == 13))
    assert verdict.status == "failed"
    assert "input:    13\nexpected: 26\ngot:      27\n" in verdict.text


def test_two_mistakes_get_the_hint_of_the_one_that_shows_first():
    judge = exercise(
        ((np.array([1.0, 2, 3]),), (np.array([-1.0, 2, 3]),)),
        ((lambda x: x + 2, "a product, not a sum."),),
    )
    verdict = judge(lambda x: x + 2 if x[0] > 0 else x - 2)
    assert verdict.text.endswith("Hint: a product, not a sum.")
    small = exercise(((1,), (2,)), ((lambda x: 3, "always 3."),))
    assert small(lambda x: 4 - x).text.endswith("Hint: twice as much.")


def test_what_was_to_be_done_by_hand_does_not_pass_otherwise():
    x = np.array([[1.0, -2.0]])
    judge = FunctionExercise(
        "relu", lambda x: np.maximum(x, 0), ((x,),), (), "", by_hand=LIBRARIES
    )
    assert judge(lambda x: np.where(x > 0, x, 0))
    for answer, package in (
        (keras.ops.relu, "keras"),
        (lambda x: keras.layers.ReLU()(x), "keras"),
        (lambda x: tf.nn.crelu(x)[:, :2], "tensorflow"),
        (
            lambda x: scratch.pool2d(np.stack([x, 0 * x])[..., None], 1).max(0)[
                ..., 0
            ],
            "cnn_course",
        ),
    ):
        verdict = judge(answer)
        assert verdict.status == "failed"
        assert f"right, but {package} has computed" in verdict.text


def test_one_of_several_results_is_looked_at():
    x = np.array([[1.0, 2, 4], [3, 5, 6]])
    judge = FunctionExercise(
        "sums",
        lambda x: (x, x.sum(axis=0), x.sum(axis=1)),
        ((x,),),
        (
            (
                lambda x: (x, x.mean(axis=0), x.mean(axis=1)),
                "a sum, not a mean.",
            ),
        ),
        "add up.",
        results=("itself", "columns", "rows"),
    )
    assert judge(lambda x: [x, x.sum(axis=0), list(x.sum(axis=1))])
    for answer, words in (
        (lambda x: (x, x.mean(axis=0), x[0, 0]), "columns first: a sum, not"),
        (lambda x: (x, x.sum(axis=0), x.mean(axis=1)), "rows first: a sum, n"),
        (lambda x: (x, x.sum(axis=0), None), "rows is None"),
        (lambda x: (x, x.sum(axis=0), x[0]), "rows first: the shape must be"),
        (lambda x: (x, x.sum(axis=1), x.sum(axis=0)), "in another order: ret"),
        (lambda x: (x, x.sum(axis=0)), "return 3 arrays with a comma between"),
        (lambda x: x.sum(), "return 3 arrays with a comma between them"),
        (lambda x: x.shape[7], "stops in line"),
    ):
        assert words in judge(answer).text.split("Hint: ")[1]


def test_a_list_that_was_changed_is_noticed():
    judge = FunctionExercise("total", sum, (([1, 2],),), (), "")
    for spoil in (list.clear, lambda x: x.append(0), lambda x: x.reverse()):

        def total(x, spoil=spoil):
            answer = sum(x)
            spoil(x)
            return answer

        assert "writes into" in judge(total).text


def test_another_error_is_not_the_right_error():
    def right(x):
        raise ValueError("no")

    judge = exercise(((1,),), right=right)
    assert judge(lambda x: int("no"))  # a ValueError too
    assert not judge(lambda x: [][x])
    assert not judge(lambda x: ValueError("no"))
    assert not judge(lambda x: 2)


@pytest.mark.parametrize(("close", "passed"), [(1e-9, True), (1e-4, False)])
def test_rounding_is_forgiven_and_error_is_not(close, passed):
    judge = exercise(((1.5,), (1000.0,)))
    assert judge(lambda x: 2 * x * (1 + close)).passed is passed


def test_count_must_be_exact():
    judge = exercise(((10**8,),))
    assert judge(lambda x: 2.0 * x)
    assert not judge(lambda x: 2 * x + 1)
    assert not check.dense_weights(30_000_001)


def test_an_error_names_its_line():
    def flip(kernel):
        rows = len(kernel)
        return kernel[rows]  # one past the end

    line = flip.__code__.co_firstlineno + 2
    verdict = check.flip(flip)
    assert f"the call stops in line {line} with IndexError" in verdict.text
