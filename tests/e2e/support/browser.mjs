// A browser by WebDriver: one of three engines, the system's own, with a fresh profile.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as chromium from "./engines/chromium.mjs";
import * as firefox from "./engines/firefox.mjs";
import * as webkit from "./engines/webkit.mjs";

export const engines = { chromium, firefox, webkit };

/**
 * Starts a browser: `driver`, to whom `drag(type, { x, y }, paths)` is added where one can drag from the desktop;
 * `choosesFolders`, whether it can choose a folder; `console()`, what the console has said since the last call:
 * `[{ level, message }]`; `close()`, which ends it and removes its profile. In Chromium `mayRead` is
 * `{ origin, folder }` of a folder that pages of this origin may read without asking.
 */
export async function startBrowser({ engine = "chromium", width = 1280, height = 900, mayRead } = {}) {
  const profile = await mkdtemp(join(tmpdir(), `auraloader-${engine}-`));
  const remove = () => rm(profile, { recursive: true, force: true, maxRetries: 5 });
  try {
    const { drag, ...browser } = await engines[engine].start({ profile, width, height, mayRead });
    browser.driver.drag = drag;
    await browser.driver.manage().setTimeouts({ script: 120_000, pageLoad: 30_000 });
    return { ...browser, close: () => browser.close().finally(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}
