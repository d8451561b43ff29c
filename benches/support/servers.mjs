// A tus server for one run, and the least that an upload to it can cost.

import { servePage } from "../../tests/e2e/support/host-page.mjs";
import { startTusServer } from "../../tests/e2e/support/tus-server.mjs";
import { patience } from "./page-clock.mjs";

/** Has a server of its own while `run(server, scope)` lasts; `rate` holds the link to it to so many bytes a second. */
export async function withServer({ rate = Infinity, store }, run) {
  const endings = [];
  const scope = { after: (end) => void endings.unshift(end) };
  try {
    const server = await startTusServer(scope, { direct: rate === Infinity, store });
    server.proxy.rate = rate;
    return await run(server, scope);
  } finally {
    for (const end of endings) await end();
  }
}

/** So many bytes from memory by `fetch` PATCHes of 8 MiB, from an empty page: `{ ms, sent }`. */
export async function plainPatches(driver, server, scope, sent) {
  await driver.get(await servePage(scope, { containers: [] }));
  await driver.manage().setTimeouts({ script: patience });
  const { endpoint, token } = server.lift();
  return { ms: await driver.executeAsyncScript(patchesInPage, endpoint, token, sent), sent };
}

/** Runs in the page. */
async function patchesInPage(endpoint, token, sent, done) {
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
}
