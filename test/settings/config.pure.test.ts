import { limitsOf } from "../../src/server/adjustable-limits.ts";
import { hash } from "node:crypto";
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { certify } from "../fixtures/certificate.ts";
import { zip } from "../fixtures/zip.ts";
import { ConfigError, readConfig } from "../../src/settings/config.ts";
import { settings } from "../fixtures/settings.ts";
import { envTemplate } from "../../src/settings/settings.ts";

const HOME = { XDG_CACHE_HOME: "/cache" };
const problem = (environment: Readonly<Record<string, string>>) => {
  try {
    return readConfig(settings, { ...HOME, ...environment });
  } catch (error) {
    return error instanceof ConfigError ? error.message : error;
  }
};

const directory = mkdtempSync(join(tmpdir(), "partyfinder-config-"));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string, text: string) => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};
function bundle(name: string, login: object): string {
  const node = certify("node", "DNS:node");
  const config = JSON.stringify({ host: "db.example", port: 29080, ...login });
  const path = join(directory, name);
  writeFileSync(path, zip({ "config.json": config, "ca.crt": node.cert, ...node }));
  return path;
}
// Node.js accepts a list of authorities without a certificate.
const PEM = "-----BEGIN CERTIFICATE-----\n";
const CA = file("ca.pem", PEM);
const NO_PEM = file("ca.der", "0\x82");

test("without settings, an embedded Cassandra and the defaults are configured", () => {
  expect(readConfig(settings, HOME)).toEqual({
    host: "127.0.0.1",
    port: 4000,
    idle: 75_000,
    limits: limitsOf(),
    documents: undefined,
    signIn: undefined,
    trustedProxies: undefined,
    hosts: [],
    origins: [],
    path: "",
    allowAnonymous: false,
    graphiql: undefined,
    introspection: undefined,
    keyspace: "partyfinder",
    cassandra: {
      kind: "embedded",
      dir: ".cassandra",
      cacheDir: "/cache/partyfinder",
      runtime: undefined,
      repository: undefined,
      javaHome: undefined,
    },
    live: { redisUrl: undefined, pollInterval: 2000 },
  });
});

test("CASSANDRA_EMBEDDED_REPOSITORY must be a URL, which is never shown", () => {
  const read = (repository: string) =>
    readConfig(settings, { ...HOME, CASSANDRA_EMBEDDED_REPOSITORY: repository }).cassandra;
  for (const url of ["https://ada:secret@maven.example/maven2", "file:///srv/maven2"]) {
    expect(read(url)).toMatchObject({ repository: url });
  }
  for (const text of [
    "maven.example",
    "ftp://ada:secret@maven.example",
    "https://maven.example?a",
  ]) {
    expect(problem({ CASSANDRA_EMBEDDED_REPOSITORY: text })).toBe(
      "CASSANDRA_EMBEDDED_REPOSITORY must be the URL of a Maven repository, https://host/path, with user:password@ before the host if it requires a login, but is a different text.",
    );
  }
});

test.each(["", " \t"])("ALLOWED_DOCUMENTS set to %j is not taken for all documents", (blank) => {
  expect(problem({ ALLOWED_DOCUMENTS: blank })).toBe(
    "ALLOWED_DOCUMENTS is set to nothing: give the path of a list, or remove the setting to allow all documents (is a variable empty that its value is made of?).",
  );
  expect(readConfig(settings, { ...HOME, ALLOWED_HOSTS: blank, PORT: blank }).hosts).toEqual([]);
});

test.each(["0.0.0.0/0", "::/0", "10.0.0.1,0.0.0.0/00"])(
  "TRUSTED_PROXIES are not everybody: %s",
  (everybody) => {
    expect(problem({ TRUSTED_PROXIES: everybody })).toBe(
      `TRUSTED_PROXIES must be the addresses and networks of proxies only, since a client in them can say who it is: everybody could with all addresses, but is "${everybody}".`,
    );
  },
);

test("ALLOWED_DOCUMENTS is the path of a list of documents by their ids", () => {
  const id = hash("sha256", "{ seats }");
  const list = file("documents.json", JSON.stringify({ [id]: "{ seats }" }));
  expect(readConfig(settings, { ...HOME, ALLOWED_DOCUMENTS: list }).documents).toEqual({
    [id]: "{ seats }",
  });
  const expected =
    'ALLOWED_DOCUMENTS must be the path of a JSON file that the command "documents" writes';
  for (const [path, reason] of [
    [join(directory, "nowhere.json"), "it does not exist"],
    [directory, "it is a directory"],
    ["/dev/null", "it is not JSON"],
    [file("half.json", '{ "'), "it is not JSON"],
    [file("large.json", " ".repeat(11 * 2 ** 20)), "it is larger than 10 MiB"],
    [
      file("array.json", "[]"),
      "A list of documents must be an object of texts by their ids, not an array.",
    ],
    [
      file("wrong.json", '{ "__proto__": "{ seats }" }'),
      `The document "__proto__" must have the SHA-256 hash of its text as its id, ${id}.`,
    ],
  ] as const) {
    expect(problem({ ALLOWED_DOCUMENTS: path })).toContain(`${expected} (${reason}), but is "`);
  }
});

test("contact points select a cluster", () => {
  const { cassandra, keyspace } = readConfig(settings, {
    CASSANDRA_CONTACT_POINTS: "10.0.0.1, db.example:9043,[::1]:9042",
    CASSANDRA_LOCAL_DATA_CENTER: "dc1",
    CASSANDRA_KEYSPACE: "parties",
    CASSANDRA_REPLICATION: "dc1:3,dc2:2",
    CASSANDRA_USERNAME: "app",
    CASSANDRA_PASSWORD: "secret",
  });
  expect(keyspace).toBe("parties");
  expect(cassandra).toEqual({
    kind: "cluster",
    contactPoints: ["10.0.0.1", "db.example:9043", "[::1]:9042"],
    port: 9042,
    localDataCenter: "dc1",
    replication: { dc1: 3, dc2: 2 },
    credentials: { username: "app", password: "secret" },
    consistency: "LOCAL_QUORUM",
    serialConsistency: "LOCAL_SERIAL",
    requestTimeout: 3000,
    fetchSize: 1000,
  });
});

test("the port, consistency, timeout and fetch size of a cluster can be set", () => {
  const { cassandra } = readConfig(settings, {
    CASSANDRA_CONTACT_POINTS: "10.0.0.1",
    CASSANDRA_PORT: "9142",
    CASSANDRA_CONSISTENCY: "QUORUM",
    CASSANDRA_SERIAL_CONSISTENCY: "SERIAL",
    CASSANDRA_REQUEST_TIMEOUT: "5000",
    CASSANDRA_FETCH_SIZE: "200",
  });
  expect(cassandra).toMatchObject({
    contactPoints: ["10.0.0.1"],
    port: 9142,
    consistency: "QUORUM",
    serialConsistency: "SERIAL",
    requestTimeout: 5000,
    fetchSize: 200,
  });
});

test.each([
  ["with CASSANDRA_TLS", { CASSANDRA_TLS: "true" }, true],
  ["with a file of authorities", { CASSANDRA_TLS_CA: CA }, { ca: PEM }],
  ["with both", { CASSANDRA_TLS: "true", CASSANDRA_TLS_CA: CA }, { ca: PEM }],
  ["disabled", { CASSANDRA_TLS: "false" }, undefined],
  ["not set", {}, undefined],
])("TLS is read: %s", (_, environment, tls) => {
  const { cassandra } = readConfig(settings, { CASSANDRA_CONTACT_POINTS: "a", ...environment });
  expect("tls" in cassandra ? cassandra.tls : undefined).toEqual(tls);
});

const login = { username: "client", password: "secret" };
const BUNDLE = bundle("scb.zip", {});
const BUNDLE_WITH_LOGIN = bundle("with-login.zip", login);
const TOKEN = "AstraCS:abc:123";
const byToken = { credentials: { username: "token", password: TOKEN } };
const astra = (environment: Readonly<Record<string, string>>) =>
  readConfig(settings, { ASTRA_DB_SECURE_BUNDLE_PATH: BUNDLE, ...environment });

test("a bundle and a token select an Astra database", () => {
  expect(astra({ ASTRA_DB_TOKEN: TOKEN, ASTRA_DB_KEYSPACE: "parties" })).toEqual({
    host: "127.0.0.1",
    port: 4000,
    idle: 75_000,
    limits: limitsOf(),
    documents: undefined,
    trustedProxies: undefined,
    hosts: [],
    origins: [],
    path: "",
    allowAnonymous: false,
    graphiql: undefined,
    introspection: undefined,
    keyspace: "parties",
    cassandra: {
      kind: "cluster",
      bundle: BUNDLE,
      ...byToken,
      replication: undefined,
      consistency: "LOCAL_QUORUM",
      serialConsistency: "LOCAL_SERIAL",
      requestTimeout: 3000,
      fetchSize: 1000,
    },
    live: { redisUrl: undefined, pollInterval: 2000 },
  });
});

test.each<[Readonly<Record<string, string>>, object]>([
  [{ ASTRA_DB_APPLICATION_TOKEN: TOKEN }, byToken],
  [{ ASTRA_DB_TOKEN: TOKEN, ASTRA_DB_APPLICATION_TOKEN: TOKEN }, byToken],
  [{ ASTRA_DB_CLIENT_ID: "client", ASTRA_DB_CLIENT_SECRET: "secret" }, { credentials: login }],
  [{ ASTRA_DB_CLIENT_ID: "token", ASTRA_DB_CLIENT_SECRET: TOKEN }, byToken],
  [{ ASTRA_DB_CLIENT_ID: "client", ASTRA_DB_CLIENT_SECRET: TOKEN }, byToken],
  [{ ASTRA_DB_CLIENT_SECRET: TOKEN }, byToken],
  [{ CASSANDRA_USERNAME: "client", CASSANDRA_PASSWORD: "secret" }, { credentials: login }],
  [{ CASSANDRA_USERNAME: "token", CASSANDRA_PASSWORD: TOKEN }, byToken],
  [{ CASSANDRA_PASSWORD: TOKEN }, byToken],
  [{ ASTRA_DB_TOKEN: TOKEN, CASSANDRA_USERNAME: "token" }, byToken],
  [{ ASTRA_DB_TOKEN: TOKEN, CASSANDRA_PASSWORD: TOKEN }, byToken],
])("the login to Astra can be set as %j", (environment, credentials) => {
  expect(astra(environment).cassandra).toMatchObject(credentials);
});

test("a login in the bundle is used unless another one is set", () => {
  const within = { ASTRA_DB_SECURE_BUNDLE_PATH: BUNDLE_WITH_LOGIN };
  expect(astra(within).cassandra).not.toHaveProperty("credentials");
  expect(astra({ ...within, ASTRA_DB_TOKEN: TOKEN }).cassandra).toMatchObject(byToken);
});

test("a token as the password implies the user name token, also with contact points", () => {
  const environment = { CASSANDRA_CONTACT_POINTS: "127.0.0.1", CASSANDRA_PASSWORD: TOKEN };
  expect(readConfig(settings, environment).cassandra).toMatchObject(byToken);
});

test.each<[string, Readonly<Record<string, string>>]>([
  ["partyfinder", {}],
  ["a", { CASSANDRA_KEYSPACE: "a" }],
  ["a", { ASTRA_DB_KEYSPACE: "a" }],
  ["a", { CASSANDRA_KEYSPACE: "a", ASTRA_DB_KEYSPACE: "a" }],
  ["partyfinder", { ASTRA_DB_KEYSPACE: " " }],
])("the keyspace of an Astra database is %s with %j", (keyspace, environment) => {
  expect(astra({ ASTRA_DB_TOKEN: TOKEN, ...environment }).keyspace).toBe(keyspace);
});

describe("settings that conflict with a bundle or a token are refused", () => {
  const says = "the bundle already contains the addresses and the TLS settings";
  const NOWHERE =
    'ASTRA_DB_SECURE_BUNDLE_PATH, so the address of the Astra database is unknown. Download its secure connect bundle with "astra db download-scb" or from the Astra portal, and set ASTRA_DB_SECURE_BUNDLE_PATH to the path of the file; or remove';

  test.each([
    ["CASSANDRA_CONTACT_POINTS", "10.0.0.1", says],
    ["CASSANDRA_PORT", "9042", says],
    ["CASSANDRA_LOCAL_DATA_CENTER", "datacenter1", says],
    ["CASSANDRA_TLS", "true", says],
    ["CASSANDRA_TLS_CA", CA, says],
    ["CASSANDRA_EMBEDDED", "jars", "it selects an embedded Cassandra"],
    ["CASSANDRA_REPLICATION", "3", "Astra chooses the number of copies itself"],
  ])("%s", (name, value, reason) => {
    expect(
      problem({ ASTRA_DB_SECURE_BUNDLE_PATH: BUNDLE, ASTRA_DB_TOKEN: TOKEN, [name]: value }),
    ).toBe(
      `${name} cannot be set together with ASTRA_DB_SECURE_BUNDLE_PATH: ${reason}. Set only one of them.`,
    );
  });

  test("several conflicts have one line each", () => {
    const more = { CASSANDRA_PORT: "9042", CASSANDRA_TLS: "false" };
    const lines = problem({ ASTRA_DB_SECURE_BUNDLE_PATH: BUNDLE, ...more });
    expect(String(lines).split("\n")).toHaveLength(2);
  });

  test.each([
    [
      { ASTRA_DB_TOKEN: TOKEN, ASTRA_DB_APPLICATION_TOKEN: `${TOKEN}4` },
      "ASTRA_DB_APPLICATION_TOKEN and ASTRA_DB_TOKEN are different logins: set only one of them.",
    ],
    [
      { ASTRA_DB_TOKEN: TOKEN, ASTRA_DB_CLIENT_ID: "client", ASTRA_DB_CLIENT_SECRET: "secret" },
      "ASTRA_DB_TOKEN and ASTRA_DB_CLIENT_ID are different logins: set only one of them.",
    ],
    [
      { ASTRA_DB_APPLICATION_TOKEN: TOKEN, CASSANDRA_USERNAME: "ada" },
      "ASTRA_DB_APPLICATION_TOKEN and CASSANDRA_USERNAME are different logins: set only one of them.",
    ],
    [
      { ASTRA_DB_TOKEN: TOKEN, CASSANDRA_USERNAME: "token", CASSANDRA_PASSWORD: `${TOKEN}4` },
      "ASTRA_DB_TOKEN and CASSANDRA_PASSWORD are different logins: set only one of them.",
    ],
    [
      { ASTRA_DB_CLIENT_ID: "client" },
      "ASTRA_DB_CLIENT_ID is set without ASTRA_DB_CLIENT_SECRET: set both or neither.",
    ],
    [
      { ASTRA_DB_TOKEN: TOKEN, ASTRA_DB_KEYSPACE: "a", CASSANDRA_KEYSPACE: "b" },
      "ASTRA_DB_KEYSPACE and CASSANDRA_KEYSPACE are different: set only one of them.",
    ],
    [
      {},
      "ASTRA_DB_SECURE_BUNDLE_PATH is set without a login: set ASTRA_DB_TOKEN to a token, which begins with AstraCS:, or set ASTRA_DB_CLIENT_ID and ASTRA_DB_CLIENT_SECRET.",
    ],
    [
      {
        ASTRA_DB_TOKEN: TOKEN,
        CASSANDRA_CONSISTENCY: "QUORUM",
        CASSANDRA_SERIAL_CONSISTENCY: "SERIAL",
      },
      "With a bundle the consistency must be LOCAL_QUORUM with LOCAL_SERIAL: Astra keeps regions apart, and a bundle is for one of them.",
    ],
    [
      { ASTRA_DB_TOKEN: "secret" },
      "ASTRA_DB_TOKEN must be an Astra token, which begins with AstraCS:, but is a different text.",
    ],
    [
      { ASTRA_DB_TOKEN: TOKEN, ASTRA_DB_SECURE_BUNDLE_PATH: "none.zip" },
      'The secure connect bundle none.zip cannot be read (it does not exist): give the path of the zip file as downloaded by "astra db download-scb" or in the Astra portal.',
    ],
  ])("%j", (environment, message) => {
    expect(problem({ ASTRA_DB_SECURE_BUNDLE_PATH: BUNDLE, ...environment })).toBe(message);
  });

  test.each([
    ["ASTRA_DB_TOKEN", { ASTRA_DB_TOKEN: TOKEN }],
    ["ASTRA_DB_APPLICATION_TOKEN", { ASTRA_DB_APPLICATION_TOKEN: TOKEN }],
    ["ASTRA_DB_KEYSPACE", { ASTRA_DB_KEYSPACE: "a", CASSANDRA_CONTACT_POINTS: "10.0.0.1" }],
    ["CASSANDRA_PASSWORD", { CASSANDRA_PASSWORD: TOKEN }],
  ])("%s without a bundle", (name, environment) => {
    expect(problem(environment)).toBe(`${name} is set without ${NOWHERE} ${name}.`);
  });
});

test.each([
  "redis://10.0.0.5",
  "redis://10.0.0.5:6379/2",
  "redis://[::1]:6379",
  "rediss://user:secret@redis.example:6380/",
])("REDIS_URL may be %s", (url) => {
  const { live } = readConfig(settings, { REDIS_URL: url, LIVE_POLL_INTERVAL: "0" });
  expect(live).toEqual({ redisUrl: url, pollInterval: 0 });
});

test.each([
  "10.0.0.5:6379",
  "http://user:secret@10.0.0.5",
  "redis://",
  "redis:10.0.0.5",
  "redis://10.0.0.5/parties",
  "redis://:secret@10.0.0.5?db=1",
  "redis://:secret@10.0.0.5:x",
  "redis://:secret@10.0.0.5:0",
  "redis://:secret@10.0.0.5:99999",
])("REDIS_URL may not be %s, which is not shown", (url) => {
  expect(problem({ REDIS_URL: url })).toBe(
    "REDIS_URL must be redis://host:port, or rediss://host:port for TLS, with user:password@ before the host if Redis requires a login, but is a different text.",
  );
});

test("an empty setting counts as not set", () => {
  expect(readConfig(settings, { ...HOME, PORT: " ", CASSANDRA_CONTACT_POINTS: "" })).toEqual(
    readConfig(settings, HOME),
  );
});

test("who is answered, and where, is read from lists, a path and switches", () => {
  const config = readConfig(settings, {
    ...HOME,
    ALLOWED_HOSTS: " API.example.com, .b.example ,, 2001:db8::1",
    ALLOWED_ORIGINS: "https://a.example, capacitor://localhost",
    TRUSTED_PROXIES: "127.0.0.1",
    PATH_PREFIX: "/api/v1/",
    ALLOW_ANONYMOUS: "1",
    GRAPHIQL: "0",
    INTROSPECTION: "none",
  });
  expect(config).toMatchObject({
    hosts: ["api.example.com", ".b.example", "[2001:db8::1]"],
    origins: ["https://a.example", "capacitor://localhost"],
    trustedProxies: ["127.0.0.1"],
    path: "/api/v1",
    allowAnonymous: true,
    graphiql: false,
    introspection: "none",
  });
  expect(readConfig(settings, { ...HOME, PATH_PREFIX: "/" }).path).toBe("");
});

test.each(["::", "::1", "fe80::1%eth0", "0.0.0.0", "localhost", "my-host.lan"])(
  "HOST may be %s",
  (host) => {
    expect(readConfig(settings, { ...HOME, HOST: host }).host).toBe(host);
  },
);

test.each(["[::1]", "[::1]:80", "localhost:80", "http://localhost", "a b", "10.0.0.1/8"])(
  "HOST may not be %s",
  (host) => {
    const message = `HOST must be an address or a host name of this machine, without a scheme, a port or brackets, but is "${host}".`;
    expect(() => readConfig(settings, { ...HOME, HOST: host })).toThrow(message);
  },
);

describe("an invalid setting is refused with its name and what it must be", () => {
  test.each([
    [{ PORT: "x" }, 'PORT must be a whole number from 0 to 65535, but is "x".'],
    [{ PORT: "65536" }, 'PORT must be a whole number from 0 to 65535, but is "65536".'],
    [{ CASSANDRA_EMBEDDED: "yes" }, 'CASSANDRA_EMBEDDED must be jars or docker, but is "yes".'],
    [
      { CASSANDRA_CONTACT_POINTS: "a b" },
      'CASSANDRA_CONTACT_POINTS must be a comma-separated list of host or host:port ("a b" contains a space), but is "a b".',
    ],
    [
      { CASSANDRA_CONTACT_POINTS: "a,10.0.0.1:99999" },
      'CASSANDRA_CONTACT_POINTS must be a comma-separated list of host or host:port ("10.0.0.1:99999" needs a port from 1 to 65535), but is "a,10.0.0.1:99999".',
    ],
    [
      { CASSANDRA_CONTACT_POINTS: "::1" },
      'CASSANDRA_CONTACT_POINTS must be a comma-separated list of host or host:port ("::1" is an IPv6 address: write [::1], or with a port [::1]:9042), but is "::1".',
    ],
    [
      { CASSANDRA_KEYSPACE: "System_Auth" },
      'CASSANDRA_KEYSPACE must be a keyspace of your own, not a system keyspace of Cassandra, but is "System_Auth".',
    ],
    [
      { ASTRA_DB_KEYSPACE: "system" },
      'ASTRA_DB_KEYSPACE must be a keyspace of your own, not a system keyspace of Cassandra, but is "system".',
    ],
    [
      { CASSANDRA_USERNAME: "ada\nlovelace" },
      'CASSANDRA_USERNAME must be one line, without control characters, but is "ada\\u000alovelace".',
    ],
    [
      { CASSANDRA_KEYSPACE: "a-b" },
      'CASSANDRA_KEYSPACE must be 1 to 48 letters, digits and underscores, but is "a-b".',
    ],
    [
      { CASSANDRA_REPLICATION: "dc1" },
      'CASSANDRA_REPLICATION must be a number such as 3, or a number per data centre such as dc1:3,dc2:3, but is "dc1".',
    ],
    [
      { CASSANDRA_CONTACT_POINTS: "a", CASSANDRA_USERNAME: "app" },
      "CASSANDRA_USERNAME is set without CASSANDRA_PASSWORD: set both or neither.",
    ],
    [{ CASSANDRA_PORT: "0" }, 'CASSANDRA_PORT must be a whole number from 1 to 65535, but is "0".'],
    [
      { CASSANDRA_CONSISTENCY: "ONE" },
      'CASSANDRA_CONSISTENCY must be LOCAL_QUORUM or QUORUM, but is "ONE".',
    ],
    [
      { CASSANDRA_CONTACT_POINTS: "a", CASSANDRA_CONSISTENCY: "QUORUM" },
      "The consistency LOCAL_QUORUM requires the serial consistency LOCAL_SERIAL (one data centre), and QUORUM requires SERIAL (several); QUORUM cannot be used with LOCAL_SERIAL.",
    ],
    [
      { CASSANDRA_REQUEST_TIMEOUT: "2000" },
      'CASSANDRA_REQUEST_TIMEOUT must be a whole number from 2500 to 600000 (Cassandra itself takes up to 2000 to report the outcome of a write), but is "2000".',
    ],
    [
      { CASSANDRA_FETCH_SIZE: "0" },
      'CASSANDRA_FETCH_SIZE must be a whole number from 1 to 100000, but is "0".',
    ],
    [
      { LIVE_POLL_INTERVAL: "2s" },
      'LIVE_POLL_INTERVAL must be a whole number from 0 to 3600000, but is "2s".',
    ],
    [
      { ALLOWED_HOSTS: "a.example,b.example:80" },
      'ALLOWED_HOSTS must be names or addresses without ports, separated by commas, such as a.example,.b.example, but is "a.example,b.example:80".',
    ],
    [
      { ALLOWED_ORIGINS: "a.example" },
      'ALLOWED_ORIGINS must be origins, separated by commas, such as https://a.example,https://b.example:8443, but is "a.example".',
    ],
    [
      { PATH_PREFIX: "api/" },
      'PATH_PREFIX must be a path such as /api, of letters, digits and -._~, but is "api/".',
    ],
    [{ ALLOW_ANONYMOUS: "yes" }, 'ALLOW_ANONYMOUS must be 1 or true, or 0 or false, but is "yes".'],
    [{ CASSANDRA_TLS: "yes" }, 'CASSANDRA_TLS must be true or false, but is "yes".'],
    [
      { CASSANDRA_TLS_CA: "/nowhere/ca.pem" },
      'CASSANDRA_TLS_CA must be the path of a readable PEM file (it does not exist), but is "/nowhere/ca.pem".',
    ],
    [
      { CASSANDRA_TLS_CERT: "/" },
      'CASSANDRA_TLS_CERT must be the path of a readable PEM file (it is a directory), but is "/".',
    ],
    [
      { CASSANDRA_TLS_KEY: NO_PEM },
      `CASSANDRA_TLS_KEY must be the path of a PEM file, which contains a -----BEGIN line, but is "${NO_PEM}".`,
    ],
    [
      { CASSANDRA_CONTACT_POINTS: "a", CASSANDRA_TLS: "false", CASSANDRA_TLS_CA: CA },
      "CASSANDRA_TLS is false, but CASSANDRA_TLS_CA is set: set CASSANDRA_TLS to true, or remove the file settings.",
    ],
    [
      { CASSANDRA_CONTACT_POINTS: "a", CASSANDRA_TLS_KEY: CA },
      "CASSANDRA_TLS_KEY is set without CASSANDRA_TLS_CERT: set both or neither.",
    ],
    [
      { CASSANDRA_CONTACT_POINTS: "a", CASSANDRA_EMBEDDED: "jars" },
      "CASSANDRA_CONTACT_POINTS selects your cluster, and CASSANDRA_EMBEDDED selects an embedded Cassandra: set only one of them.",
    ],
  ])("%j", (environment, message) => {
    expect(problem(environment)).toBe(message);
  });

  test("an invalid certificate is reported with the message of OpenSSL", () => {
    const files = { CASSANDRA_TLS_CERT: CA, CASSANDRA_TLS_KEY: CA };
    expect(problem({ CASSANDRA_CONTACT_POINTS: "a", ...files })).toMatch(
      /^The certificates or the key for TLS cannot be used: .+\.$/,
    );
  });

  test("several invalid settings have one line each", () => {
    expect(String(problem({ PORT: "x", CASSANDRA_KEYSPACE: "-" })).split("\n")).toHaveLength(2);
  });
});

describe("no message shows a secret, whichever setting contains it", () => {
  const secret = "S3cr3t";
  const names = Object.keys(settings);

  test.each(names)("a token in %s", (name) => {
    expect(String(problem({ [name]: `AstraCS:${secret}` }))).not.toContain(secret);
    const beside = { CASSANDRA_CONTACT_POINTS: "a", CASSANDRA_PASSWORD: "b" };
    expect(String(problem({ ...beside, [name]: `AstraCS:${secret}` }))).not.toContain(secret);
  });

  test.each(names)("a private key in %s", (name) => {
    const key = `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`;
    expect(String(problem({ [name]: key }))).not.toContain(secret);
  });

  test.each(names)("an address with a login in %s", (name) => {
    const address = `cassandra://ada:${secret}@10.0.0.1:9042`;
    expect(String(problem({ [name]: address }))).not.toContain(secret);
  });

  test("the content of a PEM file and a token are not taken for paths", () => {
    expect(problem({ CASSANDRA_TLS_KEY: PEM })).toBe(
      "CASSANDRA_TLS_KEY must be the path of a PEM file, not its content, but is a different text.",
    );
    expect(problem({ ASTRA_DB_SECURE_BUNDLE_PATH: TOKEN })).toBe(
      "ASTRA_DB_SECURE_BUNDLE_PATH must be the path of a zip file, not a token, but is a different text.",
    );
  });
});

test(".env.template lists every setting with its meaning and default", async () => {
  const template = await readFile(new URL("../../.env.template", import.meta.url), "utf8");
  expect(template).toBe(envTemplate(settings));
  for (const name of Object.keys(settings)) expect(template).toContain(`# ${name}=`);
});

describe("the settings of a sign-in", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const key = file("issuer.pem", publicKey);
  const privateJwk = JSON.stringify(createPrivateKey(privateKey).export({ format: "jwk" }));
  const AUTH_SECRET = "s".repeat(32);
  const whole = { AUTH_ISSUER: "https://issuer.test/", AUTH_AUDIENCE: "one, two" };
  const read = (environment: Readonly<Record<string, string>>) =>
    readConfig(settings, { ...HOME, ...whole, ...environment }).signIn;

  test("describe it", () => {
    const url = "https://issuer.test/keys";
    const others = { AUTH_ALGORITHMS: "ES256,RS256", AUTH_ANONYMOUS_SCOPES: "a, b" };
    expect(read({ AUTH_JWKS_URL: url, ...others })).toEqual({
      issuer: "https://issuer.test/",
      audience: ["one", "two"],
      keys: new URL(url),
      algorithms: ["ES256", "RS256"],
      clockTolerance: 5,
      scopesClaim: "scope",
      anonymous: ["a", "b"],
    });
    expect(read({ AUTH_KEY_FILE: key })?.keys).toMatchObject({ type: "public" });
    expect(read({ AUTH_SECRET })?.keys).toMatchObject({ type: "secret", symmetricKeySize: 32 });
    const jwk = createPublicKey(publicKey).export({ format: "jwk" });
    const set = file("issuer.json", JSON.stringify({ keys: [jwk] }));
    expect(read({ AUTH_KEY_FILE: set })?.keys).toEqual({ keys: [jwk] });
  });

  test.each<readonly [Readonly<Record<string, string>>, string]>([
    [whole, "some are missing: set one of AUTH_JWKS_URL, AUTH_KEY_FILE and AUTH_SECRET; or"],
    [{ AUTH_SECRET }, "set AUTH_ISSUER, and AUTH_AUDIENCE; or remove all AUTH settings."],
    [{ AUTH_SCOPES_CLAIM: "scp" }, "Sign-in needs AUTH_ISSUER, AUTH_AUDIENCE and a key"],
    [{ AUTH_CLOCK_TOLERANCE: "5" }, "Sign-in needs AUTH_ISSUER, AUTH_AUDIENCE and a key"],
    [{ AUTH_ANONYMOUS_SCOPES: "a" }, "Sign-in needs AUTH_ISSUER, AUTH_AUDIENCE and a key"],
    [{ ...whole, AUTH_SECRET, AUTH_KEY_FILE: key }, "set only one."],
    [
      { ...whole, AUTH_SECRET: "short" },
      "AUTH_SECRET must be a secret of at least 32 bytes (this one has 5), but is a",
    ],
    [{ ...whole, AUTH_JWKS_URL: "issuer.test" }, "AUTH_JWKS_URL must be the URL of a key set"],
    [
      { ...whole, AUTH_JWKS_URL: "http://issuer.test/keys" },
      'AUTH_JWKS_URL must be the URL of a key set, https://host/path without a login (http only on this machine: elsewhere somebody could replace the keys on their way), but is "http://issuer.test/keys".',
    ],
    [{ ...whole, AUTH_JWKS_URL: "https://me:it@issuer.test" }, "https://host/path without a login"],
    [
      { ...whole, AUTH_SECRET, AUTH_ALGORITHMS: "RS256" },
      'AUTH_ALGORITHMS must be of HS256, which fit the key, but "RS256" is not.',
    ],
    [
      { ...whole, AUTH_SECRET, AUTH_ANONYMOUS_SCOPES: "operator" },
      "AUTH_ANONYMOUS_SCOPES must not",
    ],
    [{ ...whole, AUTH_SECRET, AUTH_CLOCK_TOLERANCE: "301" }, "a whole number from 0 to 300"],
    [{ ...whole, AUTH_KEY_FILE: file("private.pem", privateKey) }, "not with a private key"],
    [{ ...whole, AUTH_KEY_FILE: "absent.pem" }, "a readable file (it does not exist)"],
    [{ ...whole, AUTH_KEY_FILE: NO_PEM }, "a public key as PEM, or with a key set (JWKS) as JSON"],
    [{ ...whole, AUTH_KEY_FILE: publicKey }, "the path of a file, not its content"],
    [{ ...whole, AUTH_KEY_FILE: privateJwk }, "not its content, but is a different text."],
  ])("are refused: %#", (environment, message) => {
    expect(problem(environment)).toContain(message);
    expect(problem(environment)).not.toContain(privateKey.split("\n")[1]);
    expect(problem(environment)).not.toContain("kty");
  });
});
