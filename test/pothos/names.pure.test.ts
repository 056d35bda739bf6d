import { expect, test } from "vitest";
import {
  camelCase,
  checkName,
  constantCase,
  isName,
  pascalCase,
  pascalCaseOfCode,
  nameInWords,
} from "../../src/pothos/names.ts";

test.each([
  ["geo_point", "GeoPoint"],
  ["userId", "UserId"],
  ["GeoPoint", "GeoPoint"],
  ["zip-code", "ZipCode"],
  ["_private__name_", "PrivateName"],
  ["größe", "Größe"],
  ["a1_2b", "A12b"],
  ["", ""],
])("the type of %o has the name %o", (name, expected) => {
  expect(pascalCase(name)).toBe(expected);
});

test.each([
  ["SOLD_OUT", "SoldOut"],
  ["FULL", "Full"],
  ["soldOut", "SoldOut"],
  ["sold_out", "SoldOut"],
])("the refusal %o has the name %o", (code, expected) => {
  expect(pascalCaseOfCode(code)).toBe(expected);
});

test.each([
  ["Party", "party", "party", "PARTY"],
  ["PageHit", "pageHit", "page hit", "PAGE_HIT"],
  ["EventByUser", "eventByUser", "event by user", "EVENT_BY_USER"],
  ["URLCheck", "uRLCheck", "url check", "URL_CHECK"],
  ["Top10Seat", "top10Seat", "top10 seat", "TOP10_SEAT"],
  ["Order_Line", "order_Line", "order line", "ORDER_LINE"],
])("%o becomes the field %o, the words %o and the code %o", (name, field, words, code) => {
  expect([camelCase(name), nameInWords(name), constantCase(name)]).toEqual([field, words, code]);
});

test.each(["a", "_a", "A1", "a_b"])("%o is a valid name in GraphQL", (name) => {
  expect(isName(name)).toBe(true);
  expect(checkName(name, "It")).toBe(name);
});

test.each(["", "1a", "__a", "a-b", "größe", "a b"])("%o is not a valid name in GraphQL", (name) => {
  expect(isName(name)).toBe(false);
  expect(() => checkName(name, 'Table "t": column "c"')).toThrow(
    `Table "t": column "c" has a name that is not valid in GraphQL ("${name}"): rename it by .as("name")`,
  );
});
