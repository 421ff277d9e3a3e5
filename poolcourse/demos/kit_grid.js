// Number grids: one tab stop each, arrow keys inside, so a map of 64 cells is no wall of 64 stops.

/**
 * A grid of numbers.
 * @param {string} label what a screen reader calls the grid
 * @param {(row, col, value) => void} edit given, cells are text fields that take numbers
 * @param {(row, col) => void} pick given, moving into a cell (focus or pointer) picks it
 * @returns {{element, show}} `show(rows, cols, cell)`: `cell(row, col)` says how a cell looks:
 *   {text, name, background, ink, classes, sign, plain}; `plain` cells can't be entered (padding)
 */
function numberGrid({ label, edit, pick }) {
  const body = node("tbody");
  const element = node("table", { class: "pc-grid", role: "grid", "aria-label": label }, body);
  let cells = [];
  let home = [0, 0];

  const control = (row, col) => cells[row]?.[col]?.querySelector("input, button");
  function stopAt(row, col) {
    control(...home)?.setAttribute("tabindex", "-1");
    home = [row, col];
    control(row, col)?.setAttribute("tabindex", "0");
  }
  function move(event, row, col) {
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const step = steps[event.key] ?? { Home: [0, -col], End: [0, cells[row].length - 1 - col] }[event.key];
    if (!step) return;
    const typing = event.target.matches("input") && event.target.selectionStart === event.target.selectionEnd && event.target.value !== "";
    if (typing && step[0] === 0) return;
    event.preventDefault();
    control(row + step[0], col + step[1])?.focus();
  }
  function makeCell(row, col, plain) {
    const td = node("td", { role: "gridcell" });
    const watch = {
      tabindex: "-1",
      onkeydown: (event) => move(event, row, col),
      onfocus: (event) => {
        stopAt(row, col);
        event.target.select?.();
        pick?.(row, col);
      },
      onpointerenter: () => pick?.(row, col),
    };
    if (plain || !(edit || pick)) td.append(node("span", { class: "pc-number" }));
    else if (!edit) td.append(node("button", { type: "button", ...watch }));
    else {
      const read = (event) => {
        const value = Number(event.target.value.trim().replace("−", "-"));
        if (event.target.value.trim() !== "" && Number.isFinite(value)) edit(row, col, value);
      };
      const tidy = (event) => (event.target.value = td.dataset.text);
      td.append(node("input", { type: "text", inputmode: "decimal", autocomplete: "off", ...watch, oninput: read, onblur: tidy }));
    }
    return td;
  }
  function build(rows, cols, look) {
    cells = Array.from({ length: rows }, (_, row) => Array.from({ length: cols }, (_, col) => makeCell(row, col, look(row, col).plain)));
    body.replaceChildren(...cells.map((line) => node("tr", { role: "row" }, ...line)));
    element.style.setProperty("--cols", cols);
    for (let row = 0; row < rows; row += 1) for (let col = 0; col < cols; col += 1) if (control(row, col)) return stopAt(row, col);
  }
  let shape = "";
  function show(rows, cols, look) {
    const key = JSON.stringify(Array.from({ length: rows }, (_, row) => Array.from({ length: cols }, (_, col) => Boolean(look(row, col).plain))));
    if (key !== shape) build(rows, cols, look);
    shape = key;
    for (let row = 0; row < rows; row += 1) {
      for (let col = 0; col < cols; col += 1) {
        const td = cells[row][col];
        const { text, name, background = "", ink = "", classes = "", sign = "" } = look(row, col);
        const inner = td.firstChild;
        td.className = classes;
        td.dataset.sign = sign;
        td.dataset.text = text;
        td.style.background = classes.includes("pc-unread") ? "" : background;
        td.style.color = classes.includes("pc-unread") ? "" : ink;
        if (name) inner.setAttribute(inner.matches("span") ? "title" : "aria-label", name);
        if (!inner.matches("input")) inner.textContent = text;
        else if (inner !== document.activeElement) inner.value = text;
      }
    }
  }
  return { element, show };
}

/** Colours for the cells of a map, and its ends. @returns {{low, high, of(value)}} */
function mapColours(map, signed = false) {
  const finite = map.flat().filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  return { low, high, of: (value) => (Number.isFinite(value) ? cellColours(value, low, high, signed) : {}) };
}
