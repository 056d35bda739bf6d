/**
 * Wraps a task so that it never runs concurrently with itself, and its outcome is reused for a while. Calls made during a
 * run share it.
 *
 * @param options.time how long after its end an outcome is reused, also if it is an error, in milliseconds
 */
export function reused<Result>(
  task: () => Promise<Result>,
  { time }: { readonly time: number },
): () => Promise<Result> {
  let last: Promise<Result> | undefined;
  /** When the last outcome is too old. */
  let end = Infinity;

  function settle() {
    end = performance.now() + time;
  }

  return () => {
    if (last && performance.now() < end) return last;
    end = Infinity;
    last = task();
    last.then(settle, settle);
    return last;
  };
}
