/**
 * Wraps a task so that it never runs concurrently with itself. Calls made during a run share one run that starts after
 * it, so each caller gets the result of a run that started after its call.
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
    // While a next run is waiting, no other run may start between the two.
    if (!next) running = undefined;
  }

  return () => {
    if (!running) return start();
    next ??= running.then(start);
    return next;
  };
}
