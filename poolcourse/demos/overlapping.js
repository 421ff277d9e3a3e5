// The overlapping demo: how many windows read each cell of a map, who wins them, and what the overlap costs.

const OVERLAP_TRAITS = ["side", "kernel_size", "stride", "padding", "channels", "show", "row", "col", "cell_row", "cell_col"];
const WHAT_IS_SHOWN = { reads: "how many windows read it", wins: "how many windows it wins", values: "its grey level" };

/** The map, its settings with this kernel, and everything that the demo says of them. */
function overlapState(model, kernelSize = model.get("kernel_size"), padding = model.get("padding")) {
  const [side, channels] = [model.get("side"), model.get("channels")];
  const options = { kernelSize, stride: model.get("stride"), padding, height: side, width: side };
  const values = model.get("values").slice(0, side).map((line) => line.slice(0, side));
  const cells = outputSize(side, kernelSize, options.stride, padding);
  const reads = coverageCount(side, side, options);
  const { values: pooled, argmax } = maxPool2d(values, options);
  const winners = argmax.flat();
  const wins = values.map((line) => line.map(() => 0));
  for (const position of winners) wins[Math.floor(position / side)][position % side] += 1;
  const total = reads.flat().reduce((sum, count) => sum + count, 0);
  const convolution = stackCost(side, side, [{ kernelSize: 3, padding: 1, inChannels: channels, outChannels: channels }]).multiplications;
  const comparisons = channels * (total - winners.length);
  return { side, options, values, cells, reads, pooled, wins, total, convolution, comparisons, different: new Set(winners).size, unread: reads.flat().filter((count) => count === 0).length };
}

/** The windows that read a cell, as row-major positions of the output: along an axis, those that start close enough. */
function readersOf({ cells, options: { kernelSize, stride, padding } }, row, col) {
  const along = (place) => Array.from({ length: cells }, (_, index) => index).filter((index) => place - index * stride + padding >= 0 && place - index * stride + padding < kernelSize);
  return along(row).flatMap((i) => along(col).map((j) => i * cells + j));
}

/** Numbers as a reader lists them: "1, 2 or 4". */
function listText(numbers) {
  const words = numbers.map((value) => numberText(value));
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words[words.length - 1]}`;
}

/** How often cells are read, all the different counts in order. */
function differentCounts(reads) {
  return [...new Set(reads.flat())].sort((a, b) => a - b);
}

/** A share of the convolution's cost, with enough digits to see it. */
function shareText(share) {
  return `${numberText(100 * share, share < 0.001 ? 3 : 2)} %`;
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "overlapping",
    label: "Overlapping demo: count the windows that read each cell",
    task: "windows of 3 with stride 2 read some cells four times and others once. Raise the kernel to 4. What becomes of the pattern? And why not at 5?",
  });
  selectControl(frame, model, { trait: "show", label: "Show of each cell", options: Object.entries(WHAT_IS_SHOWN) });
  numberControl(frame, model, { trait: "side", label: "Input side, cells", min: 5, max: 16 });
  numberControl(frame, model, { trait: "kernel_size", label: "Kernel, cells", min: 1, max: 5 });
  numberControl(frame, model, { trait: "stride", label: "Stride, cells", min: 1, max: 4 });
  numberControl(frame, model, { trait: "padding", label: "Padding, cells", min: 0, max: 2 });
  numberControl(frame, model, { trait: "channels", label: "Channels", min: 1, max: 512 });
  const next = buttonControl(frame, "Next window", advance);
  const stop = playControl(frame, advance);
  resetControl(frame, model, OVERLAP_TRAITS);

  const before = panel(frame, "Input: pick a cell");
  const after = panel(frame, "Output, max: pick a window");
  const side = panel(frame, "With and without overlap");
  [before, after].forEach((part) => part.element.classList.add("pc-tight"));
  const input = numberGrid({ label: "Input map", pick: (row, col) => put(model, { cell_row: row, cell_col: col }) });
  const output = numberGrid({ label: "Output map", pick: (row, col) => put(model, { row, col }) });
  const scale = scaleBar();
  const table = node("table", { style: "width: 100%; max-width: 26rem; font-size: .8rem; margin: 0; border-collapse: collapse; font-variant-numeric: tabular-nums" });
  side.element.style.minWidth = "min(18rem, 100%)";
  before.add(input.element, scale.element);
  after.add(output.element);
  side.add(table);
  // small cells: two maps of up to 16 must stand side by side
  input.element.style.setProperty("--cell", "min(1.75rem, calc((100cqw - 2.2rem) / var(--cols)))");
  output.element.style.setProperty("--cell", "min(1.75rem, calc((100cqw - 2.2rem) / var(--cols)))");

  function advance() {
    const { cells } = overlapState(model);
    const place = Math.min(model.get("row"), cells - 1) * cells + Math.min(model.get("col"), cells - 1) + 1;
    put(model, { row: Math.floor(place / cells) % cells, col: place % cells });
  }

  function paintGrids(state, at) {
    const { side: n, options, reads, wins, values, pooled, cells } = state;
    const shown = { reads, wins, values }[model.get("show")];
    const [colours, outputColours] = [mapColours(shown), mapColours(pooled)];
    const current = new Set(windowCells(at.row, at.col, options).filter((cell) => cell.inside).map((cell) => cell.row * n + cell.col));
    const picked = new Set(readersOf(state, at.cellRow, at.cellCol));
    // the grid asks twice for each cell, and all numbers are whole: no cell is worked out twice, nor formatted
    const looks = shown.map((line, row) =>
      line.map((number, col) => {
        const classes = `${current.has(row * n + col) ? "pc-window" : ""} ${reads[row][col] === 0 ? "pc-unread" : ""} ${row === at.cellRow && col === at.cellCol ? "pc-winner" : ""}`;
        return { text: `${number}`, name: `input row ${row}, column ${col}: read by ${reads[row][col]} windows, wins ${wins[row][col]}`, classes, sign: "◎", ...colours.of(number) };
      }),
    );
    input.show(n, n, (row, col) => looks[row][col]);
    const outputLooks = pooled.map((line, row) =>
      line.map((number, col) => {
        const classes = `${row === at.row && col === at.col ? "pc-window" : ""} ${picked.has(row * cells + col) ? "pc-winner" : ""}`;
        return { text: `${number}`, name: `output row ${row}, column ${col}: ${number}`, classes, sign: "◎", ...outputColours.of(number) };
      }),
    );
    output.show(cells, cells, (row, col) => outputLooks[row][col]);
    scale.show(colours.low, colours.high);
  }

  /** This kernel beside the one that leaves no overlap, the kernel as large as the stride. */
  function paintTable(state, plain) {
    const cell = (tag, text, index) => node(tag, { style: `text-align: ${index ? "right" : "left"}; padding: .15rem .3rem; border: 0`, ...(tag === "th" ? { scope: index ? "col" : "row" } : {}) }, text);
    const both = (label, of) => [label, of(state), of(plain)];
    const rows = [
      both("output side", ({ cells }) => `${cells}`),
      both("reads a cell", ({ total, side: n }) => numberText(total / n ** 2)),
      both("cells never read", ({ unread }) => `${unread}`),
      both("different winners", ({ different, cells }) => `${different} of ${cells ** 2}`),
      both("comparisons", ({ comparisons }) => comparisons.toLocaleString("en")),
      both("… of a 3×3 conv.", ({ comparisons, convolution }) => shareText(comparisons / convolution)),
    ];
    const head = ["", `kernel ${state.options.kernelSize}`, `kernel ${plain.options.kernelSize}`].map((text, index) => cell(index ? "th" : "td", text, index));
    table.replaceChildren(
      node("thead", {}, node("tr", { style: "background: none" }, ...head)),
      node("tbody", {}, ...rows.map((words) => node("tr", { style: "background: none" }, ...words.map((text, index) => cell(index ? "td" : "th", text, index))))),
    );
  }

  function paint() {
    const [kernelSize, stride, padding, n] = ["kernel_size", "stride", "padding", "side"].map((name) => model.get(name));
    const wrong = padding > kernelSize / 2;
    next.disabled = wrong;
    if (wrong) {
      output.show(1, 1, () => ({ text: "–", name: "no output" }));
      return frame.say(`Padding ${padding} is more than half the kernel ${kernelSize}, which torch and this course refuse. Lower the padding or raise the kernel.`, true);
    }
    const state = overlapState(model);
    const plain = overlapState(model, stride, 0);
    const [last, lastCell] = [state.cells - 1, n - 1];
    const at = { row: Math.min(model.get("row"), last), col: Math.min(model.get("col"), last), cellRow: Math.min(model.get("cell_row"), lastCell), cellCol: Math.min(model.get("cell_col"), lastCell) };
    frame.root.style.setProperty("--pc-mark", OPERATORS.max.colour);
    paintGrids(state, at);
    paintTable(state, plain);
    before.caption.textContent = `In each cell: ${WHAT_IS_SHOWN[model.get("show")]}. ◎: the cell picked.`;
    after.caption.textContent = "◎: the windows that read it.";
    side.caption.textContent = `Right: as large as the stride, so without overlap. Cost for ${model.get("channels")} channels, against the 3×3 convolution before it.`;
    const kind = kernelSize > stride ? "overlap" : kernelSize === stride ? "lie side by side" : "leave gaps";
    const counts = differentCounts(state.reads);
    const reading = counts.length === 1 ? `Every cell is read ${counts[0] === 1 ? "once" : `${counts[0]} times`}` : `Cells are read ${listText(counts)} times`;
    const { cellRow, cellCol, row, col } = at;
    const picked = `Row ${cellRow}, column ${cellCol} (grey level ${state.values[cellRow][cellCol]}) is read by ${state.reads[cellRow][cellCol]} and wins ${state.wins[cellRow][cellCol]}`;
    return frame.say(
      `Kernel ${kernelSize}, stride ${stride} on ${n} × ${n}: windows ${kind}, ${state.cells} × ${state.cells} outputs. ${reading}; shown of each: ${WHAT_IS_SHOWN[model.get("show")]}. ${picked}. Output row ${row}, column ${col} is ${state.pooled[row][col]}. With ${model.get("channels")} channels the comparisons are ${shareText(state.comparisons / state.convolution)} of the multiplications of a 3×3 convolution, without overlap ${shareText(plain.comparisons / plain.convolution)}.`,
    );
  }
  return keepPainted(model, paint, stop);
}
export default { render };
