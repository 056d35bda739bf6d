import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import {
  connect,
  type ConnectByContactPoints,
  insert,
  select,
  sync,
  syncKeyspace,
  table,
  text,
} from "../../src/cassandra/index.ts";
import { createDirectory, runCommand } from "../fixtures/command.ts";
import { type GuardedCassandra, startGuarded } from "../fixtures/guarded-cassandra.ts";

const Note = table("note", { id: text(), body: text() }, { partition: ["id"] });
const ada = { username: "ada", password: "secret" };

let cassandra: GuardedCassandra;
beforeAll(async () => {
  cassandra = await startGuarded();
  const { admin } = cassandra;
  await syncKeyspace(admin, "notes", { replication: 1 });
  await using session = await connect({ ...admin, keyspace: "notes" });
  await sync(session, { keyspace: "notes", tables: [Note] });
  await session.cql("CREATE ROLE ada WITH PASSWORD = 'secret' AND LOGIN = true");
});
afterAll(() => cassandra[Symbol.asyncDispose]());

test("a client with the right password and certificates can connect", async () => {
  await using session = await connect({ ...cassandra.admin, keyspace: "notes" });
  await session.run(insert(Note, { id: "a", body: "Hello" }));
  expect(await session.run(select(Note, { id: "a" }))).toEqual({ id: "a", body: "Hello" });
});

test("certificates can be the bytes of files", async () => {
  const { ca, cert, key } = cassandra.admin.tls;
  const tls = { ca: Buffer.from(ca), cert: Buffer.from(cert), key: Buffer.from(key) };
  const session = await connect({ ...cassandra.admin, tls });
  await session.close();
});

describe("a refused connection is explained in one line with the remedy", () => {
  type Change = (admin: GuardedCassandra["admin"]) => Partial<ConnectByContactPoints>;

  test.each<[string, Change, RegExp]>([
    [
      "a wrong password",
      () => ({ credentials: { username: "cassandra", password: "wrong" } }),
      /: Provided username cassandra and\/or password are incorrect \(check the user name /,
    ],
    [
      "a client certificate that the node does not know",
      ({ tls: { ca } }) => ({ tls: { ca, ...cassandra.stranger } }),
      /: TLS: .* alert .* \(the node ended the handshake: does it trust the client certificate\?\)/,
    ],
    [
      "no client certificate",
      ({ tls: { ca } }) => ({ tls: { ca } }),
      /: TLS: .*certificate required \(the node asks for a client certificate: give one/,
    ],
    [
      "no client certificate, with TLS 1.2",
      ({ tls: { ca } }) => ({ tls: { ca }, driver: { sslOptions: { maxVersion: "TLSv1.2" } } }),
      /: TLS: .*handshake failure \(the node asks for a client certificate: give one/,
    ],
    [
      "an authority that is not trusted",
      () => ({ tls: true }),
      /: self-signed certificate \(give the certificate of the authority that signed the node's certificate\)/,
    ],
    [
      "a certificate for another name",
      () => ({ driver: { sslOptions: { servername: "elsewhere.example" } } }),
      /altnames: Host: elsewhere\.example\. .* \(the node's certificate has to name the address/,
    ],
    [
      "a data centre that does not exist",
      () => ({ localDataCenter: "nowhere" }),
      /only found hosts in data centers: \[datacenter1\] \(name the data centre /,
    ],
    [
      "an unknown host",
      () => ({ contactPoints: ["nobody.invalid"] }),
      /nobody\.invalid: No host could be resolved \(no such host: check the contact points\)/,
    ],
  ])("%s", async (_, change, message) => {
    const { admin } = cassandra;
    await expectRefusal({ ...admin, ...change(admin) }, message);
  });

  test("no password", async () => {
    const { credentials: _, ...options } = cassandra.admin;
    await expectRefusal(options, /no authenticator .* \(give a user name and a password\)/);
  });

  test("no TLS to a port that requires it", async () => {
    const { tls: _, ...options } = cassandra.admin;
    await expectRefusal(options, /ECONNRESET|Socket was closed.* \(.*if it requires TLS, /);
  });

  test("TLS to a port without it", async () => {
    const options = { ...inject("cassandra"), tls: true } as const;
    await expectRefusal(options, /: TLS: wrong version number \(this port has no TLS: /);
  });

  async function expectRefusal(options: ConnectByContactPoints, message: RegExp): Promise<void> {
    await expect(connect(options)).rejects.toMatchObject({
      code: "NOT_CONNECTED",
      message: expect.stringMatching(message),
    });
    await expect(connect(options)).rejects.toMatchObject({
      message: expect.stringMatching(/^Cannot connect to Cassandra at [^\n]+\.$/),
    });
  }
});

test("a role without a right learns which one is missing", async () => {
  const options = { ...cassandra.admin, credentials: ada };
  await using session = await connect({ ...options, keyspace: "notes" });
  await expect(session.run(select(Note, { id: "a" }))).rejects.toMatchObject({
    code: "FORBIDDEN",
    message:
      "User ada has no SELECT permission on <table notes.note> or any of its parents: grant it to the role, or log in as another role.",
  });
  await expect(syncKeyspace(options, "other", { replication: 1 })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});

test("credentials are accepted by nodes that ask for none", async () => {
  const session = await connect({ ...inject("cassandra"), credentials: ada });
  await session.close();
});

test("a command takes the password and certificates from its environment", async () => {
  await using directory = await createDirectory();
  const file = async (name: string, text: string) => {
    const path = join(directory.path, name);
    await writeFile(path, text);
    return path;
  };
  const { contactPoints, tls } = cassandra.admin;
  const [host, port] = contactPoints[0]!.split(":");
  const env = {
    CASSANDRA_CONTACT_POINTS: host!,
    CASSANDRA_PORT: port!,
    CASSANDRA_REPLICATION: "1",
    CASSANDRA_USERNAME: "cassandra",
    CASSANDRA_PASSWORD: "cassandra",
    CASSANDRA_TLS: "true",
    CASSANDRA_TLS_CA: await file("ca.pem", tls.ca),
    CASSANDRA_TLS_CERT: await file("client.pem", tls.cert),
    CASSANDRA_TLS_KEY: await file("client.key", tls.key),
  };
  const forbidden = await runCommand(["sync"], {
    env: { ...env, CASSANDRA_USERNAME: ada.username, CASSANDRA_PASSWORD: ada.password },
  });
  expect(forbidden).toMatchObject({
    code: 13,
    out: expect.stringMatching(/^CREATE KEYSPACE IF NOT EXISTS partyfinder /),
    err: "Creating keyspace partyfinder:\npartyfinder: User ada has no CREATE permission on <all keyspaces> or any of its parents: grant it to the role, or log in as another role.\n",
  });
  expect(await runCommand(["sync"], { env })).toMatchObject({ code: 0 });
});
