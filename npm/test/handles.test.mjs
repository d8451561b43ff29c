// Handles are the browser's own: stand-ins with their shape, as Node has none. The real ones: tests/e2e/resume.test.mjs.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { compiled } from "./compiled.mjs";

let handles;
before(async () => ({ handles } = await compiled("handles.ts")));

const file = (name, content) => ({
  kind: "file",
  name,
  requestPermission: async () => "granted",
  getFile: async () => {
    if (content === undefined) throw new DOMException("gone", "NotFoundError");
    return content;
  },
});
const folder = (name, entries, permission = "granted") => ({
  kind: "directory",
  name,
  requestPermission: async () => permission,
  async *values() {
    if (!entries) throw new DOMException("gone", "NotFoundError");
    yield* entries;
  },
});
const dropped = (...found) => ({ items: found.map((handle) => ({ getAsFileSystemHandle: async () => handle })) });

async function listed(all) {
  const next = await handles.reopen(all);
  const batches = [];
  for (let some; (some = await next()).length;) batches.push(some);
  return batches;
}

test("everything in folders is listed under the paths of a drop", async () => {
  const cd = folder("CD", [file("1", "a"), folder("more", [file("2", "b"), folder("empty", [])])]);
  assert.deepEqual(await listed([cd, file("3", "c")]), [
    [
      ["CD/1", "a"],
      ["CD/more/2", "b"],
      ["3", "c"],
    ],
  ]);
});

test("what can't be opened any more is listed without a file", async () => {
  assert.deepEqual(await listed([folder("CD", [file("1"), folder("gone")]), folder("disc")]), [
    [
      ["CD/1", null],
      ["CD/gone", null],
      ["disc", null],
    ],
  ]);
});

test("many files come some at a time", async () => {
  const names = Array.from({ length: 70 }, (_, at) => String(at));
  const batches = await listed([
    folder(
      "CD",
      names.map((name) => file(name, name)),
    ),
  ]);
  assert.deepEqual(
    batches.map((batch) => batch.length),
    [32, 32, 6],
  );
  assert.deepEqual(
    batches.flat().map(([path]) => path),
    names.map((name) => `CD/${name}`),
  );
});

test("nothing is read that the person does not let be read", async () => {
  assert.equal(await handles.reopen([folder("CD", []), folder("other", [], "denied")]), undefined);
});

test("handles are kept of a whole drop, or not at all", async () => {
  const [cd, one] = [folder("CD", []), file("1", "a")];
  assert.deepEqual(await handles.of(dropped(cd, one)), [cd, one]);
  assert.equal(await handles.of(dropped(cd, null)), undefined);
  assert.equal(await handles.of(dropped(cd, { kind: "file", name: "asks nobody" })), undefined);
  assert.equal(await handles.of({ items: [{}] }), undefined, "a browser without handles");
  assert.equal(await handles.of(dropped()), undefined);
  assert.equal(await handles.of(dropped(...Array.from({ length: 17 }, () => one))), undefined);
});
