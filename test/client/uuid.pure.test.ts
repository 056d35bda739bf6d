import { expect, test } from "vitest";
import { randomUuid } from "../../src/client/index.ts";

test("an id is a random UUID, version 4", () => {
  const ids = Array.from({ length: 1000 }, randomUuid);
  for (const id of ids) {
    expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  }
  expect(new Set(ids).size).toBe(1000);
});
