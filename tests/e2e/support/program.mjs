// The program `aura-backend`, as a process of its own on a free port.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const program = process.env.AURA_BACKEND ?? join(import.meta.dirname, "../../../target/debug/aura-backend");

/** Starts a command of it; gives its port, and the lines that it logs. Ends with the test. */
export async function startProgram(test, args) {
  const running = spawn(program, [...args, "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, RUST_LOG: "info" },
  });
  const log = [];
  createInterface(running.stderr).on("line", (line) => {
    log.push(line);
    if (/ (WARN|ERROR) |panicked/.test(line)) console.error(line);
  });
  test.after(async () => {
    running.kill("SIGKILL");
    if (running.exitCode === null && running.signalCode === null) await once(running, "exit");
  });
  const port = await new Promise((resolve, reject) => {
    running.once("error", reject);
    running.once("exit", (code) => reject(new Error(`aura-backend ${args[0]} ended with ${code}`)));
    createInterface(running.stdout).on("line", (line) => {
      const port = line.match(/http:\/\/127\.0\.0\.1:(\d+)/)?.[1];
      if (port) resolve(Number(port));
    });
  });
  return { port, log };
}
