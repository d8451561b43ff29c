import assert from "node:assert/strict";
import { test } from "node:test";
import { compiled } from "./compiled.mjs";

const { callbacksOf } = await compiled("callbacks.ts");

test("each callback is the host's own, with its object as this, as it is at the time", () => {
  class Host {
    #told = [];
    onProgress(progress) {
      this.#told.push(progress);
      return this.#told;
    }
  }
  const host = new Host();
  const callbacks = callbacksOf(host);
  callbacks.onProgress(1);
  assert.deepEqual(host.onProgress(2), [1, 2]);
  callbacks.onUploadCancel();
  let cancelled = 0;
  host.onUploadCancel = (...given) => (cancelled += 1 + given.length);
  callbacks.onUploadCancel();
  assert.equal(cancelled, 1);
});

test("errors have their code before the host sees them, and stay the same object for the event", () => {
  const error = Object.assign(new Error("Disk full"), { context: "upload", statusCode: 507 });
  let told;
  callbacksOf({ onUploadError: (given) => (told = given) }).onUploadError(error);
  assert.equal(told, error);
  assert.equal(error.code, "upload-failed");
  const unseen = Object.assign(new Error("Expired"), { context: "token", statusCode: 401 });
  callbacksOf(null).onUploadError(unseen);
  assert.equal(unseen.code, "unauthorised");
  assert.equal(unseen.name, "AuraloaderError");
});

test("what a callback throws goes on to who calls it", () => {
  const callbacks = callbacksOf({
    onProgress() {
      throw new Error("the host's");
    },
  });
  assert.throws(() => callbacks.onProgress(), { message: "the host's" });
});
