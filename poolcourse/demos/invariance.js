// The invariance demo in two parts: a photo that moves and what Lite0's features do; a row of eight values that moves under pooling.

const PHOTO_TRAITS = ["photo", "change", "place"];
const ROW_TRAITS = ["operator", "shift", "values"];
const BINOMIAL = [1, 2, 1];
const VIEW_SIDE = 200; // pixels of the canvas; the photo with its surroundings is twice as wide
const NETWORK_SIDE = 224; // pixels of the view that the network saw, in which shifts are counted
const CHANGES = {
  shift: { name: "shift to the left", done: "Shifted", label: "shift, pixels", unit: " px", same: 0 },
  rotation: { name: "rotation", done: "Rotated", label: "rotation, degrees", unit: "°", same: 0 },
  scale: { name: "scale", done: "Scaled", label: "scale, ×", unit: " ×", same: 1 },
};
const POOLINGS = {
  average: { words: "global average", sign: OPERATORS.avg.sign, colour: OPERATORS.avg.colour, dashes: "" },
  largest: { words: "global max", sign: OPERATORS.max.sign, colour: OPERATORS.max.colour, dashes: "5 3" },
  unpooled: { words: "not pooled", sign: "○", colour: "var(--pc-muted)", dashes: "2 3" },
};
const ROW_OPERATORS = { max: OPERATORS.max, avg: OPERATORS.avg, subsample: { name: "every second value", sign: "○", colour: "var(--pc-muted)" } };

/** A small chart. @returns {{draw(chart)}} `draw({x, y, xTicks, yTicks, xLabel, yLabel, lines, words})` */
function chartIn(part) {
  const [left, right, top, bottom] = [34, 222, 20, 132];
  const svg = node("svg", { class: "pc-drawing", viewBox: "0 0 232 168", width: "100%", role: "img", style: "max-width: 26rem" });
  part.add(svg);
  function draw({ x, y, xTicks, yTicks, xLabel, yLabel, lines, now, words }) {
    const across = (value) => left + ((value - x[0]) / (x[1] - x[0])) * (right - left);
    const up = (value) => bottom - ((value - y[0]) / (y[1] - y[0])) * (bottom - top);
    const text = (attributes, words) => node("text", attributes, words);
    const made = lines.flatMap(({ points, colour, dashes, sign }) => [
      node("polyline", { points: points.map(([a, b]) => `${across(a)},${up(b)}`).join(" "), fill: "none", "stroke-width": 2, "stroke-dasharray": dashes, style: `stroke: ${colour}` }),
      ...points.filter(([a]) => a === now).map(([a, b]) => text({ x: across(a), y: up(b) + 5, "text-anchor": "middle", style: `fill: ${colour}; font-size: 15px; stroke: var(--pc-ink); stroke-width: .7px` }, sign)),
    ]);
    svg.replaceChildren(
      node("path", { class: "pc-axis", d: `M${left} ${top} V${bottom} H${right}` }),
      ...xTicks.map((tick) => text({ x: across(tick), y: bottom + 15, "text-anchor": "middle" }, numberText(tick))),
      ...yTicks.map((tick) => text({ x: left - 4, y: up(tick) + 4, "text-anchor": "end" }, numberText(tick))),
      text({ class: "pc-faint", x: (left + right) / 2, y: 163, "text-anchor": "middle" }, xLabel),
      text({ class: "pc-faint", x: 2, y: 11 }, yLabel),
      node("path", { class: "pc-axis", "stroke-dasharray": "1 3", d: `M${across(now)} ${top} V${bottom}` }),
      ...made,
    );
    svg.setAttribute("aria-label", words);
  }
  return { draw };
}

/** Draw the middle of a photo with its surroundings after one change, as the network saw it. */
function drawView(canvas, image, change, amount) {
  const context = canvas.getContext("2d");
  context.save();
  context.translate(VIEW_SIDE / 2, VIEW_SIDE / 2);
  if (change === "shift") context.translate((-amount * VIEW_SIDE) / NETWORK_SIDE, 0);
  if (change === "rotation") context.rotate((-amount * Math.PI) / 180);
  if (change === "scale") context.scale(amount, amount);
  context.drawImage(image, -VIEW_SIDE, -VIEW_SIDE, 2 * VIEW_SIDE, 2 * VIEW_SIDE);
  context.restore();
}

function renderPhoto({ model, el }) {
  const frame = demoFrame(el, {
    concept: "invariance",
    label: "Invariance demo: move a photo and see what stays of its features",
    task: "a shift by 6 pixels made an Egyptian cat of the tiger cat. Go on to 12: is it lost for good? Then choose rotation and go to 90°. Does the map stay where it was?",
  });
  const names = Object.keys(model.get("photos"));
  const amountsOf = (change) => model.get("amounts")[change];
  const amountText = (place) => `${numberText(amountsOf(model.get("change"))[place])}${CHANGES[model.get("change")].unit}`;
  selectControl(frame, model, { trait: "photo", label: "Photo", options: names.map((name) => [name, name]) });
  selectControl(frame, model, { trait: "change", label: "Change", options: Object.entries(CHANGES).map(([key, { name }]) => [key, name]) });
  const slider = rangeControl(frame, model, { trait: "place", label: "By how much", min: 0, max: 10, text: amountText });
  resetControl(frame, model, PHOTO_TRAITS);

  const seen = panel(frame, "What the network sees");
  const view = node("canvas", { class: "pc-pixels", role: "img", width: VIEW_SIDE, height: VIEW_SIDE, "aria-label": "photo" });
  seen.add(view);
  const located = panel(frame, "");
  const map = pictureIn(located, "map");
  const scale = scaleBar(true);
  located.element.insertBefore(scale.element, located.caption);
  const alike = panel(frame, "How alike the features stay");
  const chart = chartIn(alike);
  for (const part of [seen, located]) part.element.style.cssText = "width: 100%; max-width: 18rem";
  const images = new Map();

  function paintView(name, change, amount) {
    if (!images.has(name)) {
      const image = new Image();
      images.set(name, image);
      image.onload = () => paint();
      image.src = model.get("photos")[name];
    }
    if (images.get(name).complete) drawView(view, images.get(name), change, amount);
    view.setAttribute("aria-label", `the photo “${name}”, ${CHANGES[change].name} by ${numberText(amount)}${CHANGES[change].unit}`);
  }

  function paintMap7(features, found, place) {
    const rows = found.maps[place];
    const everywhere = Object.keys(CHANGES).flatMap((change) => features[change].maps.flat(2));
    const reach = Math.ceil(Math.max(...everywhere.map(Math.abs)));
    paintMap(map, planeOf(rows), rows.length, rows[0].length, { low: -reach, high: reach, signed: true });
    scale.show(-reach, reach);
    located.title.textContent = `Where it sees “${features.class}”`;
    located.caption.textContent = `Its mean, ${numberText(mean(rows.flat()))}, and a bias of ${numberText(features.bias, 3)} make the score ${numberText(found.logits[place])}.`;
    map.setAttribute("aria-label", `class activation map of ${features.class}, 7 × 7, mean ${numberText(mean(rows.flat()))}`);
  }

  function paint() {
    const [name, change, place] = PHOTO_TRAITS.map((trait) => model.get(trait));
    const features = model.get("features")[name];
    const found = features[change];
    const amounts = amountsOf(change);
    slider.value.textContent = amountText(place);
    slider.input.setAttribute("aria-valuetext", amountText(place));
    paintView(name, change, amounts[place]);
    paintMap7(features, found, place);
    const lines = Object.entries(POOLINGS).map(([key, look]) => ({ ...look, points: amounts.map((amount, index) => [amount, found[key][index]]) }));
    const [low, high] = [amounts[0], amounts[amounts.length - 1]];
    chart.draw({ x: [low, high], y: [0, 1.02], xTicks: [low, (low + high) / 2, high], yTicks: [0, 0.5, 1], xLabel: CHANGES[change].label, yLabel: "cosine with the unchanged photo", lines, now: amounts[place], words: `Cosines now: ${lines.map(({ words, points }) => `${words} ${numberText(points[place][1])}`).join(", ")}.` });
    alike.caption.replaceChildren(...lines.map(({ words, sign, colour }) => node("span", { style: `color: ${colour}; margin-right: .8em; white-space: nowrap` }, `${sign} ${words}`)));
    const same = amounts.indexOf(CHANGES[change].same);
    const [before, after] = [found.answers[same], found.answers[place]];
    const answer = place === same ? `First answer: ${before}, ${numberText(100 * found.shares[same], 0)} %.` : before === after ? `The first answer stays ${before} (${numberText(100 * found.shares[same], 0)} % before, ${numberText(100 * found.shares[place], 0)} % now).` : `The first answer changes: ${before} before, ${after} now.`;
    frame.say(`The photo “${name}”. ${CHANGES[change].done} by ${amountText(place)}: the features have a cosine of ${numberText(found.average[place], 3)} with the unchanged photo's after global average pooling, ${numberText(found.largest[place], 3)} after global max pooling and ${numberText(found.unpooled[place], 3)} without pooling. ${answer}`);
  }
  return keepPainted(model, paint);
}

/** The row after it moved, and after pooling by two: what each window gives, every second of it, with and without a blur. */
function pooledRow(values, operator, shift) {
  const row = values.map((_, index) => values[(index + shift) % values.length]);
  const around = [...row, row[0]]; // the row is a ring, so its last window holds the first value
  const everySecond = (dense) => dense.filter((_, index) => index % 2 === 0);
  const dense = { max: () => maxPool1d(around, 2, 1), avg: () => avgPool2d([around], { kernelSize: [1, 2], stride: [1, 1] })[0], subsample: () => row }[operator]();
  const blurred = blur1d(dense, BINOMIAL, "wrap");
  return { row, dense, plain: everySecond(dense), blurred: everySecond(blurred) };
}

function renderRow({ model, el }) {
  const frame = demoFrame(el, {
    concept: "invariance",
    label: "Invariance demo: move a row of values under pooling, with and without a blur",
    task: "move the row by one cell. Four of its eight cells are still 1, yet what happens to the mean after max pooling? Then choose average.",
  });
  selectControl(frame, model, { trait: "operator", label: "Window of 2, stride 2", options: Object.entries(ROW_OPERATORS).map(([key, { sign, name }]) => [key, `${sign} ${name}`]) });
  rangeControl(frame, model, { trait: "shift", label: "Moved to the left, cells", min: 0, max: 7 });
  resetControl(frame, model, ROW_TRAITS);

  const before = panel(frame, "Input: type in a cell");
  before.element.style.cssText = "flex: 0 0 auto; width: 100%";
  const edit = (_, col, value) => {
    const values = [...model.get("values")];
    values[(col + model.get("shift")) % values.length] = value;
    put(model, { values });
  };
  const input = numberGrid({ label: "Input row", edit });
  before.add(input.element);
  const outputs = ["plain", "blurred"].map((kind) => {
    const part = panel(frame, "");
    part.element.classList.add("pc-tight");
    const grid = numberGrid({ label: kind === "plain" ? "Output row" : "Output row with a blur" });
    part.add(grid.element);
    return { kind, part, grid };
  });
  const steady = panel(frame, "Mean of the output, at every shift");
  const chart = chartIn(steady);

  function paint() {
    const [operator, shift, values] = ROW_TRAITS.map((trait) => model.get(trait));
    const { name, sign, colour } = ROW_OPERATORS[operator];
    const all = values.map((_, moved) => pooledRow(values, operator, moved));
    const now = all[shift];
    const colours = mapColours([[...values, ...now.plain, ...now.blurred]]);
    const look = (row) => (_, col) => ({ text: numberText(row[col]), name: `cell ${col}`, ...colours.of(row[col]) });
    input.show(1, values.length, look(now.row));
    for (const { kind, part, grid } of outputs) {
      grid.show(1, now[kind].length, look(now[kind]));
      part.title.textContent = kind === "plain" ? `${sign} ${name}` : `${sign} ${name}, blur ${BINOMIAL.join(" ")}, every second`;
      part.title.style.color = colour;
      part.caption.textContent = `mean ${numberText(mean(now[kind]), 3)}`;
    }
    const means = { plain: all.map(({ plain }) => mean(plain)), blurred: all.map(({ blurred }) => mean(blurred)) };
    const ends = (kind) => [Math.min(...means[kind]), Math.max(...means[kind])];
    const [low, high] = [Math.min(0, ...means.plain, ...means.blurred), Math.max(1, ...means.plain, ...means.blurred)];
    const points = (kind) => means[kind].map((value, index) => [index, value]);
    chart.draw({
      x: [0, 7],
      y: [low, high * 1.05],
      xTicks: [0, 1, 2, 3, 4, 5, 6, 7],
      yTicks: [low, (low + high) / 2, high],
      xLabel: "moved to the left, cells",
      yLabel: "line: plain; dashes: with the blur",
      lines: [{ points: points("plain"), colour, dashes: "", sign }, { points: points("blurred"), colour: "var(--pc-good)", dashes: "6 4", sign: "✚" }],
      now: shift,
      words: `Mean of the output at shifts 0 to 7: ${means.plain.map((value) => numberText(value)).join(", ")}; with the blur ${means.blurred.map((value) => numberText(value)).join(", ")}.`,
    });
    const listed = (row) => row.map((value) => numberText(value)).join(" ");
    const range = (kind) => (Math.abs(ends(kind)[1] - ends(kind)[0]) < 1e-9 ? `stays ${numberText(ends(kind)[0], 3)}` : `goes from ${numberText(ends(kind)[0], 3)} to ${numberText(ends(kind)[1], 3)}`);
    const changed = now.plain.filter((value, index) => Math.abs(value - all[0].plain[index]) > 1e-9).length;
    frame.say(`Moved by ${shift}, ${listed(now.row)} becomes ${listed(now.plain)} under ${name}, and ${listed(now.blurred)} with the blur. ${shift ? `${changed} of the ${now.plain.length} outputs changed. ` : ""}Over all shifts the mean of the output ${range("plain")}; with the blur it ${range("blurred")}.`);
  }
  return keepPainted(model, paint);
}

function render(context) {
  return context.model.get("part") === "row" ? renderRow(context) : renderPhoto(context);
}
export default { render };
