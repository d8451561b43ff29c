// An object store on this machine: moto, in memory.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { temporaryFolder } from "./folders.mjs";

const moto = process.env.MOTO_DIR ?? join(import.meta.dirname, "../../../target/moto");

/** Starts it with an empty bucket; `store` is what @tus/s3-store is given. Ends with the test. */
export async function startS3(test) {
  const running = spawn("python3", [join(import.meta.dirname, "s3.py")], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, PYTHONPATH: moto },
  });
  test.after(() => running.kill("SIGKILL"));
  const [port] = await once(createInterface(running.stdout), "line");
  const endpoint = `http://127.0.0.1:${port}`;
  const bucket = `${endpoint}/uploads`;
  const made = await fetch(bucket, { method: "PUT" });
  if (!made.ok) throw new Error(`no bucket: ${made.status}`);
  const keys = async () => {
    const listed = await (await fetch(`${bucket}?list-type=2`)).text();
    return [...listed.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key]) => key);
  };
  return {
    store: {
      s3ClientConfig: {
        bucket: "uploads",
        endpoint,
        region: "us-east-1",
        forcePathStyle: true,
        credentials: { accessKeyId: "any", secretAccessKey: "any" },
      },
    },
    /** The names of all objects. */
    keys,
    /** How many multipart uploads are unfinished. */
    async unfinished() {
      const listed = await (await fetch(`${bucket}?uploads`)).text();
      return (listed.match(/<Upload>/g) ?? []).length;
    },
    /** Paths of the objects that uploads have become. */
    async finished() {
      const folder = await temporaryFolder(test);
      const objects = (await keys()).filter((key) => !/\.(info|part)$/.test(key));
      return Promise.all(
        objects.map(async (key) => {
          const path = join(folder, encodeURIComponent(key));
          await pipeline((await fetch(`${bucket}/${key}`)).body, createWriteStream(path));
          return path;
        }),
      );
    },
  };
}
