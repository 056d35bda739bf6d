/**
 * Makes a task that never runs twice at once: calls that come while it runs share one run that begins after it.
 * So what a caller gets was begun after it called.
 */
export function singleFlight<Result>(task: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<void> | undefined;
  let next: Promise<Result> | undefined;

  function start(): Promise<Result> {
    next = undefined;
    const run = task();
    running = run.then(settle, settle);
    return run;
  }

  function settle() {
    // With a next run waiting nobody may start one between the two.
    if (!next) running = undefined;
  }

  return () => {
    if (!running) return start();
    next ??= running.then(start);
    return next;
  };
}
