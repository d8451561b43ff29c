// Storing, deflating and letting the widget decide, over the loopback and over a slower link, beside the plain PATCHes that
// would carry as many bytes.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { startBrowser } from "../../tests/e2e/support/browser.mjs";
import { filesBelow } from "../../tests/e2e/support/folders.mjs";
import { servePage, Widget } from "../../tests/e2e/support/host-page.mjs";
import { phantom } from "../../tests/e2e/support/samples.mjs";
import { startTusServer } from "../../tests/e2e/support/tus-server.mjs";
import { mebibytes, seconds, spread, table, times } from "../support/numbers.mjs";

const modes = ["store", "auto", "deflate"];
const links = { loopback: Infinity, "100 Mbit/s": 12.5e6 };
const patience = 600_000;
const slices = 373;

/** `{ files, bytes, links: { [link]: { [mode]: … } } }`, times in ms. */
export async function compression(scope, { rounds = 3 }) {
  const folder = await phantom(scope, slices, 512);
  const paths = await filesBelow(folder);
  const sizes = await Promise.all(paths.map(async (path) => (await stat(join(folder, path))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const browser = await startBrowser();
  scope.after(() => browser.close());
  await browser.driver.manage().setTimeouts({ script: patience });
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
      runs.plain.push(await plain(browser, least, rate));
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

/** Has a server of its own for one run, and a page on it. */
async function withServer(rate, run) {
  const endings = [];
  const scope = { after: (end) => void endings.unshift(end) };
  try {
    const server = await startTusServer(scope);
    server.proxy.rate = rate;
    return await run(server, await servePage(scope));
  } finally {
    for (const end of endings) await end();
  }
}

function upload(browser, folder, mode, rate) {
  return withServer(rate, async (server, page) => {
    await browser.driver.get(page);
    const widget = await Widget.start(browser.driver, { ...(await server.options()), compression: mode });
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

function plain(browser, sent, rate) {
  return withServer(rate, async (server, page) => {
    await browser.driver.get(page);
    const { endpoint, token } = await server.lift();
    const ms = await browser.driver.executeAsyncScript(
      async (endpoint, token, sent, done) => {
        const chunk = 8 * 1024 * 1024;
        const body = new Blob([crypto.getRandomValues(new Uint8Array(65_536))]);
        const whole = new Blob(Array(chunk / body.size).fill(body));
        const headers = { "Tus-Resumable": "1.0.0", Authorization: `Bearer ${token}` };
        const began = performance.now();
        const created = await fetch(endpoint, { method: "POST", headers: { ...headers, "Upload-Length": sent } });
        const url = created.headers.get("location");
        for (let offset = 0; offset < sent; offset += chunk) {
          await fetch(url, {
            method: "PATCH",
            headers: { ...headers, "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" },
            body: whole.slice(0, sent - offset),
          });
        }
        done(performance.now() - began);
      },
      endpoint,
      token,
      sent,
    );
    return { ms, sent };
  });
}
