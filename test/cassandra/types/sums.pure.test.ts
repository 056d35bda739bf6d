import { describe, expect, test } from "vitest";
import * as types from "../../../src/cassandra/types/index.ts";

const { bigint, decimal, double, int, text, varint } = types;

test("only types of exact numbers have sums", () => {
  expect([int(), types.tinyint(), types.smallint(), bigint(), varint(), decimal()]).toSatisfy(
    (columns: readonly { type: object }[]) => columns.every(({ type }) => "add" in type),
  );
  for (const { type } of [double(), types.float(), types.counter(), text(), types.uuid()])
    expect(type.add).toBeUndefined();
});

test("a sum of whole numbers is exact, and checked by the column", () => {
  expect(int().type.add!(2 ** 31 - 1, 1)).toBe(2 ** 31);
  expect(() => int().type.check(2 ** 31)).toThrow("must be a whole number");
  expect(bigint().type.add!(2n ** 62n, 2n ** 62n)).toBe(2n ** 63n);
  expect(varint().type.add!(2n ** 100n, -1n)).toBe(2n ** 100n - 1n);
});

describe("a sum of decimals", () => {
  test.each([
    ["12.50", "0.5", "13.00"],
    ["1.005", "-1.005", "0.000"],
    ["1E+3", "1", "1001"],
    ["0E+9", "0.01", "0.01"],
    ["-0.1", "0.2", "0.1"],
  ])("of %s and %s is %s, with all decimal places", (one, other, sum) => {
    const { type } = decimal();
    expect(type.add!(type.check(one), type.check(other))).toBe(sum);
    expect(type.add!(type.check(other), type.check(one))).toBe(sum);
  });

  test.each([
    ["1E+1000000000", "1E-1000000000"],
    ["9".repeat(10_000), "1"],
  ])("that has too many digits is refused", (one, other) => {
    const { type } = decimal();
    const sum = () => type.add!(type.check(one), type.check(other));
    expect(sum).toThrow("must be a decimal number of at most 10000 digits");
    expect(sum).toThrow(expect.objectContaining({ code: "OUT_OF_RANGE" }));
  });
});
