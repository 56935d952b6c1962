"""B5 to B7 by themselves: half of the time of all eight."""

import pytest
from test_efficientnet import assert_same_as_keras


@pytest.mark.parametrize(("number", "side"), [(5, 456), (6, 528), (7, 600)])
def test_same_as_keras(number, side):
    assert_same_as_keras(number, side)
