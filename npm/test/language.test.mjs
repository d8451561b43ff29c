import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { mock, test } from "node:test";
import { lines } from "../src/catalogue.mjs";
import { compiled } from "./compiled.mjs";

const { languageOf } = await compiled("language.ts");
const folder = join(import.meta.dirname, "../../locales");
const names = (await readdir(folder)).map((file) => file.replace(".json", "")).filter((name) => name !== "en");
const texts = async (name) => JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"));
const english = await texts("en");

const values = (text) => [...JSON.stringify(text).matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
const isPlural = (text) => typeof text === "object";

for (const name of names) {
  test(`${name} has every text, and in it what English fills in`, async () => {
    const translated = await texts(name);
    assert.deepEqual(Object.keys(translated), Object.keys(english));
    const categories = new Intl.PluralRules(name).resolvedOptions().pluralCategories;
    for (const [key, text] of Object.entries(translated)) {
      const wanted = new Set(values(english[key]));
      for (const form of isPlural(text) ? Object.values(text) : [text]) {
        assert.ok(form.trim(), key);
        assert.ok(!/[|\n]/.test(form), key);
        assert.ok(
          values(form).every((value) => wanted.has(value)),
          `${key}: ${form}`,
        );
      }
      // A form for one or two may say it in a word.
      const last = (any) => (isPlural(any) ? any.other : any);
      assert.deepEqual(values(last(text)).sort(), values(last(english[key])).sort(), key);
      if (isPlural(text)) {
        const unused = Object.keys(text).filter((category) => !categories.includes(category));
        assert.deepEqual(unused, [], `${key}: no such plural in ${name}`);
        const needed = categories.filter((category) => category !== "many" || name === "pl" || name === "ar");
        assert.deepEqual(Object.keys(text).sort(), needed.sort(), key);
      } else if (isPlural(english[key])) {
        assert.deepEqual(categories, ["other"], `${key} needs plural forms`);
      }
    }
  });
}

test("a text a line, plural forms named but for the last", () => {
  assert.equal(
    lines({ a: "one\nline", b: { one: "{n} x", other: "{n} xs" }, c: { other: "c", few: "f" } }),
    "a=one line\nb=one:{n} x|{n} xs\nc=few:f|c\n",
  );
});

const load = async (name) => ({ default: `pause=${name}\n` });
const inside = (lang) => ({ closest: () => lang && { getAttribute: () => lang } });

const chosen = [
  [{ locale: "de" }, "fr", ["it"], { tag: "de", isRtl: false, texts: "pause=de\n" }],
  [{ locale: "ar-EG" }, null, [], { tag: "ar-EG", isRtl: true, texts: "pause=ar\n" }],
  [{}, "fr-CA", ["it"], { tag: "fr-CA", isRtl: false, texts: "pause=fr\n" }],
  [{}, "xx", ["sv", "pt-BR", "en"], { tag: "pt-BR", isRtl: false, texts: "pause=pt\n" }],
  [{}, null, ["en-AU", "de"], { tag: "en-AU", isRtl: false, texts: "" }],
  [{}, null, ["zh-TW", "zh-CN"], { tag: "zh-CN", isRtl: false, texts: "pause=zh\n" }],
  [{ locale: "sv" }, "de", ["de"], { tag: "en", isRtl: false, texts: "" }],
  [{ locale: "de", strings: { stop: "Halt" } }, null, [], { tag: "de", isRtl: false, texts: "stop=Halt\npause=de\n" }],
];
for (const [options, surroundings, languages, expected] of chosen) {
  test(`${JSON.stringify(options)} in ${surroundings}, the person's being ${languages}: ${expected.tag}`, async () => {
    Object.defineProperty(globalThis, "navigator", { value: { languages }, configurable: true });
    assert.deepEqual(await languageOf(options, inside(surroundings), load), expected);
  });
}

test("texts that can't be loaded are English, and that is said", async () => {
  const warn = mock.method(console, "warn", () => {});
  const missing = () => Promise.reject(new Error("404"));
  const language = await languageOf({ locale: "de", strings: { stop: "Halt" } }, inside(null), missing);
  assert.deepEqual(language, { tag: "en", isRtl: false, texts: "stop=Halt\n" });
  assert.match(warn.mock.calls[0].arguments[0], /No texts for "de"/);
});
