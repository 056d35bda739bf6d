import { expect, test } from "vitest";
import { momentBound } from "../../src/pothos/moments.ts";

const moment = new Date("2027-08-15T12:00:00.001Z");

test("the bounds of a moment are those of minTimeuuid and maxTimeuuid", () => {
  expect(momentBound([], moment, "before")).toBe("501b0710-b772-11f2-8080-808080808080");
  expect(momentBound([], moment, "after")).toBe("501b2e1f-b772-11f2-7f7f-7f7f7f7f7f7f");
});

test("a moment that no time-based UUID holds is refused", () => {
  for (const text of ["1582-10-14T23:59:59.999Z", "9999-01-01T00:00:00Z"]) {
    expect(() => momentBound(["id", "after"], new Date(text), "after")).toThrow(
      'Argument "id.after" must be between the years 1582 and 5236, as time-based UUIDs are.',
    );
  }
  expect(momentBound([], new Date("1582-10-15T00:00:00Z"), "before")).toBe(
    "00000000-0000-1000-8080-808080808080",
  );
});
