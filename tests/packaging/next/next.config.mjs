/** Written out as files, which any backend serves; pages are drawn on the server all the same, while building. */
export default {
  output: "export",
  distDir: "dist",
  turbopack: { root: import.meta.dirname },
};
