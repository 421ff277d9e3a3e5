// Pooling for the demos, part 3 of 5: stochastic pooling, and the seeded chance that it and the noise demo need.

/**
 * Chance of each activation of a window, a_i / sum(a); all 0 where the window is all 0.
 * @param {number[]} activations >= 0
 * @returns {number[]} as many
 */
function stochasticProbabilities(activations) {
  const sum = activations.reduce((total, value) => total + value, 0);
  return activations.map((value) => (sum === 0 ? 0 : value / sum));
}

/**
 * Index of the activation that a uniform number draws: the first whose running sum exceeds draw * sum(a).
 * @param {number} draw in [0, 1)
 * @returns {number} -1 where the window is all 0
 */
function stochasticChoice(activations, draw) {
  const threshold = draw * activations.reduce((total, value) => total + value, 0);
  let running = 0;
  return activations.findIndex((value) => {
    running += value;
    return running > threshold;
  });
}

/** Mean weighted by the activations themselves, sum(a^2) / sum(a), which stands for the draw at test time. */
function stochasticExpectation(activations) {
  return stochasticProbabilities(activations).reduce((total, share, index) => total + share * activations[index], 0);
}

/** Call `visit(positions, activations, row, col)` on each window of a map; H' x W' of what it returns. */
function mapOverWindows(map, options, visit) {
  const plane = planeOf(map);
  const windows = mapWindows(map.length, map[0].length, options);
  return Array.from({ length: windows.rows.cells }, (_, row) =>
    Array.from({ length: windows.columns.cells }, (__, col) => {
      const positions = windowPositions(windows, row, col);
      return visit(positions, positions.map((position) => plane[position]), row, col);
    }),
  );
}

/**
 * One activation of each window, drawn with the probability a_i / sum(a).
 * @param {number[][]} map H x W, >= 0
 * @param {number[][]|null} draws H' x W' in [0, 1); null gives the test-time mean, weighted by the same probabilities
 * @returns {{values: number[][], chosen: number[][]|null}} H' x W'; `chosen` is the position drawn, -1 in a window of
 *   zeros, whose value is 0; null at test time
 */
function stochasticPool2d(map, options, draws = null) {
  if (draws === null) {
    const values = mapOverWindows(map, options, (_, activations) => stochasticExpectation(activations));
    return { values, chosen: null };
  }
  const chosen = mapOverWindows(map, options, (positions, activations, row, col) => {
    const index = stochasticChoice(activations, draws[row][col]);
    return index < 0 ? -1 : positions[index];
  });
  const width = map[0].length;
  const valueAt = (position) => (position < 0 ? 0 : map[Math.floor(position / width)][position % width]);
  return { values: chosen.map((line) => line.map(valueAt)), chosen };
}

/**
 * Gradient of stochasticPool2d: all of it to the activation drawn; at test time (draws null) the derivative of
 * sum(a^2) / sum(a), which is (2 a_i - value) / sum(a).
 * @param {number[][]} grad H' x W'
 * @returns {number[][]} H x W
 */
function stochasticPool2dBackward(grad, map, options, draws = null) {
  if (draws !== null) {
    const { chosen } = stochasticPool2d(map, options, draws);
    return scatterGradient(grad, map, (row, col) => (chosen[row][col] < 0 ? [] : [[chosen[row][col], 1]]));
  }
  const shares = mapOverWindows(map, options, (positions, activations) => {
    const sum = activations.reduce((total, value) => total + value, 0);
    const value = stochasticExpectation(activations);
    return positions.map((position, index) => [position, sum === 0 ? 0 : (2 * activations[index] - value) / sum]);
  });
  return scatterGradient(grad, map, (row, col) => shares[row][col]);
}

/** Seeded uniform numbers in [0, 1): the generator mulberry32. @param {number} seed integer @returns {() => number} */
function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Standard normal numbers from uniform ones (Box and Muller), two from two.
 * @param {() => number} uniform in [0, 1)
 * @returns {() => number}
 */
function normalFrom(uniform) {
  let spare = null;
  return () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    // 1 - u, because the logarithm needs a number above 0 and u may be 0
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
