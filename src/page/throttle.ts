/**
 * Returns a function that calls `act` at once, and then at most once per interval, with the newest value.
 *
 * @param signal stops all further calls
 */
export function throttle<Value>(
  interval: number,
  signal: AbortSignal,
  act: (value: Value) => void,
): (value: Value) => void {
  let waiting: { readonly value: Value } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush() {
    timer = undefined;
    if (!waiting) return;
    act(waiting.value);
    waiting = undefined;
    timer = setTimeout(flush, interval);
  }

  signal.addEventListener("abort", () => clearTimeout(timer));
  return (value) => {
    waiting = { value };
    if (timer === undefined) flush();
  };
}
