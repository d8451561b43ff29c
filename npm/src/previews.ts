// Pictures on the cards: asks for the file of a study whose card comes near, has a worker draw it, and shows it. One at a
// time, and only while nothing is read or sent. Loaded when a study has been found.

import workerScript from "previews-worker-script";
import type { StudyInfo, UploaderState } from "../index.js";
import { compileFrom } from "./compile.js";
import type { PictureFile } from "./glue.js";
import type { Job, Picture } from "./previews-worker.js";

/** CSS pixels a side. */
const SIDE = 96;
/** What a file takes longer than, in milliseconds, is none that is shown. */
const PATIENCE = 10_000;
/** Pictures that are kept of cards that are far away, 150 KB each at most. */
const KEPT = 200;

/** What came of a study's file; no canvas where there is no picture in it. */
interface Drawn {
  images: number;
  canvas: HTMLCanvasElement | undefined;
}

let module: Promise<WebAssembly.Module> | undefined;

/**
 * Until `ended`; `studies` are those that have been found so far, `files` tells where their images are, and `trusted` is
 * `scriptUrl()` of the page's own script, as a page may allow its policy but once. Rejects if the module can't be had.
 */
export async function showPreviews(
  container: HTMLElement,
  files: MessagePort,
  studies: StudyInfo[],
  workerUrl: string | null | undefined,
  ended: AbortSignal,
  trusted: (url: string) => string,
): Promise<void> {
  const size = Math.round(SIDE * Math.min(devicePixelRatio, 2));
  const near = new Set<Element>();
  /** By study, in the order in which they were drawn: a card that is far away is not there. */
  const done = new Map<string, Drawn>();
  let images = imagesOf(studies);
  /** Not there yet, or not any more where the page's policy refuses the worker. */
  let compiled: WebAssembly.Module | undefined;
  let worker: Worker | undefined;
  let isFree = true;
  let isQuiet = true;

  const observer = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) near[isIntersecting ? "add" : "delete"](target);
      void drawNext();
    },
    { rootMargin: "50%" },
  );
  const uidOf = (tile: Element) => tile.getAttribute("data-study") ?? "";

  /** Cards come and go as studies are found and as they are scrolled to. */
  const look = () => {
    for (const tile of near) if (!tile.isConnected) near.delete(tile);
    // Drawn perhaps only after the first studies have been found; and observed twice it is so once.
    const root = container.shadowRoot;
    if (root) looker.observe(root, { childList: true, subtree: true });
    for (const tile of root?.querySelectorAll(".tile") ?? []) {
      observer.observe(tile);
      const canvas = done.get(uidOf(tile))?.canvas;
      if (canvas && canvas.parentNode !== tile) tile.append(canvas);
    }
    void drawNext();
  };
  const looker = new MutationObserver(look);

  const drawNext = async () => {
    if (!compiled || !isFree || !isQuiet || ended.aborted) return;
    const tile = [...near].find((tile) => {
      const count = images.get(uidOf(tile));
      return count !== undefined && done.get(uidOf(tile))?.images !== count;
    });
    if (!tile) return;
    isFree = false;
    const uid = uidOf(tile);
    // The study may have got a picture before, of fewer images.
    const before = done.get(uid)?.canvas;
    done.delete(uid);
    const drawn: Drawn = { images: images.get(uid) ?? 0, canvas: undefined };
    done.set(uid, drawn);
    const picture = await pictureOf(uid, compiled).catch(() => undefined);
    before?.remove();
    if (picture) drawn.canvas = canvas(picture);
    for (const [other, { canvas }] of done) {
      if (done.size <= KEPT) break;
      if (!canvas?.isConnected) done.delete(other);
    }
    isFree = true;
    // The card may have gone and come again meanwhile.
    look();
  };

  const pictureOf = async (uid: string, module: WebAssembly.Module): Promise<Picture | undefined> => {
    const file = await new Promise<PictureFile>((resolve) => {
      files.onmessage = ({ data }) => resolve(data);
      files.postMessage(uid);
    });
    if (!file || ended.aborted) return undefined;
    const [blob, deflated] = file;
    worker ??= start(module, workerUrl, trusted);
    const drawn = await answer(worker, { blob, deflated, size });
    if (typeof drawn !== "string" && !ended.aborted) return drawn;
    // What has broken down or takes for ever is of no more use; the next card gets a fresh one.
    worker.terminate();
    worker = undefined;
    if (drawn === "refused") compiled = undefined;
    return undefined;
  };

  container.addEventListener(
    "auraloader:state",
    (event) => {
      const { step, studies } = (event as CustomEvent<UploaderState>).detail;
      isQuiet = step === "pending";
      if (!isQuiet) return;
      images = imagesOf(studies);
      look();
    },
    { signal: ended },
  );
  ended.addEventListener("abort", () => {
    observer.disconnect();
    looker.disconnect();
    worker?.terminate();
    files.close();
  });
  look();
  compiled = await (module ??= compileFrom(fetch(new URL("./standalone-auraloader.previews.wasm", import.meta.url))));
  void drawNext();
}

const imagesOf = (studies: StudyInfo[]) => new Map(studies.map((study) => [study.study_uid, study.images]));

/** What comes of a job: nothing where there is no picture in the file. */
type Answer = Picture | "broken" | "refused" | undefined;

function answer(worker: Worker, job: Job): Promise<Answer> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("broken"), PATIENCE);
    const settle = (answer: Answer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    worker.onmessage = ({ data }) => settle(data);
    // What goes wrong in the script it catches itself, so there is none.
    worker.onerror = () => settle("refused");
    worker.postMessage(job);
  });
}

function start(
  module: WebAssembly.Module,
  workerUrl: string | null | undefined,
  trusted: (url: string) => string,
): Worker {
  // A page that names a script of its own for the main worker refuses those of blobs.
  const url = workerUrl
    ? new URL("./standalone-auraloader.previews.worker.js", import.meta.url).href
    : URL.createObjectURL(new Blob([workerScript], { type: "text/javascript" }));
  const worker = new Worker(trusted(url));
  worker.postMessage(module);
  return worker;
}

/** A decoration: what the study is stands beside it. */
function canvas({ rgba, width }: Picture): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.ariaHidden = "true";
  const image = new ImageData(rgba, width);
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}
