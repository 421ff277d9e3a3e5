// The pyramid demo: one map of any size, its bins level by level, and the vector that comes out.

const PYRAMID_TRAITS = ["height", "width", "levels", "mode", "rule", "level", "row", "col"];
const PYRAMID_LEVELS = [[6, 3, 2, 1], [4, 3, 2, 1], [4, 2, 1], [3, 2, 1], [3], [1]];
const PYRAMID_RULES = [
  ["adaptive", "adaptive: appendix A"],
  ["sliding", "sliding: ⌈a/n⌉, ⌊a/n⌋"],
];
const MAP_CELL = 16; // pixels of a cell of the drawn map
const BAR = 5; // pixels of a bar that stands for a bin beside the map
const hatches = { count: 0 };

/** Where the bins of one axis go: overlapping neighbours on two lines, so that each bar is seen whole. */
function binBars(bins, chosen, across, colour) {
  return bins.map(([start, end], index) => {
    const line = (index % 2) * (BAR + 3) + 2;
    const [along, length] = [start * MAP_CELL + 1, (end - start) * MAP_CELL - 2];
    const place = across ? { x: along, y: line, width: length, height: BAR } : { x: line, y: along, width: BAR, height: length };
    return node("rect", { ...place, rx: 2, fill: index === chosen ? colour : "none", stroke: colour, "stroke-width": 1.3 });
  });
}

/** Rows or columns in words. */
function spanText(name, start, end) {
  return end - start === 1 ? `${name} ${start}` : `${name}s ${start}–${end - 1}`;
}

/** A number short enough for a small cell. */
function shortNumber(value) {
  return Math.abs(value) >= 1000 ? `${numberText(value / 1000, 1)}k` : numberText(value, 0);
}

/** What the sliding rule makes of an axis, in numbers; nothing where it fits. */
function ruleText(size, n) {
  const { bins, window, stride, unread } = slidingBins(size, n);
  const made = stride === 0 ? "the window never moves, so there is no bin" : `${bins.length} bins`;
  const sums = `windows of ⌈${size}/${n}⌉ = ${window} with stride ⌊${size}/${n}⌋ = ${stride}`;
  if (bins.length !== n) return `On ${size} cells, ${n} bins asked: ${sums}: ${made}.`;
  return unread ? `On ${size} cells, ${n} bins asked: ${sums} leave ${unread} at the end unread.` : "";
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "pyramid",
    label: "Pyramid demo: pool a map of any size into a vector of one length",
    task: "resize the map: the length stays. Then set height and width to 10 and take the sliding rule of the paper's section 2.3. How many bins does the level of 6 × 6 give?",
  });
  const accent = OPERATORS.pyramid.colour;
  frame.root.style.setProperty("--pc-mark", accent);
  numberControl(frame, model, { trait: "height", label: "Height, cells", min: 1, max: 20 });
  numberControl(frame, model, { trait: "width", label: "Width, cells", min: 1, max: 20 });
  const choice = addControl(frame, "Levels, bins a side", node("select", { onchange: () => put(model, { levels: JSON.parse(choice.input.value), level: 0, row: 0, col: 0 }) }));
  choice.input.append(...PYRAMID_LEVELS.map((levels) => node("option", { value: JSON.stringify(levels) }, levels.join(", "))));
  selectControl(frame, model, { trait: "mode", label: "Keep of a bin", options: ["max", "avg", "sum"].map((key) => [key, `${OPERATORS[key].sign} ${OPERATORS[key].name}`]) });
  selectControl(frame, model, { trait: "rule", label: "Rule for the bins", options: PYRAMID_RULES });
  resetControl(frame, model, PYRAMID_TRAITS);

  const before = panel(frame, "The map");
  const after = panel(frame, `${OPERATORS.pyramid.sign} The levels: pick a bin`);
  const line = panel(frame, "The vector");
  before.element.classList.add("pc-tight");
  before.caption.style.maxWidth = "16rem";
  line.element.style.flexBasis = "100%";
  const drawing = node("svg", { class: "pc-drawing", role: "img" });
  const scale = scaleBar();
  before.add(drawing, scale.element);
  const shelf = node("div", { style: "display: flex; flex-wrap: wrap; gap: .6rem .9rem; align-items: flex-start" });
  after.add(shelf);
  const strip = node("svg", { class: "pc-drawing", role: "img", width: "100%", style: "height: 34px", preserveAspectRatio: "none" });
  line.add(strip);
  const hatch = `pc-hatch-${(hatches.count += 1)}`;
  const grids = [];

  function gridOf(index) {
    if (!grids[index]) {
      const caption = node("p", { class: "pc-caption", style: "margin: 0 0 .2rem" });
      const grid = numberGrid({ label: `Level number ${index + 1}`, pick: (row, col) => put(model, { level: index, row, col }) });
      grid.element.style.setProperty("--cell", "min(1.72rem, calc((100cqw - 2.4rem) / var(--cols)))");
      const box = node("div", {}, caption, grid.element);
      shelf.append(box);
      grids[index] = { caption, grid, box };
    }
    return grids[index];
  }

  function paintMap(map, axes, area, value, colours) {
    const [height, width] = [map.length, map[0].length];
    const margin = 2 * (BAR + 3) + 6;
    const [w, h] = [width * MAP_CELL, height * MAP_CELL];
    drawing.setAttribute("viewBox", `0 0 ${w + margin + 2} ${h + margin + 2}`);
    drawing.setAttribute("width", w + margin + 2);
    const stripes = node("pattern", { id: hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" });
    stripes.append(node("rect", { width: 6, height: 6, fill: "var(--pc-paper)" }), node("rect", { width: 2.5, height: 6, fill: "var(--pc-hatch)" }));
    const cells = node("g", { "shape-rendering": "crispEdges", transform: `translate(${margin} ${margin})` });
    const reach = [axes.down, axes.across].map(({ bins }) => (bins.length ? bins[bins.length - 1][1] : 0));
    map.forEach((row, y) =>
      row.forEach((cell, x) => {
        const read = y < reach[0] && x < reach[1];
        const place = { x: x * MAP_CELL, y: y * MAP_CELL, width: MAP_CELL + 0.3, height: MAP_CELL + 0.3 };
        cells.append(node("rect", { ...place, fill: read ? colours.of(cell).background : `url(#${hatch})`, onpointerenter: () => showBinAt(axes, y, x) }));
      }),
    );
    if (area) {
      const place = { x: area.left * MAP_CELL, y: area.top * MAP_CELL, width: (area.right - area.left) * MAP_CELL, height: (area.bottom - area.top) * MAP_CELL };
      const frameOf = (colour, thick) => node("rect", { ...place, fill: "none", stroke: colour, "stroke-width": thick, rx: 2, "pointer-events": "none" });
      cells.append(frameOf("var(--pc-paper)", 6), frameOf(accent, 3));
      const winner = model.get("mode") === "max" ? winnerIn(map, area, value) : null;
      if (winner) cells.append(node("text", { x: (winner[1] + 0.5) * MAP_CELL, y: (winner[0] + 0.82) * MAP_CELL, "text-anchor": "middle", style: `fill: ${colours.of(value).ink}`, "pointer-events": "none" }, OPERATORS.max.sign));
    }
    const top = node("g", { transform: `translate(${margin} 0)` }, ...binBars(axes.across.bins, area?.col, true, accent));
    const left = node("g", { transform: `translate(0 ${margin})` }, ...binBars(axes.down.bins, area?.row, false, accent));
    drawing.replaceChildren(node("defs", {}, stripes), cells, top, left);
    drawing.setAttribute("aria-label", `map of ${height} rows and ${width} columns; the bars above and beside it are the ${axes.across.bins.length} by ${axes.down.bins.length} bins of the level in view`);
  }

  function winnerIn(map, area, value) {
    for (let row = area.top; row < area.bottom; row += 1)
      for (let col = area.left; col < area.right; col += 1) if (map[row][col] === value) return [row, col];
    return null;
  }

  /** The other way round: from a cell of the map to the first bin that reads it. */
  function showBinAt({ down, across }, y, x) {
    const holding = (cell) => ([start, end]) => start <= cell && cell < end;
    const [row, col] = [down.bins.findIndex(holding(y)), across.bins.findIndex(holding(x))];
    if (row >= 0 && col >= 0) put(model, { row, col });
  }

  function paintStrip(vector, entries, levels, current, colours, expected) {
    const shown = Math.max(expected, vector.length, 1);
    strip.setAttribute("viewBox", `0 0 ${shown} 34`);
    const end = { x1: expected, x2: expected, y1: 0, y2: 34, stroke: "var(--pc-ink)", "stroke-width": 2.5, "vector-effect": "non-scaling-stroke" };
    const marks = vector.flatMap((value, index) => {
      const first = index > 0 && entries[index].level !== entries[index - 1].level ? 0.3 : 0;
      const late = index >= expected;
      const bar = node("rect", { x: index + first, y: late ? 12 : 8, width: 1 - first, height: late ? 10 : 18, fill: colours.of(value).background });
      const mark = node("rect", { x: index, y: 2, width: 1, height: 30, fill: "none", stroke: accent, "stroke-width": 3, "vector-effect": "non-scaling-stroke" });
      return entries[index] === current ? [bar, mark] : [bar];
    });
    strip.replaceChildren(...marks, node("line", end));
    strip.setAttribute("aria-label", `the vector: ${vector.length} numbers; the next layer expects ${expected}`);
    line.title.textContent = `The vector: ${vector.length} numbers a channel`;
    line.caption.textContent = `The upright line marks ${expected} = ${levels.map((n) => `${n}²`).join(" + ")}: what the fully connected layer expects.`;
  }

  function paint() {
    const [height, width, levels, mode, rule] = ["height", "width", "levels", "mode", "rule"].map((trait) => model.get(trait));
    choice.input.value = JSON.stringify(levels);
    const map = resizeMap(model.get("values"), height, width);
    const { vector, entries, valid } = spatialPyramidPool2d([map], levels, mode, rule);
    const expected = levels.map((n) => n * n).reduce((a, b) => a + b);
    const level = Math.min(model.get("level"), levels.length - 1);
    const n = levels[level];
    const axes = { down: pyramidBins(height, n, rule), across: pyramidBins(width, n, rule) };
    const [row, col] = [Math.min(model.get("row"), axes.down.bins.length - 1), Math.min(model.get("col"), axes.across.bins.length - 1)];
    const place = entries.findIndex((entry) => entry.level === n && entry.row === row && entry.col === col);
    const [current, value] = [entries[place], vector[place]];
    const ofMap = mapColours(map);
    const ofVector = mode === "sum" && vector.length ? mapColours([vector]) : ofMap;

    grids.forEach(({ box }, index) => (box.hidden = index >= levels.length));
    levels.forEach((bins, index) => {
      const { caption, grid } = gridOf(index);
      const { down, across } = { down: pyramidBins(height, bins, rule).bins, across: pyramidBins(width, bins, rule).bins };
      const empty = down.length === 0 || across.length === 0;
      caption.textContent = `${down.length} × ${across.length} = ${down.length * across.length}`;
      caption.style.color = down.length === bins && across.length === bins ? "" : "var(--pc-bad)";
      const start = entries.findIndex((entry) => entry.level === bins);
      grid.show(empty ? 1 : down.length, empty ? 1 : across.length, (i, j) => {
        if (empty) return { text: "–", name: "no bin", plain: true };
        const result = vector[start + i * across.length + j];
        const chosen = index === level && i === row && j === col;
        return { text: shortNumber(result), name: `level ${bins}, bin row ${i}, column ${j}: ${numberText(result, 1)}`, classes: chosen ? "pc-window" : "", ...ofVector.of(result) };
      });
    });
    paintMap(map, axes, current, value, ofMap);
    scale.show(ofMap.low, ofMap.high);
    before.title.textContent = `The map: ${height} × ${width}`;
    before.caption.textContent = `Bars: the ${axes.across.bins.length} bins of the width and the ${axes.down.bins.length} of the height at level ${n}.`;
    paintStrip(vector, entries, levels, current, ofVector, expected);

    const word = { max: "largest", avg: "mean", sum: "sum" }[mode];
    const bin = current
      ? `Level ${n}, bin row ${row}, column ${col}: ${word} of ${spanText("row", current.top, current.bottom)} and ${spanText("column", current.left, current.right)} = ${numberText(value, 1)}.`
      : `Level ${n} has no bin.`;
    const parts = levels.map((bins) => entries.filter((entry) => entry.level === bins).length).join(" + ");
    const length = `A map of ${height} × ${width} gives ${levels.length > 1 ? `${parts} = ` : ""}${vector.length} numbers a channel`;
    if (rule === "adaptive") return frame.say(`${length}, as any other size does. ${bin}`);
    const notes = [...new Set(levels.flatMap((bins) => [height, width].map((size) => ruleText(size, bins))))].filter(Boolean);
    const first = notes.slice(0, 2).join(" ");
    if (valid) return frame.say(`${length}, as it should. ${first} ${bin}`);
    return frame.say(`${length}, and the next layer expects ${expected}: it fails. ${first} ${bin}`, true);
  }
  return keepPainted(model, paint);
}
export default { render };
