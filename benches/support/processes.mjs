// What a browser's processes use of the machine's memory, together.

import { readdir, readFile } from "node:fs/promises";

/** Ids of the processes of the browser that has this profile, and of all below them. */
async function processesOf(profile) {
  const parents = new Map();
  const found = new Set();
  for (const id of (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number)) {
    try {
      // Behind the name, which can hold anything: state, parent.
      const stat = await readFile(`/proc/${id}/stat`, "latin1");
      parents.set(id, Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
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
export async function memoryOf(profile) {
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
export function sampleMemory(profile, interval = 100) {
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
