import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseEnv, promisify } from "node:util";
import type { GraphQLSchema } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../src/client/index.ts";
import type { Table } from "../src/cassandra/index.ts";
import { createServer, type Server } from "../src/server/index.ts";
import { readConfig } from "../src/settings/config.ts";
import { exampleFiles } from "./fixtures/examples.ts";
import { type Issuer, startIssuer } from "./fixtures/issuer.ts";
import { createKeyspace, type TestKeyspace } from "./fixtures/keyspace.ts";
import { settings } from "./fixtures/settings.ts";

// The application of docs/security.md compiles, and does what the page says.

const root = fileURLToPath(new URL("..", import.meta.url));

let directory: string;
let keyspace: TestKeyspace;
let issuer: Issuer;
let server: Server;
beforeAll(async () => {
  const [[name, text], ...others] = [...(await exampleFiles("docs/security.md"))] as [
    [string, string],
  ];
  expect(others).toEqual([]);
  directory = await mkdtemp(join(root, "test/.security-"));
  const file = join(directory, name);
  await writeFile(file, text.replace(/"partyfinder\/(\w+)"/g, '"../../src/$1/index.ts"'));
  const options = { extends: "../../tsconfig.json", include: [name], exclude: [] };
  await writeFile(join(directory, "tsconfig.json"), JSON.stringify(options));
  const { tables, schema }: { readonly tables: readonly Table[]; readonly schema: GraphQLSchema } =
    await import(pathToFileURL(file).href);
  keyspace = await createKeyspace(...tables);
  issuer = await startIssuer();
  const { session } = keyspace;
  server = await createServer({ schema, tables, session, signIn: issuer.signIn, log: () => {} });
});
afterAll(async () => {
  await server?.close();
  await issuer?.[Symbol.asyncDispose]();
  await keyspace?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** Returns a client of somebody who was granted scopes. */
async function clientOf(sub: string, scope: string) {
  const authorization = `Bearer ${await issuer.sign({ sub, scope })}`;
  return createClient({
    url: server.url,
    headers: { authorization },
    connectionParams: { authorization },
  });
}

test("the settings of a service for others are accepted", async () => {
  const page = await readFile(join(root, "docs/security.md"), "utf8");
  const [, block = ""] = /^```sh\n# .env\n(.*?)^```$/ms.exec(page)!;
  const list = join(directory, "documents.json");
  await writeFile(list, "{}");
  const environment = { HOME: directory, ...parseEnv(block), ALLOWED_DOCUMENTS: list };
  expect(readConfig(settings, environment)).toMatchObject({
    host: "0.0.0.0",
    hosts: ["api.example.com"],
    origins: ["https://app.example.com"],
    trustedProxies: ["10.0.0.0/8"],
    signIn: { issuer: "https://login.example.com/", audience: ["https://api.example.com"] },
    documents: {},
  });
});

test("its application compiles", async () => {
  const tsc = join(root, "node_modules/.bin/tsc");
  const { stdout } = await promisify(execFile)(tsc, ["-p", directory]).catch(
    (failed: { readonly stdout: string }) => failed,
  );
  expect(stdout).toBe("");
});

const CREATE = `mutation ($input: CreateNoteInput!) {
  createNote(input: $input) { __typename ... on NoteCreated { note { id owner } } }
}`;
const MINE = "{ myNotes { nodes { owner body } } }";

test("each viewer has notes of its own, live, too", async () => {
  await using ada = await clientOf("ada", "note:write");
  await using bob = await clientOf("bob", "note:read");
  const live = bob.subscribe<{ myNotesChanged: object }>(
    "subscription { myNotesChanged { __typename } }",
    {},
    { reset: { myNotesChanged: { reset: true } } },
  );
  expect(await live.next()).toMatchObject({ value: { myNotesChanged: { reset: true } } });
  expect(await ada.send(CREATE, { input: { body: "Ada's" } })).toMatchObject({
    createNote: { note: { owner: "ada" } },
  });
  expect(await ada.send(MINE)).toEqual({ myNotes: { nodes: [{ owner: "ada", body: "Ada's" }] } });
  expect(await bob.send(MINE)).toEqual({ myNotes: { nodes: [] } });

  await using bobWrites = await clientOf("bob", "note:write");
  await bobWrites.send(CREATE, { input: { body: "Bob's" } });
  expect(await live.next()).toMatchObject({
    value: { myNotesChanged: { __typename: "NoteCreated" } },
  });
  await live.return();
});

test("no argument names another owner", async () => {
  await using ada = await clientOf("ada", "note:write");
  for (const query of [
    '{ myNotes(owner: "bob") { nodes { body } } }',
    'mutation { createNote(input: { owner: "bob", body: "x" }) { __typename } }',
  ]) {
    await expect(ada.send(query)).rejects.toThrow(/"owner"/);
  }
});

test("what needs a scope is refused without it", async () => {
  await using reader = await clientOf("carl", "note:read");
  await using admin = await clientOf("dora", "note:admin");
  const forbidden = { code: "FORBIDDEN" };
  await expect(reader.send(CREATE, { input: { body: "x" } })).rejects.toMatchObject(forbidden);
  await expect(reader.send('{ notesOf(owner: "ada") { nodes { id } } }')).rejects.toMatchObject(
    forbidden,
  );
  expect(await admin.send('{ notesOf(owner: "ada") { nodes { body flag } } }')).toMatchObject({
    notesOf: { nodes: [{ body: "Ada's", flag: null }] },
  });
  await using writer = await clientOf("ada", "note:write");
  await expect(writer.send(CREATE, { input: { body: "x", flag: "red" } })).rejects.toMatchObject(
    forbidden,
  );
  await expect(writer.send("{ myNotes { nodes { flag } } }")).rejects.toMatchObject(forbidden);
});

test("who has not signed in gets nothing", async () => {
  await using client = createClient({ url: server.url });
  await expect(client.send(MINE)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  const live = client.subscribe("subscription { myNotesChanged { __typename } }");
  await expect(live.next()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});
