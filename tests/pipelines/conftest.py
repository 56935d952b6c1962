import pytest
from picture_files import write_picture


@pytest.fixture
def folder(tmp_path):
    """12 pictures of cats and 28 of dogs, each of its own noise."""
    for i in range(40):
        name = f"cats/{i}.png" if i < 12 else f"dogs/{i}.jpg"
        write_picture(tmp_path / "pets" / name, seed=i)
    return tmp_path / "pets"
