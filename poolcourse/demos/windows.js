// The windows demo: an editable map, one window at a time, the formula of the current cell.

const WINDOW_TRAITS = ["values", "operator", "kernel_size", "stride", "padding", "dilation", "ceil_mode", "count_include_pad", "row", "col"];

/** The settings in the words of pooling.js, and the sizes that follow. */
function windowSettings(model) {
  const side = model.get("values").length;
  const options = {
    kernelSize: model.get("kernel_size"),
    stride: model.get("stride"),
    padding: model.get("padding"),
    dilation: model.get("operator") === "max" ? model.get("dilation") : 1,
    ceilMode: model.get("ceil_mode"),
    countIncludePad: model.get("count_include_pad"),
    height: side,
    width: side,
  };
  const cells = outputSize(side, options.kernelSize, options.stride, options.padding, options.dilation, options.ceilMode);
  return { side, options, cells };
}

/** Why these settings can't be, or null. */
function windowProblem({ side, options, cells }) {
  const reach = options.dilation * (options.kernelSize - 1) + 1;
  if (options.padding > options.kernelSize / 2)
    return `Padding ${options.padding} is more than half the kernel ${options.kernelSize}, which torch and this course refuse. Lower the padding or raise the kernel.`;
  if (cells < 1) return `A window that reaches ${reach} cells does not fit ${side + 2 * options.padding}. Lower the kernel or the dilation, or add padding.`;
  return null;
}

/** The output size worked out in numbers. */
function sizeText({ side, options, cells }) {
  const { kernelSize: k, stride: s, padding: p, dilation: d, ceilMode } = options;
  const [open, close] = ceilMode ? "⌈⌉" : "⌊⌋";
  const plain = outputSize(side, k, s, p, d, false);
  const dropped = ceilMode && Math.ceil((side + 2 * p - d * (k - 1) - 1) / s) + 1 > cells ? " (one less: the last window would start in the right padding)" : "";
  const more = ceilMode && cells > plain ? ", one more than without ceil mode" : "";
  return `Output side: ${open}(${side} + 2·${p} − ${d}·(${k} − 1) − 1) / ${s}${close} + 1 = ${cells}${dropped}${more}.`;
}

/** The operation on one window, in numbers. */
function formulaText(model, options, row, col, result) {
  const values = model.get("values");
  const operator = model.get("operator");
  const cells = windowCells(row, col, options);
  const real = cells.filter((cell) => cell.inside).map((cell) => values[cell.row][cell.col]);
  if (operator === "max") return `max(${real.map((value) => numberText(value)).join(", ")}) = ${numberText(result)}`;
  const terms = real.map((value) => (value < 0 ? `(${numberText(value)})` : numberText(value))).join(" + ");
  if (operator === "sum") return `${terms} = ${numberText(result)}`;
  const divisor = options.countIncludePad ? cells.filter((cell) => cell.counted).length : real.length;
  return `(${terms}) / ${divisor} = ${numberText(result)}`;
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "windows",
    label: "Windows demo: slide a pooling window over a map of numbers",
    task: model.get("task"),
  });
  selectControl(frame, model, { trait: "operator", label: "Operator", options: ["max", "avg", "sum"].map((key) => [key, `${OPERATORS[key].sign} ${OPERATORS[key].name}`]) });
  const size = addControl(frame, "Input side, cells", node("input", { type: "number", min: 3, max: 8, step: 1, oninput: resize }));
  numberControl(frame, model, { trait: "kernel_size", label: "Kernel, cells", min: 1, max: 4 });
  numberControl(frame, model, { trait: "stride", label: "Stride, cells", min: 1, max: 4 });
  numberControl(frame, model, { trait: "padding", label: "Padding, cells", min: 0, max: 2 });
  const dilation = numberControl(frame, model, { trait: "dilation", label: "Dilation (max only)", min: 1, max: 3 });
  checkControl(frame, model, { trait: "ceil_mode", label: "ceil mode" });
  const counting = checkControl(frame, model, { trait: "count_include_pad", label: "count padding" });
  const next = buttonControl(frame, "Next window", advance);
  const stop = playControl(frame, advance);
  resetControl(frame, model, WINDOW_TRAITS);

  const before = panel(frame, "Input: type in a cell");
  const formula = operationText(frame);
  const after = panel(frame, "Output: pick a cell");
  const input = numberGrid({ label: "Input map", edit });
  const output = numberGrid({ label: "Output map", pick: (row, col) => put(model, { row, col }) });
  const scale = scaleBar();
  before.element.classList.add("pc-tight");
  after.element.classList.add("pc-rest");
  before.add(input.element, scale.element);
  after.add(output.element);

  function resize() {
    const side = Math.round(size.input.valueAsNumber);
    if (!(side >= 3 && side <= 8)) return;
    const old = model.get("values");
    const value = (row, col) => old[row % old.length][col % old.length];
    put(model, { values: Array.from({ length: side }, (_, row) => Array.from({ length: side }, (_, col) => value(row, col))) });
  }
  function edit(row, col, value) {
    const border = model.get("padding");
    const values = model.get("values").map((line) => [...line]);
    values[row - border][col - border] = value;
    put(model, { values });
  }
  function advance() {
    const { cells } = windowSettings(model);
    const place = Math.min(model.get("row"), cells - 1) * cells + Math.min(model.get("col"), cells - 1) + 1;
    put(model, { row: Math.floor(place / cells) % cells, col: place % cells });
  }

  function paintInput(settings, row, col, winner) {
    const { side, options, cells } = settings;
    const values = model.get("values");
    const colours = mapColours(values);
    const reach = (cells - 1) * options.stride - options.padding + options.dilation * (options.kernelSize - 1);
    const border = options.padding;
    const shown = border + Math.max(side + border, reach + 1);
    const read = coverageCount(side, side, options);
    const current = new Map(windowCells(row, col, options).map((cell) => [`${cell.row} ${cell.col}`, cell]));
    frame.root.style.setProperty("--pc-mark", OPERATORS[model.get("operator")].colour);
    input.show(shown, shown, (i, j) => {
      const [y, x] = [i - border, j - border];
      const mark = current.has(`${y} ${x}`) ? "pc-window" : "";
      if (y < 0 || x < 0 || y >= side || x >= side) {
        const padding = y < side + border && x < side + border;
        const text = !padding ? "·" : model.get("operator") === "max" ? "−∞" : "0";
        return { plain: true, text, classes: `pc-pad ${mark}`, name: padding ? "padding" : "past the padding: no number here" };
      }
      const value = values[y][x];
      const wins = mark && winner === y * side + x;
      const unread = read[y][x] === 0;
      return {
        text: numberText(value),
        name: `row ${y}, column ${x}${unread ? ", never read" : ""}${wins ? ", the largest of the window" : ""}`,
        classes: `${mark} ${unread ? "pc-unread" : ""} ${wins ? "pc-winner" : ""}`,
        sign: OPERATORS.max.sign,
        ...colours.of(value),
      };
    });
    scale.show(colours.low, colours.high);
    return read.flat().filter((count) => count === 0).length;
  }

  function paint() {
    const settings = windowSettings(model);
    const { side, options, cells } = settings;
    const operator = model.get("operator");
    dilation.input.disabled = operator !== "max";
    counting.box.hidden = operator !== "avg";
    if (size.input.valueAsNumber !== side) size.input.value = side;
    const problem = windowProblem(settings);
    next.disabled = Boolean(problem);
    if (problem) {
      output.show(1, 1, () => ({ text: "–", name: "no output" }));
      formula.textContent = "";
      after.caption.textContent = "";
      return frame.say(problem, true);
    }
    const [row, col] = [Math.min(model.get("row"), cells - 1), Math.min(model.get("col"), cells - 1)];
    const { values: pooled, argmax } = pool2d(model.get("values"), options, operator);
    const unread = paintInput(settings, row, col, argmax?.[row][col]);
    const colours = mapColours(pooled);
    output.show(cells, cells, (i, j) => ({
      text: numberText(pooled[i][j]),
      name: `output row ${i}, column ${j}: ${numberText(pooled[i][j])}`,
      classes: i === row && j === col ? "pc-window" : "",
      ...colours.of(pooled[i][j]),
    }));
    const words = formulaText(model, options, row, col, pooled[row][col]);
    formula.textContent = `${words} →`;
    after.caption.textContent = sizeText(settings);
    const never = unread ? `${unread} of ${side * side} input cells are never read.` : "Every input cell is read.";
    frame.say(`Output row ${row}, column ${col}: ${words}. ${sizeText(settings)} ${never}`);
  }
  return keepPainted(model, paint, stop);
}
export default { render };
