import { expect, test } from "vitest";
import { smallest } from "../../src/support/smallest.ts";

const byNumber = ([one]: readonly [number, number], [other]: readonly [number, number]) =>
  one - other;

test("the smallest items are those that sorting gives, in the same order", () => {
  for (let run = 0; run < 200; run++) {
    const length = Math.floor(Math.random() * 300);
    const items = Array.from({ length }, (_, at) => [Math.floor(Math.random() * 50), at] as const);
    const most = Math.floor(Math.random() * 40);
    expect(smallest(items, most, byNumber)).toEqual(items.toSorted(byNumber).slice(0, most));
  }
});
