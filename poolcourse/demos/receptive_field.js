// The receptive-field demo: a stack of convolutions and pools, and the pixels of a photo that one cell sees.

const FIELD_TRAITS = ["photo", "layers", "pools", "depth", "y", "x"];
const PHOTO_SIDE = 224;
const FIELD_LIMITS = { layers: 24, pool: ["pool", 2, 2, 0], conv: ["conv", 3, 1, 1] };

/** What one cell sees after each layer, and the side of each map. */
function stackSight(layers) {
  const fields = receptiveField(layers.map((layer) => layer.slice(1)));
  let side = PHOTO_SIDE;
  return layers.map(([kind, kernel, stride, padding], index) => {
    side = outputSize(side, kernel, stride, padding);
    return { kind, kernel, stride, side, ...fields[index] };
  });
}

/** The layers in use: all, or the convolutions alone. */
function usedLayers(model) {
  return model.get("layers").filter(([kind]) => model.get("pools") || kind === "conv");
}

/** The cell whose field lies nearest to a pixel, and the first and last pixel of its field. */
function cellNear(place, { side, size, jump, start }) {
  const cell = Math.min(side - 1, Math.max(0, Math.round((place - start - (size - 1) / 2) / jump)));
  const first = start + cell * jump;
  return { cell, first, last: first + size - 1 };
}

/** How much of a field lies on the photo, along one axis. */
function insidePixels({ first, last }) {
  return Math.max(0, Math.min(PHOTO_SIDE - 1, last) - Math.max(0, first) + 1);
}

/** The same layers with the pools taken out, or put back, up to the same convolution. */
function otherSight(model, depth) {
  const layers = model.get("layers");
  if (model.get("pools")) {
    const left = layers.slice(0, depth).filter(([kind]) => kind === "conv");
    return left.length < depth ? stackSight(left).pop() : null;
  }
  const until = layers.map(([kind], index) => (kind === "conv" ? index : -1)).filter((index) => index >= 0)[depth - 1];
  return until + 1 > depth ? stackSight(layers.slice(0, until + 1)).pop() : null;
}

/** A layer as a reader writes it. */
function layerText({ kind, kernel, stride }) {
  return `${kind} ${kernel}×${kernel}${stride > 1 ? `, stride ${stride}` : ""}`;
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "receptive_field",
    label: "Receptive field demo: what one cell of a stack of layers sees of a photo",
    task: "choose VGG-16: one cell of its last map sees almost the whole photo. Now untick “with the pools”. How much is left of what 13 convolutions see?",
  });
  const networks = model.get("networks");
  const choice = addControl(frame, "Network", node("select", { onchange: choose }));
  choice.input.append(...[...Object.keys(networks), "your own"].map((name) => node("option", { value: name, disabled: name === "your own" }, name)));
  selectControl(frame, model, { trait: "photo", label: "Photo", options: Object.keys(model.get("photos")).map((name) => [name, name]) });
  checkControl(frame, model, { trait: "pools", label: "with the pools" });
  const addConv = buttonControl(frame, "Add conv 3×3", () => add(FIELD_LIMITS.conv));
  const addPool = buttonControl(frame, "Add pool 2×2", () => add(FIELD_LIMITS.pool));
  const removeLast = buttonControl(frame, "Remove the last", remove);
  const depthRange = rangeControl(frame, model, { trait: "depth", label: "After layer", min: 1, max: FIELD_LIMITS.layers });
  rangeControl(frame, model, { trait: "y", label: "Look at row, pixels", min: 0, max: PHOTO_SIDE - 1 });
  rangeControl(frame, model, { trait: "x", label: "Look at column, pixels", min: 0, max: PHOTO_SIDE - 1 });
  resetControl(frame, model, FIELD_TRAITS);

  const left = panel(frame, "What the cell sees");
  const right = panel(frame, "The stack: map in cells, the rest in pixels");
  const hatch = node("pattern", { id: `hatch-${choice.input.id}`, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, node("line", { x1: 0, y1: 0, x2: 0, y2: 7, "stroke-width": 3, style: "stroke: var(--pc-hatch)" }));
  const ground = node("rect", { fill: `url(#${hatch.id})` });
  const image = node("image", { width: PHOTO_SIDE, height: PHOTO_SIDE, preserveAspectRatio: "xMidYMid slice" });
  const shade = node("path", { "fill-rule": "evenodd", style: "fill: var(--pc-paper); opacity: .52" });
  const next = node("rect", { fill: "none", "stroke-width": 2, "stroke-dasharray": "5 4", "vector-effect": "non-scaling-stroke", style: "stroke: var(--pc-avg)" });
  const field = node("rect", { fill: "none", "stroke-width": 3, "vector-effect": "non-scaling-stroke", style: "stroke: var(--pc-max)" });
  const drawing = node("svg", { class: "pc-drawing", role: "img", onclick: look, style: "width: 100%; max-width: 26rem" }, node("defs", {}, hatch), ground, image, shade, next, field);
  const table = node("table", { style: "width: 100%; font-size: .8rem; margin: 0; border-collapse: collapse; font-variant-numeric: tabular-nums; white-space: nowrap" });
  left.element.style.minWidth = right.element.style.minWidth = "min(16rem, 100%)";
  left.add(drawing);
  right.add(table);

  function choose() {
    const layers = networks[choice.input.value];
    if (layers) put(model, { layers: structuredClone(layers), depth: layers.length });
  }
  function add(layer) {
    const layers = [...model.get("layers"), layer];
    put(model, { layers, pools: layer[0] === "pool" || model.get("pools"), depth: layers.length });
  }
  /** Takes away the last layer that is in use. */
  function remove() {
    const layers = model.get("layers");
    const last = model.get("pools") ? layers.length - 1 : layers.map(([kind]) => kind).lastIndexOf("conv");
    put(model, { layers: layers.slice(0, last), depth: Math.max(1, last) });
  }
  function look(event) {
    const at = drawing.getScreenCTM().inverse();
    const pixel = (position) => Math.min(PHOTO_SIDE - 1, Math.max(0, Math.floor(position)));
    put(model, { x: pixel(at.a * event.clientX + at.e), y: pixel(at.d * event.clientY + at.f) });
  }

  function paintField(after, down, across) {
    const { side, size, jump, start } = after;
    const over = Math.max(0, -start, start + (side - 1) * jump + size - PHOTO_SIDE) + 6;
    const whole = PHOTO_SIDE + 2 * over;
    drawing.setAttribute("viewBox", `${-over} ${-over} ${whole} ${whole}`);
    const place = (rect, x, y, width) => Object.entries({ x, y, width, height: width }).forEach(([name, value]) => rect.setAttribute(name, value));
    place(ground, -over, -over, whole);
    place(field, across.first, down.first, size);
    const beside = across.cell + 1 < side ? across.first + jump : across.first - jump;
    next.style.display = side > 1 ? "" : "none";
    place(next, beside, down.first, size);
    shade.setAttribute("d", `M${-over} ${-over}h${whole}v${whole}h${-whole}z M${across.first} ${down.first}h${size}v${size}h${-size}z`);
    drawing.setAttribute("aria-label", `photo “${model.get("photo")}”; the field of the cell spans rows ${down.first} to ${down.last} and columns ${across.first} to ${across.last}`);
  }

  function paintTable(sights, depth) {
    const cell = (tag, text, index) => node(tag, { style: `text-align: ${index ? "right" : "left"}; padding: .1rem .35rem; border: 0`, ...(tag === "th" ? { scope: "col" } : {}) }, text);
    const head = ["Layer / stride", "Map", "Sees", "Jump"].map((text, index) => cell("th", text, index));
    const rows = sights.map((one, index) => {
      const current = index + 1 === depth;
      const words = [`${current ? "▸ " : ""}${index + 1} ${one.kind} ${one.kernel}×${one.kernel} / ${one.stride}`, `${one.side}²`, `${one.size}`, `${one.jump}`];
      const style = current ? "font-weight: 700; outline: 2px solid var(--pc-max)" : one.kind === "pool" ? "" : "color: var(--pc-muted)";
      return node("tr", { style: `background: none; ${style}` }, ...words.map((text, column) => cell("td", text, column)));
    });
    table.replaceChildren(node("thead", {}, node("tr", { style: "background: none" }, ...head)), node("tbody", {}, ...rows));
  }

  function sentence(sights, depth, down, across) {
    const after = sights[depth - 1];
    const other = otherSight(model, depth);
    const share = (insidePixels(down) * insidePixels(across)) / after.size ** 2;
    const padding = share < 1 ? `, ${numberText(100 * (1 - share), 1)} % of them padding` : "";
    const compare = !other ? "No pool has come so far." : model.get("pools") ? `Without the pools it would see ${other.size} × ${other.size}.` : `With the pools it would see ${other.size} × ${other.size}.`;
    return `After layer ${depth} of ${sights.length} (${layerText(after)}), the cell nearest to row ${model.get("y")}, column ${model.get("x")} of the ${model.get("photo")} is row ${down.cell}, column ${across.cell} of ${after.side} × ${after.side}. It sees ${after.size} × ${after.size} pixels${padding}; its neighbour looks ${after.jump} further. ${compare}`;
  }

  function paint() {
    const layers = model.get("layers");
    const sights = stackSight(usedLayers(model));
    const depth = Math.min(model.get("depth"), sights.length);
    const after = sights[depth - 1];
    const [down, across] = [cellNear(model.get("y"), after), cellNear(model.get("x"), after)];
    const known = Object.keys(networks).find((name) => JSON.stringify(networks[name]) === JSON.stringify(layers));
    choice.input.value = known ?? "your own";
    depthRange.input.max = sights.length;
    depthRange.input.value = depth;
    depthRange.input.disabled = sights.length === 1;
    depthRange.value.textContent = `${depth} of ${sights.length}`;
    depthRange.input.setAttribute("aria-valuetext", `${depth} of ${sights.length}: ${layerText(after)}`);
    addConv.disabled = layers.length >= FIELD_LIMITS.layers;
    addPool.disabled = layers.length >= FIELD_LIMITS.layers || stackSight(layers).pop().side < 2;
    removeLast.disabled = sights.length < 2;
    image.setAttribute("href", model.get("photos")[model.get("photo")]);
    paintField(after, down, across);
    paintTable(sights, depth);
    left.caption.textContent = "Thick: the cell's field. Dashed: its neighbour's. Hatched: padding. Click to look elsewhere.";
    frame.say(sentence(sights, depth, down, across));
  }
  return keepPainted(model, paint);
}
export default { render };
