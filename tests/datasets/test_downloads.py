import errno
from urllib.error import URLError

import pytest

from cnn_course.datasets import downloads


@pytest.mark.parametrize(
    ("error", "failed"),
    [
        (URLError("no host"), True),
        (ConnectionResetError("reset"), True),
        (TimeoutError("timed out"), True),
        (Exception("URL fetch failure on https://host/x: None -- gone"), True),
        (OSError(errno.ENOSPC, "No space left on device"), False),
        (PermissionError("the cache"), False),
        (ValueError("hash mismatch"), False),
    ],
)
def test_only_the_network_counts(error, failed):
    assert downloads.failed(error) is failed
