// How the widget lies on the page: what sticks out of it, is cut off or lies over something else.

/** Runs in the page: each fault in words. */
function find(containerId) {
  const container = document.getElementById(containerId);
  const root = container.shadowRoot.querySelector(".sal");
  const found = [];
  const seen = (element) =>
    element.checkVisibility({ contentVisibilityAuto: true }) && !element.closest(".aside, [hidden], .paths");
  const say = (element, what) => {
    const { className } = element;
    const name = typeof className === "string" && className ? `.${className.replaceAll(" ", ".")}` : element.localName;
    found.push(`${name} ${JSON.stringify(element.textContent.slice(0, 40))} ${what}`);
  };
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) found.push(`the page is ${page.scrollWidth} wide, not ${page.clientWidth}`);
  const outer = container.getBoundingClientRect();
  const texts = [];
  for (const element of root.querySelectorAll("*")) {
    if (!seen(element) || element.closest("svg") !== null) continue;
    const box = element.getBoundingClientRect();
    if (box.left < outer.left - 0.5 || box.right > outer.right + 0.5) say(element, "sticks out");
    const { overflowX, overflowY } = getComputedStyle(element);
    if (overflowX !== "visible" && element.scrollWidth > element.clientWidth) say(element, "is cut off");
    if (overflowY !== "visible" && element.scrollHeight > element.clientHeight) say(element, "is cut off below");
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || node.data.trim() === "") continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const line of range.getClientRects()) {
        const within = element.closest("button, .card, .zone, .problem") ?? root;
        const limit = within.getBoundingClientRect();
        if (line.left < limit.left - 0.5 || line.right > limit.right + 0.5) say(element, "has text that sticks out");
        texts.push({ element, line });
      }
    }
  }
  // What the bar of actions lies over can be scrolled to; the veil covers all.
  const over = (one, other) => one.closest(".actions, .veil") !== other.closest(".actions, .veil");
  for (const [at, { element: one, line: a }] of texts.entries()) {
    for (const { element: other, line: b } of texts.slice(at + 1)) {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (one !== other && wide > 1 && high > 4 && !over(one, other)) say(one, `lies over "${other.textContent}"`);
    }
  }
  return found;
}

/** What is wrong with how the widget lies, in words; nothing if it is well. */
export const faults = (widget) => widget.driver.executeScript(find, widget.containerId);

/** Runs in the page: of each part of the widget where it lies, from the widget's corner, and how it is painted. */
function describe(containerId, facts) {
  const root = document.getElementById(containerId).shadowRoot.querySelector(".sal");
  // How fast it goes, and with that how long a line is, is never twice the same.
  const line = root.querySelector(".facts")?.firstChild;
  const told = line?.data;
  if (line) line.data = facts;
  const corner = root.getBoundingClientRect();
  const hex = (colour) => {
    const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
    const whole = colour.startsWith("color(") ? [red, green, blue].map((part) => part * 255) : [red, green, blue];
    const text = `#${whole.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
    return alpha === 0 ? "none" : alpha === 1 ? text : `${text}/${alpha}`;
  };
  const lines = [];
  const walk = (element, depth) => {
    if (!element.checkVisibility() || element.matches(".aside")) return;
    const box = element.getBoundingClientRect();
    const [x, y] = [box.x - corner.x, box.y - corner.y].map(Math.round);
    const style = getComputedStyle(element);
    const paint = [hex(style.color), "on", hex(style.backgroundColor)];
    if (style.borderBlockStartWidth !== "0px" || style.borderInlineStartWidth !== "0px")
      paint.push("edge", style.borderBlockStartWidth, style.borderInlineStartWidth, hex(style.borderInlineStartColor));
    if (style.borderStartStartRadius !== "0px") paint.push("round", style.borderStartStartRadius);
    if (style.boxShadow !== "none") paint.push("shadow");
    const name = [element.localName, ...element.classList].join(".");
    lines.push({
      name: "  ".repeat(depth) + name,
      box: `${x},${y} ${Math.round(box.width)}x${Math.round(box.height)}`,
      paint: paint.join(" "),
      font: `${style.fontWeight} ${style.fontSize}/${style.lineHeight}`.replaceAll("px", ""),
    });
    // What is drawn in an icon, and whose card it is, is told by the tree.
    if (element.localName !== "svg") for (const child of element.children) walk(child, depth + 1);
  };
  walk(root, 0);
  if (line) line.data = told;
  return lines;
}

/** The widget's parts, in order: `[{ name, box, paint, font }]`; boxes in whole pixels. */
export const parts = (widget) => widget.driver.executeScript(describe, widget.containerId, "2 of 3.1\u00a0MB");
