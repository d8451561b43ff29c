// The official tus server, beside a mock of the Aura API: it answers as the specification says and notes the calls.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { json } from "node:stream/consumers";
import { FileStore } from "@tus/file-store";
import { Server } from "@tus/server";
import { FaultProxy } from "./fault-proxy.mjs";
import { temporaryFolder } from "./folders.mjs";
import { Relay } from "./relay.mjs";

const apiToken = "mock-service-key";
const uploadToken = `aubt_${"m".repeat(64)}`;
const liftToken = "mock-lift-token";

const inFiles = (directory) => new FileStore({ directory });

const cors = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "authorization, content-type, x-api-key, accept",
  "access-control-allow-methods": "GET, POST, OPTIONS",
};

/** The official server as a process of its own, which can be killed and started again on the same port and store. */
async function startProcess(test, given) {
  let running;
  const start = async (port) => {
    const options = JSON.stringify({ ...given, port, token: liftToken });
    running = spawn(process.execPath, [join(import.meta.dirname, "tus-process.mjs"), options], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(createInterface(running.stdout), "line");
    return Number(line);
  };
  const kill = async () => {
    const ended = running.exitCode === null && running.signalCode === null && once(running, "exit");
    running.kill("SIGKILL");
    await ended;
  };
  test.after(kill);
  const port = await start(0);
  return { port, kill, startAgain: () => start(port) };
}

/** Starts both on one port; `inFront(endpoint)` may put something before the tus endpoint and gives the one that clients
 * are to use, `direct` leaves the proxy out, `store` makes the server's store of a folder; `ownProcess` (what its store is
 * given, `{}` for files) makes the tus server a process that a relay stands before. Ends with the test. */
export async function startTusServer(
  test,
  { inFront = (endpoint) => endpoint, direct = false, store = inFiles, ownProcess } = {},
) {
  const directory = await temporaryFolder(test);
  const datastore = store(directory);
  const write = datastore.write.bind(datastore);
  let firstByte;
  datastore.write = (chunks, ...rest) => write(noted(chunks), ...rest);
  async function* noted(chunks) {
    for await (const chunk of chunks) {
      firstByte ??= performance.timeOrigin + performance.now();
      yield chunk;
    }
  }
  const tus = new Server({
    path: "/files",
    datastore,
    onIncomingRequest: async (request) => {
      if (request.headers.get("authorization") !== `Bearer ${liftToken}`)
        throw { status_code: 401, body: "no lift token" };
    },
  });
  const relay = new Relay();
  const own = ownProcess && (await startProcess(test, { directory, ...ownProcess }));
  relay.target = own?.port;
  const calls = [];
  const methods = [];
  const proxy = await FaultProxy.start();
  let origin;
  let endpoint;

  async function aura(request, response) {
    const answer = (status, body) =>
      response.writeHead(status, { ...cors, "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.method === "OPTIONS") return response.writeHead(204, cors).end();
    const { authorization, "x-api-key": key } = request.headers;
    if (key !== apiToken || authorization !== `Bearer ${uploadToken}`)
      return answer(401, { message: "Unauthenticated." });
    const call = request.url.replace("/api/uploader/", "");
    if (call === "config") return answer(200, { lift: { endpoint, token: liftToken, bucket: "mock" }, mode: "bulk" });
    const body = await json(request);
    calls.push({ call, body });
    answer(200, call === "upload/init" ? { studies: Object.keys(body.studies).map(() => ({ id: randomUUID() })) } : {});
  }

  const server = createServer((request, response) => {
    if (!request.url.startsWith("/files")) return aura(request, response);
    methods.push(request.method);
    if (own) return relay.handle(request, response);
    tus.handle(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy.target = server.address().port;
  origin = `http://127.0.0.1:${direct ? proxy.target : proxy.port}`;
  endpoint = await inFront(`${origin}/files/`);
  test.after(async () => {
    await proxy.close();
    server.closeAllConnections();
    server.close();
  });

  return {
    name: "@tus/server and a mock of the Aura API",
    proxy,
    relay,
    kill: own?.kill,
    startAgain: own?.startAgain,
    options: async () => ({ apiToken, apiBaseUrl: `${origin}/api`, uploadToken }),
    /** What the widget is told of the tus server. */
    lift: () => ({ endpoint, token: liftToken }),
    /** The lifecycle calls so far, by name. */
    calls: () => calls.map(({ call }) => call.replace("upload/", "")),
    /** What the first call of that name was given. */
    body: (name) => calls.find(({ call }) => call === `upload/${name}`)?.body,
    /** How many tus uploads were created, and how many PATCHes began. */
    created: () => methods.filter((method) => method === "POST").length,
    patched: () => methods.filter((method) => method === "PATCH").length,
    /** When the first byte of a body came to the store, in milliseconds since 1970. */
    firstByte: () => firstByte,
    /** Paths of the uploads that are whole. */
    async finished() {
      const names = await readdir(directory);
      const whole = await Promise.all(
        names
          .filter((name) => !name.endsWith(".json"))
          .map(async (name) => {
            const { size } = JSON.parse(await readFile(join(directory, `${name}.json`), "utf8"));
            return (await stat(join(directory, name))).size === size ? [join(directory, name)] : [];
          }),
      );
      return whole.flat();
    },
    /** The names that the uploads which it has were created with. */
    async names() {
      const infos = (await readdir(directory)).filter((name) => name.endsWith(".json"));
      const read = async (name) => JSON.parse(await readFile(join(directory, name), "utf8")).metadata.filename;
      return (await Promise.all(infos.map(read))).sort();
    },
    /** All that the server keeps of uploads, whole or not. */
    kept: () => readdir(directory),
  };
}
