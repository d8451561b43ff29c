// From navigation to a mounted widget, as a person who opens the page waits for it.

import { join } from "node:path";
import { startBrowser } from "../../tests/e2e/support/browser.mjs";
import { startTusServer } from "../../tests/e2e/support/tus-server.mjs";
import { spread, table } from "../support/numbers.mjs";
import { patience } from "../support/page-clock.mjs";
import { serve } from "../support/page-server.mjs";

const pkg = join(import.meta.dirname, "../../pkg");
const files = ["standalone-auraloader.umd.js", "standalone-auraloader.mjs", "standalone-auraloader_bg.wasm"];
const builds = {
  "script tag": '<script src="/standalone-auraloader.umd.js"></script><script type="module">',
  "ES module": '<script type="module">import { StandaloneAuraloader } from "/standalone-auraloader.mjs";',
};

/** Of each build the times since navigation of what a page goes through, round by round, in one browser. */
export async function load(scope, { rounds = 9 }) {
  const server = await startTusServer(scope, { direct: true });
  const options = { ...(await server.options()), containerId: "uploader" };
  const routes = Object.fromEntries(files.map((file) => [`/${file}`, join(pkg, file)]));
  for (const [name, scripts] of Object.entries(builds)) routes[pathOf(name)] = Buffer.from(page(scripts, options));
  const origin = await serve(scope, routes);
  const browser = await startBrowser();
  scope.after(() => browser.close());
  await browser.driver.manage().setTimeouts({ script: patience });

  const runs = Object.fromEntries(Object.keys(builds).map((name) => [name, []]));
  // The first round is a browser's first and not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const name of Object.keys(builds)) {
      await browser.driver.get(origin + pathOf(name));
      const times = await browser.driver.executeAsyncScript((done) => window.mounted.then(done));
      if (round > 0) runs[name].push(times);
    }
  }
  const steps = Object.fromEntries(
    Object.entries(runs).map(([name, all]) => [
      name,
      Object.fromEntries(Object.keys(all[0]).map((step) => [step, spread(all.map((times) => times[step]))])),
    ]),
  );
  const said = ({ median, min, max }) => `${median.toFixed(0)} ms (${min.toFixed(0)} – ${max.toFixed(0)})`;
  table(`From navigation to mounted, median of ${rounds}`, [
    ["", "script there", "init() done", "mounted and drawn"],
    ...Object.entries(steps).map(([name, { script, init, mounted }]) => [name, ...[script, init, mounted].map(said)]),
  ]);
  return { rounds, steps, runs };
}

const pathOf = (name) => `/${name.replace(" ", "-")}.html`;

const page = (scripts, options) => `<!doctype html>
<title>A host page</title>
<link rel="icon" href="data:,">
<div id="uploader"></div>
${scripts}
window.mounted = (async () => {
  const script = performance.now();
  const uploader = new StandaloneAuraloader(${JSON.stringify(options)});
  await uploader.init();
  const init = performance.now();
  await uploader.mount();
  await new Promise(requestAnimationFrame);
  return { script, init, mounted: performance.now() };
})();
</script>`;
