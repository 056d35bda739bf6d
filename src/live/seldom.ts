/** How long it is quiet in between, in milliseconds. */
const QUIET = 60_000;

/** Makes what tells how often it was called, but not each time. */
export function createSeldom(tell: (times: number) => void): () => void {
  let times = 0;
  let toldAt = -Infinity;
  return () => {
    times += 1;
    if (performance.now() - toldAt < QUIET) return;
    toldAt = performance.now();
    tell(times);
    times = 0;
  };
}
