import { expect, test } from "vitest";
import { slopeOf } from "./slope.ts";

test("samples on a line have its slope, and no error", () => {
  const samples = [0, 10, 20, 70].map((at) => ({ at, value: 5 + 3 * at }));
  const { slope, error } = slopeOf(samples);
  expect(slope).toBeCloseTo(3, 10);
  expect(error).toBeCloseTo(0, 10);
});

test("the error is the standard error of a linear regression", () => {
  // By hand: the slope is 0.6, the squared residuals sum to 2.4, and the squared distances from the middle to 10.
  const samples = [2, 4, 5, 4, 5].map((value, at) => ({ at, value }));
  const { slope, error } = slopeOf(samples);
  expect(slope).toBeCloseTo(0.6, 10);
  expect(error).toBeCloseTo(Math.sqrt(2.4 / 3 / 10), 10);
});

test("two samples say nothing about the error", () => {
  expect(slopeOf([0, 1].map((at) => ({ at, value: at })))).toEqual({ slope: NaN, error: NaN });
});
