import { expect, test } from "vitest";
import { startChild } from "../../src/local/child.ts";

test("starting a missing program fails with ENOENT", async () => {
  const started = startChild("/nowhere/java", [], { cwd: "/", stdio: "ignore" });
  await expect(started).rejects.toMatchObject({ code: "ENOENT" });
});

test("the error of an environment that is too large names its largest variable", async () => {
  const env = { SMALL: "1", PICTURE: "x".repeat(3_000_000), PATH: "/bin" };
  const started = startChild("java", [], { cwd: "/", stdio: "ignore", env });
  await expect(started).rejects.toMatchObject({
    code: "ENVIRONMENT_TOO_LARGE",
    message: expect.stringContaining("Its largest variable is PICTURE, with 3000000 bytes: "),
  });
});
