// What a browser's processes use of the machine's memory and processors, together.

import { readdir, readFile } from "node:fs/promises";
import { median } from "./numbers.mjs";

/** What the kernel counts processor time in, on every Linux that Chromium runs on. */
const tick = 10;

const profileOf = async (driver) => (await driver.getCapabilities()).get("chrome").userDataDir;

/** Of `/proc/<id>/stat` what comes behind the name, which can hold anything: state, parent, … */
async function statOf(id) {
  const stat = await readFile(`/proc/${id}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Ids of the processes of the browser that has this profile, and of all below them. */
async function processesOf(profile) {
  const parents = new Map();
  const found = new Set();
  for (const id of (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number)) {
    try {
      parents.set(id, Number((await statOf(id))[1]));
      if ((await readFile(`/proc/${id}/cmdline`, "latin1")).includes(`--user-data-dir=${profile}`)) found.add(id);
    } catch {
      // It has ended meanwhile.
    }
  }
  for (let grew = true; grew;) {
    const below = [...parents].filter(([id, parent]) => found.has(parent) && !found.has(id));
    for (const [id] of below) found.add(id);
    grew = below.length > 0;
  }
  return found;
}

/** Proportional set size of the browser in bytes: shared pages are counted once. */
async function memoryOf(profile) {
  let sum = 0;
  for (const id of await processesOf(profile)) {
    try {
      const rollup = await readFile(`/proc/${id}/smaps_rollup`, "latin1");
      sum += Number(rollup.match(/^Pss:\s+(\d+) kB/m)[1]) * 1024;
    } catch {
      // It has ended meanwhile.
    }
  }
  return sum;
}

/** Looks every `interval` milliseconds until `stop()`, which gives the samples back. */
function sampleMemory(profile, interval = 100) {
  const samples = [];
  let running = true;
  const loop = (async () => {
    while (running) {
      const next = performance.now() + interval;
      samples.push(await memoryOf(profile));
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
    }
  })();
  return {
    async stop() {
      running = false;
      await loop;
      return samples;
    },
  };
}

/** What `run` gives, and by how many bytes the browser's memory rose over what it was before. */
export async function overIdle({ driver }, run) {
  const profile = await profileOf(driver);
  await driver.sendDevToolsCommand("HeapProfiler.collectGarbage");
  const idle = median(await samplesOf(profile, 10));
  const sampler = sampleMemory(profile);
  const result = await run();
  return { ...result, idle, over: Math.max(...(await sampler.stop())) - idle };
}

/** So many in a row, a tenth of a second apart. */
async function samplesOf(profile, number) {
  const samples = [];
  while (samples.length < number) {
    samples.push(await memoryOf(profile));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return samples;
}

/** What `run` gives, and the processor time in milliseconds that the browser took for it. */
export async function withProcessorTime({ driver }, run) {
  const profile = await profileOf(driver);
  const before = await processorTimeOf(profile);
  const result = await run();
  return { ...result, processor: (await processorTimeOf(profile)) - before };
}

async function processorTimeOf(profile) {
  let ticks = 0;
  for (const id of await processesOf(profile)) {
    try {
      const stat = await statOf(id);
      // In user mode and in the kernel's, of all threads, ended ones too.
      ticks += Number(stat[11]) + Number(stat[12]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks * tick;
}
