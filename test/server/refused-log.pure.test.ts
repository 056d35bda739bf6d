import { afterEach, expect, test, vi } from "vitest";
import { createRefusedLog } from "../../src/server/sign-in/refused-log.ts";

afterEach(() => void vi.useRealTimers());

test("refused tokens are logged at once, then at most once a minute, with how many others there were", async () => {
  vi.useFakeTimers({ toFake: ["performance", "setTimeout"] });
  const lines: string[] = [];
  const report = createRefusedLog((line) => lines.push(line));
  for (const reason of ["a", "b", "c"]) report(() => reason);
  expect(lines).toEqual(["Refused a token: a."]);
  vi.advanceTimersByTime(60_000);
  report(() => "d");
  vi.advanceTimersByTime(60_000);
  report(() => "e");
  expect(lines.slice(1)).toEqual([
    "Refused a token: d. Since the last such line, 2 more were refused.",
    "Refused a token: e.",
  ]);
});
