// The noise demo: windows of noise drawn live, what their mean and their largest value do, and how it goes with the window's size.

const NOISE_TRAITS = ["kernel_size", "correlation", "shift", "relu", "trials", "seed"];
const NOISE_SIDE = 8; // windows along each side of the map that is drawn
const NOISE_KERNELS = [1, 2, 3, 4, 5, 6, 7, 8];
const NOISE_REACH = 3; // the colours and the histogram's middle reach this many standard deviations
const LARGEST_WINDOW = NOISE_KERNELS[NOISE_KERNELS.length - 1] ** 2;

/** Normal numbers of one seed, drawn once and read again by every window size, so that a slider moves one thing at a time. */
function noiseSource() {
  let [seed, numbers] = [null, []];
  return (wanted, count) => {
    if (seed !== wanted || numbers.length < count) numbers = Float64Array.from({ length: count }, normalFrom(mulberry32(wanted)));
    seed = wanted;
    let place = 0;
    return () => numbers[place++];
  };
}

/** Windows of each size for one set of draws, and what theory and these draws say of them; kept until the draws change. */
function noiseRuns() {
  const source = noiseSource();
  let [key, runs] = ["", null];
  return (seed, trials, correlation) => {
    if (key !== `${seed} ${trials} ${correlation}`) {
      const windows = NOISE_KERNELS.map((side) => correlatedWindows(source(seed, trials * (LARGEST_WINDOW + 1)), trials, side * side, correlation));
      runs = {
        windows,
        theory: NOISE_KERNELS.map((side) => expectedVarianceOfMean(side * side, correlation)),
        variances: windows.map(varianceOfMean),
        biases: windows.map((samples) => biasOfMax(samples)),
      };
      key = `${seed} ${trials} ${correlation}`;
    }
    return runs;
  };
}

/** What stands between the noise and the pooling: an error of the bias, and perhaps a ReLU. */
function disturbed(samples, shift, relu) {
  return samples.map((values) => values.map((value) => (relu ? Math.max(0, value + shift) : value + shift)));
}

/** The first windows laid out as one map. @returns {Float64Array} */
function noiseMap(samples, kernel) {
  const side = NOISE_SIDE * kernel;
  return Float64Array.from({ length: side * side }, (_, index) => {
    const [row, col] = [Math.floor(index / side), index % side];
    const place = Math.floor(row / kernel) * NOISE_SIDE + Math.floor(col / kernel);
    return samples[place][(row % kernel) * kernel + (col % kernel)];
  });
}

/** The average of some values in words; adding 0 makes a negative zero a plain one. */
function levelText(values) {
  return numberText(Math.round(100 * mean(values)) / 100 + 0);
}

/** Share of the values in each bar of a histogram. */
function shares(values, low, step, bars) {
  const counts = new Array(bars).fill(0);
  for (const value of values) counts[Math.min(bars - 1, Math.max(0, Math.floor((value - low) / step)))] += 1;
  return counts.map((count) => count / values.length);
}

/** Axes of a small chart with ticks. @returns {{svg, layer, x(value), y(value), draw(parts, words)}} */
function chartIn(part, { x, y, xTicks, yTicks, xLabel, yLabel }) {
  const [left, right, top, bottom] = [34, 226, 22, 128];
  const across = (value) => left + ((value - x[0]) / (x[1] - x[0])) * (right - left);
  const up = (value) => bottom - ((Math.min(y[1], Math.max(y[0], value)) - y[0]) / (y[1] - y[0])) * (bottom - top);
  const svg = node("svg", { class: "pc-drawing", viewBox: "0 0 232 164", width: "100%", role: "img", style: "max-width: 26rem" });
  svg.append(node("path", { class: "pc-axis", d: `M${left} ${top} V${bottom} H${right}` }));
  for (const tick of xTicks) svg.append(node("text", { x: across(tick), y: bottom + 15, "text-anchor": "middle" }, numberText(tick)));
  for (const tick of yTicks) svg.append(node("text", { x: left - 5, y: up(tick) + 4, "text-anchor": "end" }, numberText(tick)));
  svg.append(node("text", { class: "pc-faint", x: (left + right) / 2, y: 160, "text-anchor": "middle" }, xLabel));
  svg.append(node("text", { class: "pc-faint", x: 2, y: 11 }, yLabel));
  const layer = node("g");
  svg.append(layer);
  part.add(svg);
  const draw = (parts, words) => {
    layer.replaceChildren(...parts);
    svg.setAttribute("aria-label", words);
  };
  return { x: across, y: up, draw };
}

/** A line through points of a chart. */
function lineThrough(chart, points, colour, dashes = "") {
  const path = points.map(([x, y]) => `${chart.x(x)},${chart.y(y)}`).join(" ");
  return node("polyline", { points: path, fill: "none", "stroke-dasharray": dashes, "stroke-width": 2, style: `stroke: ${colour}` });
}

/** An operator's sign at a point of a chart; the current one is larger and outlined. */
function signAt(chart, x, y, { sign, colour }, current) {
  const style = `fill: ${colour}; font-size: ${current ? 20 : 12}px${current ? "; stroke: var(--pc-ink); stroke-width: 1px" : ""}`;
  return node("text", { x: chart.x(x), y: chart.y(y) + (current ? 7 : 4), "text-anchor": "middle", style }, sign);
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "noise",
    label: "Noise demo: the mean and the largest value of windows of noise",
    task: "set the correlation to 0.5, then make the window as large as you can. How far down can you push the variance of the mean?",
  });
  rangeControl(frame, model, { trait: "kernel_size", label: "Kernel, cells", min: 1, max: 8 });
  rangeControl(frame, model, { trait: "correlation", label: "Correlation in a window", min: 0, max: 1, step: 0.05 });
  rangeControl(frame, model, { trait: "shift", label: "Error of the bias, σ", min: -1, max: 1, step: 0.1 });
  checkControl(frame, model, { trait: "relu", label: "ReLU before pooling" });
  rangeControl(frame, model, { trait: "trials", label: "Windows drawn", min: 100, max: 1000, step: 100 });
  buttonControl(frame, "Draw again", () => put(model, { seed: model.get("seed") + 1 }));
  resetControl(frame, model, NOISE_TRAITS);

  const maps = panel(frame, "Noise in, pooled maps out");
  maps.element.style.cssText = "flex: 0 0 auto; width: 100%";
  const row = node("div", { style: "display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .6rem; max-width: 40rem" });
  const [noise, means, largest] = ["noise", "means", "largest values"].map((words) => node("canvas", { class: "pc-pixels", role: "img", "aria-label": words }));
  const titles = ["noise", `${OPERATORS.avg.sign} mean`, `${OPERATORS.max.sign} largest`].map((text) => node("span", { class: "pc-title" }, text));
  row.append(...[noise, means, largest].map((canvas, index) => node("div", {}, titles[index], canvas)));
  const scale = scaleBar(true);
  maps.add(row, scale.element);
  scale.show(-NOISE_REACH, NOISE_REACH);
  titles[1].style.color = OPERATORS.avg.colour;
  titles[2].style.color = OPERATORS.max.colour;

  const spread = chartIn(panel(frame, "Where they fall"), { x: [-4, 5], y: [0, 1], xTicks: [-4, -2, 0, 2, 4], yTicks: [0, 0.5, 1], xLabel: "value, σ", yLabel: "share of windows" });
  const kernels = { x: [0.5, 8.5], xTicks: NOISE_KERNELS, xLabel: "kernel, cells" };
  const variance = chartIn(panel(frame, "Variance of the mean"), { ...kernels, y: [0, 1.2], yTicks: [0, 0.5, 1], yLabel: "σ², before any ReLU; line: theory" });
  const bias = chartIn(panel(frame, "Bias of the largest"), { ...kernels, y: [0, 2.6], yTicks: [0, 1, 2], yLabel: "σ, before any ReLU" });
  const runsOf = noiseRuns();

  function paintMaps(samples, kernel) {
    const side = NOISE_SIDE * kernel;
    const plane = noiseMap(samples, kernel);
    const ends = { low: -NOISE_REACH, high: NOISE_REACH, signed: true };
    paintMap(noise, plane, side, side, ends);
    noise.setAttribute("aria-label", `${side} × ${side} values of noise in windows of ${kernel} × ${kernel}`);
    for (const [canvas, operator] of [[means, "avg"], [largest, "max"]]) {
      const { data, height, width } = poolPlane(plane, side, side, { kernelSize: kernel }, operator);
      paintMap(canvas, data, height, width, ends);
      canvas.setAttribute("aria-label", `the ${operator === "avg" ? "means" : "largest values"} of the windows, average ${levelText(data)}`);
    }
  }

  function paintSpread(samples, averages, maxima) {
    const [low, step, bars] = [-4, 0.25, 36];
    const kinds = [["one value", samples.map((values) => values[0]), "var(--pc-muted)"], [`${OPERATORS.avg.sign} mean`, averages, OPERATORS.avg.colour], [`${OPERATORS.max.sign} largest`, maxima, OPERATORS.max.colour]];
    const parts = kinds.flatMap(([words, values, colour], index) => {
      const steps = shares(values, low, step, bars).flatMap((share, bar) => [[low + bar * step, share], [low + (bar + 1) * step, share]]);
      return [
        lineThrough(spread, [[low, 0], ...steps], colour, index === 0 ? "3 3" : ""),
        node("text", { x: 228, y: 26 + 15 * index, "text-anchor": "end", style: `fill: ${colour}` }, `${words}: ${levelText(values)}`),
      ];
    });
    spread.draw(parts, `Histogram. Averages: ${kinds.map(([words, values]) => `${words} ${levelText(values)}`).join(", ")}.`);
  }

  /** Both curves against the kernel; the signs are the windows drawn, the line is theory. */
  function paintCurves({ theory, variances, biases }, kernel) {
    const points = (values) => values.map((value, index) => [NOISE_KERNELS[index], value]);
    const signs = (chart, values, operator) => points(values).map(([x, y]) => signAt(chart, x, y, OPERATORS[operator], x === kernel));
    const words = (values) => values.map((value) => numberText(value)).join(", ");
    variance.draw([lineThrough(variance, points(theory), "var(--pc-muted)"), ...signs(variance, variances, "avg")], `Variance of the mean for kernels 1 to 8: ${words(variances)}.`);
    bias.draw([lineThrough(bias, points(biases), OPERATORS.max.colour, "3 3"), ...signs(bias, biases, "max")], `Bias of the largest for kernels 1 to 8: ${words(biases)}.`);
  }

  function paint() {
    const [kernel, correlation, shift, relu, trials, seed] = NOISE_TRAITS.map((trait) => model.get(trait));
    const runs = runsOf(seed, trials, correlation);
    const clean = runs.windows[kernel - 1];
    const samples = disturbed(clean, shift, relu);
    const averages = samples.map(mean);
    const maxima = samples.map((values) => Math.max(...values));
    paintMaps(samples, kernel);
    paintSpread(samples, averages, maxima);
    paintCurves(runs, kernel);
    const size = kernel * kernel;
    const first = `${trials} windows of ${kernel} × ${kernel} = ${size} ${size === 1 ? "value" : "values"}, correlation ${numberText(correlation)}: the variance of the mean is ${numberText(runs.variances[kernel - 1], 3)} (theory ${numberText(runs.theory[kernel - 1], 3)}, one value has 1), and the largest lies ${numberText(runs.biases[kernel - 1])} σ above the true mean.`;
    const after = relu ? ` After the ReLU the mean averages ${levelText(averages)} and the largest ${levelText(maxima)}.` : "";
    const moved = (pooled) => {
      const before = disturbed(clean, 0, relu);
      return numberText(mean(samples.map(pooled)) - mean(before.map(pooled)), 3);
    };
    const error = shift ? ` The error of ${numberText(shift)} σ moves the mean by ${moved(mean)} and the largest by ${moved((values) => Math.max(...values))}.` : "";
    frame.say(first + after + error);
  }
  return keepPainted(model, paint);
}
export default { render };
