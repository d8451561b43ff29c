// The page with what one would put together instead of the widget.

import { join } from "node:path";
import { build } from "esbuild";
import { measured, pageClock, patience } from "./page-clock.mjs";
import { serve } from "./page-server.mjs";

const page = join(import.meta.dirname, "../page");

/** Bundles and serves it; gives its address. */
export async function serveComposition(scope, out) {
  const outfile = join(out, "composition.js");
  await build({ entryPoints: [join(page, "composition.mjs")], bundle: true, minify: true, format: "esm", outfile });
  const origin = await serve(scope, {
    "/composition.html": join(page, "composition.html"),
    "/composition.js": outfile,
  });
  return `${origin}/composition.html`;
}

/** Shows the page anew, waiting for files. */
export async function openComposition(driver, address) {
  await driver.get(address);
  await driver.manage().setTimeouts({ script: patience });
  await driver.executeScript(pageClock);
}

/** Gives it a folder to upload; the result is that of the widget. */
export async function uploadByComposition(driver, folder, server) {
  const input = await driver.findElement({ css: "input" });
  await driver.executeScript(
    (element, options) => window.measure(element, "change", window.untilUploaded(options)),
    input,
    await server.options(),
  );
  await input.sendKeys(folder);
  return measured(driver);
}
