import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asc, counter, int, table, text } from "../../src/cassandra/index.ts";
import { createBuilder } from "./build.ts";
import { openService, type Service } from "./service.ts";

// Keys of normalized lines, on a real Cassandra that also has rows from before the rules.

const word = () => text({ normalize: "NFC", line: true, min: 1, max: 50 });

/** Each partition is one row. */
const Place = table(
  "place",
  { name: word(), seats: int().required(), note: word() },
  { partition: ["name"], lwt: true, lanes: { remembers: 60 } },
);

/** A partition of two columns, and a clustering key of two. */
const Term = table(
  "term",
  { language: word(), topic: text(), term: word(), sense: int(), note: word() },
  { partition: ["language", "topic"], clustering: [asc("term"), asc("sense")] },
);

const Tally = table("tally", { name: word(), hits: counter() }, { partition: ["name"] });

const builder = createBuilder();
builder.tableObject("Place", Place, { plural: "Places" });
builder.tableObject("Term", Term, { plural: "Terms" });
builder.tableObject("Tally", Tally, { plural: "Tallies" });
builder.queryType({
  fields: (t) => ({
    place: t.row(Place),
    term: t.row(Term),
    terms: t.partition(Term, { range: true }),
    tally: t.row(Tally),
  }),
});
builder.mutationType({
  fields: (t) => ({
    createPlace: t.create(Place),
    updatePlace: t.update(Place, ["note"]),
    addSeats: t.add(Place, "seats"),
    deletePlace: t.remove(Place),
    putTerm: t.put(Term),
    deleteTerm: t.remove(Term),
    addHits: t.add(Tally),
  }),
});
builder.subscriptionType({ fields: (t) => ({ seatsChanged: t.watch(Place, "seats") }) });

let service: Service;
beforeAll(async () => {
  service = await openService(builder.toSchema(), Place, Term, Tally);
});
afterAll(() => service[Symbol.asyncDispose]());

function newWord() {
  const nfd = `e\u0301 ${randomUUID()}`;
  return { nfd, nfc: nfd.normalize("NFC"), hidden: `\u200b${nfd}` };
}

interface Words {
  readonly a: string;
  readonly b?: string;
}

/** Returns an operation with those of the variables `$a` and `$b` that it uses. */
function operationOf(type: "query" | "mutation", field: string): string {
  const used = ["$a", "$b"].filter((name) => field.includes(name));
  return `${type} (${used.map((name) => `${name}: String!`).join(", ")}) { it: ${field} }`;
}
const tell = async (field: string, words: Words) =>
  (await service.run(operationOf("mutation", field), words)).it;
const ask = async (field: string, words: Words) =>
  (await service.run(operationOf("query", field), words)).it;
const fail = (type: "query" | "mutation", field: string, words: Words) =>
  service.fail(operationOf(type, field), words);

describe("a row that is its own partition", () => {
  const read = (a: string) => ask("place(name: $a) { name seats note }", { a });
  const store = (name: string) =>
    service.session.cql(`UPDATE place SET seats = 1 WHERE name = ? IF seats = null`, [name]);

  test("has one name in two spellings", async () => {
    const { nfd, nfc } = newWord();
    const input = "input: { name: $a, seats: 5, note: $b }";
    const create = `createPlace(${input}) { __typename ... on InvalidInput { errors { path code message } } }`;
    expect(await tell(create, { a: nfd, b: nfd })).toEqual({ __typename: "PlaceCreated" });
    expect(await tell(create, { a: nfc, b: "x" })).toEqual({ __typename: "PlaceExists" });
    expect(await read(nfd)).toEqual({ name: nfc, seats: 5, note: nfc });
    expect(await tell(create, { a: nfc, b: "\u2069" })).toMatchObject({
      __typename: "InvalidInput",
      errors: [{ path: ["note"], code: "NOT_A_LINE" }],
    });
    const operationId = randomUUID();
    const add = `addSeats(name: $a, delta: 1, operationId: "${operationId}") { ... on PlaceSeatsChanged { seats } }`;
    for (const a of [nfd, nfc, nfd]) expect(await tell(add, { a })).toEqual({ seats: 6 });
    const watched = await service.watch(
      `subscription ($a: String!) { seatsChanged(name: $a) { seats } }`,
      { a: nfd },
    );
    expect(await watched.next()).toMatchObject({ value: { seatsChanged: { seats: 6 } } });
    await watched.return!();
    expect(await tell(`deletePlace(name: $a) { __typename }`, { a: nfd })).toEqual({
      __typename: "PlaceNotFound",
    });
    expect(await tell(`deletePlace(name: $a) { __typename }`, { a: nfc })).toEqual({
      __typename: "PlaceDeleted",
    });
  });

  test.each(["nfd", "hidden"] as const)("can have its old name: %s", async (spelling) => {
    const name = newWord()[spelling];
    await store(name);
    expect(await read(name)).toEqual({ name, seats: 1, note: null });
    const add = `addSeats(name: $a, delta: 1) { ... on PlaceSeatsChanged { seats } }`;
    expect(await tell(add, { a: name })).toEqual({ seats: 2 });
    const update = `updatePlace(name: $a, input: { note: "x" }) { ... on PlaceUpdated { place { name note } } }`;
    expect(await tell(update, { a: name })).toEqual({ place: { name, note: "x" } });
    const remove = `deletePlace(name: $a) { __typename ... on PlaceDeleted { name } }`;
    expect(await tell(remove, { a: name })).toEqual({ __typename: "PlaceDeleted", name });
    // What lanes have left of the row is no row.
    const gone = await fail("query", "place(name: $a) { name }", { a: name });
    expect(gone.length).toBe(spelling === "hidden" ? 1 : 0);
  });

  test("that does not exist is not created by a change", async () => {
    const { hidden } = newWord();
    const add = "addSeats(name: $a, delta: 1) { __typename }";
    expect(await fail("mutation", add, { a: hidden })).toMatchObject([
      {
        message: expect.stringContaining('Argument "name" must be one line without'),
        extensions: { code: "BAD_USER_INPUT", argument: ["name"] },
      },
    ]);
  });
});

describe("a row of a partition", () => {
  const LANGUAGE = 'topic: "t", language: $a';
  const page = (rest: string) => `terms(${LANGUAGE} ${rest}) {
    nodes { language term sense } pageInfo { endCursor }
  }`;
  const put = (a: string, b: string) =>
    tell(`putTerm(${LANGUAGE}, term: $b, sense: 1, row: {}) { __typename }`, { a, b });
  const store = (language: string, term: string) =>
    service.session.cql(`INSERT INTO term (language, topic, term, sense) VALUES (?, 't', ?, 1)`, [
      language,
      term,
    ]);

  test("is put in the form of the model, and found by any spelling", async () => {
    const { nfd: a, nfc } = newWord();
    const [b, stored] = ["o\u0308", "\u00f6"];
    await put(a, b);
    const found = { language: nfc, term: stored, sense: 1 };
    const key = `${LANGUAGE}, term: $b, sense: 1`;
    expect(await ask(`term(${key}) { language term sense }`, { a, b })).toEqual(found);
    const equal = "slice: { termSense: { term: $b } }";
    expect((await ask(page(equal), { a, b })).nodes).toEqual([found]);
    expect((await ask(page("slice: { term: { gte: $b } }"), { a, b: stored })).nodes).toEqual([
      found,
    ]);
  });

  test("is found as it was stored", async () => {
    const { hidden: a } = newWord();
    const terms = ["e\u0301", "e\u200b", "f"];
    for (const term of terms) await store(a, term);
    const found = async (rest: string, b: string) => {
      const { nodes } = await ask(page(rest), { a, b });
      return nodes.map(({ term }: { term: string }) => term);
    };
    const sorted = terms.toSorted((one, other) =>
      Buffer.compare(Buffer.from(one), Buffer.from(other)),
    );
    expect(await found("slice: { term: { gte: $b } }", "a")).toEqual(sorted);
    // A bound is not normalized: "é" would come after "f".
    expect(await found("slice: { term: { gt: $b } }", "e\u0301")).toEqual(
      sorted.slice(sorted.indexOf("e\u0301") + 1),
    );
    for (const b of terms) {
      expect(await found("slice: { termSense: { term: $b } }", b)).toEqual([b]);
      expect(
        await tell(`deleteTerm(${LANGUAGE}, term: $b, sense: 1) { __typename }`, { a, b }),
      ).toEqual({ __typename: "Written" });
    }
    expect(await fail("query", page(""), { a })).toMatchObject([
      { extensions: { code: "BAD_USER_INPUT", argument: ["language"] } },
    ]);
  });

  test("cannot be put with a look-alike", async () => {
    const { nfc, hidden } = newWord();
    const mutation = `putTerm(${LANGUAGE}, term: $b, sense: 1, row: {}) { __typename }`;
    for (const [a, b, argument] of [
      [hidden, "x", "language"],
      [nfc, "x\u00ad", "term"],
    ] as const) {
      expect(await fail("mutation", mutation, { a, b })).toMatchObject([
        { extensions: { code: "BAD_USER_INPUT", argument: [argument] } },
      ]);
    }
  });
});

test("counters are added to under the form of the model", async () => {
  const { nfd, nfc } = newWord();
  for (const a of [nfd, nfc]) {
    await tell(`addHits(name: $a, add: { hits: "1" }) { __typename }`, { a });
  }
  for (const a of [nfd, nfc]) {
    expect(await ask("tally(name: $a) { name hits }", { a })).toEqual({ name: nfc, hits: "2" });
  }
});
