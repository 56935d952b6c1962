import pytest
from drawn_sets import draw_set, write_coco, write_voc

from cnn_course.detection.readers import read_coco, read_voc


@pytest.fixture(scope="session")
def drawn_and_read(tmp_path_factory):
    """Drawn pictures as the readers give them: {"coco": ..., "voc": ...}."""
    folder = tmp_path_factory.mktemp("drawn")
    drawn = draw_set(0, 32)
    return {
        "coco": read_coco(
            write_coco(drawn, folder / "coco"), folder / "coco/pictures"
        ),
        "voc": read_voc(write_voc(drawn, folder / "voc")),
    }
