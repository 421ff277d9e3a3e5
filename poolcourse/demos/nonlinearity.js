// The nonlinearity demo: one operator on two windows and on their sum; do the results add up?

const ADDING_TRAITS = ["operator", "a", "b"];

/** Cell by cell. */
function summed(first, second) {
  return first.map((line, row) => line.map((value, col) => value + second[row][col]));
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "nonlinearity",
    label: "Nonlinearity demo: pool two windows and their sum",
    task: "the maxima don't add up. Change one number of b so that they do, while a and b stay different. Then try to break the average.",
  });
  const names = { max: "max", avg: "average", sum: "sum" };
  selectControl(frame, model, { trait: "operator", label: "Operator", options: Object.keys(names).map((key) => [key, `${OPERATORS[key].sign} ${OPERATORS[key].name}`]) });
  const moveOne = buttonControl(frame, "Move b's cells around", () => {
    const [[one, two], [three, four]] = model.get("b");
    put(model, { b: [[three, one], [four, two]] });
  });
  resetControl(frame, model, ADDING_TRAITS);

  const editor = (trait) => (row, col, value) => {
    const rows = model.get(trait).map((line) => [...line]);
    rows[row][col] = value;
    put(model, { [trait]: rows });
  };
  const parts = [
    { words: "a", edit: editor("a") },
    { words: "b", edit: editor("b") },
    { words: "a + b" },
  ].map(({ words, edit }) => {
    const part = panel(frame, edit ? `${words}: type in a cell` : words);
    part.element.classList.add("pc-tight");
    const grid = numberGrid({ label: `Window ${words}`, edit });
    const result = node("p", { class: "pc-title", style: "margin: .4rem 0 0; font-variant-numeric: tabular-nums" });
    part.add(grid.element, result);
    return { words, grid, result };
  });
  const verdict = panel(frame, "Do they add up?");
  const sums = node("p", { style: "font-variant-numeric: tabular-nums" });
  verdict.add(sums);

  function paint() {
    const [operator, a, b] = ADDING_TRAITS.map((trait) => model.get(trait));
    const { name, sign, colour } = OPERATORS[operator];
    const windows = [a, b, summed(a, b)];
    const results = windows.map((window) => pool2d(window, { kernelSize: 2 }, operator).values[0][0]);
    frame.root.style.setProperty("--pc-mark", colour);
    const colours = mapColours(windows.flat());
    parts.forEach(({ words, grid, result }, index) => {
      const winner = operator === "max" ? maxPool2d(windows[index], { kernelSize: 2 }).argmax[0][0] : -1;
      grid.show(2, 2, (row, col) => ({
        text: numberText(windows[index][row][col]),
        name: `${words}, row ${row}, column ${col}${2 * row + col === winner ? ", the largest" : ""}`,
        classes: 2 * row + col === winner ? "pc-winner" : "",
        sign: OPERATORS.max.sign,
        ...colours.of(windows[index][row][col]),
      }));
      result.textContent = `${sign} ${name}(${words}) = ${numberText(results[index])}`;
      result.style.color = colour;
    });
    const apart = results[0] + results[1];
    const equal = Math.abs(apart - results[2]) < 1e-9;
    sums.textContent = `${numberText(results[0])} + ${numberText(results[1])} = ${numberText(apart)} ${equal ? "=" : "≠"} ${numberText(results[2])}`;
    moveOne.disabled = new Set(b.flat()).size === 1;
    const always = operator === "max" ? (equal ? "Here they add up: a and b have a largest value in the same cell." : "Max is not linear.") : `They always do: the ${name} is linear.`;
    const listed = (window) => window.flat().map((value) => numberText(value)).join(", ");
    frame.say(`a is ${listed(a)}; b is ${listed(b)}. ${name}(a) + ${name}(b) = ${numberText(results[0])} + ${numberText(results[1])} = ${numberText(apart)}, and ${name}(a + b) = ${numberText(results[2])}. ${always}`);
  }
  return keepPainted(model, paint);
}
export default { render };
