// Lint for our scripts. A demo's script is not a file of its own: Python joins the shared arithmetic (pooling*.js), the
// shared drawing (kit.js) and the demo's file into one module, so the names that the shared files declare are globals
// to all of them.
import js from "@eslint/js";
import globals from "globals";
import { readdirSync, readFileSync } from "node:fs";

const DEMOS = new URL("./poolcourse/demos/", import.meta.url);
const SHARED = /^(pooling.*|kit.*)\.js$/;
const declared = (file) =>
  Array.from(
    readFileSync(new URL(file, DEMOS), "utf8").matchAll(/^(?:async )?(?:function\*?|const|let|class)\s+(\w+)/gm),
    (match) => match[1],
  );
const sharedNames = Object.fromEntries(
  readdirSync(DEMOS)
    .filter((file) => SHARED.test(file))
    .flatMap(declared)
    .map((name) => [name, "readonly"]),
);

const rules = {
  "array-callback-return": "error",
  eqeqeq: ["error", "always", { null: "ignore" }],
  "max-lines": ["error", 300],
  "no-param-reassign": "error",
  "no-self-compare": "off", // value !== value is the test for NaN
  "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
  "no-var": "error",
  "prefer-const": "error",
};

export default [
  { ignores: ["**/node_modules/", "**/_build/", ".venv/", ".site/", "dist/"] },
  js.configs.recommended,
  { rules, linterOptions: { reportUnusedDisableDirectives: "error" } },
  {
    files: ["poolcourse/demos/*.js"],
    languageOptions: { ecmaVersion: 2020, sourceType: "module", globals: { ...globals.browser, ...sharedNames } },
  },
  {
    files: ["poolcourse/demos/pooling*.js", "poolcourse/demos/kit*.js"],
    languageOptions: { sourceType: "script" },
    // what they declare is used by the files that they are joined to, and is the very global that we named above
    rules: { "no-redeclare": ["error", { builtinGlobals: false }], "no-unused-vars": ["error", { vars: "local" }] },
  },
  {
    files: ["poolcourse/demos/pooling*.js"],
    languageOptions: { globals: Object.fromEntries(Object.keys(globals.browser).map((name) => [name, "off"])) },
  },
  {
    files: ["book/assets/**/*.js"],
    languageOptions: { ecmaVersion: 2020, sourceType: "script", globals: globals.browser },
  },
  {
    files: ["tests/**/*.mjs", "*.mjs"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.node },
  },
];
