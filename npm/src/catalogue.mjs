// Texts as the widget looks them up: one a line.

/** @typedef {string | import("../index.js").PluralForms} Text A text, or its plural forms by category. */

/** @param {Text} text */
const form = (text) => {
  if (typeof text === "string") return text;
  const { other, ...named } = text;
  return [...Object.entries(named).map(([category, words]) => `${category}:${words}`), other].join("|");
};

/** `key=text`; of a text that counts, each form but the last, `other`, is named: `one:{n} study|{n} studies`.
 * @param {Record<string, Text>} texts */
export const lines = (texts) =>
  Object.entries(texts)
    .map(([key, text]) => `${key}=${form(text).replaceAll("\n", " ")}\n`)
    .join("");
