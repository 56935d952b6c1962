import pytest
import versions

HERE = {"numpy": "2.4.6", "scikit-learn": "1.8.0", "tqdm": "4.70.1"}


def report(**releases):
    """What pip would install, as it writes it down."""
    return {
        "version": "1",
        "install": [
            {"metadata": {"name": name, "version": release}}
            for name, release in releases.items()
        ],
    }


@pytest.mark.parametrize(
    ("releases", "told"),
    [
        ({"numpy": "2.4.6", "Scikit_Learn": "1.8.0"}, []),
        (
            {"numpy": "2.5.0", "Scikit_Learn": "1.8.0"},
            ["numpy 2.4.6 -> 2.5.0"],
        ),
        ({"numpy": "2.4.6", "scikit-learn": "1.8.0", "tqdm": "5.0"}, []),
    ],
)
def test_only_named_packages_count(releases, told):
    names = ["numpy", "scikit-learn"]
    found = versions.changes(report(**releases), names, HERE.get)
    assert found == told


def test_a_package_that_pip_would_not_install_is_an_error():
    with pytest.raises(KeyError, match="tqdm"):
        versions.changes(report(numpy="2.4.6"), ["numpy", "tqdm"], HERE.get)


def test_what_opens_the_course_is_named():
    named = versions.named()
    assert {"keras", "numpy", "tensorflow", "jupyterlab", "jax"} <= set(named)
    assert "pytest" not in named
