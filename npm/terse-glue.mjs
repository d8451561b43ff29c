// wasm-bindgen's imports in fewer words: each is written out, and esbuild can't know that so many of them are alike.

const helpers = `
const catching = (call) => (...given) => handleError(call, given);
const optional = (value) => isLikeNone(value) ? 0 : addToExternrefTable0(value);
const instance = (name) => (value) => typeof globalThis[name] == "function" && value instanceof globalThis[name];
const giveText = (to, text) => {
    const start = isLikeNone(text) ? 0 : passStringToWasm0(text, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    getDataViewMemory0().setInt32((to >>> 0) + 4, WASM_VECTOR_LEN, true);
    getDataViewMemory0().setInt32(to >>> 0, start, true);
};
`;

/** The same code; a form that is not known stays as it is. */
export const terse = (glue) =>
  glue
    .replace(/^( {8}[\w$]+: )function\(\) \{ return handleError\(function \((.*)\) \{$/gm, "$1catching(($2) => {")
    .replace(/^ {8}\}, arguments\); \},$/gm, "        }),")
    .replace(/^( {8}[\w$]+: )function\((.*)\) \{$/gm, "$1($2) => {")
    .replace(
      /^( {8}[\w$]+: )\(arg0\) => \{\n.*\n.*try.*\n.* = arg0 instanceof (\w+);\n(?:.*\n){5} {8}\},$/gm,
      '$1instance("$2"),',
    )
    .replace(
      /const ret = (.*);\n +return isLikeNone\(ret\) \? 0 : addToExternrefTable0\(ret\);/g,
      "return optional($1);",
    )
    .replace(
      /^ +(?:const|var) ptr1 = (?:isLikeNone\(ret\) \? 0 : )?passStringToWasm0\(ret, .*\);\n.*len1 = WASM_VECTOR_LEN;\n.*arg0.*len1, true\);\n.*arg0.*ptr1, true\);\n/gm,
      "giveText(arg0, ret);\n",
    )
    .concat(helpers);
