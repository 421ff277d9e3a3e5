// The stochastic demo: the roulette of one window, and how often each activation is drawn.

const STOCHASTIC_TRAITS = ["activations", "phase", "draws", "seed"];
const STOCHASTIC_LIMITS = { draws: 10000, activation: 99 };
const WHEEL = { ring: 66, width: 52, rim: 97, ball: 108 };

/** Replay all draws: how often each activation came, the mean of what came, and the last draw. */
function drawHistory(activations, draws, seed) {
  const uniform = mulberry32(seed);
  const counts = activations.map(() => 0);
  const drawn = new Float64Array(draws);
  let [last, chosen] = [null, -1];
  for (let index = 0; index < draws; index += 1) {
    last = uniform();
    chosen = stochasticChoice(activations, last);
    if (chosen < 0) continue;
    counts[chosen] += 1;
    drawn[index] = activations[chosen];
  }
  return { counts, last, chosen, average: mean(drawn) };
}

/** A share in percent, as words. */
function percentText(share, digits = 1) {
  return `${numberText(100 * share, digits)} %`;
}

/** One arc of the wheel from `start` to `start + share` of a turn. A dash of a circle, because a full turn is no arc. */
function wheelArc({ start, share, radius, width, style }) {
  const dash = `${share} ${1 - share}`;
  return node("circle", { r: radius, fill: "none", "stroke-width": width, pathLength: 1, "stroke-dasharray": dash, "stroke-dashoffset": -start, transform: "rotate(-90)", style });
}

/** A point of the wheel, `turn` of a full turn clockwise from the top. */
function wheelPoint(turn, radius) {
  return [radius * Math.sin(2 * Math.PI * turn), -radius * Math.cos(2 * Math.PI * turn)];
}

/** The sectors, their borders and their numbers. */
function wheelSectors(activations, shares, colours) {
  const arcs = [];
  const labels = [];
  let start = 0;
  activations.forEach((value, index) => {
    const share = shares[index];
    const { background, ink } = colours.of(value);
    if (share > 0) {
      arcs.push(wheelArc({ start, share, radius: WHEEL.ring, width: WHEEL.width, style: `stroke: ${background}` }));
      const [[x1, y1], [x2, y2]] = [wheelPoint(start, WHEEL.ring - WHEEL.width / 2), wheelPoint(start, WHEEL.ring + WHEEL.width / 2)];
      if (share < 1) labels.push(node("line", { x1, y1, x2, y2, "stroke-width": 2, style: "stroke: var(--pc-panel)" }));
    }
    if (share > 0.045) {
      const [x, y] = wheelPoint(start + share / 2, WHEEL.ring);
      labels.push(node("text", { x, y: y + 5, "text-anchor": "middle", style: `fill: ${ink}; font-size: 15px; font-weight: 600` }, numberText(value)));
    }
    start += share;
  });
  return [...arcs, ...labels];
}

/** Rows of bars: what was drawn, and a mark where the probability lies. */
function histogramRows(activations, shares, drawn) {
  const [left, wide, high] = [34, 84, activations.length > 4 ? 23 : 34];
  return activations.flatMap((value, index) => {
    const y = index * high;
    const at = left + wide * shares[index];
    const words = drawn ? `${percentText(drawn[index])}, p ${percentText(shares[index])}` : `p ${percentText(shares[index])}`;
    const bar = drawn ? drawn[index] : shares[index];
    return [
      node("text", { x: left - 6, y: y + high / 2 + 4, "text-anchor": "end" }, numberText(value)),
      node("rect", { x: left, y: y + 4, width: wide, height: high - 8, style: "fill: var(--pc-paper); stroke: var(--pc-line)" }),
      node("rect", { x: left, y: y + 4, width: Math.max(0, wide * bar), height: high - 8, style: "fill: var(--pc-stochastic)" }),
      node("line", { x1: at, x2: at, y1: y, y2: y + high, "stroke-width": 3, style: "stroke: var(--pc-ink)" }),
      node("text", { x: left + wide + 6, y: y + high / 2 + 4, style: "font-size: 11px" }, words),
    ];
  });
}

function render({ model, el }) {
  const frame = demoFrame(el, {
    concept: "stochastic",
    label: "Stochastic demo: the roulette of one pooling window",
    task: "press “Add 5 to each cell” three times. The largest stays 3 ahead of the next. Why does the roulette stop preferring it, and what does “test” come close to?",
  });
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  selectControl(frame, model, { trait: "phase", label: "Phase", options: [["training", "training: draw"], ["test", "test: weigh"]] });
  const size = addControl(frame, "Window side, cells", node("input", { type: "number", min: 2, max: 3, step: 1, oninput: resize }));
  const raise = buttonControl(frame, "Add 5 to each cell", () => put(model, { activations: model.get("activations").map((line) => line.map((value) => value + 5)) }));
  buttonControl(frame, "Spin", () => spin(1));
  buttonControl(frame, "Spin 100 times", () => spin(100));
  const stop = playControl(frame, () => spin(1));
  const clear = buttonControl(frame, "Clear the count", () => put(model, { draws: 0 }));
  resetControl(frame, model, STOCHASTIC_TRAITS);

  const before = panel(frame, "Window: type in a cell");
  const middle = panel(frame, "Roulette");
  const after = panel(frame, "How often");
  before.element.classList.add("pc-tight");
  const grid = numberGrid({ label: "Activations of the window", edit });
  const scale = scaleBar();
  const sectors = node("g");
  const rim = node("g");
  const spoke = node("g", { style: still ? "" : "transition: transform .25s ease-out" }, node("circle", { cy: -WHEEL.ball, r: 6, style: "fill: var(--pc-ink)" }));
  const hub = node("text", { y: 2, "text-anchor": "middle", style: "font-size: 22px; font-weight: 700" });
  const under = node("text", { y: 19, "text-anchor": "middle", class: "pc-faint" });
  const wheel = node("svg", { class: "pc-drawing", viewBox: "-116 -116 232 232", width: 220, role: "img" }, sectors, rim, spoke, hub, under);
  const bars = node("svg", { class: "pc-drawing", role: "img", width: 222 });
  before.add(grid.element, scale.element);
  middle.add(wheel);
  after.add(bars);

  function resize() {
    const side = Math.round(size.input.valueAsNumber);
    if (side !== 2 && side !== 3) return;
    const old = model.get("activations");
    const line = (row) => Array.from({ length: side }, (_, col) => old[row % old.length][col % old.length]);
    put(model, { activations: Array.from({ length: side }, (_, row) => line(row)) });
  }
  function edit(row, col, value) {
    if (value < 0) return frame.say(`${numberText(value)} is refused: a share of the sum is a probability only if no activation is negative. In a network, a ReLU before the pooling sees to that.`, true);
    if (value > STOCHASTIC_LIMITS.activation) return frame.say(`${numberText(value)} is refused: the demo's cells hold up to ${STOCHASTIC_LIMITS.activation}.`, true);
    const activations = model.get("activations").map((line) => [...line]);
    activations[row][col] = value;
    return put(model, { activations });
  }
  /** Spinning is for training; when the count is full, it starts anew with other luck. */
  function spin(times) {
    const draws = model.get("draws") + times;
    if (draws <= STOCHASTIC_LIMITS.draws) put(model, { phase: "training", draws });
    else put(model, { phase: "training", draws: times, seed: model.get("seed") + 1 });
  }

  function paintWheel(flat, shares, colours, { history, expected, training }) {
    const { last, chosen } = history;
    const empty = shares.every((share) => share === 0);
    sectors.replaceChildren(...(empty ? [wheelArc({ start: 0, share: 1, radius: WHEEL.ring, width: 2, style: "stroke: var(--pc-muted)" })] : wheelSectors(flat, shares, colours)));
    spoke.style.display = training && last !== null ? "" : "none";
    if (last !== null) spoke.style.transform = `rotate(${360 * last}deg)`;
    const start = shares.slice(0, Math.max(0, chosen)).reduce((total, share) => total + share, 0);
    const won = training && chosen >= 0;
    rim.replaceChildren(...(won ? [wheelArc({ start, share: shares[chosen], radius: WHEEL.rim, width: 6, style: "stroke: var(--pc-stochastic)" })] : []));
    hub.textContent = training ? (last === null ? "–" : numberText(chosen < 0 ? 0 : flat[chosen])) : numberText(expected);
    under.textContent = training ? (last === null ? "not spun" : empty ? "no draw" : "drawn") : "expected";
    wheel.setAttribute("aria-label", `roulette whose sectors are ${flat.map((value, index) => `${numberText(value)}: ${percentText(shares[index])}`).join(", ")}`);
  }

  function sentence(flat, shares, numbers) {
    const { history, expected, average, largest, training } = numbers;
    const draws = model.get("draws");
    const range = `between the average ${numberText(average)} and the maximum ${numberText(largest)}`;
    if (shares.every((share) => share === 0)) return `A window of zeros: nothing can be drawn, and the output is 0 (after ${draws} draws, in either phase: ${model.get("phase")}).`;
    const terms = flat.map((value, index) => `${numberText(shares[index], 3)}·${numberText(value)}`).join(" + ");
    const so = draws ? `${draws === 1 ? "The one draw so far gives" : `The ${draws} draws so far average`} ${numberText(history.average)}.` : "Nothing is drawn yet.";
    if (!training) return `Test: each activation is weighted by its probability: ${terms} = ${numberText(expected)}, ${expected === average && average === largest ? "as are the average and the maximum" : range}. ${so}`;
    if (!draws) return `${so} Spin: the draw will fall on each activation with its share of the sum, on ${numberText(largest)} with ${percentText(shares[flat.indexOf(largest)])}.`;
    const side = model.get("activations").length;
    const place = `row ${Math.floor(history.chosen / side)}, column ${history.chosen % side}`;
    const top = flat.indexOf(largest);
    return `Draw ${draws}: u = ${numberText(history.last, 3)} of the way round lands on ${numberText(flat[history.chosen])} (${place}). So far ${numberText(largest)} came in ${percentText(history.counts[top] / draws)} of the draws; its probability is ${percentText(shares[top])}. ${so} At test the output is ${numberText(expected)}.`;
  }

  function paint() {
    const activations = model.get("activations");
    const [side, draws] = [activations.length, model.get("draws")];
    const training = model.get("phase") === "training";
    const flat = activations.flat();
    const shares = stochasticProbabilities(flat);
    const colours = mapColours(activations);
    const history = drawHistory(flat, draws, model.get("seed"));
    const numbers = { history, expected: stochasticExpectation(flat), average: mean(flat), largest: Math.max(...flat), training };
    if (size.input.valueAsNumber !== side) size.input.value = side;
    clear.disabled = draws === 0;
    raise.disabled = numbers.largest + 5 > STOCHASTIC_LIMITS.activation;
    frame.root.style.setProperty("--pc-mark", OPERATORS.stochastic.colour);
    grid.show(side, side, (row, col) => {
      const at = row * side + col;
      const won = training && at === history.chosen;
      const name = `row ${row}, column ${col}, probability ${percentText(shares[at])}${won ? ", drawn last" : ""}`;
      return { text: numberText(flat[at]), name, classes: won ? "pc-window pc-winner" : "", sign: OPERATORS.stochastic.sign, ...colours.of(flat[at]) };
    });
    scale.show(colours.low, colours.high);
    paintWheel(flat, shares, colours, numbers);
    middle.caption.textContent = `average ${numberText(numbers.average)} · expected ${numberText(numbers.expected)} · maximum ${numberText(numbers.largest)}`;
    bars.replaceChildren(...histogramRows(flat, shares, training && draws ? history.counts.map((count) => count / draws) : null));
    bars.setAttribute("viewBox", `0 0 222 ${flat.length * (flat.length > 4 ? 23 : 34)}`);
    bars.setAttribute("aria-label", flat.map((value, index) => `${numberText(value)}: probability ${percentText(shares[index])}${draws ? `, drawn ${history.counts[index]} times` : ""}`).join("; "));
    after.caption.textContent = training && draws ? `Bar: share of ${draws} draws. Line: probability p.` : "Bar: the weight of each activation, its probability p.";
    frame.say(sentence(flat, shares, numbers));
  }
  return keepPainted(model, paint, stop);
}
export default { render };
