// The multi-size demo: the measured accuracy at each test size, the picture at that size, and the cells of each bin.

const SIZE_TRAITS = ["test_size", "level", "image"];
const CHART = { width: 380, height: 230, left: 40, right: 12, top: 12, bottom: 40 };
const TRAINED = {
  one: { sign: "○", colour: "var(--pc-muted)", dash: "6 4" },
  many: { sign: OPERATORS.pyramid.sign, colour: OPERATORS.pyramid.colour, dash: null },
};

/** Side of the last map of our small network: two 2 × 2 poolings with stride 2. */
function mapSide(pixels) {
  return outputSize(outputSize(pixels, 2, 2), 2, 2);
}

/** The cells that the bins of one axis get: "2 cells", or "2 to 3 cells". */
function binCells(side, level) {
  const lengths = adaptiveBins(side, level).map(([start, end]) => end - start);
  const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
  return least === most ? `${least} cell${least === 1 ? "" : "s"}` : `${least} to ${most} cells`;
}

/** Where the accuracies go on paper. @returns {{x(size), y(accuracy), low: number}} */
function chartScales(sizes, curves) {
  const least = Math.min(...Object.values(curves).flatMap(({ low }) => low));
  const low = Math.max(0, Math.floor(least / 10) * 10);
  const across = CHART.width - CHART.left - CHART.right;
  const down = CHART.height - CHART.top - CHART.bottom;
  const [first, last] = [sizes[0], sizes[sizes.length - 1]];
  return { x: (size) => CHART.left + (across * (size - first)) / (last - first), y: (value) => CHART.top + (down * (100 - value)) / (100 - low), low };
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "multi_size",
    label: "Multi-size demo: accuracy against the size of the test images",
    task: "both networks take every size. Move the test size: at which sizes does each of them win, and by how much?",
  });
  const sizes = model.get("sizes");
  const curves = model.get("curves");
  const trainedAt = model.get("trained_at");
  const choice = addControl(frame, "Side of the test images, px", node("input", { type: "range", min: 0, max: sizes.length - 1, step: 1, oninput: () => put(model, { test_size: sizes[choice.input.valueAsNumber] }) }));
  numberControl(frame, model, { trait: "level", label: "Level drawn, bins a side", min: 1, max: 4 });
  selectControl(frame, model, { trait: "image", label: "Picture", options: Object.keys(model.get("images")).map((name) => [name, name]) });
  resetControl(frame, model, SIZE_TRAITS);

  const graph = panel(frame, "Measured test accuracy, per cent");
  const seen = panel(frame, "");
  const shared = panel(frame, "");
  graph.element.style.minWidth = "min(100%, 19rem)";
  const chart = node("svg", { class: "pc-drawing", viewBox: `0 0 ${CHART.width} ${CHART.height}`, width: CHART.width, role: "img" });
  const legend = node("p", { class: "pc-caption" });
  graph.add(chart, legend);
  const canvas = node("canvas", { role: "img", style: "image-rendering: pixelated" });
  seen.add(canvas);
  const map = node("svg", { class: "pc-drawing", role: "img" });
  shared.add(map);
  const scales = chartScales(sizes, curves);
  const trainedText = (name) => `trained at ${trainedAt[name].join(", ")} px`;
  legend.append(...Object.entries(TRAINED).flatMap(([name, { sign, colour }]) => [node("span", { style: `color: ${colour}; font-weight: 600; display: block` }, `${sign} ${trainedText(name)}`)]), "Bands: 95 % intervals over the seeds.");

  /** Axes, bands and curves; the band is the 95 % interval over seeds. */
  function drawChart(chosen) {
    const { x, y, low } = scales;
    const [bottom, right] = [CHART.height - CHART.bottom, CHART.width - CHART.right];
    const levels = Array.from({ length: (100 - low) / 10 + 1 }, (_, step) => low + 10 * step);
    const lines = levels.map((value) => node("line", { x1: CHART.left, x2: right, y1: y(value), y2: y(value), stroke: "var(--pc-line)" }));
    const marks = levels.map((value) => node("text", { x: CHART.left - 6, y: y(value) + 4, "text-anchor": "end" }, `${value}`));
    const ticks = sizes.map((size) => node("text", { x: x(size), y: bottom + 16, "text-anchor": "middle", style: size === chosen ? "font-weight: 700" : "" }, `${size}`));
    const title = node("text", { x: (CHART.left + right) / 2, y: CHART.height - 6, "text-anchor": "middle" }, "side of the test images, px");
    const now = node("line", { x1: x(chosen), x2: x(chosen), y1: CHART.top, y2: bottom, stroke: "var(--pc-focus)", "stroke-width": 2 });
    const drawn = Object.entries(TRAINED).flatMap(([name, { sign, colour, dash }]) => {
      const { mean: middle, low: under, high: over } = curves[name];
      const points = (values) => sizes.map((size, index) => `${x(size)},${y(values[index])}`);
      const band = node("path", { d: `M${[...points(over), ...points(under).reverse()].join("L")}Z`, fill: colour, opacity: 0.22 });
      const line = node("polyline", { points: points(middle).join(" "), fill: "none", stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dash });
      const signs = sizes.map((size, index) => node("text", { x: x(size), y: y(middle[index]) + 4.5, "text-anchor": "middle", style: `fill: ${colour}; font-weight: 700` }, sign));
      return [band, line, ...signs];
    });
    chart.replaceChildren(...lines, now, ...drawn, ...marks, ...ticks, title);
    chart.setAttribute("aria-label", `Two curves of accuracy against the test size, ${sizes[0]} to ${sizes[sizes.length - 1]} pixels; the line stands at ${chosen} pixels`);
  }
  chart.addEventListener("pointerdown", (event) => {
    const { left, width } = chart.getBoundingClientRect();
    const place = ((event.clientX - left) * CHART.width) / width;
    const distance = (size) => Math.abs(scales.x(size) - place);
    put(model, { test_size: sizes.reduce((best, size) => (distance(size) < distance(best) ? size : best)) });
  });

  function drawMap(side, level) {
    const cell = 16;
    map.setAttribute("viewBox", `-2 -2 ${side * cell + 4} ${side * cell + 4}`);
    map.setAttribute("width", side * cell + 4);
    const bins = adaptiveBins(side, level);
    const cells = Array.from({ length: side * side }, (_, index) => node("rect", { x: (index % side) * cell, y: Math.floor(index / side) * cell, width: cell, height: cell, fill: "var(--pc-paper)", stroke: "var(--pc-line)" }));
    const inset = (index) => 1.5 + (index % 2) * 2.5; // neighbours that share cells are told apart
    const marks = bins.flatMap(([top, bottom], row) => bins.map(([left, right], col) => node("rect", { x: left * cell + inset(col), y: top * cell + inset(row), width: (right - left) * cell - 2 * inset(col), height: (bottom - top) * cell - 2 * inset(row), fill: "none", stroke: OPERATORS.pyramid.colour, "stroke-width": 2, rx: 3 })));
    map.replaceChildren(...cells, ...marks);
    map.setAttribute("aria-label", `the last map, ${side} by ${side} cells, with ${level} by ${level} bins`);
  }

  function paint() {
    const [size, level, image] = SIZE_TRAITS.map((trait) => model.get(trait));
    const index = sizes.indexOf(size);
    choice.input.value = index;
    choice.value.textContent = size;
    choice.input.setAttribute("aria-valuetext", `${size} pixels`);
    const side = mapSide(size);
    drawChart(size);
    const pixels = resizeMap(model.get("images")[image], size, size);
    paintMap(canvas, pixels.flat(), size, size, { low: 0, high: 255 });
    canvas.style.width = `${size * 4}px`;
    canvas.setAttribute("aria-label", `the picture “${image}” at ${size} × ${size} pixels`);
    seen.title.textContent = `The picture at ${size} × ${size} px`;
    drawMap(side, level);
    shared.title.textContent = `The last map: ${side} × ${side} cells`;
    shared.caption.textContent = `Its ${level} × ${level} bins of ${binCells(side, level)} a side.`;
    const found = Object.keys(TRAINED).map((name) => {
      const { mean: middle, low, high } = curves[name];
      return `${trainedText(name)}: ${numberText(middle[index], 1)} % (95 % interval ${numberText(low[index], 1)} to ${numberText(high[index], 1)})`;
    });
    const gain = curves.many.mean[index] - curves.one.mean[index];
    frame.say(`Tested at ${size} px, ${found.join("; ")}. Training at many sizes ${gain >= 0 ? "gains" : "loses"} ${numberText(Math.abs(gain), 1)} points here. The ${image} fills a map of ${side} × ${side} cells: each of the ${level} × ${level} bins takes ${binCells(side, level)} a side, and the vector keeps its length.`);
  }
  return keepPainted(model, paint);
}
export default { render };
