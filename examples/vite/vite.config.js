import { defineConfig } from "vite";

export default defineConfig({
  // While developing, `npm run dev` beside the backend example; what is built, the backend serves itself.
  server: { proxy: { "/api": "http://127.0.0.1:3000" } },
});
