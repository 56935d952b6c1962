"""Answers to the exercises of notebook 11: right ones and wrong ones."""

import keras
from keras import layers


def connections(num_layers):
    return sum(range(1, num_layers + 1))


def connections_between_layers(num_layers):
    return sum(range(num_layers))


def final_channels(num_layers, growth_rate):
    channels = 2 * growth_rate
    for block, count in enumerate(num_layers):
        if block > 0:
            channels //= 2
        channels += count * growth_rate
    return channels


def final_channels_halves_at_the_end(num_layers, growth_rate):
    channels = 2 * growth_rate
    for count in num_layers:
        channels = (channels + count * growth_rate) // 2
    return channels


def final_channels_never_halves(num_layers, growth_rate):
    return 2 * growth_rate + sum(num_layers) * growth_rate


def final_channels_keeps_halves(num_layers, growth_rate):
    channels = 2 * growth_rate
    for block, count in enumerate(num_layers):
        if block > 0:
            channels *= 0.5
        channels += count * growth_rate
    return channels


def final_channels_begins_with_k(num_layers, growth_rate):
    channels = growth_rate
    for block, count in enumerate(num_layers):
        if block > 0:
            channels //= 2
        channels += count * growth_rate
    return channels


def final_channels_begins_with_64(num_layers, growth_rate):
    channels = 64
    for block, count in enumerate(num_layers):
        if block > 0:
            channels //= 2
        channels += count * growth_rate
    return channels


def final_channels_halves_first(num_layers, growth_rate):
    channels = 2 * growth_rate
    for count in num_layers:
        channels = channels // 2 + count * growth_rate
    return channels


def final_channels_returns_in_the_loop(num_layers, growth_rate):
    channels = 2 * growth_rate
    for count in num_layers:
        channels += count * growth_rate
        return channels


def dense_layer_weights(channels, growth_rate):
    squeeze = 1 * 1 * channels * (4 * growth_rate)
    grow = 3 * 3 * (4 * growth_rate) * growth_rate
    return squeeze + grow


def dense_layer_weights_without_bottleneck(channels, growth_rate):
    return 3 * 3 * channels * growth_rate


def dense_layer_weights_forgets_nine(channels, growth_rate):
    return channels * 4 * growth_rate + 4 * growth_rate * growth_rate


def dense_layer_weights_two_to_4k(channels, growth_rate):
    wide = 4 * growth_rate
    return channels * wide + 9 * wide * wide


def densely_connected(x, num_layers, growth_rate):
    for _ in range(num_layers):
        y = layers.BatchNormalization()(x)
        y = layers.Activation("relu")(y)
        y = layers.Conv2D(4 * growth_rate, 1, use_bias=False)(y)
        y = layers.BatchNormalization()(y)
        y = layers.Activation("relu")(y)
        y = layers.Conv2D(growth_rate, 3, padding="same", use_bias=False)(y)
        x = layers.concatenate([x, y])
    return x


def densely_connected_by_list(x, num_layers, growth_rate):
    def composite(x, filters, kernel_size):
        x = keras.ops.relu(layers.BatchNormalization(epsilon=1e-5)(x))
        how = {"padding": "same", "use_bias": False}
        return layers.Conv2D(filters, kernel_size, **how)(x)

    maps = [x]
    while len(maps) <= num_layers:
        read = keras.ops.concatenate(maps, -1) if len(maps) > 1 else x
        maps.append(
            composite(composite(read, 4 * growth_rate, 1), growth_rate, 3)
        )
    return keras.ops.concatenate(maps, -1)


def densely_connected_by_steps(step, hand_on=None):
    """A learner's loop, with one layer and what is handed on put in."""

    def densely_connected(x, num_layers, growth_rate):
        start = x
        for _ in range(num_layers):
            y = step(step(x, 4 * growth_rate, 1), growth_rate, 3)
            x = hand_on(start, x, y) if hand_on else layers.concatenate([x, y])
        return x

    return densely_connected


def norm_relu_conv(x, filters, kernel_size):
    x = layers.ReLU()(layers.BatchNormalization()(x))
    how = {"padding": "same", "use_bias": False}
    return layers.Conv2D(filters, kernel_size, **how)(x)


def conv_norm_relu(x, filters, kernel_size):
    how = {"padding": "same", "use_bias": False}
    x = layers.Conv2D(filters, kernel_size, **how)(x)
    return layers.ReLU()(layers.BatchNormalization()(x))


def with_biases(x, filters, kernel_size):
    x = layers.ReLU()(layers.BatchNormalization()(x))
    return layers.Conv2D(filters, kernel_size, padding="same")(x)


def without_norms(x, filters, kernel_size):
    how = {"padding": "same", "use_bias": False}
    return layers.Conv2D(filters, kernel_size, **how)(layers.ReLU()(x))


def densely_connected_no_bottleneck(x, num_layers, growth_rate):
    for _ in range(num_layers):
        x = layers.concatenate([x, norm_relu_conv(x, growth_rate, 3)])
    return x


def densely_connected_only_new(x, num_layers, growth_rate):
    new = []
    for _ in range(num_layers):
        y = layers.concatenate([x, *new]) if new else x
        y = norm_relu_conv(y, 4 * growth_rate, 1)
        new.append(norm_relu_conv(y, growth_rate, 3))
    return layers.concatenate(new) if len(new) > 1 else new[0]


def densely_connected_returns_in_the_loop(x, num_layers, growth_rate):
    for _ in range(num_layers):
        y = norm_relu_conv(x, 4 * growth_rate, 1)
        x = layers.concatenate([x, norm_relu_conv(y, growth_rate, 3)])
        return x


RIGHT = {
    "connections": connections,
    "final_channels": final_channels,
    "dense_layer_weights": dense_layer_weights,
    "copied_maps": 10 * 24 + 12 * 10 * 11 // 2,
    "densely_connected": densely_connected,
}

ALSO_RIGHT = {"densely_connected": [densely_connected_by_list]}

WRONG = {
    "connections": [
        ("no_input", connections_between_layers, "the block's input counts"),
        ("chain", lambda num_layers: num_layers, "that is a chain"),
        ("all_pairs", lambda num_layers: num_layers**2, "only those before"),
        ("other", lambda num_layers: num_layers + 7, "add them up"),
    ],
    "final_channels": [
        ("at_the_end", final_channels_halves_at_the_end, "after the last"),
        ("never", final_channels_never_halves, "transitions are missing"),
        ("halves", final_channels_keeps_halves, "round down"),
        ("one_k", final_channels_begins_with_k, "block gets 2k channels"),
        ("halves_first", final_channels_halves_first, "no transition halves"),
        ("stem_64", final_channels_begins_with_64, "only at k = 32"),
        ("in_loop", final_channels_returns_in_the_loop, "inside the loop"),
        ("other", lambda num_layers, k: k, "begin with 2k"),
    ],
    "dense_layer_weights": [
        (
            "no_bottleneck",
            dense_layer_weights_without_bottleneck,
            "brings them to 4k first",
        ),
        ("nine", dense_layer_weights_forgets_nine, "nine weights"),
        (
            "reads_k",
            lambda c, k: c * 4 * k + 3 * 3 * k * k,
            "4k channels, not k",
        ),
        ("reads_all", lambda c, k: c * 4 * k + 9 * c * k, "1×1 one puts out"),
        ("caret", lambda c, k: c * 4 * k + 9 * 4 * k ^ 2, "is no power"),
        ("other", lambda c, k: c + k, "First 1×1 from all"),
        ("both_4k", dense_layer_weights_two_to_4k, "k channels, not 4k"),
    ],
    "copied_maps": [
        ("last", 24 + 10 * 12, "add the nine before"),
        ("new", 10 * 12, "new maps alone"),
        ("read", sum(range(24, 24 + 120, 12)), "what the layers read"),
        ("last_ten_times", 10 * 144, "by then"),
        ("pixels", 900 * 14 * 14, "whatever their pixels"),
        ("other", 1000, "add them up"),
    ],
    "densely_connected": [
        (
            "conv_first",
            densely_connected_by_steps(conv_norm_relu),
            "ReLU, convolution",
        ),
        ("biases", densely_connected_by_steps(with_biases), "use_bias=False"),
        (
            "no_norms",
            densely_connected_by_steps(without_norms),
            "normalisations are missing",
        ),
        (
            "chain",
            densely_connected_by_steps(norm_relu_conv, lambda s, x, y: y),
            "that is a chain",
        ),
        (
            "adds",
            densely_connected_by_steps(norm_relu_conv, lambda s, x, y: x + y),
            "concatenated",
        ),
        (
            "new_first",
            densely_connected_by_steps(
                norm_relu_conv, lambda s, x, y: layers.concatenate([y, x])
            ),
            "come behind",
        ),
        (
            "from_the_start",
            densely_connected_by_steps(
                norm_relu_conv, lambda s, x, y: layers.concatenate([s, y])
            ),
            "gets lost",
        ),
        ("no_bottleneck", densely_connected_no_bottleneck, "1×1 convolution"),
        ("only_new", densely_connected_only_new, "belongs to its output"),
        ("returns", densely_connected_returns_in_the_loop, "does the loop run"),
    ],
}
