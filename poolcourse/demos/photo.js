// The photo demo: a real photo beside two pooled versions of it, and what pooling did to it in three numbers.

/** Mean, spread and sharpness of a picture, averaged over its channels. */
function pictureNumbers({ planes, height, width }) {
  return {
    mean: mean(planes.map(mean)),
    spread: mean(planes.map(standardDeviation)),
    sharpness: mean(planes.map((plane) => planeSharpness(plane, height, width))),
  };
}

/** The numbers of one picture as words. */
function numbersText({ mean: level, spread, sharpness: edges }) {
  return `mean ${numberText(level, 3)}, spread ${numberText(spread, 3)}, sharpness ${numberText(edges, 3)}`;
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "photo",
    label: "Photo demo: pool a real photo",
    task: "max keeps the bright joints that the average washes out. Choose “grass” and read the two spreads: does max still win? Then choose sum: why does its picture look like the average's?",
  });
  const names = Object.keys(model.get("photos"));
  const operators = ["max", "avg", "sum"].map((key) => [key, `${OPERATORS[key].sign} ${OPERATORS[key].name}`]);
  selectControl(frame, model, { trait: "photo", label: "Photo", options: names.map((name) => [name, name]) });
  selectControl(frame, model, { trait: "operator", label: "Operator", options: operators });
  selectControl(frame, model, { trait: "beside", label: "Compare with", options: operators });
  rangeControl(frame, model, { trait: "kernel_size", label: "Kernel, pixels", min: 1, max: 16 });
  rangeControl(frame, model, { trait: "stride", label: "Stride, pixels", min: 1, max: 16 });
  resetControl(frame, model, ["photo", "operator", "beside", "kernel_size", "stride"]);

  const parts = ["Input", "", ""].map((title) => panel(frame, title));
  const canvases = parts.map((part) => pictureIn(part, "photo"));
  const decoded = new Map();
  let painted = "";

  async function photo() {
    const name = model.get("photo");
    if (!decoded.has(name)) decoded.set(name, await readPhoto(model.get("photos")[name]));
    if (name === model.get("photo")) paint();
  }

  /** The photo under one operator. A sum is drawn divided by the cells of its window, or it would be all white. */
  function pooled(source, operator, options) {
    const results = source.planes.map((plane) => poolPlane(plane, source.height, source.width, options, operator));
    const { height, width } = results[0];
    return { planes: results.map(({ data }) => data), height, width, scale: operator === "sum" ? 1 / options.kernelSize ** 2 : 1 };
  }

  function paint() {
    const name = model.get("photo");
    const source = decoded.get(name);
    if (!source) return photo();
    const options = { kernelSize: model.get("kernel_size"), stride: model.get("stride") };
    const size = `${source.width} × ${source.height}`;
    const before = pictureNumbers(source);
    if (painted !== name) {
      paintPlanes(canvases[0], source);
      canvases[0].setAttribute("aria-label", `the photo “${name}”, ${size} pixels`);
      parts[0].caption.textContent = `${size}: ${numbersText(before)}`;
      painted = name;
    }
    const sentences = ["operator", "beside"].map((trait, index) => {
      const operator = model.get(trait);
      const result = pooled(source, operator, options);
      const after = pictureNumbers(result);
      const { name: word, sign, colour } = OPERATORS[operator];
      const part = parts[index + 1];
      paintPlanes(canvases[index + 1], result, result.scale);
      part.title.textContent = `${sign} ${word} of ${options.kernelSize} × ${options.kernelSize}`;
      part.title.style.color = colour;
      part.caption.textContent = `${result.width} × ${result.height}: ${numbersText(after)}${operator === "sum" ? " (drawn divided by the window's cells)" : ""}`;
      canvases[index + 1].setAttribute("aria-label", `the photo after ${word} pooling, ${result.width} × ${result.height} pixels`);
      return `${word[0].toUpperCase()}${word.slice(1)}: mean ${numberText(before.mean, 3)} → ${numberText(after.mean, 3)}, spread → ${numberText(after.spread, 3)}, sharpness → ${numberText(after.sharpness, 3)}`;
    });
    const kept = new Set(sentences);
    frame.say(`Kernel ${options.kernelSize}, stride ${options.stride}. ${[...kept].join(". ")}. The input's spread is ${numberText(before.spread, 3)}, its sharpness ${numberText(before.sharpness, 3)}.`);
  }
  return keepPainted(model, paint);
}
export default { render };
