import { expect, test } from "vitest";
import { createWriters } from "../../src/cli/terminal.ts";

/** Returns the functions that write, and the text that they have written. */
function writers(isTTY: boolean) {
  const screen = { text: "" };
  const write = (text: string) => Boolean((screen.text += text));
  const stderr = { write: write as NodeJS.WriteStream["write"], isTTY, columns: 10 };
  return { ...createWriters({ stdout: stderr, stderr }), screen };
}

test("on a terminal, any output replaces the last status", () => {
  const { print, progress, status, screen } = writers(true);
  status?.("1 of 2 MiB");
  status?.("2 of 2 MiB and more");
  progress("Done.");
  print("Up.");
  expect(screen.text).toBe("1 of 2 Mi\r\u001B[K2 of 2 Mi\r\u001B[KDone.\nUp.\n");
});

test("without a terminal, there is no status", () => {
  const { progress, status, screen } = writers(false);
  progress("Done.");
  expect(status).toBeUndefined();
  expect(screen.text).toBe("Done.\n");
});
