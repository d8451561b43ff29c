// Storing, deflating and letting the widget decide, over the loopback and over a slower link, beside the plain PATCHes that
// would carry as many bytes.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { startBrowser } from "../../tests/e2e/support/browser.mjs";
import { filesBelow } from "../../tests/e2e/support/folders.mjs";
import { phantom } from "../../tests/e2e/support/samples.mjs";
import { mebibytes, seconds, spread, table, times } from "../support/numbers.mjs";
import { openWidget, serveWidget } from "../support/reading.mjs";
import { plainPatches, withServer } from "../support/servers.mjs";

const modes = ["store", "auto", "deflate"];
const links = { loopback: Infinity, "100 Mbit/s": 12.5e6 };
const slices = 373;

/** `{ files, bytes, links: { [link]: { [mode]: … } } }`, times in ms. */
export async function compression(scope, { rounds = 3 }) {
  const folder = await phantom(scope, slices, 512);
  const paths = await filesBelow(folder);
  const sizes = await Promise.all(paths.map(async (path) => (await stat(join(folder, path))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const browser = await startBrowser();
  scope.after(() => browser.close());
  const results = {};
  for (const [link, rate] of Object.entries(links)) {
    const runs = Object.fromEntries([...modes, "plain"].map((mode) => [mode, []]));
    for (let round = 0; round < rounds; round++) {
      let least = Infinity;
      for (const mode of modes) {
        const run = await upload(browser, folder, mode, rate);
        runs[mode].push(run);
        least = Math.min(least, run.sent);
      }
      runs.plain.push(
        await withServer({ rate }, (server, scope) => plainPatches(browser.driver, server, scope, least)),
      );
    }
    results[link] = Object.fromEntries(
      Object.entries(runs).map(([mode, all]) => [
        mode,
        { ms: spread(all.map((run) => run.ms)), sent: spread(all.map((run) => run.sent)) },
      ]),
    );
    const floor = results[link].plain.ms.median;
    table(`${link}: ${paths.length} files, ${mebibytes(bytes)}; from upload to complete, median of ${rounds}`, [
      ["", "time", "from – to", "bytes sent", "times the plain PATCHes"],
      ...Object.entries(results[link]).map(([mode, { ms, sent }]) => [
        mode === "plain" ? "plain PATCHes of the fewest bytes" : mode,
        seconds(ms.median),
        `${seconds(ms.min)} – ${seconds(ms.max)}`,
        mebibytes(sent.median),
        times(ms.median / floor),
      ]),
    ]);
  }
  return { rounds, files: paths.length, bytes, links: results };
}

function upload(browser, folder, mode, rate) {
  return withServer({ rate }, async (server, scope) => {
    const widget = await openWidget(browser.driver, await serveWidget(scope), server, { compression: mode });
    await widget.chooseFolder(folder);
    await widget.step("pending");
    const ms = await browser.driver.executeAsyncScript(async (done) => {
      const began = performance.now();
      await window.uploaders.uploader.upload();
      done(performance.now() - began);
    });
    const { step } = await widget.state();
    if (step !== "complete") throw new Error(`${mode} ended with ${step}`);
    const [archive] = await server.finished();
    return { ms, sent: (await stat(archive)).size };
  });
}
