/** The least time between two reports, in milliseconds. */
const THROTTLE_INTERVAL = 60_000;

/** Returns a function that reports the number of its calls since the last report, but at most once per interval. */
export function createThrottledCount(report: (calls: number) => void): () => void {
  let calls = 0;
  let reportedAt = -Infinity;
  return () => {
    calls += 1;
    if (performance.now() - reportedAt < THROTTLE_INTERVAL) return;
    reportedAt = performance.now();
    report(calls);
    calls = 0;
  };
}
