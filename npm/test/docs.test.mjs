// The book says all that there is to say: every option, method, callback and event, and every message.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const read = (path) => readFileSync(join(root, path), "utf8");
const flat = (text) => text.replace(/\s+/g, " ");

test("the reference has every name of the typings", () => {
  const [typings, reference] = [read("npm/index.d.ts"), read("docs/reference.md")];
  const code = [...reference.replace(/^```[^]*?^```$/gm, "").matchAll(/`[^`\n]+`/g)].map(([text]) => text).join(" ");
  const declarations = [...typings.matchAll(/^export (?:interface|class) (\w+)[^{]*\{\n([^]*?)^\}/gm)];
  assert.ok(declarations.length > 8, "the typings are read");
  const names = declarations.flatMap(([, , body]) =>
    [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm)].map(([, name]) => name),
  );
  const events = [...typings.matchAll(/auraloader:\w+/g)].map(([name]) => name);
  for (const name of [...names, ...events]) {
    if (name === "constructor") continue;
    assert.ok(new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(code), name);
  }
});

test("the reference has every property of the styles", () => {
  const reference = read("docs/reference.md");
  const styles = readdirSync(join(root, "styles"), { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const used = styles.flatMap(({ parentPath, name }) =>
    [...readFileSync(join(parentPath, name), "utf8").matchAll(/var\((--sal-[a-z-]+)/g)].map(([, property]) => property),
  );
  assert.ok(used.length > 0);
  for (const property of used) assert.ok(reference.includes(`\`${property}\``), property);
});

// What stands between the values that messages are filled with.
const fragments = (text) =>
  text
    .split(/\$\{[^}]*\}|\{[^}]*\}/)
    .map((part) => part.replace(/^[^\p{L}\[]+|[^\p{L}\]]+$/gu, ""))
    .filter((part) => part.length >= 6 && part.includes(" "));

test("troubleshooting has every message", () => {
  const guide = flat(read("docs/troubleshooting.md"));
  const errors = (path) => [...read(path).matchAll(/#\[error\(\s*"((?:[^"\\]|\\.)+)"/g)].map(([, text]) => text);
  const words = Object.entries(JSON.parse(read("locales/en.json")))
    .filter(([key]) => /^(error|none|warn|left(?!Out)|nothingFound)/.test(key))
    .flatMap(([, text]) => (typeof text === "string" ? [text] : Object.values(text)));
  const scripts = ["options", "credentials", "uploader", "compile"]
    .map((name) => read(`npm/src/${name}.ts`))
    .join("\n");
  const messages = [
    ...errors("crates/core/src/tus/error.rs"),
    ...errors("crates/core/src/lifecycle.rs"),
    ...errors("crates/core/src/credentials.rs"),
    ...errors("crates/core/src/http.rs"),
    ...words,
    ...[...read("src/api/widget.rs").matchAll(/message(?:: | = )"([^"]+)"/g)].map(([, text]) => text),
    ...[...scripts.matchAll(/`([^`]+)`|(?<=Error\(|console\.warn\()"([^"]+)"/g)].map(
      ([, template, text]) => template ?? text,
    ),
  ];
  // Not shown: what the session does with a failing resolver or file says its own error; and the reassurance in a lead.
  const inner = [
    "the resolver failed",
    "a file could not be read",
    "What has been sent is kept",
    "Your files are still here",
    "Unusual: it is sent as it is",
    "Can't be sent",
  ];
  const shown = messages.flatMap(fragments).filter((part) => !inner.some((text) => part.startsWith(text)));
  assert.ok(shown.length > 60, `${shown.length} messages are read`);
  const missing = shown.filter((part) => !guide.includes(part));
  assert.deepEqual(missing, []);
});

test("the skill names options that there are, and its front matter says when it is of use", () => {
  const [skill, typings] = [read("skills/standalone-auraloader/SKILL.md"), read("npm/index.d.ts")];
  const [, front] = /^---\n([^]*?)\n---\n/.exec(skill) ?? assert.fail("no front matter");
  assert.match(front, /^name: standalone-auraloader$/m);
  assert.match(front, /^description: .{40,1024}$/m);
  const [, table] = /\| option \| when \|\n\|[-|]+\|\n((?:\|.*\n)+)/.exec(skill) ?? assert.fail("no options");
  const named = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`(\w+)/g)]);
  assert.ok(named.length > 8);
  for (const [, name] of named) assert.match(typings, new RegExp(`^  ${name}\\?:`, "m"));
});
