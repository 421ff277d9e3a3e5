// Pooling for the demos, part 2 of 5: where the gradient of local pooling goes.

/**
 * Hand each upstream gradient to input cells and add up what overlapping windows give.
 * @param {number[][]} grad H' x W'
 * @param {(row: number, col: number) => [number, number][]} sharesOf position and share of each cell of a window
 * @returns {number[][]} H x W
 */
function scatterGradient(grad, map, sharesOf) {
  const width = map[0].length;
  const plane = new Float64Array(map.length * width);
  grad.forEach((line, row) =>
    line.forEach((upstream, col) => {
      for (const [position, share] of sharesOf(row, col)) plane[position] += upstream * share;
    }),
  );
  return rowsOf(plane, map.length, width);
}

/** Gradient of maxPool2d: all of it to the winner. @param {number[][]} grad H' x W' @returns {number[][]} H x W */
function maxPool2dBackward(grad, map, options) {
  const { argmax } = maxPool2d(map, options);
  return scatterGradient(grad, map, (row, col) => (argmax[row][col] < 0 ? [] : [[argmax[row][col], 1]]));
}

/** Gradient of avgPool2d: an equal part to each cell. @param {number[][]} grad H' x W' @returns {number[][]} H x W */
function avgPool2dBackward(grad, map, options) {
  const windows = mapWindows(map.length, map[0].length, options);
  return scatterGradient(grad, map, (row, col) => {
    const share = 1 / averageDivisor(windows, row, col, options);
    return windowPositions(windows, row, col).map((position) => [position, share]);
  });
}

/** Gradient of sumPool2d: the whole to each cell. @param {number[][]} grad H' x W' @returns {number[][]} H x W */
function sumPool2dBackward(grad, map, options) {
  return avgPool2dBackward(grad, map, { ...options, divisorOverride: 1 });
}
