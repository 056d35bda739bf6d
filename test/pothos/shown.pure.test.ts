import { expect, test } from "vitest";
import { double, int, table } from "../../src/cassandra/index.ts";
import { showEach, showRow } from "../../src/pothos/index.ts";
import { createBuilder } from "./build.ts";

const Odd = table("odd", { id: int(), constructor: double().required() }, { partition: ["id"] });

test("a row that was read without a column is shown without it, even if it is named constructor", () => {
  const builder = createBuilder();
  expect(showEach(builder, { table: Odd, row: { id: 1 } })).toEqual({ id: 1 });
  expect(showRow(builder, { table: Odd, row: { id: 1 } })).toEqual({ id: 1 });
});
