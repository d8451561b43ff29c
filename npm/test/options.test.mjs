import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { inspect } from "node:util";
import { compiled } from "./compiled.mjs";

const sound = {
  apiToken: "key",
  apiBaseUrl: "https://aura.example/api/",
  uploadToken: "aubt_0123",
  containerId: "uploader",
};
let checkOptions;
let warn;

beforeEach(async () => {
  ({ checkOptions } = await compiled("options.ts"));
  mock.restoreAll();
  warn = mock.method(console, "warn", () => {});
});

const refused = [
  [{ apiToken: undefined }, "apiToken is required"],
  [{ apiToken: "" }, "apiToken is required"],
  [{ apiToken: 7 }, "apiToken must be a string"],
  [{ apiBaseUrl: null }, "apiBaseUrl is required"],
  [{ apiBaseUrl: "/api" }, "apiBaseUrl must be a valid URL"],
  [{ apiBaseUrl: "javascript:alert(1)" }, "apiBaseUrl must be a valid URL"],
  [{ uploadToken: undefined }, "uploadToken is required"],
  [{ uploadToken: "token" }, "uploadToken must start with 'aubt_'"],
  [{ uploadToken: 7 }, "uploadToken must be a string"],
  [{ uploadToken: undefined, uploadTokenResolver: "url" }, "uploadTokenResolver must be a function"],
  [{ uploadTokenResolver: "url" }, "uploadTokenResolver must be a function"],
  [{ secureUploadsSignatureResolver: {} }, "secureUploadsSignatureResolver must be a function"],
  [{ secureSignature: "abc" }, "secureSignature gave no secureExpire"],
  [{ secureSignature: "abc", secureExpire: 1700000000 }, "secureExpire must be a string of a UNIX timestamp"],
  [{ secureUploadsExpireThreshold: "10" }, "secureUploadsExpireThreshold must be a number of milliseconds"],
  [{ containerId: undefined }, "containerId is required"],
  [{ containerId: undefined, container: "uploader" }, "container must be an element"],
  [{ container: { nodeType: 9 } }, "container must be an element"],
  [{ patientId: 7 }, "patientId must be a string"],
  [{ context: "referral" }, "context must be an object"],
  [{ context: [] }, "context must be an object"],
  [{ context: { id: 1n } }, "context must be an object that JSON can hold"],
  [{ callbacks: () => {} }, "callbacks must be an object"],
  [{ callbacks: { onProgress: true } }, "callbacks.onProgress must be a function"],
  [{ chunkSize: 0 }, "chunkSize must be a whole number of bytes above 0 or 'auto'"],
  [{ chunkSize: 1.5 }, "chunkSize must be a whole number of bytes above 0 or 'auto'"],
  [{ archive: "series" }, "archive must be 'upload' or 'study'"],
  [{ compression: "zip" }, "compression must be 'auto', 'store' or 'deflate'"],
  [{ retryDelays: 1000 }, "retryDelays must be an array of milliseconds"],
  [{ retryDelays: [0, -1] }, "retryDelays must be an array of milliseconds"],
  [{ excludeRules: {} }, "excludeRules must be an array"],
  [{ excludeRules: [{}] }, "excludeRules must hold objects with sopClassUid, modality, protocolName"],
  [{ excludeRules: [{ sopClass: "1" }] }, "excludeRules must hold objects with sopClassUid, modality, protocolName"],
  [{ locale: "not a tag" }, "locale must be a language tag such as 'de' or 'pt-BR'"],
  [{ locale: 7 }, "locale must be a language tag such as 'de' or 'pt-BR'"],
  [{ strings: [] }, "strings must be an object"],
  [{ strings: { pause: 1 } }, "strings.pause must be a string, or plural forms with 'other'"],
  [{ strings: { images: { one: "{n} slice" } } }, "strings.images must be a string, or plural forms with 'other'"],
  [{ theme: "blue" }, "theme must be 'light', 'dark' or 'auto'"],
  [{ workerUrl: new URL("https://aura.example/w.js") }, "workerUrl must be a string"],
  [{ debug: "yes" }, "debug must be a boolean"],
  [{ resume: 1 }, "resume must be a boolean"],
];
for (const [change, message] of refused) {
  test(`${inspect(change)}: ${message}`, () => {
    assert.throws(() => checkOptions({ ...sound, ...change }), {
      name: "AuraloaderError",
      code: "invalid-options",
      context: "init",
      message,
    });
  });
}

test("the first thing that is missing is named, also when nothing is given", () => {
  assert.throws(() => checkOptions(undefined), { message: "apiToken is required" });
  assert.throws(() => checkOptions("options"), { message: "options must be an object" });
});

test("every option, and null for what is not wanted, passes without a word", () => {
  const optional = {
    patientId: "p",
    context: {},
    callbacks: { onProgress() {} },
    chunkSize: 5_242_880,
    retryDelays: [],
  };
  checkOptions({
    ...sound,
    ...optional,
    excludeRules: [{ modality: "SR" }],
    archive: "study",
    compression: "store",
    theme: "dark",
    workerUrl: "/w.js",
    debug: true,
    resume: false,
  });
  checkOptions({ ...sound, chunkSize: "auto", patientId: null, context: null, callbacks: { onProgress: undefined } });
  assert.equal(warn.mock.callCount(), 0);
});

test("unknown names are warned about once", () => {
  checkOptions({ ...sound, colour: "red", uploadTokne: "" });
  checkOptions({ ...sound, colour: "red" });
  assert.deepEqual(
    warn.mock.calls.map((call) => call.arguments),
    [["[auraloader] Unknown options, not used: colour, uploadTokne"]],
  );
});
