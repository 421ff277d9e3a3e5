// What all demos draw with: the frame, the controls, number grids, pictures, colours and words. No pooling arithmetic here.

/** One colour and one sign for each operator, everywhere in the course. */
const OPERATORS = {
  max: { name: "max", sign: "▲", colour: "var(--pc-max)" },
  avg: { name: "average", sign: "●", colour: "var(--pc-avg)" },
  sum: { name: "sum", sign: "■", colour: "var(--pc-sum)" },
  stochastic: { name: "stochastic", sign: "◆", colour: "var(--pc-stochastic)" },
  global: { name: "global", sign: "★", colour: "var(--pc-global)" },
  pyramid: { name: "pyramid", sign: "✚", colour: "var(--pc-pyramid)" },
};

/** Make an element: `node("p", {class: "x", onclick: f}, "text", child)`. */
function node(tag, attributes = {}, ...children) {
  const svg = ["svg", "g", "rect", "line", "path", "text", "circle", "polyline", "title", "defs", "pattern", "image"].includes(tag);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/**
 * The frame of a demo: a task, a row for controls, a stage, a readout.
 * @returns {{root, controls, stage, say}} `say(text, wrong)` writes the readout, which screen readers announce
 */
function demoFrame(el, { concept, label, task }) {
  const controls = node("div", { class: "pc-controls" });
  const stage = node("div", { class: "pc-stage" });
  const readout = node("output", { "data-readout": true, "aria-live": "polite" });
  const root = node("section", { class: "poolcourse-demo", "data-demo": concept, role: "group", "aria-label": label });
  // In JupyterLab the arrow keys would walk the notebook's cells; inside a demo they belong to the control in focus.
  root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
  root.append(node("p", { class: "pc-task" }, node("strong", {}, "Try this: "), task), controls, stage, readout);
  el.append(root);
  const say = (text, wrong = false) => {
    if (readout.textContent !== text) readout.textContent = text;
    readout.classList.toggle("pc-wrong", wrong);
  };
  return { root, controls, stage, say };
}

/** Write traits, for the page and for a kernel where there is one. */
function put(model, changes) {
  model.set(changes);
  model.save_changes();
}

/** Run `paint` now and after every change of a trait; returns what a demo's render must return, the clean-up. */
function keepPainted(model, paint, ...cleanups) {
  model.on("change", paint);
  paint();
  return () => {
    model.off("change", paint);
    cleanups.forEach((clean) => clean());
  };
}

/** A labelled native element in the row of controls. */
function addControl(frame, label, input, kind = "") {
  // each demo is a module of its own, so what keeps ids apart on a page must live on the page
  globalThis.poolcourseControls = (globalThis.poolcourseControls ?? 0) + 1;
  input.id = `pc-control-${globalThis.poolcourseControls}`;
  const text = node("label", { for: input.id }, label);
  const value = node("span", { class: "pc-value" });
  const box = node("div", { class: `pc-control ${kind}` });
  if (kind === "pc-check") box.append(input, text);
  else box.append(node("span", {}, text, " ", value), input);
  frame.controls.append(box);
  return { box, input, value };
}

/** A choice bound to a trait. @param {[string, string][]} options value and label of each */
function selectControl(frame, model, { trait, label, options }) {
  const input = node("select", { onchange: () => put(model, { [trait]: input.value }) });
  input.append(...options.map(([value, text]) => node("option", { value }, text)));
  const control = addControl(frame, label, input);
  const show = () => (input.value = model.get(trait));
  model.on(`change:${trait}`, show);
  show();
  return control;
}

/** A whole number (or one of step `step`) bound to a trait; what is out of range is brought back into it. */
function numberControl(frame, model, { trait, label, min, max, step = 1 }) {
  const write = () => {
    if (input.value === "" || !Number.isFinite(input.valueAsNumber)) return;
    put(model, { [trait]: Math.min(max, Math.max(min, Math.round(input.valueAsNumber / step) * step)) });
  };
  const input = node("input", { type: "number", min, max, step, oninput: write, onchange: () => show() });
  const control = addControl(frame, label, input);
  const show = () => {
    if (input.valueAsNumber !== model.get(trait)) input.value = model.get(trait);
  };
  model.on(`change:${trait}`, show);
  show();
  return control;
}

/** A slider bound to a trait, its value written beside its label. @param {(value) => string} text how to write it */
function rangeControl(frame, model, { trait, label, min, max, step = 1, text = numberText }) {
  const input = node("input", { type: "range", min, max, step, oninput: () => put(model, { [trait]: input.valueAsNumber }) });
  const control = addControl(frame, label, input);
  const show = () => {
    input.value = model.get(trait);
    control.value.textContent = text(model.get(trait));
    input.setAttribute("aria-valuetext", text(model.get(trait)));
  };
  model.on(`change:${trait}`, show);
  show();
  return control;
}

/** A tick box bound to a trait. */
function checkControl(frame, model, { trait, label }) {
  const input = node("input", { type: "checkbox", onchange: () => put(model, { [trait]: input.checked }) });
  const control = addControl(frame, label, input, "pc-check");
  const show = () => (input.checked = model.get(trait));
  model.on(`change:${trait}`, show);
  show();
  return control;
}

function buttonControl(frame, label, press) {
  const button = node("button", { type: "button", onclick: press }, label);
  frame.controls.append(button);
  return button;
}

/** A button that brings back the state in which the demo opened. */
function resetControl(frame, model, traits) {
  const opening = Object.fromEntries(traits.map((trait) => [trait, structuredClone(model.get(trait))]));
  return buttonControl(frame, "Reset", () => put(model, structuredClone(opening)));
}

/** Play and pause `step` twice a second; where the reader asked for less motion there is no such button. */
function playControl(frame, step, label = "Play") {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return () => {};
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    button.textContent = label;
  };
  const button = buttonControl(frame, label, () => {
    if (timer) return stop();
    button.textContent = "Pause";
    timer = setInterval(() => (frame.root.isConnected ? step() : stop()), 500);
  });
  return stop;
}

/** A number as a reader wants it: at most `digits` decimals, a true minus sign. */
function numberText(value, digits = 2) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const text = (Number(value.toFixed(digits)) + 0).toLocaleString("en", { maximumFractionDigits: digits, useGrouping: Math.abs(value) >= 10000 });
  return text.replace("-", "−");
}

const SEQUENTIAL = [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56]];
const DIVERGING = [[5, 80, 140], [110, 170, 215], [247, 247, 247], [240, 165, 110], [165, 65, 0]];

/** A colour between the stops of a scale, `share` from 0 to 1. @returns {number[]} red, green, blue */
function scaleColour(stops, share) {
  const place = Math.min(1, Math.max(0, share || 0)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  return stops[low].map((from, channel) => Math.round(from + (stops[low + 1][channel] - from) * (place - low)));
}

/** Background and ink of a cell; `signed` centres the scale on zero. */
function cellColours(value, low, high, signed = false) {
  const reach = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const share = signed ? (value / reach + 1) / 2 : high > low ? (value - low) / (high - low) : 0.5;
  const [red, green, blue] = scaleColour(signed ? DIVERGING : SEQUENTIAL, share);
  // WCAG's luminance: above .18 black ink has the better contrast, and the better one is never below 4.5 : 1.
  const linear = (channel) => (channel <= 10 ? channel / 3295 : ((channel / 255 + 0.055) / 1.055) ** 2.4);
  const light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) > 0.179;
  return { background: `rgb(${red} ${green} ${blue})`, ink: light ? "#000" : "#fff" };
}

/** The scale of the colours with its two ends. @returns {{element, show(low, high)}} */
function scaleBar(signed = false) {
  const [from, to] = [node("span"), node("span")];
  const colours = (signed ? DIVERGING : SEQUENTIAL).map((stop) => `rgb(${stop.join(" ")})`);
  const element = node("div", { class: "pc-scale" }, from, node("i", { style: `background: linear-gradient(90deg, ${colours})` }), to);
  const show = (low, high) => {
    const reach = Math.max(Math.abs(low), Math.abs(high));
    from.textContent = numberText(signed ? -reach : low);
    to.textContent = numberText(signed ? reach : high);
  };
  return { element, show };
}

/** A titled part of the stage. @returns {{element, title, caption, add}} */
function panel(frame, title) {
  const heading = node("p", { class: "pc-title" }, title);
  const caption = node("p", { class: "pc-caption" });
  const element = node("div", { class: "pc-panel" }, heading);
  frame.stage.append(element);
  return { element, title: heading, caption, add: (...parts) => element.append(...parts, caption) };
}

/** The words of the operation between input and output. */
function operationText(frame) {
  const element = node("div", { class: "pc-operation", "aria-hidden": "true" });
  frame.stage.append(element);
  return element;
}
