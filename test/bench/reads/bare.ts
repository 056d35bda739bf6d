import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { answer, cpu } from "../../fixtures/child.ts";
import { bodyText } from "../body-text.ts";
import { serveOn } from "../live/serve-on.ts";
import { CHANGE, FIRST, LIST, ONE } from "./operations.ts";
import type { ServerAnswers } from "./server.ts";
import { type Change, openSource, type StoredParty } from "./source.ts";

// A reference in its own process: it sends the same answers as the service by the shortest code on node:http and the driver.

const source = await openSource();
const url = await serveOn(createServer((request, response) => void respond(request, response)));

answer({ url: () => url, cpu } satisfies ServerAnswers);

interface Request {
  readonly query: string;
  readonly variables: Change;
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { query, variables } = JSON.parse(await bodyText(request)) as Request;
  const text = JSON.stringify({ data: await dataOf(query, variables) });
  response.writeHead(200, {
    "content-type": "application/graphql-response+json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}

async function dataOf(query: string, variables: Change): Promise<object> {
  if (query === LIST) return { partiesInCity: await list(variables) };
  if (query === ONE) return { party: await one(variables) };
  if (query === CHANGE) return { changePeople: await change(variables) };
  throw new Error(`Unknown query: ${query}`);
}

async function list({ city }: Change) {
  const rows = await source.list(city, FIRST + 1);
  const edges = rows.slice(0, FIRST).map((row) => {
    const node = nodeOf(row);
    return { cursor: cursorOf(city, node.id), node };
  });
  const pageInfo = { hasNextPage: rows.length > FIRST, endCursor: edges.at(-1)?.cursor ?? null };
  return { edges, pageInfo };
}

async function one(key: Change) {
  const row = await source.one(key);
  return row ? nodeOf(row) : null;
}

async function change(wanted: Change) {
  const result = await source.change(wanted);
  return { __typename: "people" in result ? "PeopleChanged" : "PeopleStale", ...result };
}

function nodeOf({ id, name, people, date }: StoredParty) {
  return { id: id.toString(), name, people, date: date.toISOString() };
}

/** Returns the same cursor as the service. */
function cursorOf(city: string, id: string): string {
  const parts = ["partiesInCity", JSON.stringify([city]), JSON.stringify([id])];
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}
