import { expect, test } from "vitest";
import { startChild } from "../../src/local/child.ts";

test("a program that is not there is told as such", async () => {
  const started = startChild("/nowhere/java", [], { cwd: "/", stdio: "ignore" });
  await expect(started).rejects.toMatchObject({ code: "ENOENT" });
});

test("an environment that is too large for a program is told with its largest variable", async () => {
  const env = { SMALL: "1", PICTURE: "x".repeat(3_000_000), PATH: "/bin" };
  const started = startChild("java", [], { cwd: "/", stdio: "ignore", env });
  await expect(started).rejects.toMatchObject({
    code: "ENVIRONMENT_TOO_LARGE",
    message: expect.stringContaining("Its largest variable is PICTURE, with 3000000 bytes: "),
  });
});
