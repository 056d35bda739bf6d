const [SHORTEST, LONGEST] = [250, 5000];

/**
 * Waits before another attempt: longer after each failure, up to 5 s, and for a random part of that, so that the
 * clients of a service that was restarted do not all come back at once.
 *
 * @param failures how many there were before this one
 * @param signal ends the wait at once
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
