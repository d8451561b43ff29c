// A display that nobody sees.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** Starts an X server: `name`, which goes into `DISPLAY`, and `end()`. */
export async function startDisplay(width, height) {
  const screen = ["-screen", "0", `${width}x${height}x24`, "-nolisten", "tcp"];
  const server = spawn("Xvfb", ["-displayfd", "3", ...screen], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const [number] = await Promise.race([
    once(createInterface(server.stdio[3]), "line"),
    once(server, "exit").then(([code]) => Promise.reject(new Error(`Xvfb ended with ${code}`))),
  ]);
  const end = async () => {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  };
  return { name: `:${number}`, end };
}
