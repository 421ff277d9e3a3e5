// The redundancy demo: pool a photo, put it back at its size, see what is lost, and what a layer that follows has to learn.

const REDUNDANCY_TRAITS = ["photo", "operator", "kernel_size"];
const REDUCTIONS = { avg: OPERATORS.avg, max: OPERATORS.max, subsample: { name: "keep one cell", sign: "○", colour: "var(--pc-muted)" } };
const CURVE_KERNELS = [1, 2, 4, 8, 16, 32];
const OUTPUTS = 10; // of the fully connected layer that might follow
const FILTERS = 16; // of the 3 x 3 convolution that might follow

/** A picture after pooling without overlap. */
function reduced({ planes, height, width }, operator, kernel) {
  const options = operator === "subsample" ? { kernelSize: 1, stride: kernel } : { kernelSize: kernel };
  const results = planes.map((plane) => poolPlane(plane, height, width, options, operator === "avg" ? "avg" : "max"));
  return { planes: results.map(({ data }) => data), height: results[0].height, width: results[0].width };
}

/** A pooled picture at its input's size again. */
function enlarged(small, { height, width }, kernel) {
  return { planes: small.planes.map((plane) => unpoolPlane(plane, small, { height, width }, kernel)), height, width };
}

/** What the second picture lacks of the first, plane by plane. */
function difference(before, after) {
  return before.planes.map((plane, channel) => plane.map((value, index) => value - after.planes[channel][index]));
}

/** The mean squared error as a share of the photo's own variance, `before.variance`: 0 is nothing lost, 1 is as bad as one flat colour. */
function shareLost(before, lost) {
  const error = mean(lost.map((plane) => mean(plane.map((value) => value * value))));
  return error / before.variance;
}

/** The loss against the kernel for all three operators, on axes whose kernels double. */
function lossChart(part) {
  const [left, right, top, bottom] = [34, 222, 20, 132];
  const across = (kernel) => left + 6 + (Math.log2(kernel) / 5) * (right - left - 12);
  const up = (share) => bottom - Math.min(1, share) * (bottom - top);
  const svg = node("svg", { class: "pc-drawing", viewBox: "0 0 232 168", width: "100%", role: "img", style: "max-width: 20rem" });
  part.add(svg);
  return (curves, operator, kernel, share) => {
    const text = (attributes, words) => node("text", attributes, words);
    const { sign, colour } = REDUCTIONS[operator];
    svg.replaceChildren(
      node("path", { class: "pc-axis", d: `M${left} ${top} V${bottom} H${right}` }),
      ...CURVE_KERNELS.map((tick) => text({ x: across(tick), y: bottom + 15, "text-anchor": "middle" }, numberText(tick))),
      ...[0, 0.5, 1].map((tick) => text({ x: left - 4, y: up(tick) + 4, "text-anchor": "end" }, numberText(100 * tick))),
      text({ class: "pc-faint", x: (left + right) / 2, y: 163, "text-anchor": "middle" }, "kernel and stride, pixels"),
      text({ class: "pc-faint", x: 2, y: 11 }, "error, % of variance, cut at 100"),
      ...Object.entries(curves).map(([key, shares]) => node("polyline", { points: shares.map((value, index) => `${across(CURVE_KERNELS[index])},${up(value)}`).join(" "), fill: "none", "stroke-width": key === operator ? 3 : 1.5, "stroke-dasharray": { avg: "", max: "5 3", subsample: "2 3" }[key], style: `stroke: ${REDUCTIONS[key].colour}` })),
      text({ x: across(kernel), y: up(share) + 5, "text-anchor": "middle", style: `fill: ${colour}; font-size: 16px; stroke: var(--pc-ink); stroke-width: .7px` }, sign),
    );
    const words = Object.entries(curves).map(([key, shares]) => `${REDUCTIONS[key].name}: ${shares.map((value) => numberText(100 * value, 0)).join(", ")} %`);
    svg.setAttribute("aria-label", `Error in % of the variance at kernels 1, 2, 4, 8, 16 and 32. ${words.join("; ")}.`);
  };
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "redundancy",
    label: "Redundancy demo: pool a photo and put it back at its size",
    task: "a sixteenth of the numbers is left, and it is still a cup of coffee. Now choose “grass”: how large is the error with the same kernel? Then find the operator that makes it largest: worse than a cell picked blindly?",
  });
  const names = Object.keys(model.get("photos"));
  selectControl(frame, model, { trait: "photo", label: "Photo", options: names.map((name) => [name, name]) });
  selectControl(frame, model, { trait: "operator", label: "Operator", options: Object.entries(REDUCTIONS).map(([key, { name, sign }]) => [key, `${sign} ${name}`]) });
  rangeControl(frame, model, { trait: "kernel_size", label: "Kernel and stride, pixels", min: 1, max: 32 });
  resetControl(frame, model, REDUNDANCY_TRAITS);

  const parts = ["Input", "", "What is lost"].map((title) => panel(frame, title));
  const canvases = parts.map((part) => pictureIn(part, "photo"));
  const own = node("canvas", { class: "pc-pixels", role: "img", "aria-label": "pooled map", style: "margin-top: .5rem" });
  parts[1].element.insertBefore(own, parts[1].caption);
  const scale = scaleBar(true);
  parts[2].element.insertBefore(scale.element, parts[2].caption);
  scale.show(-0.5, 0.5);
  const chartPart = panel(frame, "Loss and kernel");
  const drawChart = lossChart(chartPart);
  for (const { element } of [...parts, chartPart]) element.style.cssText = "width: 100%";
  chartPart.caption.replaceChildren(...Object.values(REDUCTIONS).map(({ name, sign, colour }) => node("span", { style: `color: ${colour}; margin-right: .8em; white-space: nowrap` }, `${sign} ${name}`)));
  const ready = new Map();

  /** All photos are read and their curves worked out before the first is shown, so that a choice answers at once. */
  async function prepare() {
    for (const name of names) {
      const source = await readPhoto(model.get("photos")[name]);
      source.variance = mean(source.planes.map((plane) => standardDeviation(plane) ** 2));
      const lossOf = (operator) => (kernel) => shareLost(source, difference(source, enlarged(reduced(source, operator, kernel), source, kernel)));
      ready.set(name, { source, curves: Object.fromEntries(Object.keys(REDUCTIONS).map((operator) => [operator, CURVE_KERNELS.map(lossOf(operator))])) });
      if (name === model.get("photo")) paint();
    }
  }

  function paint() {
    const [name, operator, kernel] = REDUNDANCY_TRAITS.map((trait) => model.get(trait));
    if (!ready.has(name)) return frame.say(`Reading the photo “${name}” …`);
    const { source, curves } = ready.get(name);
    const small = reduced(source, operator, kernel);
    const again = enlarged(small, source, kernel);
    const lost = difference(source, again);
    const share = shareLost(source, lost);
    const { name: word, sign, colour } = REDUCTIONS[operator];
    const sizes = { before: `${source.width} × ${source.height}`, after: `${small.width} × ${small.height}` };
    paintPlanes(canvases[0], source);
    paintPlanes(canvases[1], again);
    paintPlanes(own, small);
    own.style.width = `${(100 * small.width) / source.width}%`;
    const shades = lost[0].map((_, index) => mean(lost.map((plane) => plane[index])));
    paintMap(canvases[2], shades, source.height, source.width, { low: -0.5, high: 0.5, signed: true });
    drawChart(curves, operator, kernel, share);
    parts[1].title.textContent = `${sign} ${word} of ${kernel} × ${kernel}, enlarged`;
    parts[1].title.style.color = colour;
    parts[0].caption.textContent = sizes.before;
    parts[1].caption.textContent = `Below it at its own size, ${sizes.after}.`;
    parts[2].caption.textContent = "Input minus enlarged, mean of the channels.";
    canvases[0].setAttribute("aria-label", `the photo “${name}”, ${sizes.before} pixels`);
    canvases[1].setAttribute("aria-label", `the photo after ${word} pooling, enlarged again`);
    own.setAttribute("aria-label", `the pooled photo at its own size, ${sizes.after} pixels`);
    canvases[2].setAttribute("aria-label", `the difference; ${numberText(100 * share, 0)} % of the variance is the error`);
    const cells = { before: source.width * source.height, after: small.width * small.height };
    const weights = (picture) => numberText(flattenHeadParameters(picture.planes.length, picture.height, picture.width, OUTPUTS));
    const convolution = numberText(convolutionParameters(source.planes.length, FILTERS, 3));
    frame.say(`The photo “${name}” with ${word}, kernel ${kernel}: ${numberText(cells.after)} of ${numberText(cells.before)} cells are left, ${numberText((100 * cells.after) / cells.before, 1)} %, and the squared error is ${numberText(100 * share, 0)} % of the photo's variance. A fully connected layer with ${OUTPUTS} outputs on the flattened map has ${weights(small)} parameters instead of ${weights(source)}; a 3 × 3 convolution with ${FILTERS} filters has ${convolution} before and after.`);
  }
  const clean = keepPainted(model, paint);
  prepare();
  return clean;
}
export default { render };
