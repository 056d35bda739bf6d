import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createWindows, useBrowser } from "./fixtures/browser.ts";
import { createKeyspace, type TestKeyspace } from "./fixtures/keyspace.ts";
import { createPackedProject, type PackedProject, pinned, root } from "./fixtures/package.ts";

// The package in an empty project that has the newest graphql and none of the optional packages: what it says of them,
// and the programs of examples/, each from a table to a served schema, with their clients.

const GRAPHQL = "17.1.0";
const names = ["theatre", "accounts", "readings"] as const;
type Name = (typeof names)[number];

let project: PackedProject;
beforeAll(async () => {
  const { tarball, ...created } = await createPackedProject();
  project = created;
  await installed(`graphql@${GRAPHQL}`);
  await installed(tarball, ...(await pinned("typescript", "@types/node")));
  const directory = join(root, "test/examples");
  for (const name of await readdir(directory)) {
    if (name.endsWith(".ts"))
      await project.write(name, await readFile(join(directory, name), "utf8"));
  }
}, 240_000);
afterAll(() => project[Symbol.asyncDispose]());

async function installed(...packages: readonly string[]): Promise<void> {
  const { failed, err } = await project.install(...packages);
  if (failed) throw new Error(err);
}

/** How to connect to the Cassandra of the tests. */
const cluster = () => {
  const { contactPoints, localDataCenter } = inject("cassandra");
  return { contactPoints: contactPoints.join(","), localDataCenter };
};

/** The settings of a command. */
const settings = (keyspace: string) => ({
  CASSANDRA_CONTACT_POINTS: cluster().contactPoints,
  CASSANDRA_LOCAL_DATA_CENTER: cluster().localDataCenter,
  CASSANDRA_KEYSPACE: keyspace,
  PORT: "0",
});

test("there is one graphql, and no optional package", async () => {
  const { out } = await project.execute("npm", ["query", "#graphql"]);
  expect(JSON.parse(out)).toMatchObject([{ version: GRAPHQL }]);
  const installed = await readdir(join(project.directory, "node_modules"));
  for (const name of ["ioredis", "testcontainers", "vitest"]) expect(installed).not.toContain(name);
});

test("the command names a missing package with the command that installs it, and no stack", async () => {
  await using keyspace = await createKeyspace();
  const serve = (env: NodeJS.ProcessEnv) =>
    project.execute("npx", ["--no", "--", "partyfinder", "serve"], env);
  const redis = { REDIS_URL: "redis://127.0.0.1:1", ...settings(keyspace.name) };
  const docker = { CASSANDRA_EMBEDDED: "docker" };
  for (const [env, status, line] of [
    [redis, 4, "REDIS_URL needs the package ioredis: npm install ioredis@5"],
    [
      docker,
      6,
      "Cassandra in Docker needs the package testcontainers: npm install testcontainers@12",
    ],
  ] as const) {
    const ended = await serve(env);
    expect(ended.status).toBe(status);
    expect(ended.err.split("\n")).toContain(`partyfinder: ${line}`);
    expect(ended.err).not.toMatch(/^ +at /m);
  }
});

/** What the client of each example prints. */
const results: Readonly<Record<Name, unknown>> = {
  theatre: {
    live: [null, "Ada"],
    taken: 1,
    refused: true,
    sold: [2, 2, 2],
    holders: 2,
  },
  accounts: {
    live: [100, 70],
    answers: ["AccountChanged", "AccountChanged", "AccountTooLittle"],
    account: { balance: 70, saved: 30 },
  },
  readings: {
    answers: ["Written", "Written", "Written", "Written", "Written"],
    live: ["ReadingsReset", 22.5],
    read: {
      readings: {
        nodes: [
          { at: "2027-08-15T19:00:00.000Z", value: 22.5 },
          { at: "2027-08-15T18:00:00.000Z", value: 21.5 },
        ],
      },
      readingsWhere: {
        nodes: [
          {
            at: "2027-08-15T21:00:00.000Z",
            shape: [21, 0.5, 0],
            place: { room: "attic", floor: 3 },
          },
        ],
      },
      counts: { nodes: [{ day: "2027-08-15", readings: "5", errors: "2" }] },
    },
    left: { readings: { nodes: [{ value: 20.5 }] } },
  },
};

/** A query for GraphiQL, and what it shows of the answer. */
const queries: Readonly<Record<Name, readonly [query: string, shown: RegExp]>> = {
  theatre: ['{ seatsInShow(show: "Hamlet") { nodes { number holder } } }', /"holder":\s"Ada"/],
  accounts: [
    '{ account(id: "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51") { owner saved } }',
    /"saved":\s30/,
  ],
  readings: [
    '{ readings(device: "roof", day: "2027-08-15") { nodes { value } } }',
    /"value":\s20\.5/,
  ],
};

describe("an example", () => {
  const urls = new Map<Name, string>();
  const keyspaces: TestKeyspace[] = [];
  const servers: ChildProcess[] = [];
  afterAll(async () => {
    for (const server of servers) {
      const ended = once(server, "exit");
      server.kill();
      await ended;
    }
    for (const keyspace of keyspaces) await keyspace[Symbol.asyncDispose]();
  });

  test.each(names)("compiles and needs no cast: %s", async (name) => {
    const text = await readFile(join(root, `test/examples/${name}.ts`), "utf8");
    expect(text.trimEnd().split("\n").length).toBeLessThan(100);
    expect(text.replace(/\/\/.*|"[^"]*"/g, "")).not.toMatch(/(?<!\.)\bas\b|\bany\b|ts-/);
    expect(await project.compile(`${name}.ts`, { checkLibraries: true })).toBe("");
    expect(await project.compile(`${name}-client.ts`, { checkLibraries: true })).toBe("");
  });

  test.each(names)("is served, and its client queries, changes and watches: %s", async (name) => {
    const keyspace = await createKeyspace();
    keyspaces.push(keyspace);
    const { contactPoints, localDataCenter } = cluster();
    const program = join("out", `${name}.js`);
    if (name === "accounts") {
      const args = [program, "sync"];
      const synced = await project.execute(process.execPath, args, settings(keyspace.name));
      expect(synced).toMatchObject({ status: 0 });
    }
    const args = name === "accounts" ? ["serve"] : [contactPoints, localDataCenter, keyspace.name];
    const server = spawn(process.execPath, [program, ...args], {
      cwd: project.directory,
      env: { PATH: process.env["PATH"], ...settings(keyspace.name) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    servers.push(server);
    const url = await urlIn(server.stdout);
    urls.set(name, url);
    const output = await project.runProgram(`${name}-client.js`, url);
    expect(JSON.parse(output)).toEqual(results[name]);
  });

  describe("in Chromium", () => {
    useBrowser();

    test.each(names)("shows its data in GraphiQL: %s", async (name) => {
      const [query, shown] = queries[name];
      const url = new URL(urls.get(name)!);
      url.searchParams.set("query", query);
      await using windows = createWindows();
      const page = await windows.open(url, { shown: ".graphiql-execute-button" });
      await page.click(".graphiql-execute-button");
      await expect
        .poll(() => page.textContent(".result-window"), { timeout: 30_000 })
        .toMatch(shown);
      expect(await page.title()).toBe(name[0]!.toUpperCase() + name.slice(1));
    });
  });
});

/** Waits for the address of GraphQL in what a server prints. */
async function urlIn(printed: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const chunk of printed) {
    text += String(chunk);
    const url = /http:\S+\/graphql\b/.exec(text)?.[0];
    if (url !== undefined) return url;
  }
  throw new Error(`The server has ended:\n${text}`);
}
