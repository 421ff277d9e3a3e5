// The global pooling demo: shuffle the cells of a map, copy them, and see which pooled numbers notice.

const GLOBAL_TRAITS = ["values", "shuffles", "repeat", "operator"];

/** The order of `count` cells after shuffle number `turn`; turn 0 leaves them where they are. */
function shuffledOrder(count, turn) {
  const order = Array.from({ length: count }, (_, index) => index);
  if (turn === 0) return order;
  const uniform = mulberry32(turn);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(uniform() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

/** The map with its cells in another order. */
function inOrder(map, order) {
  const flat = map.flat();
  return map.map((line, row) => line.map((_, col) => flat[order[row * line.length + col]]));
}

/** A large number with its name, as a part of the stage. */
function bigNumber(shelf, name, colour) {
  const value = node("span", { style: "display: block; font-size: 1.7rem; font-weight: 700; line-height: 1.2; font-variant-numeric: tabular-nums" });
  shelf.append(node("div", { style: `min-width: 6.2rem; padding: .3rem .6rem; border-left: 4px solid ${colour}; background: var(--pc-paper); border-radius: .25rem` }, name, value));
  return value;
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "global_pool",
    label: "Global pooling demo: a map becomes one number",
    task: "shuffle the cells. Which numbers notice? Then enlarge the map 2 times: which of the three global numbers can tell the larger map?",
  });
  buttonControl(frame, "Shuffle the cells", () => put(model, { shuffles: model.get("shuffles") + 1 }));
  numberControl(frame, model, { trait: "repeat", label: "Enlarge, times a side", min: 1, max: 3 });
  selectControl(frame, model, { trait: "operator", label: "Local pooling, 2 × 2", options: ["avg", "max"].map((key) => [key, `${OPERATORS[key].sign} ${OPERATORS[key].name}`]) });
  resetControl(frame, model, GLOBAL_TRAITS);

  const before = panel(frame, "The map: type in a cell");
  const middle = panel(frame, `${OPERATORS.global.sign} Global: one number`);
  const beside = panel(frame, "");
  const input = numberGrid({ label: "The map", edit });
  const output = numberGrid({ label: "Local pooling" });
  const scale = scaleBar();
  before.element.classList.add("pc-tight");
  before.add(input.element, scale.element);
  const shelf = node("div", { style: "display: flex; flex-wrap: wrap; gap: .5rem; font-size: .82rem; color: var(--pc-muted)" });
  const numbers = Object.fromEntries(["avg", "max", "sum"].map((key) => [key, bigNumber(shelf, `${OPERATORS[key].sign} ${OPERATORS[key].name}`, OPERATORS[key].colour)]));
  Object.values(numbers).forEach((value) => (value.style.color = "var(--pc-ink)"));
  middle.add(shelf);
  beside.add(output.element);
  frame.root.style.setProperty("--pc-mark", OPERATORS.global.colour);

  function edit(row, col, value) {
    const values = model.get("values").map((line) => [...line]);
    const [width, repeat] = [values[0].length, model.get("repeat")];
    const order = shuffledOrder(values.length * width, model.get("shuffles"));
    const place = order[Math.floor(row / repeat) * width + Math.floor(col / repeat)];
    values[Math.floor(place / width)][place % width] = value;
    put(model, { values });
  }

  function paint() {
    const [values, shuffles, repeat, operator] = GLOBAL_TRAITS.map((trait) => model.get(trait));
    const [height, width] = [values.length * repeat, values[0].length * repeat];
    const order = shuffledOrder(values.length * values[0].length, shuffles);
    const [plain, map] = [values, inOrder(values, order)].map((cells) => resizeMap(cells, height, width, "nearest"));
    const local = (cells) => pool2d(cells, { kernelSize: 2, stride: 2 }, operator).values;
    const [was, is] = [local(plain), local(map)];
    const [average] = globalAvg([map]);
    const [largest] = globalMax([map]);
    const sum = poolArea(map, wholeArea(map), "sum");
    const moved = is.flat().filter((value, index) => value !== was.flat()[index]).length;

    const colours = mapColours(map);
    input.show(height, width, (row, col) => ({ text: numberText(map[row][col]), name: `row ${row}, column ${col}`, classes: map[row][col] === largest ? "pc-winner" : "", sign: OPERATORS.max.sign, ...colours.of(map[row][col]) }));
    scale.show(colours.low, colours.high);
    output.show(is.length, is[0].length, (row, col) => {
      const changed = is[row][col] !== was[row][col];
      return { text: numberText(is[row][col]), name: changed ? `was ${numberText(was[row][col])}` : "unchanged", classes: changed ? "pc-window" : "", ...colours.of(is[row][col]) };
    });
    numbers.avg.textContent = numberText(average);
    numbers.max.textContent = numberText(largest);
    numbers.sum.textContent = numberText(sum);
    middle.caption.textContent = `average = ${numberText(sum)} / (${height} · ${width}) = ${numberText(average, 3)}`;
    beside.title.textContent = `${OPERATORS[operator].sign} Local ${OPERATORS[operator].name}, 2 × 2`;
    beside.title.style.color = OPERATORS[operator].colour;
    beside.caption.textContent = "Outlined: not what it is before the shuffle.";

    const head = `Map ${height} × ${width}: average ${numberText(average, 3)}, maximum ${numberText(largest)}, sum ${numberText(sum)}.`;
    const top = `Its first row is ${map[0].map((value) => numberText(value)).join(", ")}.`;
    const localName = `local ${OPERATORS[operator].name} value${is.flat().length === 1 ? "" : "s"}`;
    const turn = shuffles
      ? `Shuffle ${shuffles}: the global numbers are what they are in order, and ${moved} of ${is.flat().length} ${localName} changed.`
      : `The cells are in order; the ${localName} are ${is.flat().map((value) => numberText(value)).join(", ")}.`;
    const copied = repeat > 1 ? `Enlarged ${repeat} × ${repeat}: the average and the maximum are those of the small map, the sum is ${repeat * repeat} times as large.` : "";
    frame.say([head, turn, copied, top].filter(Boolean).join(" "));
  }
  return keepPainted(model, paint);
}
export default { render };
