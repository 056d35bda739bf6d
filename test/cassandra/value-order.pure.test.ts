import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  blob,
  type ColumnType,
  compareUuids,
  int,
  text,
  timestamp,
  uuid,
} from "../../src/cassandra/index.ts";

const any = (below: number) => Math.floor(Math.random() * below);
const anyText = () =>
  Array.from({ length: any(6) }, () =>
    String.fromCodePoint(
      [any(0x80), any(0xd800), 0xe000 + any(0x10_2000), 0xd7ff, 0xe000][any(5)]!,
    ),
  ).join("");
const anyUuid = () => {
  const id = randomUUID();
  return `${id.slice(0, 14)}${any(16).toString(16)}${id.slice(15)}`;
};

const types: readonly [string, ColumnType<never>, () => unknown, (a: never, b: never) => number][] =
  [
    ["int", int().type, () => any(2 ** 32) - 2 ** 31, (a: number, b: number) => a - b],
    [
      "timestamp",
      timestamp().type,
      () => new Date(any(2e15) - 1e15),
      (a: Date, b: Date) => +a - +b,
    ],
    [
      "text",
      text().type,
      anyText,
      (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b)),
    ],
    [
      "blob",
      blob().type,
      () => randomBytes(any(5)),
      (a: Buffer, b: Buffer) => Buffer.compare(a, b),
    ],
    ["uuid", uuid().type, anyUuid, compareUuids],
  ] as never;

describe.each(types)("the order of %s", (_, type, anyValue, compare) => {
  const order = type.order!;
  const between = (low: unknown, high: unknown) => order.middle(low as never, high as never);
  const isBetween = (middle: unknown, low: unknown, high: unknown) =>
    (low === undefined || compare(low as never, middle as never) < 0) &&
    (high === undefined || compare(middle as never, high as never) < 0);

  test("finds a value strictly between any two, and none between neighbours", () => {
    for (let i = 0; i < 2000; i++) {
      const [low, high] = [anyValue(), anyValue()].toSorted(compare as never);
      if (compare(low as never, high as never) === 0) continue;
      const middle = between(low, high);
      if (middle !== undefined) expect(isBetween(middle, low, high)).toBe(true);
      expect(isBetween(between(low, undefined), low, undefined)).toBe(true);
    }
    expect(between(order.unlikely, order.unlikely)).toBeUndefined();
  });

  test("starts with the unlikely value", () => {
    for (let i = 0; i < 200; i++) {
      const value = anyValue();
      expect(compare(order.unlikely, value as never)).toBeLessThanOrEqual(0);
      if (compare(order.unlikely, value as never) < 0)
        expect(between(undefined, value)).toBeDefined();
    }
  });

  test("separates values in few steps", () => {
    let steps = 0;
    const halve = (values: readonly unknown[], low: unknown, high: unknown): void => {
      const middle = values.length > 10 ? between(low, high) : undefined;
      if (middle === undefined) return;
      steps += 1;
      const isLow = (value: unknown) => compare(value as never, middle as never) <= 0;
      halve(values.filter(isLow), low, middle);
      halve(
        values.filter((value) => !isLow(value)),
        middle,
        high,
      );
    };
    const values = new Map(
      Array.from({ length: 1000 }, anyValue).map((value) => [type.toText(value as never), value]),
    );
    halve([...values.values()], undefined, undefined);
    expect(steps).toBeLessThan(1000);
  });
});

test("texts are first divided where most characters are", () => {
  const { order } = text().type;
  expect(order!.middle(undefined, undefined)).toBe("?");
  expect(order!.middle("a", "c")).toBe("b");
  expect(order!.middle("a", "b")).toBe("a?");
  expect(order!.middle("a", "a\0")).toBeUndefined();
  expect(order!.middle("\u{10ffff}", undefined)).toBe("\u{10ffff}?");
  expect(order!.middle("\ud7ff", "\ue000")).toBe("\ud7ff?");
});

test("a key of the largest size that consists of the largest symbol has values after it", () => {
  const bytes = new Uint8Array(0xffff).fill(0xff);
  expect(blob().type.order!.middle(bytes, undefined)).toEqual(Uint8Array.of(...bytes, 127));
  const largest = "\u{10ffff}".repeat(16_000);
  expect(text().type.order!.middle(largest, undefined)).toBe(`${largest}?`);
});
