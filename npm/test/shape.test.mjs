// Names, parameters and events that hosts rely on change only together with shape.txt, and are the same at run time.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { mock, test } from "node:test";
import { compiled } from "./compiled.mjs";
import { pinned, shape } from "./shape.mjs";

const root = join(import.meta.dirname, "../..");
const declared = await readFile(join(root, "npm/index.d.ts"), "utf8");
/** Names of the fields or methods of a declaration. */
const members = (kind, name) => {
  const body = declared.match(new RegExp(`^export ${kind} ${name} [^{]*{\\n([\\s\\S]*?)^}`, "m"))[1];
  return [...body.matchAll(/^ {2}"?([\w:]+)"?\??[(:]/gm)].map(([, member]) => member).sort();
};

test("the typings are those that are pinned: if they must change, run node test/shape.mjs", async () => {
  assert.equal(await shape(), await readFile(pinned, "utf8"));
});

test("the class has the methods of its typings", async () => {
  const { uploaderClass } = await compiled("uploader.ts");
  const { prototype } = uploaderClass();
  assert.deepEqual(Object.getOwnPropertyNames(prototype).sort(), members("class", "StandaloneAuraloader"));
  const parameters = Object.fromEntries(
    Object.entries(Object.getOwnPropertyDescriptors(prototype)).map(([name, { value }]) => [name, value.length]),
  );
  for (const [name, count] of Object.entries(parameters))
    assert.equal(count, ["addFiles", "constructor", "removeStudy"].includes(name) ? 1 : 0, name);
});

test("every option of the typings is known at run time, and no other", async () => {
  const { checkOptions } = await compiled("options.ts");
  const warn = mock.method(console, "warn", () => {});
  const sound = {
    apiToken: "key",
    apiBaseUrl: "https://aura.example",
    uploadToken: "aubt_0",
    containerId: "uploader",
  };
  const typed = members("interface", "Options");
  checkOptions({ ...Object.fromEntries(typed.map((name) => [name, null])), ...sound });
  assert.equal(warn.mock.callCount(), 0);
  // What is required or checked has a line of its own in these tables.
  const source = await readFile(join(root, "npm/src/options.ts"), "utf8");
  const tables = source.match(/^const required: [\s\S]*?^};/m)[0].replace(/: Record<.*?> = /g, "");
  const known = [...tables.matchAll(/(?:^ {2}|[{,] )(\w+)(?=[,:])/gm)].map(([, name]) => name);
  assert.deepEqual(
    [...new Set(known)].filter((name) => !typed.includes(name)),
    [],
  );
});

test("callbacks and events are those that the widget tells", async () => {
  const told = await readFile(join(root, "src/api/events.rs"), "utf8");
  const names = (pattern) => [...new Set(told.match(pattern))].map((name) => name.replaceAll('"', "")).sort();
  assert.deepEqual(members("interface", "Callbacks"), names(/"on[A-Z]\w+"/g));
  assert.deepEqual(members("interface", "AuraloaderEventMap"), names(/"auraloader:\w+"/g));
  const { callbackNames } = await compiled("callbacks.ts");
  assert.deepEqual([...callbackNames].sort(), members("interface", "Callbacks"));
});
