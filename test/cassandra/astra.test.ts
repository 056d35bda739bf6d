import { writeFile } from "node:fs/promises";
import { get } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ExecutionOptions, tracker, types } from "cassandra-driver";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect, select, syncKeyspace } from "../../src/cassandra/index.ts";
import { openCluster } from "../../src/cli/database.ts";
import { type Exit, exitOf } from "../../src/cli/exit.ts";
import { readConfig } from "../../src/settings/config.ts";
import * as application from "../../src/party/application.ts";
import { settings } from "../fixtures/settings.ts";
import { PartyTable } from "../../src/party/index.ts";
import { type Astra, client, startAstra, token } from "../fixtures/astra.ts";
import { type Cluster, startCluster } from "../fixtures/cluster.ts";
import { createDirectory, runCommand, type Running, startCommand } from "../fixtures/command.ts";
import { ADD, CHANGE, CREATE, type Key } from "../fixtures/parties.ts";

const KEYSPACE = "parties";

/** The session of the cluster's administrator. */
const credentials = { username: "cassandra", password: "cassandra" };

let cluster: Cluster;
let astra: Astra;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 3, passwords: true, login: { credentials } });
  astra = await startAstra({ ...cluster.cluster, credentials }, KEYSPACE);
}, 90_000);
afterAll(async () => {
  await served?.[Symbol.asyncDispose]();
  await astra?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

type Environment = Readonly<Record<string, string>>;

/** Runs a command with its own `.env` file and returns its output. */
async function runIn(env: Environment | string, ...args: readonly string[]) {
  await using directory = await createDirectory();
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const file = typeof env === "string" ? env : lines.join("\n");
  await writeFile(join(directory.path, ".env"), file);
  return await runCommand(args, { cwd: directory.path });
}

const bundleSettings = () => ({
  ASTRA_DB_SECURE_BUNDLE_PATH: astra.bundle,
  ASTRA_DB_TOKEN: token.password,
  ASTRA_DB_KEYSPACE: KEYSPACE,
});

let served: Running | undefined;
let url: string;

async function post(query: string, variables: object) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as {
    // oxlint-disable-next-line typescript/no-explicit-any
    readonly data?: any;
    readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
  };
}

async function ready(): Promise<string> {
  const state = (await (await fetch(new URL("/ready", url))).json()) as Record<string, string>;
  return state["reason"] ?? state["status"]!;
}

/** Creates a party. Retries while connections cut by the previous test are being restored. */
async function createParty(city: string): Promise<Key> {
  for (;;) {
    const { data, errors } = await post(CREATE, { input: { city, name: "A party" } });
    if (data?.createParty) return { city, id: data.createParty.party.id };
    expect(errors?.[0]?.extensions["code"]).toBe("UNAVAILABLE");
    await sleep(100);
  }
}

/** Returns the count, when no write of the key is in flight. */
async function peopleOf(key: Key): Promise<number> {
  const { data } = await post(
    "query ($city: String!, $id: UUID!) { party(city: $city, id: $id) { people } }",
    key,
  );
  return data.party.people;
}

/** Adds one at a time. Returns how many were reported as done, and the other answers. */
async function addUntil(key: Key, end: number) {
  const answers: string[] = [];
  while (Date.now() < end) {
    const { data, errors } = await post(ADD, { ...key, delta: 1 });
    answers.push(errors?.[0]?.extensions.code ?? data.addPeople.__typename);
  }
  return answers;
}

test("every node has the roles, so clients can log in while other nodes are slow or down", async () => {
  await using session = await connect({ ...cluster.cluster, credentials });
  const [keyspace] = await session.cql(
    "SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = 'system_auth'",
  );
  expect(
    Object.fromEntries(keyspace?.["replication"] as ReadonlyMap<string, string>),
  ).toMatchObject({ replication_factor: "3" });
});

describe("with the .env that Astra's command line writes", () => {
  test("of version 1, sync creates tables but no keyspace, and serve serves them", async () => {
    const synced = await runIn(bundleSettings(), "sync");
    expect(synced).toMatchObject({ code: 0, err: expect.stringContaining("by the bundle ") });
    expect(synced.out).toMatch(/^CREATE TABLE IF NOT EXISTS party \(/);
    expect(synced.out).not.toContain("KEYSPACE");
    expect(synced.out).not.toContain("compaction");

    served = startCommand(["serve"], { env: { ...bundleSettings(), PORT: "0" } });
    url = /http:\S+\/graphql/.exec(await served.printed("Ctrl-C"))![0];
    await expect.poll(ready, { timeout: 10_000 }).toBe("ready");
  });

  test("of version 0 with all of its variables, serve starts", async () => {
    const file = `ASTRA_DB_APPLICATION_TOKEN="${token.password}"
ASTRA_DB_GRAPHQL_URL="https://5e4c-us-east1.apps.astra.datastax.com/api/graphql/${KEYSPACE}"
ASTRA_DB_ID="5e4c0000-0000-4000-8000-000000000001"
ASTRA_DB_KEYSPACE="${KEYSPACE}"
ASTRA_DB_REGION="us-east1"
ASTRA_DB_REST_URL="https://5e4c-us-east1.apps.astra.datastax.com/api/rest"
ASTRA_DB_SECURE_BUNDLE_PATH="${astra.bundle}"
ASTRA_DB_SECURE_BUNDLE_URL="https://datastax-cluster-config-prod.s3.us-east-2.amazonaws.com/5e4c?X-Amz-Expires=300"
ASTRA_ORG_ID="0a1b"
ASTRA_ORG_NAME="ada@example.com"
ASTRA_ORG_TOKEN="${token.password}"
`;
    expect(await runIn(file, "sync")).toMatchObject({
      code: 0,
      err: expect.stringMatching(
        /^Nothing was missing: keyspace parties, Cassandra 5\.0\.\d+, by /,
      ),
    });
  });
});

describe("logs in", () => {
  const idAndSecret = (id: string, secret: string) => ({
    ASTRA_DB_CLIENT_ID: id,
    ASTRA_DB_CLIENT_SECRET: secret,
  });
  const userAndPassword = (username: string, password: string) => ({
    CASSANDRA_USERNAME: username,
    CASSANDRA_PASSWORD: password,
  });

  test.each<[string, Environment]>([
    ["a token as version 0 names it", { ASTRA_DB_APPLICATION_TOKEN: token.password }],
    ["a token as version 1 names it", { ASTRA_DB_TOKEN: token.password }],
    ["a client id and its secret", idAndSecret(client.username, client.password)],
    ["the word token and a token as its secret", idAndSecret("token", token.password)],
    ["a client id and, by mistake, the token", idAndSecret(client.username, token.password)],
    ["a user name and a password", userAndPassword(client.username, client.password)],
    ["a token as password", { CASSANDRA_PASSWORD: token.password }],
    [
      "the same token in two variables",
      { ASTRA_DB_TOKEN: token.password, ...userAndPassword("token", token.password) },
    ],
  ])("%s", async (_, login) => {
    const { cassandra, keyspace } = readConfig(settings, {
      ...bundleSettings(),
      ASTRA_DB_TOKEN: "",
      ...login,
    });
    if (cassandra.kind === "embedded") throw new Error("no bundle");
    await using session = await connect({ ...cassandra, keyspace });
    expect(await session.run(select(PartyTable, { city: "Nowhere" }))).toEqual([]);
  });

  test("with the user name and password in the bundle", async () => {
    const bundle = astra.rebundle("login.zip", { "config.json": astra.config(client) });
    const env = { ASTRA_DB_SECURE_BUNDLE_PATH: bundle, ASTRA_DB_KEYSPACE: KEYSPACE };
    expect(await runIn(env, "sync")).toMatchObject({ code: 0, out: "" });
  });
});

test("a hundred changes are applied, and every node coordinates some of them", async () => {
  const key = await createParty("Rome");
  for (let people = 0; people < 100; people += 1) {
    const { data } = await post(CHANGE, { ...key, expected: people, delta: 1 });
    expect(data.changePeople).toEqual({ __typename: "PeopleChanged", people: people + 1 });
  }
  const { data } = await post(CHANGE, { ...key, expected: 4, delta: 1 });
  expect(data.changePeople).toEqual({ __typename: "PeopleStale", expected: 4, actual: 100 });
  expect(astra.asked.size).toBe(3);
});

test("all other options also apply with a bundle", async () => {
  class Recorder extends tracker.RequestLogger {
    readonly sent: ExecutionOptions[] = [];
    override onSuccess(...[, , , options]: Parameters<tracker.RequestLogger["onSuccess"]>): void {
      this.sent.push(options);
    }
  }
  const requestTracker = new Recorder({});
  const { bundle } = astra;
  const options = { bundle, credentials: token, keyspace: KEYSPACE, fetchSize: 7 };
  await using session = await connect({ ...options, driver: { requestTracker } });
  await session.run(select(PartyTable, { city: "Rome" }));
  const [sent] = requestTracker.sent;
  expect(sent?.getConsistency()).toBe(types.consistencies.localQuorum);
  expect(sent?.getSerialConsistency()).toBe(types.consistencies.localSerial);
  expect(sent?.getFetchSize()).toBe(7);
  expect(sent?.getReadTimeout()).toBe(3000);
});

test("Astra refuses to create keyspaces, so none is requested", async () => {
  const options = { bundle: astra.bundle, credentials: token };
  await using session = await connect(options);
  const cql =
    "CREATE KEYSPACE other WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}";
  await expect(session.cql(cql)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(syncKeyspace(options, "other", { replication: 1 })).rejects.toMatchObject({
    code: "NOT_SYNCED",
    message:
      'The database does not match the models: keyspace other is missing, create it in the Astra portal or by "astra db create-keyspace".',
  });
});

test("the service keeps working after every connection is cut", async () => {
  const key = await createParty("Paris");
  const adding = addUntil(key, Date.now() + 3500);
  await sleep(500);
  astra.cut();
  const answers = await adding;
  expect(strangeOf(answers)).toEqual([]);
  expect(answers.slice(-5)).toEqual(Array(5).fill("PeopleChanged"));
  await expectCounted(key, answers);
});

test("a hibernating database is reported, and served again as soon as it is resumed", async () => {
  const key = await createParty("Oslo");
  astra.hibernate();
  const answers = await addUntil(key, Date.now() + 2000);
  expect(strangeOf(answers)).toEqual([]);
  expect(answers.at(-1)).toBe("UNAVAILABLE");
  expect(await ready()).toMatch(/^Cassandra does not answer/);

  astra.resume();
  await expect.poll(ready, { timeout: 15_000 }).toBe("ready");
  expect(await addUntil(key, Date.now() + 1000)).toContain("PeopleChanged");
});

/** Returns the answers that are neither a success nor something that a client can act on. */
function strangeOf(answers: readonly string[]): readonly string[] {
  const known = ["PeopleChanged", "OutcomeUnknown", "UNAVAILABLE", "CONTENTION"];
  return answers.filter((each) => !known.includes(each));
}

async function expectCounted(key: Key, answers: readonly string[]): Promise<void> {
  const done = answers.filter((each) => each === "PeopleChanged").length;
  const unknown = answers.filter((each) => each === "OutcomeUnknown").length;
  const people = await peopleOf(key);
  expect(people).toBeGreaterThanOrEqual(done);
  expect(people).toBeLessThanOrEqual(done + unknown);
}

test("the metadata service answers nothing without a client certificate", async () => {
  const request = get({ ...astra.metadata, path: "/metadata", rejectUnauthorized: false });
  const answer = new Promise((resolve, reject) => {
    request.on("response", resolve);
    request.on("error", reject);
  });
  await expect(answer).rejects.toThrow(/certificate required|socket hang up|ECONNRESET/);
});

describe("a refused connection is explained in one line with the remedy", () => {
  const changed = (changes: Environment) => () => changes;
  const rebundled =
    (name: string, changes: () => Readonly<Record<string, string | undefined>>) => () => ({
      ASTRA_DB_SECURE_BUNDLE_PATH: astra.rebundle(`${name}.zip`, changes()),
    });

  test.each<[string, () => Environment, Exit["reason"], RegExp]>([
    [
      "a client certificate of another database",
      rebundled("stranger", () => ({ ...astra.stranger })),
      "notConnected",
      /: Astra's metadata service: .* \((the bundle's certificate is not|it did not answer or does not) accept/,
    ],
    [
      "an unknown authority",
      rebundled("foreign", () => ({ "ca.crt": astra.stranger.cert })),
      "notConnected",
      /: Astra's metadata service: self-signed certificate \(the bundle does not know this certificate: /,
    ],
    [
      "a database that was deleted",
      rebundled("gone", () => ({ "config.json": astra.config({ host: "nobody.invalid" }) })),
      "notConnected",
      /: Astra's metadata service: getaddrinfo \w+ nobody\.invalid \(check the network; /,
    ],
    [
      "no client certificate",
      rebundled("bare", () => ({ cert: undefined, key: undefined })),
      "settings",
      /bare\.zip cannot be used as a secure connect bundle: it has no cert\. Download it again by /,
    ],
    [
      "no bundle",
      changed({ ASTRA_DB_SECURE_BUNDLE_PATH: "none.zip" }),
      "settings",
      /^The secure connect bundle none\.zip cannot be read \(it does not exist\): /,
    ],
    [
      "a missing keyspace",
      changed({ ASTRA_DB_KEYSPACE: "other" }),
      "notSynced",
      /: keyspace other is missing, create it in the Astra portal or by "astra db create-keyspace"\./,
    ],
  ])("%s", async (_, change, reason, message) => {
    const exit = await refusalOf({ ...bundleSettings(), ...change() });
    expect(exit.message).toMatch(message);
    expect(exit.message).not.toContain("\n");
    expect(exit.reason).toBe(reason);
  });

  const quiet = {
    progress: () => {},
    status: undefined,
    signal: new AbortController().signal,
  };

  /** Returns the end of a command that syncs. */
  async function refusalOf(env: Environment): Promise<Exit> {
    try {
      const { cassandra, keyspace } = readConfig(settings, env);
      if (cassandra.kind === "embedded") throw new Error("no bundle");
      await using database = await openCluster(cassandra, {
        createMissing: true,
        application,
        name: "partyfinder",
        keyspace,
        terminal: quiet,
      });
      throw new Error(`opened ${database.origin}`);
    } catch (error) {
      const exit = exitOf(error);
      if (exit === undefined) throw error;
      return exit;
    }
  }

  test.each<[string, Environment, string]>([
    [
      "a wrong token",
      { ASTRA_DB_TOKEN: "AstraCS:wrong" },
      'Provided username token and/or password are incorrect (the token is wrong, expired, or of another database: create one in the Astra portal or by "astra token create")',
    ],
    [
      "a database that hibernates",
      {},
      'Astra\'s metadata service: HTTP status 503 (the database hibernates or is down: resume it in the Astra portal or by "astra db resume", which takes a few minutes)',
    ],
  ])("%s", async (_, env, reason) => {
    if (reason.includes("503")) astra.hibernate();
    const ended = await runIn({ ...bundleSettings(), ...env }, "sync");
    const examined = await runIn({ ...bundleSettings(), ...env }, "doctor");
    astra.resume();
    expect(examined).toMatchObject({ code: 11, out: expect.stringContaining(`: ${reason}.\n`) });
    expect(ended).toEqual({
      code: 11,
      out: "",
      err: `partyfinder: Cannot connect to Cassandra by the bundle ${astra.bundle}: ${reason}.\n`,
    });
  });

  test("serve reports a missing metadata service, and starts as soon as it answers", async () => {
    await astra.stopMetadata();
    await using waiting = startCommand(["serve"], { env: { ...bundleSettings(), PORT: "0" } });
    const banner = await waiting.printed("Ctrl-C");
    expect(banner).toMatch(/Cassandra +by the bundle .*\.zip, not reached yet\n/);
    const place = new URL("/ready", /http:\S+\/graphql/.exec(banner)![0]);
    const text = async () => (await fetch(place)).text();
    await expect
      .poll(text)
      .toMatch(/connect ECONNREFUSED [\d.:]+ \(check the network; if it works/);

    await astra.startMetadata();
    await expect.poll(text, { timeout: 10_000 }).toBe('{"status":"ready"}');
    const { err } = await waiting.end();
    expect(err).toMatch(/^Connected to Cassandra 5\.0\.\d+, by the bundle /m);
  });
});

test("when a node dies, clients get only errors that they can act on", async () => {
  const keys = await Promise.all(["Wien", "Bern"].map(createParty));
  const end = Date.now() + 6000;
  const adding = keys.map((key) => addUntil(key, end));
  await cluster.nodes[2]!.kill();
  const answers = await Promise.all(adding);
  for (const [i, key] of keys.entries()) {
    expect(strangeOf(answers[i]!)).toEqual([]);
    expect(answers[i]!.slice(-5)).toEqual(Array(5).fill("PeopleChanged"));
    await expectCounted(key, answers[i]!);
  }
});

test("nothing unexpected was logged during the tests before", async () => {
  const { code, err } = await served!.end();
  expect(code).toBe(0);
  // While a node was down, `/ready` was asked, and each change of its answer is logged.
  const lines = err.trim().split("\n");
  expect(lines.filter((line) => !line.startsWith("/ready: "))).toEqual([
    expect.stringMatching(/^Connected to Cassandra 5\.0\.\d+, by the bundle .*\.zip\.$/),
    "Stopping.",
  ]);
});
