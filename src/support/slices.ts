/** How long work of many steps holds the process at a time, in milliseconds. */
const SLICE = 2;

/** Works, each with what to do when it is done. In turns: the largest does not hold up the others. */
const works: { readonly steps: Iterator<unknown>; readonly done: () => void }[] = [];

/**
 * Does work of many short steps without holding the process: all such work together for 2 ms, then whatever else waits
 * has its turn. It begins with the next turn of the event loop.
 *
 * @param steps each `next` does one; may not throw
 * @returns when it is done
 */
export function inSlices(steps: Iterator<unknown>): Promise<void> {
  return new Promise((done) => {
    if (works.push({ steps, done }) === 1) setImmediate(slice);
  });
}

function slice(): void {
  const end = performance.now() + SLICE;
  while (works.length > 0 && performance.now() < end) {
    const work = works.shift()!;
    if (isDone(work.steps, end)) work.done();
    else works.push(work);
  }
  if (works.length > 0) setImmediate(slice);
}

function isDone(steps: Iterator<unknown>, end: number): boolean {
  do {
    if (steps.next().done) return true;
  } while (performance.now() < end);
  return false;
}
