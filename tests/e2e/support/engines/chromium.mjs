// Chromium, the system's own. Its driver does all that a person does.

import { basename } from "node:path";
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

/**
 * What Chromium keeps in a profile once a person has said *Allow on every visit* to its question whether a page may read
 * a folder: that question is the browser's own, and no driver can answer it.
 */
const allowed = ({ origin, folder }) => {
  const site = `${origin},*`;
  const at = { last_modified: "13370000000000000" };
  const granted = {
    path: folder,
    "display-name": basename(folder),
    "is-directory": true,
    readable: true,
    writable: false,
  };
  return {
    file_system_access_extended_permission: { [site]: { ...at, setting: 1 } },
    file_system_access_chooser_data: { [site]: { ...at, setting: { "chosen-objects": [granted] } } },
  };
};

export async function start({ profile, width, height, mayRead }) {
  const options = new chrome.Options().setBinaryPath("/usr/bin/chromium");
  options.addArguments(...flags, `--user-data-dir=${profile}`, `--window-size=${width},${height}`);
  if (mayRead) options.setUserPreferences({ profile: { content_settings: { exceptions: allowed(mayRead) } } });
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
