import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { connect, syncKeyspace } from "../../src/cassandra/index.ts";
import { startEmbedded } from "../../src/local/index.ts";
import { tables } from "../../src/party/index.ts";
import { startCluster } from "../fixtures/cluster.ts";
import {
  type CommandOptions,
  createDirectory,
  type Ended,
  runCommand,
  startCommand,
} from "../fixtures/command.ts";
import { type GuardedCassandra, startGuarded } from "../fixtures/guarded-cassandra.ts";
import { createKeyspace, createKeyspaceOn } from "../fixtures/keyspace.ts";
import { cacheDir } from "../local/place.ts";

type Environment = Readonly<Record<string, string>>;

const runDoctor = (env: Environment, options?: CommandOptions): Promise<Ended> =>
  runCommand(["doctor"], { ...options, env });

/** Returns the text of the finding with a state and a checked thing. */
function finding({ out }: Ended, state: "ok" | "warning" | "failure", subject: string): string {
  const line = out.split("\n").find((each) => {
    const [, word, name] = each.trim().split(/ +/);
    return word === state && subject.startsWith(name!) && each.includes(` ${subject} `);
  });
  return line?.slice(line.indexOf(subject) + subject.length).trim() ?? `nothing in:\n${out}`;
}

const plain = (keyspace: string): Environment => ({
  CASSANDRA_CONTACT_POINTS: inject("cassandra").contactPoints.join(","),
  CASSANDRA_LOCAL_DATA_CENTER: inject("cassandra").localDataCenter,
  CASSANDRA_KEYSPACE: keyspace,
});

const clusterOf = (contactPoints: readonly string[], keyspace: string): Environment => ({
  CASSANDRA_CONTACT_POINTS: contactPoints.join(","),
  CASSANDRA_KEYSPACE: keyspace,
});

/** Returns the exit status and the last line, which is the summary. */
function ending({ code, out }: Ended) {
  return [code, out.trimEnd().split("\n").at(-1)];
}

const NO_PROBLEMS = [0, "✓ No problems found."];
const warned = (number: number) => [0, `! ${number} warning${number === 1 ? "" : "s"}.`];
const NOT_CONNECTED = [11, "✗ 1 failure. Exit status 11: no connection to Cassandra."] as const;
const NOT_SYNCED = [
  12,
  "✗ 1 failure. Exit status 12: the database does not match the models.",
] as const;

describe("doctor, with a cluster whose only problem is the commit log mode of tests", () => {
  test("reports the settings and the cluster with that one warning", async () => {
    await using keyspace = await createKeyspace(...tables);
    const ended = await runDoctor(plain(keyspace.name));
    expect(ending(ended)).toEqual(warned(1));
    expect(finding(ended, "warning", "commit log")).toMatch(/^periodic on .*commitlog_sync: batch/);
    expect(ended.err).toBe("");
    const [point] = inject("cassandra").contactPoints;
    expect(finding(ended, "ok", "CASSANDRA_KEYSPACE")).toBe(`${keyspace.name}  environment`);
    expect(finding(ended, "ok", "PORT")).toMatch(/^4000 +default$/);
    expect(finding(ended, "ok", "Node.js")).toBe(process.versions.node);
    expect(finding(ended, "ok", point!)).toBe("answers");
    expect(ended.out).toMatch(
      /^Node\n.* ok .*datacenter1, rack1, Cassandra 5\.0\.\d+, answers in/m,
    );
    expect(finding(ended, "ok", "clocks")).toMatch(
      /^at most \d+ ms from the clock of this machine$/,
    );
    expect(finding(ended, "ok", "tables")).toBe("match the models");
    expect(finding(ended, "ok", "rights")).toBe("may read and write party, party_by_date");
  });

  test("only reads", async () => {
    await using keyspace = await createKeyspace(...tables);
    await runDoctor(plain(keyspace.name));
    for (const { name } of tables) {
      expect(await keyspace.session.cql(`SELECT * FROM ${name}`)).toEqual([]);
    }
  });

  test("shows the statement that gives a table the options of its model", async () => {
    await using keyspace = await createKeyspace(...tables);
    const size = "{'class': 'SizeTieredCompactionStrategy'}";
    await keyspace.session.cql(`ALTER TABLE party WITH compaction = ${size}`);
    const ended = await runDoctor(plain(keyspace.name));
    expect(ending(ended)).toEqual(warned(2));
    expect(finding(ended, "ok", "tables")).toBe("match the models");
    expect(finding(ended, "warning", "options")).toMatch(
      /^party has compaction = .*SizeTiered.*, the model has .*Leveled.* \(ALTER TABLE party WITH compaction = \{'class': 'LeveledCompactionStrategy'\}\)$/,
    );
  });

  test("warns of a wrong clock of this machine", async () => {
    await using keyspace = await createKeyspace(...tables);
    await using directory = await createDirectory();
    const ahead = join(directory.path, "ahead.cjs");
    await writeFile(ahead, "const now = Date.now; Date.now = () => now() + 60_000;");
    const ended = await runDoctor(plain(keyspace.name), { node: ["--require", ahead] });
    expect(ending(ended)).toEqual(warned(2));
    expect(finding(ended, "warning", "clocks")).toMatch(
      /^the nodes are (59\.\d|60\.0) s behind this machine \(synchronise the clock of this machine by NTP: /,
    );
  });

  test("warns of a contact point that does not answer", async () => {
    await using keyspace = await createKeyspace(...tables);
    const env = plain(keyspace.name);
    const points = `${env["CASSANDRA_CONTACT_POINTS"]},127.0.0.1:1`;
    const ended = await runDoctor({ ...env, CASSANDRA_CONTACT_POINTS: points });
    expect(ending(ended)).toEqual(warned(2));
    expect(finding(ended, "warning", "127.0.0.1:1")).toBe(
      "connect ECONNREFUSED 127.0.0.1:1 (nothing listens there: start Cassandra, or check host and port)",
    );
  });
});

test("doctor names the column of a table that does not match its model", async () => {
  await using keyspace = await createKeyspace();
  const { session, name } = keyspace;
  await session.cql(
    "CREATE TABLE party (city text, id uuid, name text, people bigint, date timestamp, PRIMARY KEY (city, id))",
  );
  const ended = await runDoctor(plain(name));
  expect(ending(ended)).toEqual([
    12,
    "✗ 1 failure, 2 warnings. Exit status 12: the database does not match the models.",
  ]);
  expect(finding(ended, "failure", "tables")).toMatch(/party\.people is bigint, the model has int/);
  // The other table is missing, so its permissions are unknown.
  expect(finding(ended, "ok", "rights")).toBe("may read and write party");
});

test("doctor reports an invalid setting in its place, and does not connect", async () => {
  const env = { PORT: "http", CASSANDRA_CONTACT_POINTS: "127.0.0.1:1" };
  const ended = await runDoctor(env);
  expect(ended.code).toBe(4);
  expect(finding(ended, "failure", "PORT")).toBe(
    'PORT must be a whole number from 0 to 65535, but is "http".',
  );
  expect(ended.out).not.toContain("Connection");
});

test.each([
  ["does not exist", "none.zip", "cannot be read (it does not exist)"],
  ["is not a bundle", "other.zip", "it is no zip file, or a damaged one"],
])(
  "doctor reports a bundle that %s with the message and the exit status of serve",
  async (_, name, why) => {
    await using directory = await createDirectory();
    await writeFile(join(directory.path, "other.zip"), "no zip");
    const env = { ASTRA_DB_SECURE_BUNDLE_PATH: name, ASTRA_DB_TOKEN: "AstraCS:a:b" };
    const checked = await runCommand(["doctor"], { env, cwd: directory.path });
    const served = await runCommand(["serve"], { env, cwd: directory.path });
    expect(served).toMatchObject({ code: 4, err: expect.stringContaining(why) });
    expect(checked).toMatchObject({
      code: 4,
      out: expect.stringContaining(served.err.replace("partyfinder: ", "")),
    });
  },
);

test("doctor reports that settings come from .env, and shows no secret", async () => {
  await using directory = await createDirectory();
  const secret = "S3cret";
  const lines = ["CASSANDRA_CONTACT_POINTS=127.0.0.1:1", "CASSANDRA_KEYSPACE=from_file"];
  await writeFile(join(directory.path, ".env"), lines.join("\n"));
  const env = { CASSANDRA_USERNAME: "ada", CASSANDRA_PASSWORD: secret, CASSANDRA_KEYSPACE: "mine" };
  const ended = await runDoctor(env, { cwd: directory.path });
  expect(finding(ended, "ok", "CASSANDRA_CONTACT_POINTS")).toMatch(/^127\.0\.0\.1:1 +\.env$/);
  expect(finding(ended, "ok", "CASSANDRA_KEYSPACE")).toMatch(/^mine +environment$/);
  expect(finding(ended, "ok", "CASSANDRA_PASSWORD")).toMatch(/^set, not shown +environment$/);
  expect(ended.out + ended.err).not.toContain(secret);
});

describe("doctor, without settings", () => {
  test("reports what the embedded Cassandra needs, and does not start it", async () => {
    await using directory = await createDirectory();
    const ended = await runDoctor({}, { cwd: directory.path });
    expect(ending(ended)).toEqual(NO_PROBLEMS);
    expect(finding(ended, "ok", "process")).toBe(
      'no Cassandra runs in .cassandra ("serve" starts it)',
    );
    expect(finding(ended, "ok", "Java")).toMatch(/^(11|17)\./);
    expect(ended.out).not.toContain("Connection");
  });

  test("checks the running embedded Cassandra, and leaves it running", async () => {
    await using directory = await createDirectory();
    const dir = join(directory.path, ".cassandra");
    const place = { dir, cacheDir, runtime: "jars", port: 0, heap: "256m" } as const;
    await using embedded = await startEmbedded({ ...place, progress: () => {} });
    const cluster = { ...embedded, contactPoints: [embedded.contactPoint] };
    await using keyspace = await createKeyspaceOn(cluster, ...tables);
    const ended = await runDoctor({ CASSANDRA_KEYSPACE: keyspace.name }, { cwd: directory.path });
    expect(ending(ended)).toEqual(NO_PROBLEMS);
    expect(finding(ended, "ok", "process")).toBe(
      `${process.pid} runs Cassandra at ${embedded.contactPoint}, in .cassandra`,
    );
    expect(finding(ended, "ok", embedded.contactPoint)).toBe("answers");
    expect(await keyspace.session.cql("SELECT * FROM party")).toEqual([]);
  });

  test("reports what is missing with the message and the exit status of serve", async () => {
    await using directory = await createDirectory();
    const nothing = { PATH: directory.path, JAVA_HOME: "", DOCKER_HOST: "tcp://127.0.0.1:1" };
    const options = { cwd: directory.path, env: { ...nothing, PORT: "0" } };
    const served = await runCommand(["serve"], options);
    const ended = await runCommand(["doctor"], options);
    expect(`partyfinder: ${finding(ended, "failure", "Java")}\n`).toBe(served.err);
    expect(ended.code).toBe(served.code);
  });
});

describe("doctor, with a cluster of two nodes", () => {
  test("warns of a single copy and of a hanging node, and ends in time", async () => {
    await using cluster = await startCluster({ nodes: 2 });
    const { contactPoints } = cluster.cluster;
    await using keyspace = await createKeyspaceOn(cluster.cluster, ...tables);
    const port = contactPoints[0]!.split(":")[1]!;
    const env = { ...clusterOf(contactPoints, keyspace.name), CASSANDRA_PORT: port };

    const well = await runDoctor(env);
    expect(ending(well)).toEqual(warned(1));
    expect(well.out).toContain("\nNodes: 2 of 2 answer\n");
    expect(finding(well, "ok", "schema")).toBe("all agree");
    expect(finding(well, "warning", "replication")).toMatch(
      /^1 copy in datacenter1 on 2 nodes: when /,
    );

    const elsewhere = await runDoctor({ ...env, CASSANDRA_PORT: "1" });
    expect(elsewhere.out).toContain(`; its contact point has port ${port}: set CASSANDRA_PORT\n`);

    cluster.nodes[0]!.freeze();
    const begun = Date.now();
    const frozen = await runDoctor(env);
    expect(Date.now() - begun).toBeLessThan(10_000);
    expect(frozen.out).toContain("\nNodes: 1 of 2 answer\n");
    expect(finding(frozen, "warning", contactPoints[0]!)).toMatch(
      /did not reply before timeout \d+ ms \(it accepts connections but does not answer: /,
    );
    cluster.nodes[1]!.freeze();
    const begunAgain = Date.now();
    const silent = await runDoctor(env);
    expect(Date.now() - begunAgain).toBeLessThan(10_000);
    expect(silent.code).toBe(11);
    for (const node of cluster.nodes) node.thaw();
  }, 120_000);
});

describe("doctor and serve report the cause of a failure and its remedy in the same line", () => {
  let cassandra: GuardedCassandra;
  let guarded: Environment;
  let stack: AsyncDisposableStack;
  beforeAll(async () => {
    stack = new AsyncDisposableStack();
    cassandra = stack.use(await startGuarded());
    const directory = stack.use(await createDirectory());
    const { admin } = cassandra;
    const keyspace = stack.use(await createKeyspaceOn(admin, ...tables));
    await syncKeyspace(admin, "bare", { replication: 1 });
    await using session = await connect(admin);
    await session.cql("CREATE ROLE ada WITH PASSWORD = 'secret' AND LOGIN = true");
    await session.cql(`GRANT SELECT ON KEYSPACE ${keyspace.name} TO ada`);
    const files = { CA: admin.tls.ca, CERT: admin.tls.cert, KEY: admin.tls.key };
    for (const [name, pem] of Object.entries(files)) {
      await writeFile(join(directory.path, name), pem);
    }
    guarded = {
      ...clusterOf(admin.contactPoints, keyspace.name),
      CASSANDRA_USERNAME: "cassandra",
      CASSANDRA_PASSWORD: "cassandra",
      CASSANDRA_TLS: "true",
      ...Object.fromEntries(
        Object.keys(files).map((name) => [`CASSANDRA_TLS_${name}`, join(directory.path, name)]),
      ),
    };
  });
  afterAll(() => stack.disposeAsync());

  /** Returns the first line that serve prints about its database. */
  async function servePrints(env: Environment): Promise<string> {
    await using served = startCommand(["serve"], { env: { ...env, PORT: "0" } });
    const banner = await served.printed("Ctrl-C stops everything.");
    const ready = new URL("/ready", /http:\S+/.exec(banner)![0]);
    const reason = async () => (await (await fetch(ready)).json()).reason as string;
    await expect.poll(reason, { timeout: 10_000 }).not.toMatch(/^Connecting /);
    return (await served.end()).err.split(" Trying again every second.")[0]!;
  }

  const without = (env: Environment, ...names: readonly string[]): Environment =>
    Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));

  test("no problem with the required login and certificates", async () => {
    const ended = await runDoctor(guarded);
    expect(ending(ended)).toEqual(NO_PROBLEMS);
    expect(finding(ended, "ok", "connection")).toMatch(/^Cassandra 5\.0\.\d+, as cassandra$/);
  });

  const tls = ["CASSANDRA_TLS", "CASSANDRA_TLS_CA", "CASSANDRA_TLS_CERT", "CASSANDRA_TLS_KEY"];

  test.each<[string, () => Environment, string, RegExp, readonly unknown[]]>([
    [
      "a wrong password",
      () => ({ ...guarded, CASSANDRA_PASSWORD: "wrong" }),
      "connection",
      /username cassandra and\/or password are incorrect \(check the user name and the password\)/,
      NOT_CONNECTED,
    ],
    [
      "no password",
      () => without(guarded, "CASSANDRA_USERNAME", "CASSANDRA_PASSWORD"),
      "connection",
      /no authenticator found in the options \(give a user name and a password\)/,
      NOT_CONNECTED,
    ],
    [
      "a certificate that is not trusted",
      () => without(guarded, ...tls.slice(1)),
      "connection",
      /self-signed certificate \(give the certificate of the authority that signed the node's certificate\)/,
      NOT_CONNECTED,
    ],
    [
      "TLS to a port without TLS",
      () => ({ ...plain("party"), CASSANDRA_TLS: "true" }),
      "connection",
      /TLS: wrong version number \(this port has no TLS: connect without TLS/,
      NOT_CONNECTED,
    ],
    [
      "an unknown host",
      () => clusterOf(["nobody.invalid"], "party"),
      "connection",
      /nobody\.invalid: No host could be resolved \(no such host: check the contact points\)/,
      NOT_CONNECTED,
    ],
    [
      "a port on which nothing listens",
      () => clusterOf(["127.0.0.1:1"], "party"),
      "connection",
      /connect ECONNREFUSED 127\.0\.0\.1:1 \(nothing listens there: start Cassandra/,
      NOT_CONNECTED,
    ],
    [
      "a wrong data centre",
      () => ({ ...guarded, CASSANDRA_LOCAL_DATA_CENTER: "nowhere" }),
      "connection",
      /'nowhere', but only found hosts in data centers: \[datacenter1\] \(name the data centre/,
      NOT_CONNECTED,
    ],
    [
      "a missing keyspace",
      () => ({ ...guarded, CASSANDRA_KEYSPACE: "nothing" }),
      "keyspace",
      /^The database does not match the models: keyspace nothing is missing\. \(the command "sync" creates it if /,
      NOT_SYNCED,
    ],
    [
      "missing tables",
      () => ({ ...guarded, CASSANDRA_KEYSPACE: "bare" }),
      "tables",
      /table party is missing; table party_by_date is missing\. \(the command "sync" adds what is missing\.\)$/,
      NOT_SYNCED,
    ],
  ])("%s", async (_, env, subject, message, end) => {
    const ended = await runDoctor(env());
    expect(finding(ended, "failure", subject)).toMatch(message);
    expect(ending(ended)).toEqual(end);
    expect(finding(ended, "failure", subject)).toBe(await servePrints(env()));
  });

  test("no TLS to a port that requires it", async () => {
    const ended = await runDoctor(without(guarded, ...tls));
    expect(finding(ended, "failure", "connection")).toMatch(
      /(ECONNRESET|Socket was closed).* \(the node closed the connection: if it requires TLS, /,
    );
    expect(ending(ended)).toEqual(NOT_CONNECTED);
  });

  test("a role that may not write", async () => {
    const ada = { CASSANDRA_USERNAME: "ada", CASSANDRA_PASSWORD: "secret" };
    const ended = await runDoctor({ ...guarded, ...ada });
    expect(finding(ended, "failure", "rights")).toMatch(
      /^User ada has no MODIFY permission on <table .*\.party> .*: grant it to the role, or log in as another role\.$/,
    );
    expect(ending(ended)).toEqual([
      13,
      "✗ 2 failures. Exit status 13: the Cassandra role lacks a permission.",
    ]);
  });
});
