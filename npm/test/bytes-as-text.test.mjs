import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, encode } from "../src/bytes-as-text.mjs";

test("every byte, and every pair of bytes, comes back", () => {
  const pairs = new Uint8Array(2 * 256 * 256);
  for (let pair = 0; pair < 256 * 256; pair++) pairs.set([pair >> 8, pair & 255], 2 * pair);
  assert.deepEqual(decode(encode(pairs)), pairs);
  assert.deepEqual(decode(encode(new Uint8Array())), new Uint8Array());
});

test("the text needs no escaping in a literal and can't end an inline script", () => {
  const text = encode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
  assert.match(text, /^[ -~]+$/);
  assert.doesNotMatch(text, /["'`\\$<]/);
});
