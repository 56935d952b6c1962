"""Answers to the exercises of notebook 11: right ones and wrong ones."""


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


RIGHT = {
    "connections": connections,
    "final_channels": final_channels,
    "dense_layer_weights": dense_layer_weights,
    "copied_maps": 10 * 24 + 12 * 10 * 11 // 2,
}

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
        ("other", lambda c, k: c + k, "First 1×1 from all"),
        ("both_4k", dense_layer_weights_two_to_4k, "k channels, not 4k"),
    ],
    "copied_maps": [
        ("last", 24 + 10 * 12, "add the nine before"),
        ("new", 10 * 12, "new maps alone"),
        ("read", sum(range(24, 24 + 120, 12)), "what the layers read"),
        ("other", 1000, "add them up"),
    ],
}
