import { expect, test } from "vitest";
import { addressOf, type Place, placeOf } from "../../src/page/address.ts";

const id = "00000000-0000-4000-8000-000000000001";

test.each<[string, Place]>([
  ["/", { at: "home" }],
  ["/?city=Rome", { at: "city", city: "Rome", all: false }],
  ["/?city=Rome&show=all", { at: "city", city: "Rome", all: true }],
  [`/?city=Rome&party=${id}`, { at: "party", city: "Rome", id }],
  ["/?city=a%2Fb+%22c%22+%F0%9F%8E%89+%26%3D", { at: "city", city: 'a/b "c" 🎉 &=', all: false }],
])("%s is a place, and its address", (address, place) => {
  expect(placeOf(new URL(address, "http://localhost").search)).toEqual(place);
  expect(addressOf(place)).toBe(address);
});

test.each<[string, Place]>([
  ["?other=1", { at: "home" }],
  [`?party=${id}`, { at: "home" }],
  ["?city=++Rome+", { at: "city", city: "Rome", all: false }],
  ["?city=", { at: "city", city: "", all: false }],
  ["?city=Rome&show=nothing", { at: "city", city: "Rome", all: false }],
])("%s leads somewhere, too", (query, place) => {
  expect(placeOf(query)).toEqual(place);
});
