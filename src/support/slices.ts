/** How long the steps run before other work gets its turn, in milliseconds. */
const SLICE = 2;

/** The unfinished jobs. They take turns, so that a long one does not delay the others. */
const jobs: { readonly steps: Iterator<unknown>; readonly done: () => void }[] = [];

/**
 * Runs a job of many short steps without blocking the event loop: all such jobs together run for 2 ms per turn of the
 * event loop. The job starts in the next turn.
 *
 * @param steps runs one step per call of `next`; must not throw
 * @returns a promise that resolves when the job is done
 */
export function inSlices(steps: Iterator<unknown>): Promise<void> {
  return new Promise((done) => {
    if (jobs.push({ steps, done }) === 1) setImmediate(runSlice);
  });
}

function runSlice(): void {
  const end = performance.now() + SLICE;
  while (jobs.length > 0 && performance.now() < end) {
    const job = jobs.shift()!;
    if (runUntil(end, job.steps)) job.done();
    else jobs.push(job);
  }
  if (jobs.length > 0) setImmediate(runSlice);
}

/** Returns whether the job is done. */
function runUntil(end: number, steps: Iterator<unknown>): boolean {
  do {
    if (steps.next().done) return true;
  } while (performance.now() < end);
  return false;
}
