// One file of every kind: what a person is told of it, and that what is accepted arrives byte for byte.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { basename } from "node:path";
import { entriesOf, opensEverywhere } from "./support/archive.mjs";
import { startAuraBackend } from "./support/aura-backend.mjs";
import { startBrowser } from "./support/browser.mjs";
import { hardCases } from "./support/hard-cases.mjs";
import { servePage, ways, Widget } from "./support/host-page.mjs";

/** What a person reads for each reason, … */
const reasons = {
  "not-dicom": "Not an imaging file",
  empty: "The file is empty",
  dicomdir: "Index of the disc, not needed",
  excluded: "Machine settings, not images",
  "missing-uid": "Doesn't say which study it belongs to",
  duplicate: "Same image twice",
  "damaged-archive": "The archive is damaged here: copy or pack it again",
  "encrypted-archive": "Protected by a password: unpack it first",
  "nested-archive": "An archive inside an archive: unpack it first",
  "unsupported-archive": "Packed in a way we can't open: unpack it first",
  "archive-limit": "Claims to hold more than an archive can: unpack it first",
};

/** … and for each warning. */
const warnings = {
  "mixed-patient": "Two patients in one study",
  conflict: "Some images come in two versions: both are sent",
  truncated: "A file ends too early: it is sent as it is",
  "irregular-uid": "Unusual study number: it is sent as it is",
};

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser.close());

for (const way of ["folder input", "drop"]) {
  test(`every kind of file is told of, and what is accepted arrives: ${way}`, async (t) => {
    const [server, cases, page] = [await startAuraBackend(t), await hardCases(t), await servePage(t)];
    const { folder, accepted, leftOut, studies } = cases;
    assert.deepEqual(
      [...new Set([...leftOut.values()].map(({ reason }) => reason))].sort(),
      Object.keys(reasons).sort(),
      "the cases have every reason",
    );
    await browser.driver.get(page);
    const widget = await Widget.start(browser.driver, await server.options());
    await ways[way](widget, folder);
    const state = await widget.step("pending");

    // The host page is told the same as the command line tells.
    const top = `${basename(folder)}/`;
    const found = state.rejected.map(({ path, reason }) => [
      path.startsWith(top) ? path.slice(top.length) : path,
      reason,
    ]);
    assert.deepEqual(found.sort(byText), [...leftOut].map(([path, { reason }]) => [path, reason]).sort(byText));
    assert.deepEqual(state.studies.map(plain).sort(byUid), studies.map(plain).sort(byUid));
    assert.equal(state.studiesCount, studies.length);
    assert.equal(state.seriesCount, sum(studies.map((study) => study.series_count)));
    assert.equal(sum(state.studies.map((study) => study.images)), accepted.size);

    await cardsAgree(widget, state.studies);
    await listAgrees(widget, leftOut);

    await widget.press("^Upload \\d+ stud");
    const { step } = await widget.until((state) => ["complete", "error"].includes(state.step));
    assert.equal(step, "complete", JSON.stringify(await widget.said("error")));
    const [archive, ...more] = await server.finished();
    assert.deepEqual(more, []);
    await opensEverywhere(archive);
    assert.deepEqual(
      (await entriesOf(archive)).map((entry) => entry.sha256).sort(),
      [...accepted.values()].map((file) => file.sha256).sort(),
    );
    await widget.told("complete");
    const [result] = await widget.said("complete");
    assert.deepEqual([result.successful, result.failed], [accepted.size, 0]);
    assert.deepEqual(await browser.console(), []);
  });
}

/** Each study has a card, with its warnings in words. */
async function cardsAgree(widget, studies) {
  await widget.heading(`^${studies.length} stud(y|ies) found$`);
  const cards = await widget.all("[part=card]");
  // A card that is far from what is seen has a name only.
  const shown = await widget.driver.executeAsyncScript(async (elements, done) => {
    const cards = [];
    for (const card of elements) {
      card.scrollIntoView();
      while (!card.querySelector(".tile")) await new Promise(requestAnimationFrame);
      cards.push({
        name: card.querySelector("h3").textContent.trim(),
        warnings: [...card.querySelectorAll(".warnings li")].map((item) => item.textContent.trim()),
      });
    }
    done(cards);
  }, cards);
  const wanted = studies.map((study) => ({
    name: readable(study.patient_name),
    warnings: study.warnings.map((warning) => warnings[warning]),
  }));
  assert.deepEqual(shown.map(JSON.stringify).sort(), wanted.map(JSON.stringify).sort());
}

/** The list of files left out has each reason in words, with its count and its paths. */
async function listAgrees(widget, leftOut) {
  await widget.press(`^${leftOut.size} files left out$`);
  const groups = new Map();
  for (const [path, { reason }] of leftOut) groups.set(reason, [...(groups.get(reason) ?? []), path]);
  assert.equal((await widget.all("[part=left-out] .group")).length, groups.size);
  for (const [reason, files] of groups) {
    const words = reasons[reason].replace("?", "\\?");
    const count = `${files.length} file${files.length === 1 ? "" : "s"}`;
    await widget.press(`^${words}\\s+${count}$`);
    const list = await widget.element("[part=left-out] .paths", `^${words}$`);
    const paths = await widget.driver.executeScript(
      (element) => [...element.querySelectorAll("[role=listitem]")].map((item) => item.textContent),
      list,
    );
    assert.equal(paths.length, files.length, reason);
    for (const path of files)
      assert.ok(
        paths.some((shown) => shown.endsWith(path)),
        `${path}: ${reason}`,
      );
  }
}

/** Family^Given as these files have it. */
function readable(name) {
  const [family, given = "", middle = ""] = name.split("^");
  return [given, middle, family].filter(Boolean).join(" ") || "Unnamed patient";
}

/** A study without what has no order. */
const plain = (study) => ({ ...study, warnings: [...study.warnings].sort() });
const byUid = (a, b) => (a.study_uid < b.study_uid ? -1 : 1);
const byText = (a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
