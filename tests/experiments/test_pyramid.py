import pytest

from poolcourse.experiments.pyramid import FITS, LEAVES_CELLS, WRONG_COUNT, sliding_outcome


@pytest.mark.parametrize("n", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("a", range(6, 41))
def test_a_sliding_outcome_is_what_laying_the_windows_out_gives(a, n):
    window, stride = -(-a // n), a // n
    starts = [start for start in range(0, a, stride) if start + window <= a]
    covered = {cell for start in starts for cell in range(start, start + window)}
    expected = WRONG_COUNT if len(starts) != n else FITS if covered == set(range(a)) else LEAVES_CELLS
    assert sliding_outcome(a, n) == expected
