// Chromium by WebDriver: the system's own, with a fresh profile.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Builder, logging } from "selenium-webdriver";
import chrome from "selenium-webdriver/chrome.js";

const flags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts a browser; `close()` ends it and removes its profile. */
export async function startBrowser({ width = 1280, height = 900 } = {}) {
  const profile = await mkdtemp(join(tmpdir(), "auraloader-chromium-"));
  const options = new chrome.Options().setBinaryPath("/usr/bin/chromium");
  options.addArguments(...flags, `--user-data-dir=${profile}`, `--window-size=${width},${height}`);
  const logs = new logging.Preferences();
  logs.setLevel(logging.Type.BROWSER, logging.Level.ALL);
  options.setLoggingPrefs(logs);
  const driver = await new Builder()
    .forBrowser("chrome")
    .setChromeOptions(options)
    .setChromeService(new chrome.ServiceBuilder("/usr/bin/chromedriver"))
    .build();
  await driver.manage().setTimeouts({ script: 120_000, pageLoad: 30_000 });
  return {
    driver,
    /** What the console has said since the last call: `[{ level, message }]`. */
    async console() {
      const entries = await driver.manage().logs().get(logging.Type.BROWSER);
      return entries.map(({ level, message }) => ({ level: level.name, message }));
    },
    async close() {
      await driver.quit();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
