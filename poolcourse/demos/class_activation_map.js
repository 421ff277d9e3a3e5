// The class activation map demo: a photo, a class, its map as the weighted sum of channels, and the logit as its mean.

const CAM_TRAITS = ["photo", "rank", "channels", "overlay", "row", "col"];

/** The channels that are added up, with their weights; all those that do not travel one by one are one more map. */
function addedChannels(chosen, count) {
  const features = chosen.features.slice(0, count);
  const weights = chosen.weights.slice(0, count);
  const all = count > chosen.features.length;
  return all ? { features: [...features, chosen.rest], weights: [...weights, 1] } : { features, weights };
}

/** The map of a class from some of its channels; zeros from none. */
function mapOfClass(chosen, count) {
  const { features, weights } = addedChannels(chosen, count);
  return features.length ? classActivationMap(features, weights) : chosen.rest.map((line) => line.map(() => 0));
}

/** What one channel adds to the logit: its weight times its mean. */
function partOfLogit(chosen, index) {
  const [part] = globalAvg([classActivationMap([chosen.features[index]], [chosen.weights[index]])]);
  return part;
}

/** A signed number in words that can stand in a sum. */
function signedText(value, digits = 2) {
  return `${value < 0 ? "−" : "+"} ${numberText(Math.abs(value), digits)}`;
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "class_activation_map",
    label: "Class activation map demo: where a network saw its evidence for a class",
    task: "take the slider from all channels down to one. How few find the object? Then compare the first and the last class of the cat: do their maps differ?",
  });
  const top = model.get("photos")[model.get("photo")].classes[0].features.length;
  const total = model.get("total");
  const countText = (count) => (count > top ? `all ${numberText(total, 0)}` : `${count} of ${numberText(total, 0)}`);
  selectControl(frame, model, { trait: "photo", label: "Photo", options: Object.keys(model.get("photos")).map((name) => [name, name]) });
  const classes = addControl(frame, "Class", node("select", { onchange: () => put(model, { rank: Number(classes.input.value) }) }));
  rangeControl(frame, model, { trait: "channels", label: "Channels added up", min: 0, max: top + 1, text: countText });
  rangeControl(frame, model, { trait: "overlay", label: "Map over photo", min: 0, max: 100, step: 10, text: (value) => `${value} %` });
  resetControl(frame, model, CAM_TRAITS);

  const seen = panel(frame, "");
  const sum = panel(frame, "Its numbers: pick a cell");
  const strongest = panel(frame, "The strongest channels: weight × mean");
  strongest.element.style.minWidth = "100%";
  const image = node("img", { style: "display: block; width: 100%; border-radius: .25rem; filter: grayscale(1)" }); // the colours are the map's
  const heat = node("canvas", { "aria-hidden": "true", style: "position: absolute; inset: 0; width: 100%; height: 100%; mix-blend-mode: multiply" });
  const mark = node("div", { "aria-hidden": "true", style: "position: absolute; border: 3px solid var(--pc-paper); outline: 2px solid #000" });
  seen.add(node("div", { style: "position: relative; max-width: 20rem" }, image, heat, mark));
  const grid = numberGrid({ label: "Class activation map", pick: (row, col) => put(model, { row, col }) });
  grid.element.style.setProperty("--cell", "min(2.5rem, calc((100cqw - 2.2rem) / var(--cols)))");
  const scale = scaleBar(true);
  sum.element.classList.add("pc-tight");
  sum.add(grid.element, scale.element);
  frame.root.style.setProperty("--pc-mark", "var(--pc-ink)");
  const shelf = node("div", { style: "display: flex; flex-wrap: wrap; gap: .6rem" });
  const thumbs = Array.from({ length: top }, () => {
    const canvas = node("canvas", { class: "pc-pixels", role: "img", style: "width: 4.4rem; height: 4.4rem" });
    const text = node("span", { style: "font-size: .75rem; line-height: 1.25; font-variant-numeric: tabular-nums; color: var(--pc-ink)" });
    const box = node("div", { style: "display: flex; flex-direction: column; gap: .15rem; padding: .25rem; border-radius: .3rem; width: 5.2rem" }, canvas, text);
    shelf.append(box);
    return { box, canvas, text };
  });
  strongest.add(shelf);
  let listed = "";

  function listClasses(photo, found) {
    if (listed !== photo) classes.input.replaceChildren(...found.map(({ name, probability }, index) => node("option", { value: index }, `${name} (${numberText(100 * probability, 1)} %)`)));
    listed = photo;
    classes.input.value = model.get("rank");
  }

  function paintThumbs(chosen, count) {
    const parts = chosen.features.map((feature, index) => classActivationMap([feature], [chosen.weights[index]]));
    const reach = Math.max(...parts.flat(2).map(Math.abs));
    chosen.features.forEach((feature, index) => {
      const { box, canvas, text } = thumbs[index];
      const weighted = parts[index];
      const used = index < count;
      paintMap(canvas, weighted.flat(), feature.length, feature[0].length, { low: -reach, high: reach, signed: true });
      canvas.setAttribute("aria-label", `channel ${chosen.channels[index]} times its weight, ${used ? "added" : "left out"}`);
      box.style.border = `2px ${used ? "solid var(--pc-global)" : "dashed var(--pc-line)"}`;
      const [strength] = globalAvg([feature]);
      text.textContent = `no. ${chosen.channels[index]}: ${numberText(chosen.weights[index])} × ${numberText(strength)} = ${numberText(partOfLogit(chosen, index))}`;
    });
    const [rest] = globalAvg([chosen.rest]);
    strongest.caption.textContent = `Framed: added up. Their colours run from ${numberText(-reach)} to ${numberText(reach)}. All other channels together give ${numberText(rest)}${count > top ? ", added too" : ""}.`;
  }

  function paint() {
    const [photo, rank, count, overlay, row, col] = CAM_TRAITS.map((trait) => model.get(trait));
    const { url, classes: found } = model.get("photos")[photo];
    const chosen = found[rank];
    listClasses(photo, found);
    const map = mapOfClass(chosen, count);
    const reach = Math.max(...mapOfClass(chosen, top + 1).flat().map(Math.abs));
    const [height, width] = [map.length, map[0].length];
    if (image.src !== url) image.src = url;
    image.alt = `the photo “${photo}”`;
    const [tall, wide] = [height * 4, width * 4]; // the browser smooths the rest
    const smooth = resizeMap(map, tall, wide);
    paintMap(heat, smooth.flat(), tall, wide, { low: -reach, high: reach, signed: true });
    heat.style.opacity = overlay / 100;
    Object.assign(mark.style, { left: `${(100 * col) / width}%`, top: `${(100 * row) / height}%`, width: `${100 / width}%`, height: `${100 / height}%` });
    seen.title.textContent = `${OPERATORS.global.sign} Where “${chosen.name}” is`;
    seen.caption.textContent = "The photo in grey. Orange speaks for the class, blue against it.";
    grid.show(height, width, (i, j) => ({
      text: numberText(map[i][j], 0),
      name: `row ${i}, column ${j}: ${numberText(map[i][j])}`,
      classes: i === row && j === col ? "pc-window" : "",
      ...cellColours(map[i][j], -reach, reach, true),
    }));
    scale.show(-reach, reach);
    const [mean] = globalAvg([map]);
    const { logit, bias, probability } = chosen;
    sum.caption.textContent = `mean of ${height * width} cells ${numberText(mean)} ${signedText(bias)} (bias) = ${numberText(mean + bias)}`;
    paintThumbs(chosen, count);

    const who = `“${chosen.name}” in “${photo}”`;
    const added = `${count > top ? `All ${numberText(total, 0)} channels` : countText(count) + " channels"}: the map's mean ${numberText(mean)} ${signedText(bias)} bias = ${numberText(mean + bias)}`;
    const verdict = count > top ? `, the logit that the network itself gives, ${numberText(logit)} (probability ${numberText(100 * probability, 1)} %)` : ` of the logit ${numberText(logit)}`;
    const cell = `Cell in row ${row}, column ${col}: ${numberText(map[row][col])}, which adds ${numberText(map[row][col] / (height * width))} to the mean.`;
    frame.say(`${who}. ${added}${verdict}. ${cell} The map lies over the photo at ${overlay} %.`);
  }
  return keepPainted(model, paint);
}
export default { render };
