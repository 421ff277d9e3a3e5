// Pooling for the demos, part 4 of 5: global pooling, class activation maps, adaptive bins, pyramids and regions.
// Ends of bins and boxes are exclusive: [start, end).

/**
 * Mean, largest value or sum of one rectangle of a map.
 * @param {number[][]} map H x W
 * @param {{top: number, bottom: number, left: number, right: number}} area
 * @param {"max"|"avg"|"sum"} mode
 */
function poolArea(map, { top, bottom, left, right }, mode) {
  let result = mode === "max" ? -Infinity : 0;
  for (let row = top; row < bottom; row += 1)
    for (let col = left; col < right; col += 1)
      result = mode === "max" ? Math.max(result, map[row][col]) : result + map[row][col];
  return mode === "avg" ? result / ((bottom - top) * (right - left)) : result;
}

/** The whole of a map as an area for poolArea. */
function wholeArea(map) {
  return { top: 0, bottom: map.length, left: 0, right: map[0].length };
}

/** Mean of each map. @param {number[][][]} features C x H x W @returns {number[]} C */
function globalAvg(features) {
  return features.map((map) => poolArea(map, wholeArea(map), "avg"));
}

/** Largest value of each map. @param {number[][][]} features C x H x W @returns {number[]} C */
function globalMax(features) {
  return features.map((map) => poolArea(map, wholeArea(map), "max"));
}

/**
 * Class activation map: the sum of the maps, each times its weight; its mean is the class's score before the bias.
 * @param {number[][][]} features C x H x W
 * @param {number[]} weightRow C, the class's row of the last layer
 * @returns {number[][]} H x W
 */
function classActivationMap(features, weightRow) {
  return features[0].map((line, row) =>
    line.map((_, col) => features.reduce((sum, map, channel) => sum + weightRow[channel] * map[row][col], 0)),
  );
}

/** n bins [floor(i size / n), ceil((i + 1) size / n)) of one axis: they always number n, and may share cells. */
function adaptiveBins(size, n) {
  return Array.from({ length: n }, (_, i) => [Math.floor((i * size) / n), Math.ceil(((i + 1) * size) / n)]);
}

/**
 * Bins of a window of ceil(size / n) that slides by floor(size / n), the rule in the text of the SPP paper.
 * @returns {{bins: number[][], valid: boolean, window: number, stride: number, unread: number}} the bins that come
 *   out; whether there are n; the window, the stride, and the cells at the end that no bin reads. A stride of 0 (fewer
 *   cells than bins) gives no bins.
 */
function slidingBins(size, n) {
  const window = Math.ceil(size / n);
  const stride = Math.floor(size / n);
  const count = stride === 0 ? 0 : outputSize(size, window, stride);
  const bins = Array.from({ length: count }, (_, i) => [i * stride, i * stride + window]);
  const unread = size - (count === 0 ? 0 : bins[count - 1][1]);
  return { bins, valid: count === n, window, stride, unread };
}

/** Bins of one axis. @param {"adaptive"|"sliding"} rule @returns {{bins: number[][], valid: boolean}} */
function pyramidBins(size, n, rule) {
  return rule === "sliding" ? slidingBins(size, n) : { bins: adaptiveBins(size, n), valid: true };
}

/**
 * Pool a map to a fixed size, whatever its own.
 * @param {number[][]} map H x W
 * @param {number|number[]} size n or [rows, columns]
 * @param {"max"|"avg"|"sum"} mode
 * @returns {number[][]} rows x columns
 */
function adaptivePool2d(map, size, mode = "max") {
  const [rows, columns] = sizePair(size);
  return adaptiveBins(map.length, rows).map(([top, bottom]) =>
    adaptiveBins(map[0].length, columns).map(([left, right]) => poolArea(map, { top, bottom, left, right }, mode)),
  );
}

/**
 * Every bin of one box of a map, level after level, rows before columns.
 * @returns {{areas: object[][], valid: boolean}} for each level its {level, row, col, top, bottom, left, right}
 */
function pyramidAreas({ top, bottom, left, right }, levels, rule) {
  let valid = true;
  const areas = levels.map((level) => {
    const down = pyramidBins(bottom - top, level, rule);
    const across = pyramidBins(right - left, level, rule);
    valid = valid && down.valid && across.valid;
    return down.bins.flatMap(([first, last], row) =>
      across.bins.map(([begin, end], col) => {
        return { level, row, col, top: top + first, bottom: top + last, left: left + begin, right: left + end };
      }),
    );
  });
  return { areas, valid };
}

/** The pyramid of one box: the vector and, for each of its entries, the channel, level, bin and cells it comes from. */
function pyramidOfBox(features, box, levels, mode, rule) {
  const { areas, valid } = pyramidAreas(box, levels, rule);
  const entries = areas.flatMap((areasOfLevel) =>
    features.flatMap((_, channel) => areasOfLevel.map((area) => ({ channel, ...area }))),
  );
  return { vector: entries.map((entry) => poolArea(features[entry.channel], entry, mode)), entries, valid };
}

/**
 * Spatial pyramid pooling: level after level, each flattened as (C, n, n).
 * @param {number[][][]} features C x H x W
 * @param {number[]} levels bins a side
 * @param {"max"|"avg"|"sum"} mode
 * @param {"adaptive"|"sliding"} rule
 * @returns {{vector: number[], entries: object[], valid: boolean}} C * sum(n * n) numbers; for each of them {channel,
 *   level, row, col, top, bottom, left, right}; `valid` is false where the sliding rule gave another number of bins,
 *   and then the vector has another length
 */
function spatialPyramidPool2d(features, levels = [6, 3, 2, 1], mode = "max", rule = "adaptive") {
  return pyramidOfBox(features, wholeArea(features[0]), levels, mode, rule);
}

/**
 * A box of image pixels in cells of the map, by the SPP paper's Appendix A; never empty.
 * @param {number[]} box x1, y1, x2, y2
 * @param {number} stride image pixels a cell
 * @returns {number[]} x1, y1, x2, y2 in cells
 */
function projectBox([x1, y1, x2, y2], stride) {
  const begin = (low, high) => Math.min(Math.floor(low / stride) + 1, Math.ceil(high / stride) - 1);
  return [begin(x1, x2), begin(y1, y2), Math.ceil(x2 / stride), Math.ceil(y2 / stride)];
}

/**
 * The pyramid of each box on one shared map.
 * @param {number[][][]} features C x H x W
 * @param {number[][]} boxes x1, y1, x2, y2 each, in cells, as projectBox gives them
 * @returns {{vector: number[], entries: object[], valid: boolean}[]} one a box, as spatialPyramidPool2d
 */
function regionPyramidPool2d(features, boxes, levels = [6, 3, 2, 1], mode = "max") {
  return boxes.map(([left, top, right, bottom]) =>
    pyramidOfBox(features, { top, bottom, left, right }, levels, mode, "adaptive"),
  );
}
