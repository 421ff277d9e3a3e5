// Pooling for the demos, part 1 of 5: windows and local pooling. The files are joined, in order, in front of each
// demo's own script, so they declare top-level names and neither import, export nor touch the page.
//
// A map is an array of H rows of W numbers; features are an array of C maps; a plane is a flat Float32Array or
// Float64Array of H * W numbers, row after row. Options are {kernelSize, stride = kernelSize, padding = 0,
// dilation = 1, ceilMode = false, countIncludePad = true, divisorOverride = null}; a size is a number or a pair
// [rows, columns]; a padding of more than half the kernel is not meant to be used.
// Positions are row-major indices, row * W + column, as torch's return_indices gives them. No input is changed.

/** A size as a pair [rows, columns]. @param {number|number[]} size @returns {number[]} */
function sizePair(size) {
  return Array.isArray(size) ? size : [size, size];
}

/**
 * Number of output cells along one axis; 0 where the window does not fit.
 * With `ceilMode` a last window may overhang the end, but it must start inside the input or its left padding.
 */
function outputSize(size, kernel, stride = null, padding = 0, dilation = 1, ceilMode = false) {
  const step = stride ?? kernel;
  const room = size + 2 * padding - dilation * (kernel - 1) - 1;
  const cells = (ceilMode ? Math.ceil(room / step) : Math.floor(room / step)) + 1;
  const startsOutside = ceilMode && (cells - 1) * step >= size + padding;
  return Math.max(0, startsOutside ? cells - 1 : cells);
}

/**
 * What one cell sees after each layer of a stack.
 * @param {number[][]} layers [kernelSize, stride, padding] each
 * @returns {{size: number, jump: number, start: number}[]} width of the field, distance between the fields of two
 *   neighbours, and the first input pixel of the first cell (negative: it begins in the padding), all in input pixels
 */
function receptiveField(layers) {
  let [size, jump, start] = [1, 1, 0];
  return layers.map(([kernel, stride, padding]) => {
    size += (kernel - 1) * jump;
    start -= padding * jump;
    jump *= stride;
    return { size, jump, start };
  });
}

/**
 * The windows of one axis. For each cell: `first`, its first tap inside the input; `inside`, how many taps lie in the
 * input; `counted`, how many lie in the input or its padding, which is what an average divides by (a ceil-mode
 * overhang is never counted).
 */
function axisWindows(size, kernel, stride, padding, dilation, ceilMode) {
  const cells = outputSize(size, kernel, stride, padding, dilation, ceilMode);
  const axis = { size, cells, dilation, sharesTaps: stride % dilation === 0, first: [], inside: [], counted: [] };
  for (let cell = 0; cell < cells; cell += 1) {
    const start = cell * stride - padding;
    const tapsBefore = (end) => Math.min(kernel, Math.ceil((end - start) / dilation));
    const skipped = start < 0 ? Math.ceil(-start / dilation) : 0;
    axis.first.push(start + skipped * dilation);
    axis.inside.push(Math.max(0, tapsBefore(size) - skipped));
    axis.counted.push(tapsBefore(size + padding));
  }
  return axis;
}

/** The windows of both axes of an H x W map. @returns {{rows: object, columns: object}} two axisWindows */
function mapWindows(height, width, options) {
  const kernel = sizePair(options.kernelSize);
  const stride = sizePair(options.stride ?? kernel);
  const padding = sizePair(options.padding ?? 0);
  const dilation = sizePair(options.dilation ?? 1);
  const along = (size, axis) =>
    axisWindows(size, kernel[axis], stride[axis], padding[axis], dilation[axis], options.ceilMode ?? false);
  return { rows: along(height, 0), columns: along(width, 1) };
}

/**
 * The cells under one window, row-major, padding included.
 * @param {object} options the usual ones, and `height` and `width` of the map
 * @returns {{row: number, col: number, inside: boolean, counted: boolean}[]} `inside` the map; `counted` in a divisor
 *   that includes padding (false on a ceil-mode overhang only)
 */
function windowCells(outRow, outCol, options) {
  const [kernelRows, kernelCols] = sizePair(options.kernelSize);
  const [strideRows, strideCols] = sizePair(options.stride ?? options.kernelSize);
  const [padRows, padCols] = sizePair(options.padding ?? 0);
  const [stepRows, stepCols] = sizePair(options.dilation ?? 1);
  const cells = [];
  for (let tap = 0; tap < kernelRows * kernelCols; tap += 1) {
    const row = outRow * strideRows - padRows + Math.floor(tap / kernelCols) * stepRows;
    const col = outCol * strideCols - padCols + (tap % kernelCols) * stepCols;
    const inside = row >= 0 && row < options.height && col >= 0 && col < options.width;
    cells.push({ row, col, inside, counted: row < options.height + padRows && col < options.width + padCols });
  }
  return cells;
}

/** Row-major positions of the input cells under window (row, col) of `windows`, as mapWindows gives them. */
function windowPositions({ rows, columns }, row, col) {
  const positions = [];
  for (let i = 0; i < rows.inside[row]; i += 1) {
    const begin = (rows.first[row] + i * rows.dilation) * columns.size + columns.first[col];
    for (let j = 0; j < columns.inside[col]; j += 1) positions.push(begin + j * columns.dilation);
  }
  return positions;
}

/** How many windows read each pixel: H rows of W counts; 0 is never read. */
function coverageCount(height, width, options) {
  const { rows, columns } = mapWindows(height, width, options);
  const perLine = (axis) => {
    const reads = new Array(axis.size).fill(0);
    for (let cell = 0; cell < axis.cells; cell += 1)
      for (let tap = 0; tap < axis.inside[cell]; tap += 1) reads[axis.first[cell] + tap * axis.dilation] += 1;
    return reads;
  };
  const readsOfColumn = perLine(columns);
  return perLine(rows).map((reads) => readsOfColumn.map((count) => reads * count));
}

/** A map as a plane. @param {number[][]} map H x W @returns {Float64Array} H * W */
function planeOf(map) {
  return Float64Array.from(map.flat());
}

/** A plane as a map. @returns {number[][]} H x W */
function rowsOf(plane, height, width) {
  return Array.from({ length: height }, (_, row) => Array.from(plane.subarray(row * width, (row + 1) * width)));
}

/**
 * Largest value of each window of one axis, and where it was. The result is transposed, so that running it twice
 * reduces rows, then columns, and comes back upright. Of equal values the first wins, of several NaN the last, as in
 * torch; rows go first, which keeps that order row-major.
 */
function maxAlongAxis(source, positions, lines, axis) {
  const { dilation, sharesTaps } = axis;
  const values = new source.constructor(axis.cells * lines);
  const argmax = new Int32Array(axis.cells * lines);
  for (let line = 0; line < lines; line += 1) {
    let best = -Infinity;
    let at = -1;
    let index = 0;
    for (let cell = 0; cell < axis.cells; cell += 1) {
      const begin = line * axis.size + axis.first[cell];
      const end = begin + axis.inside[cell] * dilation;
      // while the last winner lies under this window too, only the cells that are new can beat it
      if (!sharesTaps || at < begin) {
        best = -Infinity;
        at = begin < end ? begin : -1;
        index = begin;
      }
      for (; index < end; index += dilation) {
        const value = source[index];
        if (value > best || value !== value) {
          best = value;
          at = index;
        }
      }
      values[cell * lines + line] = best;
      argmax[cell * lines + line] = positions && at >= 0 ? positions[at] : at;
    }
  }
  return { values, argmax };
}

/** Sums of all windows of a plane, in double precision: whole lines are added first, then cells within a line. */
function sumsOfWindows(plane, { rows, columns }) {
  const sums = new Float64Array(rows.cells * columns.cells);
  const line = new Float64Array(columns.size);
  for (let row = 0, out = 0; row < rows.cells; row += 1) {
    line.fill(0);
    for (let tap = 0; tap < rows.inside[row]; tap += 1) {
      let index = (rows.first[row] + tap * rows.dilation) * columns.size;
      for (let col = 0; col < columns.size; col += 1, index += 1) line[col] += plane[index];
    }
    for (let cell = 0; cell < columns.cells; cell += 1, out += 1) {
      let sum = 0;
      let col = columns.first[cell];
      for (let tap = 0; tap < columns.inside[cell]; tap += 1, col += columns.dilation) sum += line[col];
      sums[out] = sum;
    }
  }
  return sums;
}

/** What the average of window (row, col) divides its sum by. */
function averageDivisor({ rows, columns }, row, col, options) {
  if (options.divisorOverride != null) return options.divisorOverride;
  const count = (options.countIncludePad ?? true) ? "counted" : "inside";
  return rows[count][row] * columns[count][col];
}

/** Turn the sums of all windows into averages, in place. */
function divideByCounts(sums, windows, options) {
  for (let row = 0, index = 0; row < windows.rows.cells; row += 1)
    for (let col = 0; col < windows.columns.cells; col += 1, index += 1)
      sums[index] /= averageDivisor(windows, row, col, options);
}

/**
 * Pool one plane; the one arithmetic behind maxPool2d, avgPool2d and sumPool2d.
 * @param {Float32Array|Float64Array} plane H * W
 * @param {"max"|"avg"|"sum"} operator
 * @returns {{data: Float32Array|Float64Array, height: number, width: number, argmax: Int32Array|null}} the pooled
 *   plane, of the input's type; `argmax` for "max" only: the winner's position, -1 where a window sees only padding
 */
function poolPlane(plane, height, width, options, operator) {
  const windows = mapWindows(height, width, options);
  const { rows, columns } = windows;
  const size = { height: rows.cells, width: columns.cells };
  if (operator === "max") {
    const across = maxAlongAxis(plane, null, height, columns);
    const { values, argmax } = maxAlongAxis(across.values, across.argmax, columns.cells, rows);
    return { data: values, ...size, argmax };
  }
  const sums = sumsOfWindows(plane, windows);
  if (operator === "avg") divideByCounts(sums, windows, options);
  return { data: new plane.constructor(sums), ...size, argmax: null };
}

/** Pool a map with the operator named. @returns {{values: number[][], argmax: number[][]|null}} H' x W' each */
function pool2d(map, options, operator) {
  const { data, height, width, argmax } = poolPlane(planeOf(map), map.length, map[0].length, options, operator);
  return { values: rowsOf(data, height, width), argmax: argmax && rowsOf(argmax, height, width) };
}

/**
 * Largest value of each window, padding being -Infinity.
 * @param {number[][]} map H x W
 * @returns {{values: number[][], argmax: number[][]}} H' x W' each
 */
function maxPool2d(map, options) {
  return pool2d(map, options, "max");
}

/** Mean of each window, padding being 0. @param {number[][]} map H x W @returns {number[][]} H' x W' */
function avgPool2d(map, options) {
  return pool2d(map, options, "avg").values;
}

/** Sum of each window, padding being 0. @param {number[][]} map H x W @returns {number[][]} H' x W' */
function sumPool2d(map, options) {
  return pool2d(map, options, "sum").values;
}
