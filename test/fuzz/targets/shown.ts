import type { Step } from "../raw-http.ts";

/** Returns what was sent, with what else was done in angle brackets. */
export function shown(steps: readonly Step[]): string | Buffer {
  const bytes = steps.map((step) =>
    Buffer.isBuffer(step)
      ? step
      : Buffer.from(typeof step === "number" ? `<${step} ms>` : `<${step}>`),
  );
  return Buffer.concat(bytes);
}
