const [SHORTEST, LONGEST] = [250, 5000];

/**
 * Waits after a failure before what failed is tried again: longer after each, 5 s at most, and never the same for all
 * clients of a service that comes back.
 *
 * @param failures how many there were before this one
 * @param signal ends the waiting at once
 */
export async function pause(failures: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  const longest = Math.min(LONGEST, SHORTEST * 2 ** failures);
  const timer = setTimeout(end, longest * (0.5 + Math.random() / 2));
  signal?.addEventListener("abort", end);
  await promise;
  clearTimeout(timer);
  signal?.removeEventListener("abort", end);
}
