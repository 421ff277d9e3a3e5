// Holds the demos' shared arithmetic to the NumPy reference. `FIXTURES` names the file that fixtures.py wrote:
//   python tests/demos/fixtures.py .site/fixtures.json
//   FIXTURES=.site/fixtures.json node --test tests/demos/pooling.test.mjs
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const TOLERANCE = 1e-6;
const FILES = ["pooling", "pooling_gradients", "pooling_stochastic", "pooling_pyramid", "pooling_statistics"];
const DEMOS = new URL("../../poolcourse/demos/", import.meta.url);
const read = (file) => readFileSync(new URL(file, DEMOS), "utf8");
const namesIn = (text) =>
  Array.from(text.matchAll(/^(?:export )?(?:async )?(?:function\*?|const|let|class)\s+(\w+)/gm), (match) => match[1]);
const source = FILES.map((name) => read(`${name}.js`)).join("\n");
const names = namesIn(source);
const pooling = new Function(`"use strict";\n${source}\nreturn { ${names.join(", ")} };`)();

/** The cases; without them nothing is tested, so that is an error. */
function loadFixtures() {
  const path = process.env.FIXTURES;
  const remedy = "Write one first: python tests/demos/fixtures.py FILE, then set FIXTURES=FILE";
  if (!path || !existsSync(path)) throw new Error(`expected a file of fixtures in FIXTURES, got ${path}. ${remedy}`);
  return JSON.parse(readFileSync(path, "utf8"), (_, value) =>
    ["NaN", "Infinity", "-Infinity"].includes(value) ? Number(value) : value,
  );
}

/** Functions whose arguments or results JSON cannot hold. */
const take = (count, next) => Array.from({ length: count }, next);
const ADAPTERS = {
  mulberry32: (seed, count) => take(count, pooling.mulberry32(seed)),
  normalFrom: (seed, count) => take(count, pooling.normalFrom(pooling.mulberry32(seed))),
  correlatedWindows: (seed, ...sizes) => {
    return pooling.correlatedWindows(pooling.normalFrom(pooling.mulberry32(seed)), ...sizes);
  },
  poolPlane: (plane, ...rest) => {
    const pooled = pooling.poolPlane(Float32Array.from(plane), ...rest);
    assert.ok(pooled.data instanceof Float32Array);
    return { ...pooled, data: Array.from(pooled.data) };
  },
};

/** Assert that `got` holds all that `expected` says, numbers to the tolerance, NaN and infinities exactly. */
function assertClose(got, expected, path) {
  if (typeof expected === "number") {
    assert.equal(typeof got, "number", `${path}: expected ${expected}, got ${got}`);
    const close = Math.abs(got - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
    assert.ok(Object.is(got + 0, expected + 0) || close, `${path}: expected ${expected}, got ${got}`);
  } else if (Array.isArray(expected)) {
    assert.ok(Array.isArray(got), `${path}: expected an array, got ${got}`);
    assert.equal(got.length, expected.length, `${path}.length`);
    expected.forEach((entry, index) => assertClose(got[index], entry, `${path}[${index}]`));
  } else if (expected !== null && typeof expected === "object") {
    assert.ok(got !== null && typeof got === "object", `${path}: expected an object, got ${got}`);
    for (const [key, entry] of Object.entries(expected)) assertClose(got[key], entry, `${path}.${key}`);
  } else {
    assert.equal(got, expected, path);
  }
}

const fixtures = loadFixtures();
const byFunction = new Map(fixtures.map((fixture) => [fixture.function, []]));
for (const fixture of fixtures) byFunction.get(fixture.function).push(fixture);
let compared = 0;

for (const [name, cases] of byFunction) {
  test(`${name} answers as the reference does in ${cases.length} cases`, () => {
    const call = ADAPTERS[name] ?? pooling[name];
    assert.equal(typeof call, "function", `${name} is not in the demos' arithmetic`);
    cases.forEach(({ args, pick, expected }, index) => {
      const before = JSON.stringify(args);
      const result = call(...args);
      const label = `${name} case ${index}, ${before.slice(0, 300)}`;
      assertClose(pick === null ? result : result[pick], expected, label);
      assert.equal(JSON.stringify(args), before, `${label}: an input was changed`);
      compared += 1;
    });
  });
}

test("every function that a demo may call has cases", () => {
  const helpers = [
    "sizePair", "axisWindows", "mapWindows", "windowPositions", "planeOf", "rowsOf", "maxAlongAxis", "sumsOfWindows",
    "averageDivisor", "divideByCounts", "pool2d", "scatterGradient", "stochasticChoice", "stochasticExpectation",
    "mapOverWindows", "poolArea", "wholeArea", "pyramidBins", "pyramidAreas", "pyramidOfBox", "planeSharpness",
    "unpoolPlane", "resizeTaps",
  ];
  const untested = names.filter((name) => !byFunction.has(name) && !helpers.includes(name));
  assert.deepEqual(untested, []);
  assert.deepEqual(helpers.filter((name) => !names.includes(name)), []);
});

test("the files can be joined: each name once, no imports, no exports, nothing of the page", () => {
  assert.equal(new Set(names).size, names.length);
  assert.doesNotMatch(source, /^\s*(import|export)\b|\b(document|globalThis)\b|\brequire\(/m);
});

test("no other script of the demos declares a name of the shared arithmetic", () => {
  const others = readdirSync(DEMOS).filter((file) => file.endsWith(".js") && !FILES.includes(file.slice(0, -3)));
  const clashes = others.flatMap((file) => namesIn(read(file)).filter((name) => names.includes(name)));
  assert.deepEqual(clashes, []);
});

test("max on a plane names the winners: the first of ties, the last NaN, -1 for a window of padding", () => {
  const winners = (values, width, options) =>
    Array.from(pooling.poolPlane(Float64Array.from(values), values.length / width, width, options, "max").argmax);
  assert.deepEqual(winners([1, 5, 5, 1, 5, 5], 3, { kernelSize: [2, 3] }), [1]);
  assert.deepEqual(winners([1, 5, 5, 9, 2, 2], 3, { kernelSize: [2, 3] }), [3]);
  assert.deepEqual(winners([NaN, 5, NaN, 9], 2, { kernelSize: 2 }), [2]);
  assert.deepEqual(winners([-Infinity, -Infinity], 2, { kernelSize: [1, 2] }), [0]);
  assert.deepEqual(winners([4], 1, { kernelSize: [1, 2], padding: [0, 1], dilation: [1, 2], stride: 1 }), [-1]);
});

test("the position that stochastic pooling reports holds the value it returns", () => {
  const uniform = pooling.mulberry32(3);
  const map = take(6, () => take(8, uniform));
  map[0][0] = map[0][1] = map[1][0] = map[1][1] = 0;
  const { values, chosen } = pooling.stochasticPool2d(map, { kernelSize: 2 }, take(3, () => take(4, uniform)));
  assert.equal(chosen[0][0], -1);
  assert.equal(values[0][0], 0);
  chosen.flat().forEach((at, index) => {
    if (at >= 0) assert.equal(map[Math.floor(at / 8)][at % 8], values.flat()[index]);
  });
  assert.equal(chosen.flat().filter((at) => at < 0).length, 1);
});

test("each entry of a pyramid comes from the cells it names", () => {
  const uniform = pooling.mulberry32(5);
  const features = take(2, () => take(10, () => take(7, uniform)));
  for (const rule of ["adaptive", "sliding"]) {
    const { vector, entries } = pooling.spatialPyramidPool2d(features, [3, 2, 1], "max", rule);
    assert.equal(vector.length, entries.length);
    entries.forEach(({ channel, top, bottom, left, right }, index) => {
      const cells = features[channel].slice(top, bottom).flatMap((line) => line.slice(left, right));
      assert.equal(vector[index], Math.max(...cells));
    });
  }
  const [region] = pooling.regionPyramidPool2d(features, [[2, 3, 6, 9]], [1]);
  const { top, bottom, left, right } = region.entries[0];
  assert.deepEqual([left, top, right, bottom], [2, 3, 6, 9]);
});

test("the paper's sliding rule gives 9 bins for 6 on its own map of 10 cells, and another length", () => {
  const map = take(10, (_, row) => take(10, (__, col) => row * 10 + col));
  assert.equal(pooling.slidingBins(10, 6).bins.length, 9);
  const { vector, valid } = pooling.spatialPyramidPool2d([map], [6], "max", "sliding");
  assert.deepEqual([vector.length, valid], [81, false]);
  assert.equal(pooling.spatialPyramidPool2d([map], [6]).vector.length, 36);
});

test("no fixture was left out", (context) => {
  assert.ok(fixtures.length >= 300);
  assert.equal(compared, fixtures.length);
  context.diagnostic(`compared ${compared} fixtures`);
});
