// The whole way by keyboard: Tab, Shift+Tab, Enter, Space and Escape, and nothing else.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Key } from "selenium-webdriver";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { emulateMedia, still } from "./support/emulation.mjs";
import { temporaryFolder } from "./support/folders.mjs";
import { servePage, Widget } from "./support/host-page.mjs";
import { mixedStudy, phantom } from "./support/samples.mjs";

let browser;
before(async () => {
  browser = await startBrowser();
  await emulateMedia(browser.driver, still);
});
after(() => browser.close());

/** Runs in the page: what has the focus, and whether a person sees that. */
function focused() {
  const { shadowRoot } = document.getElementById("uploader");
  const element = shadowRoot.activeElement;
  if (!element) return { name: `nothing of the widget, but ${document.activeElement?.localName}` };
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const isInView = top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
  const onTop = shadowRoot.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
  const group = element.matches(".group") ? "group" : element.matches(".left-out .toggle") ? "left-out" : "series";
  return {
    name: element.dataset.action ?? (element.matches(".toggle") ? group : (element.classList[0] ?? element.localName)),
    expanded: element.getAttribute("aria-expanded"),
    isSeen: isInView && (onTop === element || element.contains(onTop)),
    ring: outlineStyle === "none" ? "" : `${outlineStyle} ${outlineWidth} ${outlineColor}`,
  };
}

/** The keyboard on one widget. */
class Keyboard {
  constructor(widget) {
    this.widget = widget;
  }

  async #press(...keys) {
    const actions = this.widget.driver.actions();
    for (const key of keys) actions.keyDown(key);
    for (const key of keys.reverse()) actions.keyUp(key);
    await actions.perform();
  }

  focused() {
    return this.widget.driver.executeScript(focused);
  }

  /** Waits until this has the focus; that it can be seen, and with a ring unless there is nothing to do with it. */
  async isOn(name, expanded = undefined) {
    let now;
    const there = async () => {
      now = await this.focused();
      return now.name === name && (expanded === undefined || now.expanded === expanded);
    };
    await this.widget.driver.wait(there, 20_000).catch(() => assert.fail(`not on ${name}: ${JSON.stringify(now)}`));
    assert.ok(now.isSeen, `${name} is in view and not covered`);
    if (name === "h2") assert.equal(now.ring, "", "the heading is no control");
    else assert.match(now.ring, /^solid 2px rgb/, `${name} has a ring`);
  }

  async tab(name) {
    await this.#press(Key.TAB);
    await this.isOn(name);
  }

  async back(name) {
    await this.#press(Key.SHIFT, Key.TAB);
    await this.isOn(name);
  }

  /** On with Tab until this has the focus; each stop on the way can be seen. */
  async tabTo(name) {
    const stops = [];
    while (stops.at(-1) !== name && stops.length < 20) {
      await this.#press(Key.TAB);
      const { name } = await this.focused();
      await this.isOn(name);
      stops.push(name);
    }
    assert.equal(stops.at(-1), name, stops.join(", "));
    return stops;
  }

  enter = () => this.#press(Key.ENTER);
  space = () => this.#press(Key.SPACE);
  escape = () => this.#press(Key.ESCAPE);
}

test("choose, look, remove, send, pause, carry on, cancel or not, and begin anew", async (t) => {
  const server = await startAuraBackend(t, [], true);
  const folder = await phantom(t, 60, 128);
  await mkdir(join(folder, "letters"));
  await writeFile(join(folder, "letters", "letter.txt"), "Dear patient");
  const knee = join(await temporaryFolder(t), "knee");
  await mixedStudy(knee);
  const { driver } = browser;
  await driver.get(await servePage(t));
  const options = { ...(await server.options()), compression: "store", chunkSize: 100_000 };
  const widget = await Widget.start(driver, options);
  const keys = new Keyboard(widget);
  // The system's own dialog is nobody's to drive: it is kept from opening, what a key does to the input is noted, and the
  // folder then chosen in the input itself.
  await driver.sendDevToolsCommand("Page.setInterceptFileChooserDialog", { enabled: true });
  await driver.executeScript(() => {
    window.opened = [];
    for (const input of document.getElementById("uploader").shadowRoot.querySelectorAll("input"))
      input.addEventListener("click", () => window.opened.push(input.className));
  });
  const opened = () => driver.executeScript(() => window.opened.splice(0));
  const chooseByKey = async (path) => {
    await keys.enter();
    assert.deepEqual(await opened(), ["choose-folder"]);
    await widget.chooseFolder(path);
  };

  await keys.tab("choose-folder");
  await keys.tab("choose-files");
  await keys.space();
  assert.deepEqual(await opened(), ["choose-files"]);
  await keys.back("choose-folder");
  await chooseByKey(folder);
  await widget.heading("^1 study found");
  await keys.isOn("h2");
  assert.deepEqual(await keys.tabTo("cancel"), [
    ...["series", "remove", "left-out", "choose-folder", "choose-files", "upload", "cancel"],
  ]);
  await keys.back("upload");
  await keys.back("choose-files");
  await keys.back("choose-folder");
  await chooseByKey(knee);
  await widget.heading("^2 studies found");
  await keys.isOn("h2");

  // What opens is closed by Escape, which leads back to what opened it.
  await keys.tab("series");
  await keys.space();
  await keys.isOn("series", "true");
  assert.equal((await widget.all(".series")).length, 1);
  await keys.escape();
  await keys.isOn("series", "false");
  assert.equal((await widget.all(".series")).length, 0);
  await keys.tabTo("left-out");
  await keys.enter();
  await keys.isOn("left-out", "true");
  await keys.tab("group");
  await keys.enter();
  await keys.tab("paths");
  await keys.escape();
  await keys.isOn("group", "false");
  await keys.escape();
  await keys.isOn("left-out", "false");

  // The next study, and with it its button, takes the place of the one that is removed.
  await keys.back("remove");
  await keys.enter();
  await widget.heading("^1 study found");
  await keys.isOn("remove");

  // The study that is left makes four pieces.
  server.relay.hold("PATCH", 1);
  await keys.tabTo("upload");
  await keys.enter();
  await widget.step("uploading");
  await keys.isOn("h2");
  await keys.tabTo("pause");
  await keys.enter();
  await widget.step("paused");
  await keys.isOn("h2");
  await keys.tabTo("carry-on");
  await keys.space();
  await widget.step("uploading");
  await keys.isOn("h2");

  await keys.tabTo("cancel");
  await keys.enter();
  await keys.isOn("keep-going");
  await keys.escape();
  await keys.isOn("cancel");
  await keys.enter();
  await keys.isOn("keep-going");
  await keys.tab("stop-upload");
  await keys.back("keep-going");
  await keys.enter();
  await keys.isOn("cancel");
  assert.equal((await widget.state()).step, "uploading");
  await keys.enter();
  await keys.isOn("keep-going");
  await keys.tab("stop-upload");
  await keys.enter();
  server.relay.release();
  await widget.step("cancelled");
  await keys.isOn("h2");
  await keys.tab("start-again");
  await keys.enter();
  await widget.heading("^Add your imaging files");
  await keys.isOn("h2");

  await keys.tab("choose-folder");
  await chooseByKey(knee);
  await widget.heading("^1 study found");
  await keys.isOn("h2");
  await keys.tabTo("upload");
  await keys.enter();
  await widget.step("complete");
  await keys.isOn("h2");
  await keys.tabTo("add-more");
  await keys.space();
  await widget.heading("^Add your imaging files");
  await keys.isOn("h2");
  await keys.tab("choose-folder");
  assert.deepEqual(await browser.console(), []);
});
