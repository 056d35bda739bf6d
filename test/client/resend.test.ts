import { randomUUID } from "node:crypto";
import { parse } from "graphql";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient, requiredField } from "../../src/client/index.ts";
import { startWay, type Way } from "../fixtures/way.ts";
import {
  addTaken,
  addTakenOnce,
  createSeat,
  type Key,
  seatQuery,
  type Seat,
  seatsQuery,
} from "./documents.ts";
import { startTheatre, type Theatre } from "./theatre.ts";

let theatre: Theatre;
let way: Way;
let client: Client;
let requests = 0;
beforeAll(async () => {
  theatre = await startTheatre();
  way = await startWay(theatre.url);
  client = createClient({
    url: way.url,
    fetch(...request) {
      requests += 1;
      return fetch(...request);
    },
  });
});
afterAll(async () => {
  await client.close();
  await way[Symbol.asyncDispose]();
  await theatre[Symbol.asyncDispose]();
});

/** Creates a seat in a theatre of its own. */
async function create(): Promise<Key> {
  const input = { theatre: `Theatre ${randomUUID()}`, name: "A seat" };
  const created = requiredField(await client.send(createSeat, { input }), "createSeat");
  if (created.__typename !== "SeatCreated") throw new Error(created.message);
  return { theatre: input.theatre, id: created.seat.id };
}

/** Returns how many requests the client sends meanwhile. */
async function requestsDuring(call: () => Promise<unknown>): Promise<number> {
  const before = requests;
  await call();
  return requests - before;
}

test("documents of every form are sent", async () => {
  const key = await create();
  class TypedDocumentString extends String {
    declare __apiType?: (variables: Key) => { readonly seat: Seat | null };
  }
  const node = parse(seatQuery) as TypedDocumentNode<{ readonly seat: Seat | null }, Key>;
  const seat = { ...key, name: "A seat", taken: 0 };
  expect(await client.send(seatQuery, key)).toEqual({ seat });
  expect(await client.send(new TypedDocumentString(seatQuery), key)).toEqual({ seat });
  expect(await client.send(node, key)).toEqual({ seat });
  expect(await client.send(String(seatQuery), key)).toEqual({ seat });
});

test("the data have all root fields", async () => {
  const [one, other] = [await create(), await create()];
  const data = await client.send(
    `query ($a: String!, $b: String!, $id: UUID!) {
      one: seat(theatre: $a, id: $id) { id }
      other: seatsInTheatre(theatre: $b) { nodes { id } }
    }`,
    { a: one.theatre, b: other.theatre, id: one.id },
  );
  expect(data).toEqual({ one: { id: one.id }, other: { nodes: [{ id: other.id }] } });
});

test("a root field that fails does not hide another that was applied", async () => {
  const key = await create();
  const both = client.send(
    `mutation ($theatre: String!, $id: UUID!) {
      applied: addTaken(theatre: $theatre, id: $id, delta: 2) { ... on TakenChanged { taken } }
      failed: addTaken(theatre: "", id: $id, delta: 2) { __typename }
    }`,
    key,
  );
  await expect(both).rejects.toMatchObject({
    code: "BAD_USER_INPUT",
    errors: [{ path: ["failed"] }],
    data: { applied: { taken: 2 }, failed: null },
  });
  expect(await client.send(seatQuery, key)).toMatchObject({ seat: { taken: 2 } });
});

test("a change whose answer was lost is sent again, and applied once", async () => {
  const key = await create();
  way.loseAnswers(1);
  const sent = await requestsDuring(async () => {
    const answer = await client.send(addTaken, { ...key, delta: 2 });
    expect(answer).toMatchObject({ addTaken: { taken: 2 } });
  });
  expect(sent).toBe(2);
  expect(await client.send(seatQuery, key)).toMatchObject({ seat: { taken: 2 } });
});

test("a change without $operationId is sent once", async () => {
  const key = await create();
  way.loseAnswers(1);
  const sent = await requestsDuring(async () => {
    const lost = client.send(addTakenOnce, { ...key, delta: 2 });
    await expect(lost).rejects.toMatchObject({ code: "NETWORK_ERROR" });
  });
  expect(sent).toBe(1);
});

test("a create with newId whose answer was lost is sent again, and creates one seat", async () => {
  const input = { theatre: `Theatre ${randomUUID()}`, name: "A seat" };
  way.loseAnswers(1);
  const { createSeat: second } = await client.send(createSeat, { input }, { newId: "input.id" });
  expect(second).toMatchObject({ __typename: "SeatExists", seat: input });
  const { seatsInTheatre } = await client.send(seatsQuery, { theatre: input.theatre });
  expect(seatsInTheatre.nodes).toHaveLength(1);
});
