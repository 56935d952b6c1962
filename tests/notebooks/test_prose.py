"""Every claim of the prose is proved, and a false one is found."""

import re

import nbformat
import prose
import pytest

TABLE = prose.table()


@pytest.mark.parametrize("name", prose.names())
def test_every_claim_is_proved(name):
    unbound, wrong, _ = prose.read(prose.page(name), TABLE.get(name, {}))
    assert wrong == []
    assert unbound == []


def test_the_table_is_about_pages_that_there_are():
    assert set(TABLE) <= set(prose.names())


# --- a false sentence is found -----------------------------------------------


def planted(name, sentence):
    """The page with one more sentence before its summary."""
    cells = list(prose.page(name).cells)
    (end,) = (i for i, c in enumerate(cells) if "## Summary" in c.source)
    cells.insert(end, nbformat.v4.new_markdown_cell(sentence))
    return prose.Page(cells), end


@pytest.mark.parametrize(
    ("name", "sentence", "found"),
    [
        ("06", "The training reaches a mAP of 0.75.", "0.75"),
        ("08", "The deeper network learns faster.", "faster"),
        ("11", "The smaller ResNet, too, beats the larger one.", "beats"),
        ("13", "Memory is about forty times the weights.", "forty times"),
        ("13", "In the largest it is two to three times.", "three times"),
        ("13", "This machine would train for 370 days.", "370 days"),
        ("15", "Fine-tuned is ahead of frozen in 6 of 6 runs.", "6 of 6"),
        ("15", "The three places take 1.1, 6.9 and 4.3 ms.", "6.9"),
        ("16", "Two thirds of the kinds are mixed up.", "Two thirds"),
        ("21", "A tenth of the regions holds an object.", "A tenth"),
        ("21", "Nearly half of the boxes overlap.", "half"),
        ("22", "Skip connections gain 0.17 on average.", "0.17"),
        ("23", "A shift changes more pixels than a new letter.", "than"),
        ("26", "It is right for 83 % in new rooms.", "83 %"),
        ("27", "One device would be busy for 616 days.", "616 days"),
    ],
)
def test_planted_sentence_is_found(name, sentence, found):
    page, cell = planted(name, sentence)
    unbound, _, _ = prose.read(page, TABLE.get(name, {}))
    assert (cell, sentence, found) in unbound


def rewritten(name, change):
    """The page with its prose changed by a function of a cell's text."""
    return prose.Page(
        [
            nbformat.v4.new_markdown_cell(change(cell.source))
            if cell.cell_type == "markdown"
            else cell
            for cell in prose.page(name).cells
        ]
    )


@pytest.mark.parametrize(
    ("name", "true", "false"),
    [
        ("01", "takes up 9 % of", "takes up 90 % of"),
        ("01", "five times as strong", "six times as strong"),
        ("04", "less than half as strong", "less than a third as strong"),
        ("07", "at least 97 % right", "at least 99 % right"),
        ("13", "15 billion", "150 billion"),
    ],
)
def test_changed_sentence_is_found(name, true, false):
    page = rewritten(name, lambda text: text.replace(true, false))
    unbound, _, _ = prose.read(page, TABLE[name])
    assert unbound


def with_other_numbers(page, change):
    """The page with each number changed that is proved without a line."""
    cells = list(page.cells)
    for index, start, end, text, kind in reversed(list(page.claims())):
        if kind:
            hit = re.fullmatch(prose.NUMBER, text[start:end])
            value, places = prose.value(hit)
            number = f"{change(value):.{places}f} {hit['unit'] or ''}"
            before, after = text[:start], cells[index].source[end:]
            cells[index] = nbformat.v4.new_markdown_cell(
                before + number + after
            )
    return prose.Page(cells)


@pytest.mark.parametrize(
    "change", [lambda x: x + 1, lambda x: 1.3 * x], ids=["+ 1", "× 1.3"]
)
def test_few_numbers_stand_there_by_chance(change):
    """Of the numbers that are proved without a line, change every one."""

    def proved(page):
        return sum(kind is not None for *_, kind in page.claims())

    pages = [prose.page(name) for name in prose.names()]
    right = sum(map(proved, pages))
    wrong = sum(proved(with_other_numbers(page, change)) for page in pages)
    assert right > 300
    assert wrong < right / 8


# --- the lines of the table --------------------------------------------------

CODE = """
assert share > 0.25
print(f"{share:.0%}")
"""


def small_page(text):
    """A notebook of one section, with an assert, an output and a setting."""
    code = nbformat.v4.new_code_cell(CODE.strip())
    code.outputs = [nbformat.v4.new_output("stream", text="28% of 1,234\n")]
    ignored = nbformat.v4.new_code_cell("epochs = 17")
    ignored.metadata["tags"] = ["nbval-ignore-output"]
    ignored.outputs = [nbformat.v4.new_output("stream", text="took 33 s")]
    make = nbformat.v4.new_markdown_cell
    return prose.Page(
        [make("# Small"), make("## One"), code, ignored, make(text)]
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("It is 28 % of them.", "output"),
        ("It is over 25 % of them.", "assert"),
        ("All 1 234 pictures.", "output"),
        ("Trained for 17 epochs.", "setting"),
        ("It is 17 % of them.", "unbound"),
        ("It took 33 s.", "unbound"),
        ("It is 1.7 of them.", "unbound"),
        ("It is 28 times as much.", "unbound"),
        ("## Two\n\nIt is 28 % of them.", "unbound"),
        ("## Two\n\nAll 1 234 pictures.", "output"),
        ("## Summary\n\nIt is 28 % of them.", "output"),
        ("It is half of them.", "unbound"),
    ],
)
def test_proof_of_a_number(text, kind):
    _, _, kinds = prose.read(small_page(text), {})
    assert kinds == {kind: 1}


@pytest.mark.parametrize(
    "line",
    [
        "assert: share > 0.25",
        "output: 28% of 1,234",
        "setting: epochs = 17",
        "sum: 0.25 < 28 / 100 < 1 / 2",
        "fact: 01 dense weights",
        "file: tests/notebooks/test_prose.py::def small_page(",
        "source: Somebody 2015",
        "source: the notes",
        "assert 01: share",
        "once: on two cores",
        "figure: the one above",
        "free: an idiom",
    ],
)
def test_line_proves(line):
    page = small_page("More than a quarter is.")
    assert prose.read(page, {"More than a quarter": line})[:2] == ([], [])


@pytest.mark.parametrize(
    ("words", "line", "why"),
    [
        ("More than a quarter", "assert: share > 0.35", "is not proved"),
        ("More than a quarter", "output: took 33 s", "is not proved"),
        ("More than a quarter", "sum: 28 / 100 < 1 / 4", "is not proved"),
        ("More than a quarter", "sum: 29 / 100 > 1 / 4", "is not proved"),
        ("More than a quarter", "fact: 99 unknown", "is not proved"),
        ("More than a quarter", "file: setup.cfg::x", "is not proved"),
        ("More than a quarter", "source: somewhere", "is not proved"),
        ("More than a quarter", "other: kind", "is not proved"),
        ("More than a third", "free: gone", "stands 0 times"),
        ("is", "free: too short", "stands 2 times"),
        ("all of it", "free: nothing", "has no claim that needs it"),
    ],
)
def test_line_is_wrong(words, line, why):
    page = small_page("More than a quarter is, and all of it is.")
    _, wrong, _ = prose.read(page, {words: line})
    assert [(said, reason[: len(why)]) for said, reason in wrong] == [
        (words, why)
    ]


# --- what is a claim ---------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Three layers and 3 filters of 28×28×3, between −1 and 1.",
        "`fit(25)`, and $25 \\cdot 25$.",
        "```\nrun 25\n```",
        "See [notebook 25](25_inside.ipynb), notebooks 18 to 21, section 11.",
        "LeNet-5, VGG-16, conv12, float32 and block 4a, in 1998 (Keras 3.15).",
        "**12.** Write a function.",
        "Is it twice as fast, or 30 % slower?",
        "**Runs:** 80 s on two CPU cores, 1.4 GB of memory.",
        "<!-- map: written by make notebooks --> 80 s <!-- end of map -->",
        "One rather than two, at most.",
    ],
)
def test_no_claim(text):
    assert prose.claims(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12 of 1 234 are 97.5 %.", ["12", "1 234", "97.5 %"]),
        ("about forty times", ["forty times"]),
        ("9 times in 20", ["9 times", "20"]),
        ("twice; a third; three tenths; half", 4),
        ("a tenth of it, doubled, halves", 3),
        ("nine of ten; three out of five", 2),
        ("twenty seconds, two points, 5 ms", 3),
        ("Most are faster, better than, beaten; nearly all", 6),
        ("more of them than a new letter", ["than"]),
        ("Which one? The 25 others.", ["25"]),
    ],
)
def test_claim(text, found):
    words = [text[start:end] for start, end in prose.claims(text)]
    assert found in (words, len(words))
