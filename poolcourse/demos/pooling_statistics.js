// Pooling for the demos, part 5 of 5: what readouts state, signals and resizing, Monte-Carlo estimates, and costs.

/** Mean of a flat list. @param {ArrayLike<number>} values @returns {number} NaN where it is empty */
function mean(values) {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index];
  return sum / values.length;
}

/** Standard deviation of a flat list, divided by n (the population's). @param {ArrayLike<number>} values */
function standardDeviation(values) {
  const centre = mean(values);
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += (values[index] - centre) ** 2;
  return Math.sqrt(sum / values.length);
}

/**
 * Sharpness of a plane: mean absolute difference of neighbours, beside and below, in the units of the values.
 * @param {ArrayLike<number>} plane H * W @returns {number} 0 for a single pixel
 */
function planeSharpness(plane, height, width) {
  let sum = 0;
  for (let row = 0, index = 0; row < height; row += 1) {
    for (let col = 0; col < width; col += 1, index += 1) {
      if (col + 1 < width) sum += Math.abs(plane[index + 1] - plane[index]);
      if (row + 1 < height) sum += Math.abs(plane[index + width] - plane[index]);
    }
  }
  return sum / Math.max(1, height * (width - 1) + (height - 1) * width);
}

/** Sharpness of a map. @param {number[][]} map H x W */
function sharpness(map) {
  return planeSharpness(planeOf(map), map.length, map[0].length);
}

/** Largest value of each window of a signal. @param {number[]} signal @returns {number[]} as many as windows fit */
function maxPool1d(signal, kernel, stride = kernel) {
  return maxPool2d([signal], { kernelSize: [1, kernel], stride: [1, stride] }).values[0];
}

/**
 * A signal smoothed by a centred odd filter that is scaled to sum 1; as long as it was.
 * @param {"reflect"|"wrap"} boundary what lies past an end: the mirror image without the end itself, or the other end
 */
function blur1d(signal, filter = [1, 2, 1], boundary = "reflect") {
  const n = signal.length;
  const half = (filter.length - 1) / 2;
  const total = filter.reduce((sum, weight) => sum + weight, 0);
  const period = boundary === "wrap" ? n : Math.max(1, 2 * (n - 1));
  const inside = (index) => {
    const folded = ((index % period) + period) % period;
    return folded < n ? folded : period - folded;
  };
  return signal.map(
    (_, at) => filter.reduce((sum, weight, tap) => sum + weight * signal[inside(at + tap - half)], 0) / total,
  );
}

/**
 * Anti-aliased max pooling: largest values at stride 1, a blur, then every stride-th (Zhang 2019, arXiv:1904.11486).
 * @param {number[]} signal
 * @returns {number[]}
 */
function blurPool1d(signal, kernel, stride = kernel, filter = [1, 2, 1], boundary = "reflect") {
  return blur1d(maxPool1d(signal, kernel, 1), filter, boundary).filter((_, index) => index % stride === 0);
}

/**
 * A pooled plane drawn at its input's size: each pixel takes the value of the window that starts at or before it.
 * @param {Float32Array|Float64Array} pooled H' * W'
 * @param {{height: number, width: number}} from size of the pooled plane
 * @param {{height: number, width: number}} to size wanted
 * @param {number|number[]} stride of the pooling
 */
function unpoolPlane(pooled, from, to, stride) {
  const [down, across] = sizePair(stride);
  const plane = new pooled.constructor(to.height * to.width);
  for (let row = 0, index = 0; row < to.height; row += 1) {
    const begin = Math.min(from.height - 1, Math.floor(row / down)) * from.width;
    for (let col = 0; col < to.width; col += 1, index += 1)
      plane[index] = pooled[begin + Math.min(from.width - 1, Math.floor(col / across))];
  }
  return plane;
}

/** unpoolPlane on a map. @param {number[][]} map H' x W' @returns {number[][]} height x width */
function unpoolNearest(map, stride, height, width) {
  const from = { height: map.length, width: map[0].length };
  return rowsOf(unpoolPlane(planeOf(map), from, { height, width }, stride), height, width);
}

/** For each of `wanted` places of an axis of `size` cells: the two cells around it and the second one's share. */
function resizeTaps(size, wanted, method) {
  return Array.from({ length: wanted }, (_, place) => {
    if (method === "nearest") return { low: Math.floor((place * size) / wanted), share: 0 };
    const centre = Math.min(size - 1, Math.max(0, ((place + 0.5) * size) / wanted - 0.5));
    return { low: Math.floor(centre), share: centre - Math.floor(centre) };
  });
}

/**
 * A map at another size, pixel centres at half integers as in torch's interpolate(align_corners=False).
 * @param {number[][]} map H x W
 * @param {"bilinear"|"nearest"} method
 * @returns {number[][]} height x width
 */
function resizeMap(map, height, width, method = "bilinear") {
  const columns = resizeTaps(map[0].length, width, method);
  const blend = (a, b, share) => (share === 0 ? a : a + (b - a) * share);
  const along = (line) => columns.map(({ low, share }) => blend(line[low], line[low + 1], share));
  const lines = map.map(along);
  return resizeTaps(map.length, height, method).map(({ low, share }) =>
    lines[low].map((value, col) => blend(value, share && lines[low + 1][col], share)),
  );
}

/**
 * Windows of normal numbers of variance 1 of which any two are correlated by the same amount.
 * @param {() => number} normal as normalFrom gives it
 * @param {number} correlation in [0, 1]
 * @returns {number[][]} trials x size
 */
function correlatedWindows(normal, trials, size, correlation = 0) {
  return Array.from({ length: trials }, () => {
    const shared = Math.sqrt(correlation) * normal();
    return Array.from({ length: size }, () => shared + Math.sqrt(1 - correlation) * normal());
  });
}

/** Variance, over windows, of their means. @param {number[][]} samples trials x size */
function varianceOfMean(samples) {
  return standardDeviation(samples.map(mean)) ** 2;
}

/** What theory says of it at variance 1: (1 + (size - 1) correlation) / size. */
function expectedVarianceOfMean(size, correlation = 0) {
  return (1 + (size - 1) * correlation) / size;
}

/** How far the largest of a window lies above the true mean, on average. @param {number[][]} samples trials x size */
function biasOfMax(samples, trueMean = 0) {
  return mean(samples.map((window) => Math.max(...window))) - trueMean;
}

/** Weights and biases of a convolution; the size of the map plays no part. @param {number|number[]} kernelSize */
function convolutionParameters(inChannels, outChannels, kernelSize, bias = true) {
  const [rows, columns] = sizePair(kernelSize);
  return outChannels * (inChannels * rows * columns + (bias ? 1 : 0));
}

/** Weights and biases of a fully connected layer. */
function fullyConnectedParameters(inputs, outputs, bias = true) {
  return outputs * (inputs + (bias ? 1 : 0));
}

/** A head that flattens C x H x W into one fully connected layer. */
function flattenHeadParameters(channels, height, width, classes, bias = true) {
  return fullyConnectedParameters(channels * height * width, classes, bias);
}

/** A head of global average pooling and one fully connected layer; the same for every H and W. */
function gapHeadParameters(channels, classes, bias = true) {
  return fullyConnectedParameters(channels, classes, bias);
}

/**
 * Multiplications of a stack of convolutions and pools on one image.
 * @param {object[]} layers {kernelSize, stride, padding, inChannels, outChannels}; a pool has no channels and costs
 *   nothing here
 * @returns {{multiplications: number, height: number, width: number}} and the size of the last map
 */
function stackCost(imageHeight, imageWidth, layers) {
  let [height, width, multiplications] = [imageHeight, imageWidth, 0];
  for (const layer of layers) {
    const { rows, columns } = mapWindows(height, width, { stride: 1, ...layer });
    [height, width] = [rows.cells, columns.cells];
    if (!layer.outChannels) continue;
    const weights = convolutionParameters(layer.inChannels, layer.outChannels, layer.kernelSize, false);
    multiplications += height * width * weights;
  }
  return { multiplications, height, width };
}

/**
 * Multiplications for `boxes` regions of one image: each cropped to crop x crop and sent through the stack on its own,
 * or all read from one map of the whole image.
 * @returns {{oneByOne: number, oneMap: number, ratio: number}}
 */
function regionCosts(imageHeight, imageWidth, crop, boxes, layers) {
  const oneByOne = boxes * stackCost(crop, crop, layers).multiplications;
  const oneMap = stackCost(imageHeight, imageWidth, layers).multiplications;
  return { oneByOne, oneMap, ratio: oneByOne / oneMap };
}
