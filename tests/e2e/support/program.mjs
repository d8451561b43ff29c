// The program `aura-backend`, as a process of its own on a free port.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const program = process.env.AURA_BACKEND ?? join(import.meta.dirname, "../../../target/debug/aura-backend");

/** Starts a command of it; gives its port, the lines that it logs, and how to kill it and start it again on the same port.
 * Ends with the test. */
export async function startProgram(test, args) {
  const log = [];
  let running;
  const start = (port) => {
    running = spawn(program, [...args, "--listen", `127.0.0.1:${port}`], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, RUST_LOG: "info" },
    });
    createInterface(running.stderr).on("line", (line) => {
      log.push(line);
      if (/ (WARN|ERROR) |panicked/.test(line)) console.error(line);
    });
    return new Promise((resolve, reject) => {
      running.once("error", reject);
      running.once("exit", (code) => reject(new Error(`aura-backend ${args[0]} ended with ${code}`)));
      createInterface(running.stdout).on("line", (line) => {
        const port = line.match(/http:\/\/127\.0\.0\.1:(\d+)/)?.[1];
        if (port) resolve(Number(port));
      });
    });
  };
  const kill = async () => {
    const ended = running.exitCode === null && running.signalCode === null && once(running, "exit");
    running.kill("SIGKILL");
    await ended;
  };
  test.after(kill);
  const port = await start(0);
  return { port, log, kill, startAgain: () => start(port) };
}
