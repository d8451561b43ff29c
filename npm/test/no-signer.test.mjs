// Secrets are only ever on a server: what a browser loads holds no signer, and a page can't be built with one.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { decode } from "../src/bytes-as-text.mjs";

const pkg = join(import.meta.dirname, "../../pkg");
const server = ["server.mjs", "server.cjs"];
/** Words that the signing crate can't do without, and names of what its Node build exports. */
const tellTales = ["AURA-HMAC-SHA256", "aura_request", "X-Aura-Nonce", "HmacSigner", "AuraSigner", "aurasigner_sign"];

const found = (text) => tellTales.filter((word) => text.toLowerCase().includes(word.toLowerCase()));

/** A file's own bytes, and the WebAssembly in the forms in which a bundle may hold it: base64 and bytes-as-text.mjs. */
async function textsOf(file) {
  const text = (await readFile(join(pkg, file))).toString("latin1");
  const embedded = [...text.matchAll(/"([^"'`\\$<\0-\x1f]{30000,})"/g)].map(([, literal]) =>
    literal.startsWith("AGFzb") ? Buffer.from(literal, "base64") : decode(literal),
  );
  return [text, ...embedded.map((bytes) => Buffer.from(bytes).toString("latin1"))];
}

test("the search finds the signer where it is", async () => {
  for (const file of server) {
    const texts = await textsOf(file);
    assert.equal(texts.length, 2, "the text and the WebAssembly in it");
    assert.ok(found(texts[1]).includes("AURA-HMAC-SHA256") && found(texts[1]).includes("aura_request"), file);
  }
});

test("the search reads the WebAssembly in the page's bundle", async () => {
  const [, wasm] = await textsOf("standalone-auraloader.umd.js");
  assert.equal(wasm, (await readFile(join(pkg, "standalone-auraloader_bg.wasm"))).toString("latin1"));
});

test("no other file of the package holds a trace of it", async () => {
  const code = (await readdir(pkg)).filter((name) => /\.(m?js|cjs|wasm)$/.test(name) && !server.includes(name));
  assert.ok(code.length >= 4, String(code));
  for (const file of code) for (const text of await textsOf(file)) assert.deepEqual(found(text), [], file);
});

test("bundlers for browsers find no ./server, those for Node do", async () => {
  // The package by its own name, which needs no installing.
  const bundle = (platform) =>
    build({
      stdin: { contents: 'export * from "standalone-auraloader/server"', resolveDir: pkg },
      bundle: true,
      write: false,
      platform,
      format: "esm",
      logLevel: "silent",
    });
  await assert.rejects(bundle("browser"), /standalone-auraloader\/server/);
  assert.match((await bundle("node")).outputFiles[0].text, /HmacSigner/);
});
