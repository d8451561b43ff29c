// WebKitGTK, the system's own, in a display that nobody sees: it has no headless mode.

import { Builder } from "selenium-webdriver";
import { findFreePort } from "selenium-webdriver/net/portprober.js";
import { DriverService } from "selenium-webdriver/remote/index.js";
import { startDisplay } from "./display.mjs";

const browser = `/usr/lib/${{ x64: "x86_64", arm64: "aarch64" }[process.arch]}-linux-gnu/webkit2gtk-4.1/MiniBrowser`;

export async function start({ profile, width, height }) {
  const display = await startDisplay(width, height);
  const port = await findFreePort();
  const service = new DriverService("/usr/bin/WebKitWebDriver", {
    port,
    args: [`--port=${port}`],
    loopback: true,
    // Whatever it keeps, it keeps in the profile.
    env: { ...process.env, DISPLAY: display.name, HOME: profile, XDG_RUNTIME_DIR: profile },
  });
  const driver = await new Builder()
    .usingServer(await service.start())
    .withCapabilities({
      browserName: "MiniBrowser",
      "webkitgtk:browserOptions": { binary: browser, args: ["--automation"] },
    })
    .build();
  await driver.manage().window().setRect({ x: 0, y: 0, width, height });
  return {
    driver,
    choosesFolders: false,
    /** The driver doesn't tell what is in the console: what the host page has noted of it. */
    console: () => driver.executeScript(() => window.complaints.splice(0)),
    async close() {
      await driver.quit();
      await service.kill();
      await display.end();
    },
  };
}
