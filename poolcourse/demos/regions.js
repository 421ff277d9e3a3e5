// The regions demo: a box on a photo, its cells on the one shared map, its bins and vector, and the cost of many boxes.

const REGION_TRAITS = ["x1", "y1", "x2", "y2", "levels", "channel", "boxes"];
const REGION_LEVELS = [[6, 3, 2, 1], [3, 2, 1], [2, 1], [1]];
const SMALLEST = 4; // pixels of the smallest box
const CROP = 224; // pixels a side of a crop that the network is run on
const NETWORK_CHANNELS = 1280;

/** VGG-16 up to its last convolution: the network whose multiplications are counted. */
const VGG_WIDTHS = [64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512];
const VGG_LAYERS = VGG_WIDTHS.map((width, index) => {
  if (width === 0) return { kernelSize: 2, stride: 2, padding: 0 };
  const before = VGG_WIDTHS.slice(0, index).filter(Boolean);
  return { kernelSize: 3, stride: 1, padding: 1, inChannels: before[before.length - 1] || 3, outChannels: width };
});

/** A box with one side moved; the opposite side gives way, so that the box keeps its smallest size. */
function sideMoved(box, side, value, limit) {
  const axis = side[0];
  const begin = side.endsWith("1");
  const low = begin ? 0 : SMALLEST;
  const placed = Math.min(limit - (begin ? SMALLEST : 0), Math.max(low, Math.round(value)));
  const other = begin ? { [`${axis}2`]: Math.max(box[`${axis}2`], placed + SMALLEST) } : { [`${axis}1`]: Math.min(box[`${axis}1`], placed - SMALLEST) };
  return { ...box, [side]: placed, ...other };
}

/** A box moved as a whole, kept inside the photo. */
function boxMoved({ x1, y1, x2, y2 }, left, top, limit) {
  const x = Math.min(limit - (x2 - x1), Math.max(0, Math.round(left)));
  const y = Math.min(limit - (y2 - y1), Math.max(0, Math.round(top)));
  return { x1: x, y1: y, x2: x + x2 - x1, y2: y + y2 - y1 };
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "regions",
    label: "Regions demo: pool any box from one shared map",
    task: "drag the box, or use the sliders. Does the vector ever change its length? Then lower the boxes in the image: from how many on does one shared map pay?",
  });
  const features = model.get("features");
  const stride = model.get("stride");
  const cellsAcross = features[0].length;
  const limit = cellsAcross * stride;
  const accent = OPERATORS.pyramid.colour;
  const box = () => Object.fromEntries(["x1", "y1", "x2", "y2"].map((side) => [side, model.get(side)]));

  ["Left", "Top", "Right", "Bottom"].forEach((word, index) => {
    const side = ["x1", "y1", "x2", "y2"][index];
    const control = addControl(frame, `${word}, px`, node("input", { type: "range", min: 0, max: limit, step: 4, oninput: (event) => put(model, sideMoved(box(), side, event.target.valueAsNumber, limit)) }));
    const show = () => {
      control.input.value = model.get(side);
      control.value.textContent = model.get(side);
      control.input.setAttribute("aria-valuetext", `${model.get(side)} pixels`);
    };
    model.on(`change:${side}`, show);
    show();
  });
  const choice = addControl(frame, "Levels, bins a side", node("select", { onchange: () => put(model, { levels: JSON.parse(choice.input.value) }) }));
  choice.input.append(...REGION_LEVELS.map((levels) => node("option", { value: JSON.stringify(levels) }, levels.join(", "))));
  const drawn = addControl(frame, "Channel drawn", node("select", { onchange: () => put(model, { channel: Number(drawn.input.value) }) }));
  drawn.input.append(...model.get("channels").map((number, index) => node("option", { value: index }, `no. ${number}`)));
  numberControl(frame, model, { trait: "boxes", label: "Boxes in the image", min: 1, max: 2000 });
  resetControl(frame, model, REGION_TRAITS);

  const seen = panel(frame, "The photo: drag the box or its corners");
  const shared = panel(frame, "");
  const vectors = panel(frame, "");
  const cost = panel(frame, "Multiplications of VGG-16's convolutions");
  [vectors, cost].forEach(({ element }) => (element.style.minWidth = "100%"));
  const picture = node("svg", { class: "pc-drawing", viewBox: `0 0 ${limit} ${limit}`, width: 320, style: "touch-action: none", role: "img", "aria-label": "the photo with the box" });
  seen.add(picture);
  const map = node("svg", { class: "pc-drawing", viewBox: `0 0 ${cellsAcross} ${cellsAcross}`, width: 320, role: "img", "shape-rendering": "crispEdges" });
  const scale = scaleBar();
  shared.add(map, scale.element);
  const strips = node("svg", { class: "pc-drawing", width: "100%", style: "height: 84px", preserveAspectRatio: "none", role: "img" });
  vectors.add(strips);
  const bars = ["Crop by crop", `${OPERATORS.pyramid.sign} One shared map`].map((name, index) => {
    const fill = node("div", { style: `height: 1.1rem; min-width: 2px; background: ${index ? accent : "var(--pc-muted)"}` });
    const text = node("p", { style: "margin: .2rem 0 .1rem; font-size: .82rem" });
    cost.add(text, fill);
    return { name, fill, text };
  });

  // the photo and its box: drawn once, then moved
  const outline = node("rect", { fill: "transparent", stroke: "#fff", "stroke-width": 5, style: "cursor: move" });
  const inner = node("rect", { fill: "none", stroke: accent, "stroke-width": 3, "pointer-events": "none" });
  const footprint = node("rect", { fill: "none", stroke: "#fff", "stroke-width": 2, "stroke-dasharray": "8 6", "pointer-events": "none" });
  const corners = [["x1", "y1"], ["x2", "y1"], ["x1", "y2"], ["x2", "y2"]].map((sides) => ({ sides, mark: node("rect", { width: 26, height: 26, fill: "#fff", stroke: "#000", "stroke-width": 2, style: `cursor: ${sides[0][1] === sides[1][1] ? "nwse" : "nesw"}-resize` }) }));
  picture.append(node("image", { href: model.get("photo"), width: limit, height: limit }), footprint, outline, inner, ...corners.map(({ mark }) => mark));

  /** Drag an element; `follow` gets the pointer in pixels of the photo and the box and pointer of the start. */
  function draggable(element, follow) {
    const place = (event) => {
      const { left, top, width } = picture.getBoundingClientRect();
      return [((event.clientX - left) * limit) / width, ((event.clientY - top) * limit) / width];
    };
    let start = null;
    const end = () => (start = null);
    element.addEventListener("pointerdown", (event) => {
      start = { box: box(), pointer: place(event) };
      element.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    element.addEventListener("pointermove", (event) => start && put(model, follow(place(event), start)));
    element.addEventListener("pointerup", end);
    element.addEventListener("pointercancel", end);
  }
  draggable(outline, ([x, y], { box: from, pointer }) => boxMoved(from, from.x1 + x - pointer[0], from.y1 + y - pointer[1], limit));
  corners.forEach(({ sides, mark }) => draggable(mark, ([x, y]) => sideMoved(sideMoved(box(), sides[0], x, limit), sides[1], y, limit)));

  function paintMap(region, levels, colours, channel) {
    const [left, top, right, bottom] = region;
    const cells = features[channel].flatMap((line, y) => line.map((value, x) => node("rect", { x, y, width: 1.02, height: 1.02, fill: colours.of(value).background })));
    const { areas } = pyramidAreas({ top, bottom, left, right }, levels.slice(0, 1), "adaptive");
    const bins = areas[0].map((area) => node("rect", { x: area.left + 0.1, y: area.top + 0.1, width: area.right - area.left - 0.2, height: area.bottom - area.top - 0.2, fill: "none", stroke: "#fff", "stroke-width": 0.07 }));
    const around = { x: left, y: top, width: right - left, height: bottom - top, fill: "none" };
    map.replaceChildren(...cells, ...bins, node("rect", { ...around, stroke: "#000", "stroke-width": 0.32 }), node("rect", { ...around, stroke: accent, "stroke-width": 0.2 }));
    map.setAttribute("aria-label", `channel ${model.get("channels")[channel]} of the shared map; the box covers columns ${left} to ${right - 1} and rows ${top} to ${bottom - 1}`);
  }

  function paintVector(vector, entries, bins, colours, channel) {
    strips.setAttribute("viewBox", `0 0 ${bins} ${features.length}`);
    const next = features.map(() => 0);
    const marks = vector.map((value, index) => {
      const line = entries[index].channel;
      return node("rect", { x: next[line]++ + 0.04, y: line + 0.12, width: 0.92, height: 0.76, fill: colours.of(value).background });
    });
    strips.replaceChildren(...marks, node("rect", { x: 0, y: channel + 0.03, width: bins, height: 0.94, fill: "none", stroke: accent, "stroke-width": 3, "vector-effect": "non-scaling-stroke" }));
    strips.setAttribute("aria-label", `${features.length} channels of ${bins} numbers each`);
  }

  function paintCost(count) {
    const { oneByOne, oneMap, ratio } = regionCosts(limit, limit, CROP, count, VGG_LAYERS);
    const longest = Math.max(oneByOne, oneMap);
    [oneByOne, oneMap].forEach((value, index) => {
      bars[index].fill.style.width = `${(100 * value) / longest}%`;
      bars[index].text.textContent = `${bars[index].name}: ${numberText(value / 1e9, value < 1e12 ? 1 : 0)} billion`;
    });
    const crops = count === 1 ? `one crop of ${CROP} × ${CROP} px` : `${count} crops of ${CROP} × ${CROP} px`;
    const share = `${numberText(100 / ratio, 1 / ratio < 0.1 ? 1 : 0)} % of the multiplications of ${crops}`;
    const words = ratio > 1 ? `one map takes ${share}: ${numberText(ratio, ratio < 10 ? 1 : 0)} times fewer` : `one map takes ${share}: cropping is cheaper`;
    cost.caption.textContent = `Counted for an image of ${limit} × ${limit} px. Pooling the boxes itself multiplies nothing.`;
    return `For ${count} box${count === 1 ? "" : "es"}, ${words}.`;
  }

  function paint() {
    const { x1, y1, x2, y2 } = box();
    const [levels, channel, count] = ["levels", "channel", "boxes"].map((trait) => model.get(trait));
    choice.input.value = JSON.stringify(levels);
    drawn.input.value = channel;
    const region = projectBox([x1, y1, x2, y2], stride);
    const [left, top, right, bottom] = region;
    const [{ vector, entries }] = regionPyramidPool2d(features, [region], levels, "max");
    const bins = vector.length / features.length;
    const colours = mapColours(features[channel]);
    for (const rect of [outline, inner]) Object.entries({ x: x1, y: y1, width: x2 - x1, height: y2 - y1 }).forEach(([name, value]) => rect.setAttribute(name, value));
    Object.entries({ x: left * stride, y: top * stride, width: (right - left) * stride, height: (bottom - top) * stride }).forEach(([name, value]) => footprint.setAttribute(name, value));
    corners.forEach(({ sides: [x, y], mark }) => {
      mark.setAttribute("x", model.get(x) - 13);
      mark.setAttribute("y", model.get(y) - 13);
    });
    seen.caption.textContent = `Dashed: the ${stride} × ${stride} px squares of its cells.`;
    shared.title.textContent = `Channel ${model.get("channels")[channel]} of the shared map, ${cellsAcross} × ${cellsAcross} cells`;
    shared.caption.textContent = `White: the ${levels[0]} × ${levels[0]} bins of the first level.`;
    paintMap(region, levels, colours, channel);
    scale.show(colours.low, colours.high);
    paintVector(vector, entries, bins, mapColours([vector]), channel);
    vectors.title.textContent = `The box's vector: ${bins} numbers a channel, ${features.length} of ${numberText(NETWORK_CHANNELS, 0)} channels drawn`;
    const costs = paintCost(count);
    const [across, down] = [right - left, bottom - top];
    const few = across * down === 1 ? " All its bins read this one cell, so they hold the same number." : across < levels[0] || down < levels[0] ? ` With fewer than ${levels[0]} cells a side, bins share cells.` : "";
    const values = vector.filter((_, index) => entries[index].channel === channel && entries[index].level === 1);
    frame.say(`The box from ${x1}, ${y1} to ${x2}, ${y2} px covers columns ${left}–${right - 1} and rows ${top}–${bottom - 1}: ${across} × ${down} cells.${few} Its vector has ${bins} numbers a channel, as that of any other box; channel ${model.get("channels")[channel]} has ${numberText(values[0])} at level 1. ${costs}`);
  }
  return keepPainted(model, paint);
}
export default { render };
