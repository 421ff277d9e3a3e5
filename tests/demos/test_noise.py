"""The noise demo: its state, its still picture, and what its windows must be by their definition."""

import numpy as np
import pytest
import traitlets
from hypothesis import given, settings
from hypothesis import strategies as st

from poolcourse.demos import NoiseDemo


def test_it_opens_on_independent_values_without_an_error_of_the_bias():
    demo = NoiseDemo()
    assert (demo.kernel_size, demo.correlation, demo.shift, demo.relu) == (4, 0.0, 0.0, False)


@pytest.mark.parametrize(
    "trait, value", [("kernel_size", 0), ("kernel_size", 9), ("correlation", 1.1), ("shift", -2.0), ("trials", 63)]
)
def test_a_setting_out_of_its_domain_is_refused_by_name(trait, value):
    with pytest.raises(traitlets.TraitError, match=trait):
        NoiseDemo(**{trait: value})


@settings(max_examples=20, deadline=None)
@given(kernel=st.integers(2, 8), correlation=st.floats(0, 0.95), seed=st.integers(0, 1000))
def test_windows_have_the_variance_of_the_mean_that_their_covariance_gives(kernel, correlation, seed):
    size, trials = kernel**2, 1000
    covariance = np.full((size, size), correlation) + (1 - correlation) * np.eye(size)
    expected = covariance.mean()  # Var(mean) = the mean of all entries of the covariance
    means = NoiseDemo(kernel_size=kernel, correlation=correlation, trials=trials, seed=seed).windows().mean(axis=1)
    # a sample variance of 1000 normal numbers has a standard error of sqrt(2 / 999) of itself
    assert abs(means.var(ddof=1) - expected) < 6 * expected * np.sqrt(2 / (trials - 1))


def test_one_value_has_variance_one_and_two_of_a_window_the_correlation_that_is_set():
    x = NoiseDemo(kernel_size=8, correlation=0.5, trials=1000).windows()
    assert abs(x.var() - 1) < 0.1  # four standard errors
    pairs = np.corrcoef(x.T)[np.triu_indices(64, 1)]
    assert abs(pairs.mean() - 0.5) < 0.1


def test_a_shift_moves_every_value_and_a_relu_cuts_what_is_negative():
    clean, moved = NoiseDemo().windows(), NoiseDemo(shift=0.5).windows()
    np.testing.assert_allclose(moved - clean, 0.5)
    np.testing.assert_array_equal(NoiseDemo(relu=True).windows(), np.where(clean > 0, clean, 0))


def test_the_still_picture_shows_noise_and_two_pooled_maps_of_eight_by_eight_windows():
    figure = NoiseDemo(kernel_size=3).picture()
    noise, means, largest = (ax.images[0].get_array() for ax in figure.axes[:3])
    assert noise.shape == (24, 24)
    blocks = np.asarray(noise).reshape(8, 3, 8, 3)
    np.testing.assert_allclose(means, blocks.mean(axis=(1, 3)))
    np.testing.assert_allclose(largest, blocks.max(axis=(1, 3)))


def test_the_words_of_the_still_picture_name_the_window():
    assert "5 by 5" in NoiseDemo(kernel_size=5).alt()
