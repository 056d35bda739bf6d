import { fileURLToPath } from "node:url";
import { describe, expect, inject, test } from "vitest";
import { createCli } from "../../src/cli/index.ts";
import { runShell, startProgram } from "../fixtures/command.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";

const program = fileURLToPath(new URL("theatre.ts", import.meta.url));

const env = (keyspace: string) => ({
  CASSANDRA_CONTACT_POINTS: inject("cassandra").contactPoints.join(","),
  CASSANDRA_LOCAL_DATA_CENTER: inject("cassandra").localDataCenter,
  CASSANDRA_KEYSPACE: keyspace,
  PORT: "0",
});

const run = (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  startProgram(program, { args, env: variables }).ended;

test("the help names the application and its commands", async () => {
  const { code, out } = await run([]);
  expect(code).toBe(0);
  expect(out).toContain("my-theatre: the seats of theatres\n");
  expect(out).toContain('"my-theatre <command> --help" shows');
  const { out: serve } = await run(["serve", "--help"]);
  expect(serve).toContain("  PORT=8080 my-theatre serve --no-seed\n");
});

test("its tables are synced, seeded, checked and served, and the example in the banner works", async () => {
  await using keyspace = await createKeyspace();
  const variables = env(keyspace.name);
  const before = await run(["doctor"], variables);
  expect(before).toMatchObject({ code: 12 });
  expect(before.out).toContain("table seat is missing");
  expect((await run(["sync"], variables)).out).toContain("CREATE TABLE IF NOT EXISTS seat (");
  expect((await run(["seed"], variables)).err).toMatch(/^1 sample row written/m);
  expect((await run(["seed"], variables)).err).toMatch(/^0 sample rows written/m);
  expect(await run(["doctor"], variables)).toMatchObject({ code: 0 });

  await using served = startProgram(program, { args: ["serve"], env: variables });
  const banner = await served.printed("Ctrl-C stops everything.");
  expect(banner).toMatch(/^my-theatre is up\.$/m);
  expect(banner).not.toContain("Page");
  const line = /^ {2}(curl .*)$/m.exec(banner)![1]!;
  const { out } = await runShell(`curl() { printf '%s\\n' "$@"; }; ${line}`, []);
  const [url = "", , , , body = ""] = out.trimEnd().split("\n");
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body });
  expect(await response.json()).toEqual({ data: { seats: { nodes: [{ taken: 0 }] } } });
});

test("its schema is printed, and its default keyspace is named after it", async () => {
  expect((await run(["schema"])).out).toContain("type Seat {");
  const { out } = await run(["doctor"], { CASSANDRA_CONTACT_POINTS: "127.0.0.1:1" });
  expect(out).toMatch(/CASSANDRA_KEYSPACE +my_theatre +default/);
});

test("an unknown export is refused, since a misspelled context would disable sign-in", async () => {
  const { code, err } = await run(["schema"], { MISSPELLED: "contex" });
  expect(code).toBe(15);
  expect(err).toContain(
    'my-theatre: The application cannot be loaded. It has the unknown property "contex", but may only have schema, ',
  );
});

test.each([
  ["tables", "[]", 'The schema shows table "seat", which is not among the given tables: none.'],
  ["page", '"page/"', 'page must be a URL, e.g. new URL("page/", import.meta.url).'],
  ["operations", '["{ nope }"]', "The schema does not have its operation. Cannot query field"],
])("its %s are checked before anything is done with them", async (name, value, message) => {
  const { code, err } = await run(["sync"], { OTHER: JSON.stringify([name, JSON.parse(value)]) });
  expect(code).toBe(15);
  expect(err).toContain(message);
});

describe("the application of a command line", () => {
  const loading = fileURLToPath(new URL("loading.ts", import.meta.url));
  const start = (command: string, way: string) =>
    startProgram(loading, { args: [command], env: { ...env("loading"), LOAD: way } });

  test("may be returned by a function that is not async", async () => {
    expect((await start("schema", "returns").ended).out).toContain("seats: Int");
  });

  test.each(["schema", "serve"])("stops %s if it cannot be loaded", async (command) => {
    for (const way of ["throws", "rejects"]) {
      const { code, err } = await start(command, way).ended;
      expect(code).toBe(15);
      expect(err).toContain("cannot be loaded. The application is broken\n    at ");
    }
  });

  test.each(["nothing", "lacks"])(
    "is refused if load returns what has no schema: %s",
    async (way) => {
      const { code, err } = await start("doctor", way).ended;
      expect(code).toBe(15);
      expect(err).toContain("load must return an application");
    },
  );

  test.each(["schema", "serve", "sync", "doctor"])(
    "is not waited for when SIGINT stops %s",
    async (command) => {
      await using started = start(command, "hangs");
      await started.printed("Loading.");
      expect(await started.end("SIGINT")).toMatchObject({ code: 0, err: "" });
    },
  );
});

test.each(["", "My Theatre", "9", "theatre_1", "-x", "x".repeat(49), "system"])(
  "the name %j is refused",
  (name) => {
    const load = () => Promise.reject(new Error("not called"));
    expect(() => createCli({ name, summary: "", load })).toThrow();
  },
);
