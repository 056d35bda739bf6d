/**
 * Makes a function that acts at once, and again only after an interval: then with the newest of what came meanwhile.
 *
 * @param signal ends it
 */
export function seldom<Value>(
  interval: number,
  signal: AbortSignal,
  act: (value: Value) => void,
): (value: Value) => void {
  let waiting: { readonly value: Value } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function turn() {
    timer = undefined;
    if (!waiting) return;
    act(waiting.value);
    waiting = undefined;
    timer = setTimeout(turn, interval);
  }

  signal.addEventListener("abort", () => clearTimeout(timer));
  return (value) => {
    waiting = { value };
    if (timer === undefined) turn();
  };
}
