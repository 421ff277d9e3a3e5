import numpy as np
import pytest

from poolcourse.experiments.noise import CORRELATIONS, KERNELS, suppresses_shift, suppresses_variance


def test_measured_variances_follow_the_formula_for_a_common_correlation():
    values = suppresses_variance(0, "all", quick=False)
    for name, rho in CORRELATIONS.items():
        expected = [rho + (1 - rho) / k**2 for k in KERNELS]
        np.testing.assert_allclose(values[f"variance_{name}"], expected, rtol=0.04)


def test_the_largest_of_four_and_of_nine_normal_values_have_the_known_means():
    values = suppresses_shift(0, "all", quick=False)
    assert values["max_of_4"] == pytest.approx(1.0294, abs=0.01)  # tables of order statistics
    assert values["max_of_9"] == pytest.approx(1.4850, abs=0.01)


def test_a_bias_passes_through_max_and_average_alike():
    assert suppresses_shift(3, "all", quick=True)["bias_exact"] < 1e-5
