// Bytes as printable ASCII that compresses almost as well as the bytes: each byte is one character or always the same
// two, where base64 would spread it over its neighbours. docs/size.md has the figures.

/** Printable ASCII but for what would need escaping in a string literal or could end an inline script. */
const alphabet = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))
  .filter((character) => !"\"'`\\$<".includes(character))
  .join("");

/** The first characters of the alphabet announce a second one; each of the others is one small byte. */
const prefixes = 2;
const singles = alphabet.length - prefixes;

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function encode(bytes) {
  return Array.from(bytes, (byte) => {
    if (byte < singles) return alphabet.charAt(prefixes + byte);
    const rest = byte - singles;
    return alphabet.charAt(Math.floor(rest / alphabet.length)) + alphabet.charAt(rest % alphabet.length);
  }).join("");
}

/**
 * @param {string} text what {@link encode} made
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function decode(text) {
  const values = new Uint8Array(128);
  for (let index = 0; index < alphabet.length; index++) values[alphabet.charCodeAt(index)] = index;
  // In place: what is written never overtakes what is read.
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const first = values[bytes[at] ?? 0] ?? 0;
    if (first >= prefixes) {
      bytes[length++] = first - prefixes;
    } else {
      bytes[length++] = singles + first * alphabet.length + (values[bytes[++at] ?? 0] ?? 0);
    }
  }
  return bytes.subarray(0, length);
}
