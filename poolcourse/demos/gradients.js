// The gradients demo: an upstream gradient, the operator that it passes, and the cells that receive it.

const GRADIENT_TRAITS = ["values", "upstream", "operator", "kernel_size", "stride", "training", "seed", "row", "col", "cell_row", "cell_col"];
const LARGEST_NUMBER = 99;

/** Everything that follows from the state: sizes, the upstream gradient at the output's size, the draws, the way back. */
function gradientState(model) {
  const values = model.get("values");
  const side = values.length;
  const operator = model.get("operator");
  const whole = operator === "global";
  const options = { kernelSize: whole ? side : model.get("kernel_size"), stride: whole ? side : model.get("stride"), height: side, width: side };
  const cells = outputSize(side, options.kernelSize, options.stride);
  const given = model.get("upstream");
  const square = (number) => Array.from({ length: cells }, (_, row) => Array.from({ length: cells }, (__, col) => number(row, col)));
  const upstream = square((row, col) => given[row % given.length][col % given[0].length]);
  const uniform = mulberry32(model.get("seed"));
  const draws = operator === "stochastic" && model.get("training") ? square(uniform) : null;
  const back = (grad) => gradientOf(operator, grad, values, options, draws);
  const only = (row, col) => back(square((i, j) => (i === row && j === col ? upstream[i][j] : 0)));
  return { values, side, operator, options, cells, upstream, draws, back, only };
}

/** The gradient of the input, by the shared arithmetic. */
function gradientOf(operator, grad, values, options, draws) {
  if (operator === "max") return maxPool2dBackward(grad, values, options);
  if (operator === "sum") return sumPool2dBackward(grad, values, options);
  if (operator === "stochastic") return stochasticPool2dBackward(grad, values, options, draws);
  return avgPool2dBackward(grad, values, options);
}

/** The output, and for max and stochastic in training the position that each value came from. */
function forwardOf({ operator, values, options, draws }) {
  if (operator === "stochastic") {
    const { values: pooled, chosen } = stochasticPool2d(values, options, draws);
    return { pooled, source: chosen };
  }
  const { values: pooled, argmax } = pool2d(values, options, operator === "global" ? "avg" : operator);
  return { pooled, source: argmax };
}

/** A position in words. */
function cellText(position, side) {
  return `row ${Math.floor(position / side)}, column ${position % side}`;
}

/** What one window gives, in words: the operation, and how its gradient is handed on. */
function windowText(state, { pooled, source }, row, col) {
  const { operator, values, side, options, upstream, draws } = state;
  const inside = windowCells(row, col, options);
  const numbers = inside.map((cell) => values[cell.row][cell.col]);
  const list = numbers.map((value) => numberText(value)).join(", ");
  const [result, grad] = [numberText(pooled[row][col]), numberText(upstream[row][col])];
  const place = source && source[row][col] >= 0 ? cellText(source[row][col], side) : "";
  if (operator === "max") {
    const ties = numbers.filter((value) => value === pooled[row][col]).length;
    const tie = ties > 1 ? ` ${ties} cells tie; the first in reading order takes all.` : "";
    return { operation: `max(${list}) = ${result}`, sharing: `all of ${grad} to the largest`, words: `max(${list}) = ${result}. Its gradient ${grad} goes to ${place} alone.${tie}` };
  }
  if (operator === "stochastic" && draws) {
    const draw = `u = ${numberText(draws[row][col], 3)} draws ${result} from (${list})`;
    if (!place) return { operation: `draw of (${list}) = 0`, sharing: "to no cell", words: `a window of zeros, of which nothing is drawn (u = ${numberText(draws[row][col], 3)}). Its gradient ${grad} goes nowhere.` };
    return { operation: draw, sharing: `all of ${grad} to the cell drawn`, words: `${draw}. Its gradient ${grad} goes to ${place} alone.` };
  }
  const shares = state.only(row, col);
  const parts = inside.map((cell) => numberText(shares[cell.row][cell.col], 3));
  const same = new Set(parts).size === 1;
  const sharing = same ? `${parts[0]} to each of ${parts.length}` : `(${parts.join(", ")})`;
  const name = { avg: "average", sum: "sum", global: "average", stochastic: "weighted mean" }[operator];
  const shown = operator === "global" ? "all cells" : list;
  return { operation: `${name}(${shown}) = ${result}`, sharing, words: `${name}(${shown}) = ${result}. Of its gradient ${grad} its cells receive ${same ? `${parts[0]} each, ${parts.length} times` : parts.join(", ")}.` };
}

/** What one input cell collects, window by window. */
function collectedText(state, total, row, col) {
  const parts = [];
  for (let i = 0; i < state.cells; i += 1)
    for (let j = 0; j < state.cells; j += 1) {
      const reads = windowCells(i, j, state.options).some((cell) => cell.row === row && cell.col === col);
      if (reads) parts.push(state.only(i, j)[row][col]);
    }
  const received = numberText(total[row][col], 3);
  const where = `Input row ${row}, column ${col}`;
  if (!parts.length) return `${where} is read by no window and receives 0.`;
  if (parts.length === 1) return `${where} is read by one window and receives ${received}.`;
  const terms = parts.map((part) => (part < 0 ? `(${numberText(part, 3)})` : numberText(part, 3))).join(" + ");
  return `${where} is read by ${parts.length} windows and receives ${terms} = ${received}.`;
}

/** The sum of a map, by the shared arithmetic: one window over all of it. */
function mapSum(map) {
  return sumPool2d(map, { kernelSize: [map.length, map[0].length] })[0][0];
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "gradients",
    label: "Gradients demo: send an upstream gradient back through a pooling layer",
    task: "two cells of the first window tie at 7. Change the second one to 7.01. How much of the gradient moves for that hundredth? Do the same under “average”.",
  });
  const names = { max: "max", avg: "average", sum: "sum", stochastic: "stochastic", global: "global average" };
  selectControl(frame, model, { trait: "operator", label: "Operator", options: Object.keys(names).map((key) => [key, `${OPERATORS[key].sign} ${names[key]}`]) });
  const kernel = numberControl(frame, model, { trait: "kernel_size", label: "Kernel, cells", min: 2, max: 3 });
  const stride = numberControl(frame, model, { trait: "stride", label: "Stride, cells", min: 1, max: 3 });
  const phase = checkControl(frame, model, { trait: "training", label: "training (draw)" });
  const again = buttonControl(frame, "Draw again", () => put(model, { seed: model.get("seed") + 1 }));
  buttonControl(frame, "Next window", advance);
  const stop = playControl(frame, advance);
  resetControl(frame, model, GRADIENT_TRAITS);

  // the way back runs from right to left, under the way forward, so that a cell and its gradient stand one above the other
  const returning = { stage: node("div", { class: "pc-stage", style: "flex-direction: row-reverse; justify-content: flex-end" }) };
  const input = panel(frame, "Input: type in a cell");
  const forward = operationText(frame);
  const output = panel(frame, "Output");
  frame.stage.after(returning.stage);
  const upstream = panel(returning, "Upstream gradient: type");
  const backward = operationText(returning);
  const result = panel(returning, "Gradient of the input");
  [input, output, upstream, result].forEach((part) => part.element.classList.add("pc-tight"));
  result.element.style.maxWidth = "11rem"; // a long caption must not push the upstream gradient to another line
  const pickWindow = (row, col) => put(model, { row, col });
  const pickCell = (row, col) => put(model, { cell_row: row, cell_col: col });
  const inputGrid = numberGrid({ label: "Input map", edit: (row, col, value) => edit("values", model.get("values"), row, col, value), pick: pickCell });
  const outputGrid = numberGrid({ label: "Output map", pick: pickWindow });
  const upstreamGrid = numberGrid({ label: "Upstream gradient", edit: (row, col, value) => edit("upstream", gradientState(model).upstream, row, col, value), pick: pickWindow });
  const resultGrid = numberGrid({ label: "Gradient of the input", pick: pickCell });
  const scale = scaleBar(true);
  input.add(inputGrid.element);
  output.add(outputGrid.element);
  upstream.add(upstreamGrid.element);
  result.add(resultGrid.element, scale.element);

  function edit(trait, old, row, col, value) {
    if (Math.abs(value) > LARGEST_NUMBER) return frame.say(`${numberText(value)} is refused: the demo's cells hold up to ±${LARGEST_NUMBER}.`, true);
    const next = old.map((line) => [...line]);
    next[row][col] = value;
    return put(model, { [trait]: next });
  }
  /** To the next window; where there is one only, to the next cell of the input. */
  function advance() {
    const { cells, side } = gradientState(model);
    const [count, at] = cells > 1 ? [cells, ["row", "col"]] : [side, ["cell_row", "cell_col"]];
    const place = Math.min(model.get(at[0]), count - 1) * count + Math.min(model.get(at[1]), count - 1) + 1;
    put(model, { [at[0]]: Math.floor(place / count) % count, [at[1]]: place % count });
  }

  function paintGrids(state, made, total, at) {
    const { values, side, cells, options, operator } = state;
    const current = new Set(windowCells(at.row, at.col, options).map((cell) => cell.row * side + cell.col));
    const colours = { input: mapColours(values), output: mapColours(made.pooled), upstream: mapColours(state.upstream, true), result: mapColours(total, true) };
    const won = made.source?.[at.row][at.col];
    inputGrid.show(side, side, (i, j) => {
      const place = i * side + j;
      const marks = `${current.has(place) ? "pc-window" : ""} ${won === place ? "pc-winner" : ""}`;
      return { text: numberText(values[i][j]), name: `input row ${i}, column ${j}${won === place ? ", the source of the output" : ""}`, classes: marks, sign: OPERATORS[operator].sign, ...colours.input.of(values[i][j]) };
    });
    const mark = (i, j) => (i === at.row && j === at.col ? "pc-window" : "");
    outputGrid.show(cells, cells, (i, j) => ({ text: numberText(made.pooled[i][j]), name: `output row ${i}, column ${j}`, classes: mark(i, j), ...colours.output.of(made.pooled[i][j]) }));
    upstreamGrid.show(cells, cells, (i, j) => ({ text: numberText(state.upstream[i][j]), name: `upstream row ${i}, column ${j}`, classes: mark(i, j), ...colours.upstream.of(state.upstream[i][j]) }));
    resultGrid.show(side, side, (i, j) => {
      const picked = i === at.cellRow && j === at.cellCol;
      const marks = `${current.has(i * side + j) ? "pc-window" : ""} ${total[i][j] === 0 ? "pc-unread" : ""} ${picked ? "pc-winner" : ""}`;
      return { text: numberText(total[i][j]), name: `gradient of row ${i}, column ${j}: ${numberText(total[i][j], 3)}`, classes: marks, sign: "◎", ...colours.result.of(total[i][j]) };
    });
    scale.show(colours.result.low, colours.result.high);
  }

  function paint() {
    const state = gradientState(model);
    const { side, cells, operator, values } = state;
    const drawing = operator === "stochastic";
    kernel.input.disabled = stride.input.disabled = operator === "global";
    phase.box.hidden = !drawing;
    again.hidden = !(drawing && model.get("training"));
    frame.root.style.setProperty("--pc-mark", OPERATORS[operator].colour);
    if (drawing && values.flat().some((value) => value < 0))
      return frame.say("The input holds a negative number: its share of the sum is no probability. Stochastic pooling needs a ReLU first. Type a number of 0 or more.", true);
    const at = { row: Math.min(model.get("row"), cells - 1), col: Math.min(model.get("col"), cells - 1), cellRow: Math.min(model.get("cell_row"), side - 1), cellCol: Math.min(model.get("cell_col"), side - 1) };
    const made = forwardOf(state);
    const total = state.back(state.upstream);
    paintGrids(state, made, total, at);
    const text = windowText(state, made, at.row, at.col);
    forward.textContent = `${text.operation} →`;
    backward.textContent = `← ${text.sharing}`;
    const nothing = total.flat().filter((value) => value === 0).length;
    const [given, got] = [mapSum(state.upstream), mapSum(total)];
    upstream.caption.textContent = `adds up to ${numberText(given, 3)}`;
    result.caption.textContent = `adds up to ${numberText(got, 3)}; ${nothing} of ${side * side} cells get nothing (hatched). ◎: the cell picked.`;
    const start = operator === "global" ? "The only window" : `Window row ${at.row}, column ${at.col}`;
    return frame.say(`${start}: ${text.words} ${collectedText(state, total, at.cellRow, at.cellCol)} Upstream adds up to ${numberText(given, 3)}, the gradient of the input to ${numberText(got, 3)}; ${nothing} of ${side * side} cells get nothing. Kernel ${model.get("kernel_size")}, stride ${model.get("stride")}.`);
  }
  return keepPainted(model, paint, stop);
}
export default { render };
