import { join } from "node:path";

// As `webpack init` leaves it: nothing in it is for the widget.
export default {
  entry: "./src/index.js",
  output: { path: join(import.meta.dirname, "dist"), filename: "main.js" },
};
