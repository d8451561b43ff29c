// What is timed in the page itself, as WebDriver would come too late.

/** What a run may take at most, in milliseconds: 10 GB on a busy machine. */
export const patience = 1_800_000;

/** Runs in the page: `measure` gives the time from an event to the end, and how long and when the page was blocked. */
export function pageClock() {
  const after = 500;

  // Nested timeouts come every 4 ms, unless something holds the page up.
  function heartbeat() {
    const start = performance.now();
    let longest = 0;
    let blockedAfter = 0;
    let last = start;
    let beating = true;
    (function beat() {
      const now = performance.now();
      if (now - last > longest) [longest, blockedAfter] = [now - last, last - start];
      last = now;
      if (beating) setTimeout(beat);
    })();
    return () => {
      beating = false;
      return { longestBlock: longest, blockedAfter };
    };
  }

  window.measure = (target, type, begin) => {
    window.measured = new Promise((resolve, reject) => {
      const tasks = [];
      new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: "longtask" });
      let start;
      let stop;
      const end = (found) => {
        const ms = performance.now() - start;
        // Drawing what was found counts for the page, though not for the time.
        setTimeout(() => {
          const longTasks = tasks.filter((task) => task.startTime + task.duration > start).map((task) => task.duration);
          resolve({ ms, ...stop(), longTasks, ...found });
        }, after);
      };
      // In the capture phase, so before the widget's own listener.
      const happened = (event) => {
        start = performance.now();
        stop = heartbeat();
        begin(event).then(end, reject);
      };
      target.addEventListener(type, happened, { capture: true, once: true });
    });
  };
}

/** What was measured, as soon as it is over. */
export async function measured(driver) {
  const result = await driver.executeAsyncScript((done) =>
    window.measured.then(done, (error) => done({ error: String(error) })),
  );
  if (result.error) throw new Error(result.error);
  return result;
}
