// The project's reference backend, as a process of its own behind the fault proxy.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { FaultProxy } from "./fault-proxy.mjs";
import { filesBelow, temporaryFolder } from "./folders.mjs";

const program = process.env.AURA_BACKEND ?? join(import.meta.dirname, "../../../target/debug/aura-backend");

/** Starts it on an empty data folder; ends with the test. */
export async function startAuraBackend(test) {
  const data = await temporaryFolder(test);
  const backend = spawn(program, ["serve", "--data", data, "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  const proxy = await FaultProxy.start();
  test.after(async () => {
    await proxy.close();
    backend.kill();
    if (backend.exitCode === null && backend.signalCode === null) await once(backend, "exit");
  });
  proxy.target = await new Promise((resolve, reject) => {
    backend.once("error", reject);
    backend.once("exit", (code) => reject(new Error(`aura-backend ended with ${code}`)));
    createInterface(backend.stdout).on("line", (line) => {
      const port = line.match(/http:\/\/127\.0\.0\.1:(\d+)/)?.[1];
      if (port) resolve(Number(port));
    });
  });
  const origin = `http://127.0.0.1:${proxy.port}`;
  const stored = async () => (await filesBelow(data)).filter((path) => !/\.(db|sqlite3?)(-\w+)?$/.test(path));

  return {
    name: "aura-backend",
    proxy,
    async options() {
      const answer = await fetch(`${origin}/demo/upload-token`, { method: "POST" });
      const { token, apiToken, apiBaseUrl } = await answer.json();
      return { apiToken, apiBaseUrl, uploadToken: token };
    },
    async finished() {
      const uploads = await (await fetch(`${origin}/demo/uploads`)).json();
      return uploads.map(({ path }) => join(data, path));
    },
    kept: stored,
  };
}
