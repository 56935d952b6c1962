"""The course as a learner meets it: JupyterLab, opened in a browser."""

import json
import re
import time

import nbformat
import pytest

# One of each kind: the way in, sliders, training with progress bars. nbval
# runs all notebooks; here it is JupyterLab that is tested.
MINUTES = {  # room enough with another notebook running beside
    "00_start_here": 4,
    "02_padding": 6,
    "06_first_convnet": 10,
    "19_iou_nms_anchors": 8,
}
SLIDERS = ["02_padding", "19_iou_nms_anchors"]


def run_all(page, minutes):
    """Clear all outputs, run all cells, wait until none is waiting."""
    page.menu("Edit", "Clear Outputs of All Cells")
    page.menu("Run", "Run All Cells")
    quiet_since, end = None, time.monotonic() + 60 * minutes
    while quiet_since is None or time.monotonic() < quiet_since + 3:
        assert time.monotonic() < end, f"still runs after {minutes} minutes"
        page.wait_for_timeout(250)
        waiting = page.locator(".jp-InputPrompt", has_text="[*]").count()
        if waiting or not page.get_by_text("| Idle").count():
            quiet_since = None
        elif quiet_since is None:
            quiet_since = time.monotonic()


def saved(page, path):
    """Save as a learner does; read what is on the disk then.

    JupyterLab may be writing, by itself or for us, while we look: what
    counts is a file that is newer and has rested for a second.
    """
    before = path.stat().st_mtime_ns
    page.keyboard.press("Control+s")
    last, rested = before, 0
    for _ in range(300):
        page.wait_for_timeout(100)
        now = path.stat().st_mtime_ns
        rested = rested + 1 if now == last else 0
        last = now
        if now != before and rested == 10:
            return nbformat.read(path, as_version=4)
    raise AssertionError(f"{path.name} was not saved within 30 seconds")


def look(page, pictures, stem):
    """Photograph the notebook, one screen after the other."""
    panel = page.locator(".jp-WindowedPanel-outer").first
    number, bottom = 0, False
    panel.evaluate("panel => panel.scrollTo(0, 0)")
    while not bottom:
        page.wait_for_timeout(300)
        page.screenshot(path=pictures / f"{stem}_{number:02d}.png")
        number += 1
        bottom = panel.evaluate(
            "panel => { panel.scrollBy(0, 850); return panel.scrollTop"
            " + panel.clientHeight >= panel.scrollHeight - 1; }"
        )
    assert number > 3


def figures(cell):
    return sum("image/png" in o.get("data", {}) for o in cell.outputs)


@pytest.mark.parametrize("stem", MINUTES)
def test_runs_to_the_end_and_its_slider_moves(stem, learner, course, pictures):
    path = course / "notebooks" / f"{stem}.ipynb"
    stored = nbformat.read(path, as_version=4)
    page = learner(stem)
    run_all(page, MINUTES[stem])
    now = saved(page, path)
    look(page, pictures, stem)
    assert page.wrong == []
    assert page.get_by_text("Failed to load", exact=False).count() == 0
    for before, cell in zip(stored.cells, now.cells, strict=True):
        assert cell.source == before.source
        if cell.cell_type == "code":
            assert cell.execution_count, f"not run: {cell.source}"
            kinds = {output.output_type for output in cell.outputs}
            streams = {output.get("name") for output in cell.outputs}
            raises = "raises-exception" in cell.metadata.get("tags", [])
            assert "error" not in kinds or raises, json.dumps(cell.outputs)
            assert "stderr" not in streams, cell.outputs
            assert figures(cell) == figures(before), cell.source
    if stem in SLIDERS:
        assert_slider_moves_figure(page)
        page.screenshot(path=pictures / f"{stem}_slider.png")


def assert_slider_moves_figure(page):
    explorer = page.locator(
        ".jp-OutputArea-output", has=page.locator(".widget-image")
    ).first
    explorer.scroll_into_view_if_needed()
    picture = explorer.locator("img").first
    assert picture.evaluate("image => image.width <= image.naturalWidth")
    handle = explorer.get_by_role("slider").first
    before, seen = picture.get_attribute("src"), picture.screenshot()
    value = handle.get_attribute("aria-valuenow")
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "([image, before]) => image.src != before && image.complete",
        arg=[picture.element_handle(), before],
        timeout=20_000,
    )
    assert handle.get_attribute("aria-valuenow") != value
    assert picture.screenshot() != seen


def do_exercise(page, cell, code):
    """Write an answer into a cell, run it, return what it says."""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(
        "([prompt, before]) => /[0-9]/.test(prompt.innerText)"
        " && prompt.innerText != before",
        arg=[prompt.element_handle(), before],
        timeout=60_000,
    )
    page.get_by_text("| Idle").wait_for(timeout=60_000)
    return cell.locator(".jp-OutputArea").inner_text()


def test_an_exercise_wrong_then_right(learner, pictures):
    page = learner("02_padding")
    run_all(page, MINUTES["02_padding"])
    cell = page.locator(".jp-CodeCell").filter(
        has_text=re.compile(r"check\.same_padding\(same_padding\)")
    )
    cell.scroll_into_view_if_needed()
    assert "○ same_padding" in cell.locator(".jp-OutputArea").inner_text()
    answer = (
        "def same_padding(kernel_size):\n    return {}\n\n\n"
        "check.same_padding(same_padding)"
    )
    said = do_exercise(page, cell, answer.format("kernel_size - 1"))
    assert "✗ same_padding" in said
    assert "Hint: that is the total; half of it goes to each end." in said
    page.screenshot(path=pictures / "exercise_wrong.png")
    said = do_exercise(page, cell, answer.format("(kernel_size - 1) // 2"))
    assert "✗" in said  # an even kernel has no such padding
    said = do_exercise(
        page,
        cell,
        (
            "def same_padding(kernel_size):\n"
            "    if kernel_size % 2 == 0:\n"
            '        raise ValueError("odd kernels only")\n'
            "    return (kernel_size - 1) // 2\n\n\n"
            "check.same_padding(same_padding)"
        ),
    )
    assert "✓ same_padding" in said
    page.screenshot(path=pictures / "exercise_right.png")


def test_a_link_leads_to_its_entry_in_the_glossary(learner, pictures):
    page = learner("01_edge_detection")
    for term in "gradient descent", "object detection":
        heading = page.locator("h3", has_text=term)
        # JupyterLab opens the glossary at its top; then it finds the place.
        for _ in range(2):
            page.get_by_role("tab", name="01_edge_detection").click()
            link = page.locator(".jp-MarkdownOutput a", has_text=term).first
            link.click()
            heading.wait_for(timeout=30_000)
            page.wait_for_timeout(2000)
        assert 0 < heading.bounding_box()["y"] < 500  # pixels, of 1000
    page.screenshot(path=pictures / "glossary.png")
