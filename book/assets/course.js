// What scrolls sideways must be reachable by keyboard: give it a tab stop, and only where it really scrolls.
(() => {
  "use strict";
  const SCROLLING = "main pre, main table, main mjx-container[display='true'], main .cell_output .output";
  const reachable = () => {
    for (const part of document.querySelectorAll(SCROLLING)) {
      if (part.closest(".poolcourse-demo")) continue;
      if (part.scrollWidth > part.clientWidth + 1) part.setAttribute("tabindex", "0");
      else part.removeAttribute("tabindex");
    }
  };
  const start = () => {
    reachable();
    window.MathJax?.startup?.promise?.then(reachable);
    window.addEventListener("resize", reachable);
  };
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
})();
