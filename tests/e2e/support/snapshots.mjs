// Texts that are kept beside the tests, and what they are made of. `cargo xtask snapshots` writes them anew.

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Fails if the text is another than the one kept under this name. */
export async function matches(name, text) {
  const path = join(import.meta.dirname, "../snapshots", name);
  if (process.env.UPDATE_SNAPSHOTS) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    return;
  }
  const kept = await readFile(path, "utf8").catch(() => "");
  assert.deepEqual(text.split("\n"), kept.split("\n"), `${name}; if it is meant: cargo xtask snapshots`);
}

/** What assistive technology is told of the page, a node a line: role, name, states. */
export async function accessibilityTree(driver) {
  const { nodes } = await driver.sendAndGetDevToolsCommand("Accessibility.getFullAXTree", {});
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const lines = [];
  const told = ["busy", "checked", "disabled", "expanded", "focused", "live", "modal"];
  const walk = (id, depth, spoken) => {
    const node = byId.get(id);
    if (!node || node.role?.value === "InlineTextBox") return;
    const inside = (deeper, name) => node.childIds.forEach((child) => walk(child, deeper, name));
    if (node.ignored || ["none", "generic", "RootWebArea"].includes(node.role.value)) return inside(depth, spoken);
    const { role, name, description } = node;
    // A name that its own text makes is not told twice.
    if (role.value === "StaticText" && spoken.includes(name.value)) return;
    const states = node.properties
      .filter(({ name, value }) => told.includes(name) && value.value !== false && value.value !== "")
      .map(({ name, value }) => (value.value === true ? name : `${name}=${value.value}`));
    if (role.value === "heading")
      states.push(`level=${node.properties.find(({ name }) => name === "level").value.value}`);
    const words = [role.value, name?.value && JSON.stringify(name.value), ...states];
    if (node.value?.value) words.push(`= ${JSON.stringify(node.value.value)}`);
    if (description?.value) words.push(`(${description.value})`);
    lines.push("  ".repeat(depth) + words.filter(Boolean).join(" "));
    inside(depth + 1, name?.value ?? "");
  };
  walk(nodes[0].nodeId, 0, "");
  return `${lines.join("\n")}\n`.replaceAll("\u00a0", " ");
}
