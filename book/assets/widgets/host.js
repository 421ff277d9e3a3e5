// Brings the demos to life on the static page. A demo is an anywidget: one ES module with a `render({model, el})`.
// The page carries each widget's state as JSON; this file is the little that a demo needs of a kernel's front end,
// so the page loads a few kilobytes instead of a widget manager of megabytes.
(() => {
  "use strict";

  class Model {
    constructor(state) {
      this.state = state;
      this.listeners = new Map();
    }
    get(name) {
      return this.state[name];
    }
    set(name, value) {
      const changes = typeof name === "object" ? name : { [name]: value };
      let any = false;
      for (const [key, next] of Object.entries(changes)) {
        if (this.state[key] === next) continue;
        this.state[key] = next;
        any = true;
        this.fire(`change:${key}`, next);
      }
      if (any) this.fire("change");
    }
    // No kernel listens: what `set` wrote is already the whole truth.
    save_changes() {}
    send() {}
    on(names, callback) {
      for (const name of names.split(/\s+/)) {
        if (!this.listeners.has(name)) this.listeners.set(name, new Set());
        this.listeners.get(name).add(callback);
      }
    }
    off(names, callback) {
      if (!names) return this.listeners.clear();
      for (const name of names.split(/\s+/)) {
        if (callback) this.listeners.get(name)?.delete(callback);
        else this.listeners.delete(name);
      }
    }
    fire(name, value) {
      for (const callback of [...(this.listeners.get(name) ?? [])]) callback(this, value);
    }
  }

  const once = (make) => {
    const made = new Map();
    return (key) => {
      if (!made.has(key)) made.set(key, make(key));
      return made.get(key);
    };
  };
  const load = once((text) => import(URL.createObjectURL(new Blob([text], { type: "text/javascript" }))));
  const style = once((text) => {
    const tag = document.createElement("style");
    tag.textContent = text;
    document.head.append(tag);
  });
  const model = once((id) => new Model({ ...states[id].state }));
  let states = {};

  async function mount(script) {
    const id = JSON.parse(script.textContent).model_id;
    const el = document.createElement("div");
    el.className = "poolcourse-host";
    script.after(el);
    try {
      const { _esm: code, _css: css } = states[id].state;
      if (css) style(css);
      const { default: widget } = await load(code);
      await widget.initialize?.({ model: model(id) });
      await widget.render({ model: model(id), el });
      // The still picture stays until here, so a reader never looks at an empty frame.
      el.closest(".cell_output")?.querySelectorAll(".demo-picture").forEach((picture) => picture.remove());
    } catch (problem) {
      el.textContent = `This demo could not start (${problem.message}). The rest of the page works; please report it.`;
      console.error(problem);
    }
  }

  function start() {
    for (const tag of document.querySelectorAll('script[type="application/vnd.jupyter.widget-state+json"]'))
      states = { ...states, ...JSON.parse(tag.textContent).state };
    document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]').forEach(mount);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
