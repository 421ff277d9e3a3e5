// The head demo: the parameters between the last map and the classes, flattened and averaged.

const HEAD_TRAITS = ["channels", "side", "layers", "units", "classes"];
const HEAD_NETWORKS = {
  "VGG-16": { channels: 512, side: 7, layers: 2, units: 4096, classes: 1000 },
  "EfficientNet-Lite0": { channels: 1280, side: 7, layers: 0, units: 4096, classes: 1000 },
  "our small CNN": { channels: 64, side: 7, layers: 1, units: 128, classes: 10 },
};
const OWN_HEAD = "your own";
const REDUCTION = 32; // image pixels a cell of the last map, in VGG-16 and in Lite0

/** A whole number with its thousands apart. */
function grouped(value) {
  return value.toLocaleString("en");
}

/** The layers of the fully connected head: {inputs, outputs, parameters} each. */
function headLayers({ channels, side, layers, units, classes }) {
  const widths = [channels * side * side, ...Array(layers).fill(units), classes];
  return widths.slice(1).map((outputs, index) => ({ inputs: widths[index], outputs, parameters: fullyConnectedParameters(widths[index], outputs) }));
}

/** The sum of the parameters of some layers. */
function totalOf(layers) {
  return layers.reduce((sum, { parameters }) => sum + parameters, 0);
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "head",
    label: "Head demo: count the parameters of a fully connected head and of global average pooling",
    task: "raise the map's side from 7 to 14 cells, which an image of twice the side gives. Which of the two heads grows, and by how much?",
  });
  const network = addControl(frame, "Network", node("select", { onchange: () => put(model, HEAD_NETWORKS[network.input.value]) }));
  network.input.append(...Object.keys(HEAD_NETWORKS).map((name) => node("option", { value: name }, name)), node("option", { value: OWN_HEAD, disabled: true, hidden: true }, OWN_HEAD));
  numberControl(frame, model, { trait: "channels", label: "Channels", min: 1, max: 2048 });
  rangeControl(frame, model, { trait: "side", label: "Side of the map, cells", min: 1, max: 20 });
  numberControl(frame, model, { trait: "layers", label: "Hidden layers", min: 0, max: 2 });
  const units = numberControl(frame, model, { trait: "units", label: "Units of each", min: 64, max: 4096, step: 64 });
  numberControl(frame, model, { trait: "classes", label: "Classes", min: 2, max: 1000 });
  resetControl(frame, model, HEAD_TRAITS);

  const bars = ["Flatten, then fully connected", `${OPERATORS.global.sign} Global average, then one linear layer`].map((title) => {
    const part = panel(frame, title);
    const bar = node("div", { role: "img", style: "display: flex; height: 2.2rem; border-bottom: 1px solid var(--pc-line)" });
    part.element.style.minWidth = "100%";
    part.add(bar);
    return { ...part, bar };
  });
  bars[1].title.style.color = OPERATORS.global.colour;

  /** One bar, a segment a layer, all on the scale of the longest. */
  function drawBar({ bar, title, caption }, layers, longest, colour) {
    const total = totalOf(layers);
    const segments = layers.map(({ parameters, inputs, outputs }, index) => {
      const style = `width: ${(100 * parameters) / longest}%; min-width: 2px; background: ${colour}; opacity: ${[1, 0.72, 0.5][index]}; border-right: 1px solid var(--pc-panel)`;
      return node("div", { style, title: `${grouped(inputs)} → ${grouped(outputs)}: ${grouped(parameters)}` });
    });
    bar.replaceChildren(...segments);
    bar.setAttribute("aria-label", `${title.textContent}: ${grouped(total)} parameters`);
    const terms = layers.map(({ inputs, outputs }) => `(${grouped(inputs)} + 1) · ${grouped(outputs)}`).join(" + ");
    caption.textContent = `${terms} = ${grouped(total)} parameters, ${numberText((4 * total) / 1e6, 1)} MB in single precision`;
    return total;
  }

  function paint() {
    const sizes = Object.fromEntries(HEAD_TRAITS.map((trait) => [trait, model.get(trait)]));
    const { channels, side, layers, classes } = sizes;
    const same = (name) => HEAD_TRAITS.every((trait) => HEAD_NETWORKS[name][trait] === sizes[trait] || (trait === "units" && layers === 0));
    network.input.value = Object.keys(HEAD_NETWORKS).find(same) || OWN_HEAD;
    units.input.disabled = layers === 0;
    const flat = headLayers(sizes);
    const gap = [{ inputs: channels, outputs: classes, parameters: gapHeadParameters(channels, classes) }];
    const longest = Math.max(totalOf(flat), totalOf(gap));
    const [flatTotal, gapTotal] = [drawBar(bars[0], flat, longest, "var(--pc-muted)"), drawBar(bars[1], gap, longest, OPERATORS.global.colour)];
    const first = flat[0];
    const times = flatTotal / gapTotal;
    const compared = times === 1 ? "Here both heads have as many: with one cell and no hidden layer they are the same." : times > 1 ? `GAP needs ${numberText(times, times < 10 ? 1 : 0)} times fewer.` : `Here GAP needs more: the flattened head squeezes through ${grouped(sizes.units)} units first.`;
    const share = numberText((100 * first.parameters) / flatTotal, 0);
    const where = flat.length > 1 ? ` ${share} % of the flattened head is its first layer, whose ${channels} · ${side} · ${side} = ${grouped(first.inputs)} inputs grow with the map.` : ` The ${channels} · ${side} · ${side} = ${grouped(first.inputs)} inputs grow with the map.`;
    const reduced = network.input.selectedIndex < 2; // the small CNN reduces by 4, and nobody knows about your own
    const pixels = !reduced ? "" : ` A map of ${side} × ${side} comes from an image of about ${side * REDUCTION} pixels a side at stride ${REDUCTION}.`;
    frame.say(`${network.input.value[0].toUpperCase()}${network.input.value.slice(1)}: flattened ${grouped(flatTotal)} parameters, with GAP ${grouped(gapTotal)}. ${compared}${where}${pixels}`);
  }
  return keepPainted(model, paint);
}
export default { render };
