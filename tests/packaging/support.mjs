// The packed tarball in fresh copies of the examples and of the projects beside this file.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = join(import.meta.dirname, "../..");
const pythonPackages =
  process.env.BACKEND_PYTHON_DIR ?? join(repository, "target/backend-python");
/** As a shell of an integrator's: nothing in it is for the tests. */
const { PATH, HOME } = process.env;
const environment = {
  PATH,
  HOME,
  NEXT_TELEMETRY_DISABLED: "1",
  NO_UPDATE_NOTIFIER: "1",
};

async function npm(folder, ...args) {
  try {
    await run("npm", args, {
      cwd: folder,
      env: environment,
      maxBuffer: 1 << 24,
    });
  } catch (error) {
    // Below its reasons npm prints its manual.
    const said = `${error.stdout}\n${error.stderr}`.split(
      "\nnpm error Clean install",
    )[0];
    throw new Error(`npm ${args.join(" ")} in ${folder} failed:\n${said}`);
  }
}

/** Packs pkg/ and lays the projects out around what is in the tarball, as they lie in the repository around pkg/. */
export class Workshop {
  static async open(folder) {
    const workshop = new Workshop(folder);
    await npm(
      join(repository, "pkg"),
      "pack",
      "--silent",
      "--pack-destination",
      folder,
    );
    const { name, version } = JSON.parse(
      await readFile(join(repository, "pkg/package.json"), "utf8"),
    );
    workshop.tarball = join(folder, `${name}-${version}.tgz`);
    await run("tar", ["-xzf", workshop.tarball, "-C", folder]);
    await rename(join(folder, "package"), join(folder, "pkg"));
    for (const path of [
      "examples/signing/python",
      "examples/script-tag",
      "examples/backend-python",
    ])
      await workshop.#copy(path);
    return workshop;
  }

  constructor(folder) {
    this.folder = folder;
  }

  /** Where a path of the repository is here. */
  path(path) {
    return join(this.folder, path);
  }

  #copy(path) {
    const isSource = (source) =>
      !/[/\\](node_modules|dist|\.next)$/.test(source);
    return cp(join(repository, path), this.path(path), {
      recursive: true,
      filter: isSource,
    });
  }

  /** A fresh copy of a project, with its packages and ours; gives its folder. */
  async install(path) {
    await this.#copy(path);
    await npm(
      this.path(path),
      "ci",
      "--prefer-offline",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
    );
    return this.path(path);
  }

  /** The same, built: gives the folder of its pages. */
  async build(path) {
    const folder = await this.install(path);
    await npm(folder, "run", "--silent", "build");
    return join(folder, "dist");
  }

  /** An empty project into which the tarball was installed. */
  async fresh(name) {
    const folder = this.path(name);
    await mkdir(folder);
    await npm(folder, "init", "--yes");
    await npm(
      folder,
      "install",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      this.tarball,
    );
    return folder;
  }

  /** Starts the example in Node on `pages`, with the credentials of an Aura backend; gives its address. */
  node(test, aura, pages) {
    const cwd = this.path("examples/backend-node");
    return startBackend(test, aura, [process.execPath, "server.mjs"], {
      cwd,
      PORT: "0",
      PAGES: pages,
    });
  }

  /** Starts the example in Python, as `node` does. */
  python(test, aura, pages) {
    const cwd = this.path("examples/backend-python");
    const command = ["python3", "-m", "uvicorn", "main:app", "--port", "0"];
    return startBackend(test, aura, command, {
      cwd,
      PAGES: pages,
      PYTHONPATH: pythonPackages,
    });
  }
}

async function startBackend(test, aura, [program, ...args], { cwd, ...more }) {
  const { apiBaseUrl, apiKey, appId, appSecret } = await aura.credentials();
  const running = spawn(program, args, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...environment,
      AURA_API_URL: apiBaseUrl,
      SERVICE_API_KEY: apiKey,
      AURA_APP_ID: appId,
      AURA_APP_SECRET: appSecret,
      ...more,
    },
  });
  test.after(async () => {
    running.kill("SIGKILL");
    if (running.exitCode === null && running.signalCode === null)
      await once(running, "exit");
  });
  const said = [];
  return new Promise((resolve, reject) => {
    running.once("error", reject);
    running.once("exit", (code) =>
      reject(new Error(`${program} ended with ${code}:\n${said.join("\n")}`)),
    );
    for (const stream of [running.stdout, running.stderr]) {
      createInterface(stream).on("line", (line) => {
        said.push(line);
        const address = line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
        if (address) resolve(`${address}/`);
      });
    }
  });
}
