import { describe, expect, test } from "vitest";
import { createClient } from "../../src/client/index.ts";

const [CREATE, ADD] = [
  "mutation ($input: SeatInput!) { createSeat(input: $input) { id } }",
  "mutation ($id: UUID!, $operationId: UUID) { addTaken(id: $id, operationId: $operationId) }",
];

type Reply = object | "lost";
const data = { addTaken: 1 };
const error = (code: string) => ({ message: "No.", extensions: { code } });
const tooMany = { data: { addTaken: null }, errors: [error("TOO_MANY_OPERATIONS")] };

/** A client of a service that gives these answers one after the other, and what was sent to it. */
function answering(...replies: readonly Reply[]) {
  const sent: Readonly<Record<string, any>>[] = [];
  const client = createClient({
    url: "http://theatre/graphql",
    async fetch(_, init) {
      const reply = replies[sent.length];
      sent.push(JSON.parse(init!.body as string).variables);
      if (reply === "lost" || reply === undefined) throw new TypeError("fetch failed");
      return new Response(JSON.stringify(reply));
    },
  });
  return { client, sent };
}

describe("a document that declares $operationId", () => {
  test("is sent again while no answer comes, with the same new id", async () => {
    const { client, sent } = answering("lost", "lost", { data });
    expect(await client.send(ADD, { id: "a" })).toEqual(data);
    expect(sent).toHaveLength(3);
    expect(sent[0]).toEqual({ id: "a", operationId: expect.stringMatching(/^[\da-f-]{36}$/) });
    expect(sent).toEqual([sent[0], sent[0], sent[0]]);
  });

  test("is sent again with the id of the caller's", async () => {
    const { client, sent } = answering("lost", { data });
    await client.send(ADD, { id: "a", operationId: "b" });
    expect(sent).toEqual(Array(2).fill({ id: "a", operationId: "b" }));
  });

  test("is sent four times at most", async () => {
    const { client, sent } = answering();
    await expect(client.send(ADD)).rejects.toMatchObject({ code: "NETWORK_ERROR" });
    expect(sent).toHaveLength(4);
  });

  test("is sent once if the caller gives null", async () => {
    const { client, sent } = answering("lost", { data });
    const call = client.send(ADD, { id: "a", operationId: null });
    await expect(call).rejects.toMatchObject({ code: "NETWORK_ERROR" });
    expect(sent).toEqual([{ id: "a", operationId: null }]);
  });

  test("is sent once more without an id if the service remembers too many for a new one", async () => {
    const { client, sent } = answering(tooMany, { data });
    expect(await client.send(ADD, { id: "a" })).toEqual(data);
    expect(sent[1]).toEqual({ id: "a" });
    const again = answering(tooMany, "lost", { data });
    await expect(again.client.send(ADD)).rejects.toMatchObject({ code: "NETWORK_ERROR" });
  });

  test("is not sent without an id if an attempt was lost, which may still be executed", async () => {
    const { client, sent } = answering("lost", tooMany, { data });
    await expect(client.send(ADD)).rejects.toMatchObject({ code: "NETWORK_ERROR" });
    expect(sent).toHaveLength(2);
  });

  test("fails if the service remembers too many ids for one of the caller's", async () => {
    const { client, sent } = answering(tooMany, { data });
    const call = client.send(ADD, { id: "a", operationId: "b" });
    await expect(call).rejects.toMatchObject({ code: "TOO_MANY_OPERATIONS" });
    expect(sent).toHaveLength(1);
  });

  test("is not sent without an id if another of its fields was applied", async () => {
    const partly = { ...tooMany, data: { addTaken: null, other: 1 } };
    const { client, sent } = answering(partly, { data });
    await expect(client.send(ADD)).rejects.toMatchObject({ data: partly.data });
    expect(sent).toHaveLength(1);
  });

  test("is not sent without an id if another of its fields failed otherwise", async () => {
    const errors = [...tooMany.errors, error("OUTCOME_UNKNOWN")];
    const { client, sent } = answering({ ...tooMany, errors }, { data });
    await expect(client.send(ADD)).rejects.toMatchObject({ errors });
    expect(sent).toHaveLength(1);
  });
});

describe("a mutation with newId", () => {
  const created = { data: { createSeat: { id: "a" } } };

  test("is sent again while no answer comes, with the same new id in its place", async () => {
    const { client, sent } = answering("lost", created);
    const variables = { input: { name: "Box", id: null } };
    await client.send(CREATE, variables, { newId: "input.id" });
    const id = expect.stringMatching(/^[\da-f-]{36}$/);
    expect(sent[0]).toEqual({ input: { name: "Box", id } });
    expect(sent).toEqual([sent[0], sent[0]]);
    expect(variables.input.id).toBeNull();
  });

  test("keeps the id of the caller's", async () => {
    const { client, sent } = answering("lost", created);
    await client.send(CREATE, { input: { id: "a" } }, { newId: "input.id" });
    expect(sent).toEqual([{ input: { id: "a" } }, { input: { id: "a" } }]);
  });

  test("may have its id among the variables themselves", async () => {
    const { client, sent } = answering("lost", created);
    await client.send("mutation ($id: UUID) { createSeat(id: $id) { id } }", {}, { newId: "id" });
    expect(sent).toEqual([sent[0], sent[0]]);
    expect(Object.keys(sent[0]!)).toEqual(["id"]);
  });

  test("is refused if its variables have no such object", async () => {
    const { client, sent } = answering(created);
    const call = client.send(CREATE, { input: null }, { newId: "input.id" });
    await expect(call).rejects.toMatchObject({
      code: "BAD_CALL",
      message: 'The variables have no object "input", in which a new id belongs.',
    });
    expect(sent).toEqual([]);
  });
});

test("a document with neither is sent once", async () => {
  const { client, sent } = answering("lost", { data });
  await expect(client.send(CREATE, { input: {} })).rejects.toMatchObject({ code: "NETWORK_ERROR" });
  expect(sent).toEqual([{ input: {} }]);
});

test("an answer with errors is a ClientError with the data that came with them", async () => {
  const answer = { data: { one: { taken: 1 }, two: null }, errors: [error("BAD_USER_INPUT")] };
  const { client } = answering(answer);
  await expect(client.send("mutation { one two }")).rejects.toMatchObject({
    name: "ClientError",
    code: "BAD_USER_INPUT",
    message: "No.",
    ...answer,
  });
  const { client: other } = answering({ errors: [error("BAD_USER_INPUT")] });
  await expect(other.send("{ one }")).rejects.toMatchObject({ data: null });
});

test("send takes no subscription, and subscribe nothing else", async () => {
  const { client, sent } = answering();
  await expect(client.send("subscription { a }")).rejects.toMatchObject({ code: "BAD_CALL" });
  await expect(client.subscribe("query { a }").next()).rejects.toMatchObject({ code: "BAD_CALL" });
  expect(sent).toEqual([]);
  expect(client.connection).toBe("idle");
});

test.each(["ws://localhost/graphql", "localhost", "/graphql", ""])(
  "the address %j is refused",
  (url) => {
    expect(() => createClient({ url })).toThrow("give one like http://localhost:4000/graphql");
  },
);
