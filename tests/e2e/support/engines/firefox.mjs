// Firefox, the system's own, by the geckodriver that `cargo xtask setup` has put on PATH. In a display that nobody sees:
// without one it has no drags.

import { Builder } from "selenium-webdriver";
import firefox from "selenium-webdriver/firefox.js";
import { startDisplay } from "./display.mjs";

export async function start({ profile, width, height }) {
  const display = await startDisplay(width, height);
  const options = new firefox.Options().setBinary("/usr/bin/firefox-esr").enableBidi();
  const service = new firefox.ServiceBuilder("geckodriver")
    .addArguments("--profile-root", profile, "--allow-system-access")
    .setEnvironment({ ...process.env, DISPLAY: display.name, HOME: profile });
  const driver = await new Builder()
    .forBrowser("firefox")
    .setFirefoxOptions(options)
    .setFirefoxService(service)
    .build();
  await driver.manage().window().setRect({ x: 0, y: 0, width, height });
  const said = [];
  const note = ({ level, text }) => said.push({ level, message: text });
  await driver.script().addConsoleMessageHandler(note);
  await driver.script().addJavaScriptErrorHandler(note);
  return {
    driver,
    choosesFolders: false,
    async drag(type, at, paths) {
      await driver.setContext(firefox.Context.CHROME);
      try {
        await driver.executeAsyncScript(dragged, type.toLowerCase(), at, paths);
      } finally {
        await driver.setContext(firefox.Context.CONTENT);
      }
    },
    /** What scripts say and throw; what the browser says by itself is not among it. */
    console: async () => said.splice(0),
    async close() {
      await driver.quit();
      await display.end();
    },
  };
}

/** Runs in the browser's own window, where what comes from the desktop arrives. */
async function dragged(type, at, paths, done) {
  const service = Cc["@mozilla.org/widget/dragservice;1"].getService(Ci.nsIDragService);
  if (type === "dragenter") {
    service.startDragSessionForTests(window, Ci.nsIDragService.DRAGDROP_ACTION_COPY);
    const data = new DataTransfer();
    for (const [index, path] of paths.entries()) {
      const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
      file.initWithPath(path);
      data.mozSetDataAt("application/x-moz-file", file, index);
    }
    service.getCurrentSession(window).dataTransfer = data;
  }
  const session = service.getCurrentSession(window);
  const page = gBrowser.selectedBrowser;
  const area = page.getBoundingClientRect();
  const [clientX, clientY] = [area.left + at.x, area.top + at.y];
  const place = { clientX, clientY, screenX: mozInnerScreenX + clientX, screenY: mozInnerScreenY + clientY };
  const send = () => {
    const given = { bubbles: true, cancelable: true, composed: true, view: window, dataTransfer: session.dataTransfer };
    windowUtils.dispatchDOMEventViaPresShellForTesting(page, new DragEvent(type, { ...given, ...place }));
  };
  send();
  // The page is another process: whether it takes the files is known later, and is asked again and again as in a real drag.
  while (type === "dragover" && !session.canDrop) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    send();
  }
  if (type === "drop") session.endDragSession(true);
  done();
}
