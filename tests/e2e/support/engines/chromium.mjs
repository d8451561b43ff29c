// Chromium, the system's own. Its driver does all that a person does.

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

export async function start({ profile, width, height }) {
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
  return {
    driver,
    choosesFolders: true,
    drag: (type, at, paths) =>
      driver.sendDevToolsCommand("Input.dispatchDragEvent", {
        type,
        ...at,
        data: { items: [], files: paths, dragOperationsMask: 1 },
      }),
    async console() {
      const entries = await driver.manage().logs().get(logging.Type.BROWSER);
      return entries.map(({ level, message }) => ({ level: level.name, message }));
    },
    close: () => driver.quit(),
  };
}
