import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseEnv, promisify } from "node:util";
import type { GraphQLSchema } from "graphql";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createClient } from "../src/client/index.ts";
import type { Table } from "../src/cassandra/index.ts";
import { createServer, type Server } from "../src/server/index.ts";
import { readConfig } from "../src/settings/config.ts";
import { exampleFiles } from "./fixtures/examples.ts";
import { type Issuer, startIssuer } from "./fixtures/issuer.ts";
import { createKeyspace, type TestKeyspace } from "./fixtures/keyspace.ts";
import { settings } from "./fixtures/settings.ts";

// The files of docs/security.md compile, and do what the page says.

const root = fileURLToPath(new URL("..", import.meta.url));

let directory: string;
let keyspace: TestKeyspace;
let issuer: Issuer;
let server: Server;
let tables: readonly Table[];
let schema: GraphQLSchema;
beforeAll(async () => {
  const files = await exampleFiles("docs/security.md");
  expect([...files.keys()].toSorted()).toEqual(["notes.ts", "sign-in.ts", "sign.ts"]);
  directory = await mkdtemp(join(root, "test/.security-"));
  for (const [name, text] of files) {
    const own = text.replace(/"partyfinder\/(\w+)"/g, '"../../src/$1/index.ts"');
    await writeFile(join(directory, name), own);
  }
  const options = { extends: "../../tsconfig.json", include: [...files.keys()], exclude: [] };
  await writeFile(join(directory, "tsconfig.json"), JSON.stringify(options));
  ({ tables, schema } = await importFile("notes.ts"));
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

/** Imports a file of the page. */
async function importFile(name: string) {
  return import(pathToFileURL(join(directory, name)).href);
}

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

test("its files compile", async () => {
  const tsc = join(root, "node_modules/.bin/tsc");
  const { stdout } = await promisify(execFile)(tsc, ["-p", directory]).catch(
    (failed: { readonly stdout: string }) => failed,
  );
  expect(stdout).toBe("");
});

test("a token that sign.ts makes is accepted by signIn of sign-in.ts, and by the settings", async () => {
  const AUTH_SECRET = "0123456789abcdef".repeat(4);
  await writeFile(join(directory, ".env"), `AUTH_SECRET=${AUTH_SECRET}\n`);
  const run = promisify(execFile)(process.execPath, ["--env-file=.env", "sign.ts"], {
    cwd: directory,
  });
  const authorization = `Bearer ${(await run).stdout.trim()}`;
  vi.stubEnv("AUTH_SECRET", AUTH_SECRET);
  const { signIn } = await importFile("sign-in.ts");
  vi.unstubAllEnvs();
  const { issuer: AUTH_ISSUER, audience: AUTH_AUDIENCE } = signIn;
  const environment = { HOME: directory, AUTH_ISSUER, AUTH_AUDIENCE, AUTH_SECRET };
  for (const each of [signIn, readConfig(settings, environment).signIn!]) {
    await using own = await createServer({
      schema,
      tables,
      session: keyspace.session,
      signIn: each,
      log: () => {},
    });
    await using ann = createClient({ url: own.url, headers: { authorization } });
    expect(await ann.send("{ myNotes { nodes { owner } } }")).toEqual({ myNotes: { nodes: [] } });
    await using stranger = createClient({ url: own.url });
    await expect(stranger.send("{ __typename }")).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
    });
  }
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
