// The project's reference backend, as a process of its own behind the fault proxy.

import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { FaultProxy } from "./fault-proxy.mjs";
import { filesBelow, temporaryFolder } from "./folders.mjs";
import { startProgram } from "./program.mjs";
import { Relay } from "./relay.mjs";

const demo = join(import.meta.dirname, "../../../examples/demo");

/** Starts it on an empty data folder; `args` are more options of `serve`. With `isRelayed` a relay stands before it. Ends
 * with the test. */
export async function startAuraBackend(test, args = [], isRelayed = false) {
  const data = await temporaryFolder(test);
  const downloads = await temporaryFolder(test);
  const given = ["--data", data, "--demo", demo, "--no-rate-limits", ...args];
  const { port, log, kill, startAgain } = await startProgram(test, ["serve", ...given]);
  const proxy = await FaultProxy.start();
  test.after(async () => {
    await proxy.close();
  });
  const relay = new Relay();
  relay.target = port;
  proxy.target = isRelayed ? await relay.listen(test) : port;
  const origin = `http://127.0.0.1:${proxy.port}`;
  const json = async (path) => (await fetch(`${origin}${path}`)).json();
  const own = new Set(await filesBelow(data));

  return {
    name: "aura-backend",
    proxy,
    relay,
    kill,
    startAgain,
    /** How many requests it has answered with one of these statuses. */
    answered: (...statuses) =>
      log.filter((line) => statuses.some((status) => line.includes(`status=${status}`))).length,
    /** What the demo's own backend gives its page: `{ token, expires_at }`. */
    token: () => json("/demo/upload-token"),
    settings: () => json("/demo/settings"),
    async options() {
      const [settings, { token }] = await Promise.all([json("/demo/settings"), json("/demo/upload-token")]);
      return { ...settings, uploadToken: token };
    },
    /** What an integrator is given to exchange for tokens. */
    async credentials() {
      const { api_key, app_id, app_secrets } = JSON.parse(await readFile(join(data, "credentials.json"), "utf8"));
      return { apiBaseUrl: `${origin}/api`, apiKey: api_key, appId: app_id, appSecret: app_secrets[0] };
    },
    /** Paths of the archives of complete uploads, as the backend gives them out. */
    async finished() {
      const { uploads } = await json("/demo/uploads");
      const urls = uploads.flatMap(({ archives }) => archives.map(({ url }) => url));
      return Promise.all(
        urls.map(async (url) => {
          const path = join(downloads, basename(url));
          await pipeline((await fetch(`${origin}${url}`)).body, createWriteStream(path));
          return path;
        }),
      );
    },
    /** The uploads that the backend knows, with what it counted in them. */
    uploads: async () => (await json("/demo/uploads")).uploads,
    /** All files in the data folder but the database's and those it began with. */
    kept: async () => (await filesBelow(data)).filter((path) => !own.has(path) && !/-(wal|shm|journal)$/.test(path)),
  };
}
