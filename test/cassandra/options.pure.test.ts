import { auth, policies, types } from "cassandra-driver";
import { expect, test } from "vitest";
import { clientOptions } from "../../src/cassandra/session/client-options.ts";
import { connect, type ConnectByContactPoints } from "../../src/cassandra/index.ts";
import { querySettings } from "../../src/cassandra/session/query-settings.ts";

const cluster = { contactPoints: ["10.0.0.1"], localDataCenter: "dc1" };
const driverOptions = (options: Partial<ConnectByContactPoints> = {}) =>
  clientOptions({ ...cluster, ...options });

test("the defaults are for one data centre, without a password or TLS", () => {
  const options = driverOptions();
  expect(options).toMatchObject({
    contactPoints: ["10.0.0.1"],
    localDataCenter: "dc1",
    queryOptions: {
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
      fetchSize: 1000,
    },
    socketOptions: { connectTimeout: 2000, readTimeout: 3000 },
  });
  expect(Object.keys(options)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/sslOptions|credentials|authProvider|keyspace/)]),
  );
});

test("for several data centres everything runs at QUORUM and SERIAL", () => {
  const { quorum, serial } = types.consistencies;
  expect(
    querySettings({ ...cluster, consistency: "QUORUM", serialConsistency: "SERIAL" }),
  ).toMatchObject({ consistency: quorum, serialConsistency: serial });
});

test("a given port also applies to the nodes that Cassandra lists", () => {
  expect(driverOptions({ port: 9142 })).toMatchObject({ protocolOptions: { port: 9142 } });
});

test("an IPv6 address is written in brackets", () => {
  const contactPoints = ["[::1]", "[::1]:9043"];
  expect(driverOptions({ contactPoints }).contactPoints).toEqual(["::1", "[::1]:9043"]);
});

test("TLS checks the certificate, whether enabled by `tls` or by the driver's options", () => {
  const checked = { rejectUnauthorized: true };
  expect(driverOptions({ tls: true }).sslOptions).toEqual(checked);
  expect(driverOptions({ tls: { ca: "PEM" } }).sslOptions).toEqual({ ...checked, ca: "PEM" });
  const driver = { sslOptions: { servername: "node.example" } };
  expect(driverOptions({ driver }).sslOptions).toEqual({ ...checked, servername: "node.example" });
});

test("a bundle replaces contact points, data centre and TLS, and changes no other option", () => {
  const credentials = { username: "token", password: "AstraCS:x" };
  const more = { keyspace: "parties", requestTimeout: 4000, fetchSize: 9 };
  const driver = { maxPrepared: 9, socketOptions: { keepAliveDelay: 5 } };
  const {
    contactPoints: _,
    localDataCenter: __,
    ...asEver
  } = driverOptions({
    ...more,
    credentials,
    driver,
  });
  expect(clientOptions({ bundle: "scb.zip", credentials, ...more, driver })).toEqual({
    ...asEver,
    cloud: { secureConnectBundle: "scb.zip" },
  });
});

test("every option of the driver can be given, and the other options of its group stay", () => {
  const retry = new policies.retry.FallthroughRetryPolicy();
  const { pooling, socketOptions, ...rest } = driverOptions({
    driver: { pooling: { maxRequestsPerConnection: 9 }, maxPrepared: 9, policies: { retry } },
  });
  expect(pooling).toEqual({ heartBeatInterval: 2000, maxRequestsPerConnection: 9 });
  expect(socketOptions).toEqual({ connectTimeout: 2000, readTimeout: 3000 });
  expect(rest).toMatchObject({ maxPrepared: 9, policies: { retry } });
  expect(rest.policies?.reconnection).toBeInstanceOf(
    policies.reconnection.ExponentialReconnectionPolicy,
  );
});

test("the driver's options can change neither server timestamps nor the type of bigint", () => {
  const timestampGeneration = new policies.timestampGeneration.MonotonicTimestampGenerator(
    1000,
    1000,
  );
  const driver = { policies: { timestampGeneration }, encoding: { useBigIntAsLong: false } };
  expect(driverOptions({ driver })).toMatchObject({
    policies: { timestampGeneration: null },
    encoding: { useBigIntAsLong: true },
  });
});

const authProvider = new auth.PlainTextAuthProvider("ada", "secret");
const credentials = { username: "ada", password: "secret" };

test.each<[Record<string, unknown>, RegExp]>([
  [{ consistency: "ONE" }, /^The consistency must be LOCAL_QUORUM .* or QUORUM .*, but is ONE: /],
  [{ consistency: "QUORUM" }, /QUORUM cannot be used with LOCAL_SERIAL/],
  [{ serialConsistency: "SERIAL" }, /LOCAL_QUORUM cannot be used with SERIAL/],
  [{ serialConsistency: "QUORUM" }, /LOCAL_QUORUM cannot be used with QUORUM/],
  [{ requestTimeout: 2499 }, /at least 2500 ms, but is 2499: Cassandra itself takes up to 2000/],
  [{ requestTimeout: NaN }, /but is NaN/],
  [{ fetchSize: 0 }, /positive whole number of rows, but is 0/],
  [{ credentials: { username: "ada", password: "" } }, /need both/],
  [{ credentials: { username: "ada" } }, /need both/],
  [{ credentials, authProvider }, /two ways to log in/],
  [{ tls: { key: "PEM" } }, /needs both the certificate and its private key/],
  [{ tls: { cert: "PEM" } }, /needs both/],
  [{ tls: { cert: "PEM", key: "PEM" } }, /^The certificates or the key for TLS cannot be used: /],
  [
    { driver: { sslOptions: { ca: "PEM", minVersion: "TLSv9" } } },
    /for TLS cannot be used: .*TLSv9/,
  ],
  [
    { driver: { socketOptions: { readTimeout: "3 s" } } },
    /^The driver does not accept .*readTimeout/,
  ],
  [{ contactPoints: [] }, /^The driver does not accept these options: Contacts points are not/],
])("options are refused before a connection is tried: %j", async (wrong, message) => {
  await expect(connect({ ...cluster, ...wrong })).rejects.toMatchObject({
    code: "BAD_OPTIONS",
    message: expect.stringMatching(message),
  });
});
