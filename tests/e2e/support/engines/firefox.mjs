// Firefox, the system's own, by the geckodriver that `cargo xtask setup` has put on PATH.

import { Builder } from "selenium-webdriver";
import firefox from "selenium-webdriver/firefox.js";

export async function start({ profile, width, height }) {
  const options = new firefox.Options().setBinary("/usr/bin/firefox-esr");
  options.addArguments("-headless", `--width=${width}`, `--height=${height}`);
  options.enableBidi();
  const driver = await new Builder()
    .forBrowser("firefox")
    .setFirefoxOptions(options)
    .setFirefoxService(new firefox.ServiceBuilder("geckodriver").addArguments("--profile-root", profile))
    .build();
  const said = [];
  const note = ({ level, text }) => said.push({ level, message: text });
  await driver.script().addConsoleMessageHandler(note);
  await driver.script().addJavaScriptErrorHandler(note);
  return {
    driver,
    choosesFolders: false,
    drags: false,
    /** What scripts say and throw; what the browser says by itself is not among it. */
    console: async () => said.splice(0),
    close: () => driver.quit(),
  };
}
