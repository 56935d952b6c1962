import keras
import numpy as np

from cnn_course.console.progress import bar, fit_bar


def test_bar_gives_the_items_and_leaves_nothing(capsys):
    assert list(bar([3, 1, 2], "counting", mininterval=0)) == [3, 1, 2]
    out, err = capsys.readouterr()
    assert "counting: " in out
    assert "3/3" in out
    assert out.rpartition("\r")[2].strip() == ""
    assert err == ""


def test_bar_of_a_generator_counts_to_total(capsys):
    items = (n for n in range(2))
    assert list(bar(items, "d", total=2, mininterval=0)) == [0, 1]
    assert "2/2" in capsys.readouterr().out


def test_fit_bar_counts_epochs(capsys):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    callback = fit_bar("training")
    x = np.ones((4, 1))
    model.fit(x, x, epochs=3, verbose=0, callbacks=[callback])
    out, err = capsys.readouterr()
    assert "training: " in out
    assert callback.bar.n == callback.bar.total == 3
    assert out.rpartition("\r")[2].strip() == ""
    assert err == ""
