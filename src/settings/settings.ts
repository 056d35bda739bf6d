import { readContactPoints, MAX_PORT } from "../cassandra/session/contact-point.ts";
// From modules that do not load the driver: settings are read before Java is started.
import { MIN_REQUEST_TIMEOUT } from "../cassandra/session/options.ts";
import { POLL_INTERVAL } from "../live/poll.ts";
import { LOOPBACK_PROXIES } from "../server/address.ts";
import { adjustableLimits, type LimitName } from "../server/adjustable-limits.ts";
import { limits } from "../server/limits.ts";
import { CLOCK_TOLERANCE, MAX_CLOCK_TOLERANCE, SCOPES_CLAIM } from "../server/sign-in/options.ts";
import {
  astraToken,
  bundlePath,
  documentsFile,
  hostList,
  keySetUrl,
  keyspaceName,
  listenHost,
  nameList,
  onOrOff,
  oneOf,
  originList,
  pathPrefix,
  pemFile,
  proxies,
  publicKeyFile,
  redisUrl,
  replication,
  repositoryUrl,
  type Setting,
  sharedSecret,
  singleLine,
  trueOrFalse,
  wholeNumber,
} from "./setting.ts";

/**
 * Returns the definition of every setting by name, in the order of `.env.template`.
 *
 * @param keyspace the default keyspace
 */
export const settingsFor = (keyspace: string) =>
  ({
    PORT: {
      meaning: "The port of the HTTP server.",
      default: "4000",
      read: wholeNumber(0, MAX_PORT),
    },
    HOST: {
      meaning:
        "The address that the HTTP server listens on; 0.0.0.0 for all addresses of this machine.",
      default: "127.0.0.1",
      read: listenHost,
    },
    HTTP_IDLE_TIMEOUT: {
      meaning:
        "How long a connection stays open for the next request, in milliseconds. Set it longer than a load balancer in front of the service keeps its connections. 0: until the client closes it.",
      default: String(limits.idle),
      read: wholeNumber(0, 3_600_000),
    },
    TRUSTED_PROXIES: {
      meaning:
        "The addresses and networks of proxies in front of the service, separated by commas. They name the address of a client in X-Forwarded-For, for which limits are counted; if this is set, also the host and the protocol that the client has used, in X-Forwarded-Host and X-Forwarded-Proto.",
      default: LOOPBACK_PROXIES.join(),
      read: proxies,
    },
    AUTH_ISSUER: {
      meaning:
        "The issuer of tokens (JWT) with which callers sign in, exactly as in the claim iss. Default: nobody signs in by token.",
      example: "https://login.example.com/",
      read: singleLine,
    },
    AUTH_AUDIENCE: {
      meaning:
        "The audience of tokens for this service, as in the claim aud; several are separated by commas, of which a token must have one.",
      example: "https://partyfinder.example.com",
      read: nameList,
    },
    AUTH_JWKS_URL: {
      meaning:
        "The URL of the issuer's key set (JWKS), by which tokens are verified. It is read again every 10 minutes, and when a token names an unknown key.",
      example: "https://login.example.com/.well-known/jwks.json",
      read: keySetUrl,
    },
    AUTH_KEY_FILE: {
      meaning:
        "A file with the issuer's public key (PEM) or key set (JSON), instead of AUTH_JWKS_URL.",
      example: "/etc/partyfinder/issuer.pem",
      read: publicKeyFile,
    },
    AUTH_SECRET: {
      meaning:
        "A secret of at least 32 bytes that is shared with the issuer, for tokens with HS256, instead of AUTH_JWKS_URL.",
      secret: true,
      read: sharedSecret,
    },
    AUTH_ALGORITHMS: {
      meaning:
        "The algorithms of tokens, separated by commas. Default: HS256 with AUTH_SECRET, else all of RS, PS and ES, and EdDSA, that fit the key.",
      example: "RS256,ES256",
      read: nameList,
    },
    AUTH_CLOCK_TOLERANCE: {
      meaning: "By how many seconds the clocks of the issuer and the service may differ.",
      default: String(CLOCK_TOLERANCE),
      read: wholeNumber(0, MAX_CLOCK_TOLERANCE),
    },
    AUTH_SCOPES_CLAIM: {
      meaning:
        "The claim with the scopes that a caller was granted: a text with spaces between, or a list of texts.",
      default: SCOPES_CLAIM,
      read: singleLine,
    },
    AUTH_ANONYMOUS_SCOPES: {
      meaning:
        "The scopes of everybody, separated by commas: callers without a token, and others beside those of their tokens. Default: callers without a token are refused.",
      example: "seat:read",
      read: nameList,
    },
    ALLOWED_DOCUMENTS: {
      meaning:
        'A JSON file of the only documents that clients may run, as the command "documents" writes it. Beside them, { __typename } is allowed. Default: all documents are.',
      example: "documents.json",
      blank:
        "give the path of a list, or remove the setting to allow all documents (is a variable empty that its value is made of?)",
      read: documentsFile,
    },
    ALLOWED_HOSTS: {
      meaning:
        "The names by which the service is called, without ports, separated by commas: host names, addresses, .example.com for a name with all below it, or * for any. Those of this machine (localhost, 127.0.0.1, [::1]) are always allowed.",
      example: "api.example.com",
      read: hostList,
    },
    ALLOWED_ORIGINS: {
      meaning:
        "The origins of pages that may use the service, separated by commas, or * for all. Its own are always allowed.",
      example: "https://app.example.com",
      read: originList,
    },
    PATH_PREFIX: {
      meaning: "The prefix of all paths, for a service behind a proxy that passes it on.",
      example: "/api/",
      read: pathPrefix,
    },
    ALLOW_ANONYMOUS: {
      meaning:
        "1 lets everybody in without sign-in. Without it, a service without sign-in answers programs of its own machine only, and does not start if HOST, ALLOWED_HOSTS or ALLOWED_ORIGINS=* opens it to others.",
      default: "0",
      read: onOrOff,
    },
    GRAPHIQL: {
      meaning:
        "Whether browsers get GraphiQL, 1 or 0. Default: 0 if HOST or ALLOWED_HOSTS makes the service reachable for other machines, else 1.",
      example: "1",
      read: onOrOff,
    },
    INTROSPECTION: {
      meaning:
        "How much of the schema callers may read: all, usable (what their scopes let them use) or none; errors suggest names of it only with all. Default: none if HOST or ALLOWED_HOSTS makes the service reachable for other machines, else all.",
      example: "all",
      read: oneOf("all", "usable", "none"),
    },
    CASSANDRA_CONTACT_POINTS: {
      meaning:
        "Nodes of your cluster, each host or host:port, separated by commas; IPv6 addresses in brackets. If neither this nor an Astra bundle is set, an embedded Cassandra is started.",
      example: "10.0.0.1,10.0.0.2:9043",
      read: readContactPoints,
    },
    CASSANDRA_PORT: {
      meaning: "The port of contact points without a port, and of the nodes that they report.",
      default: "9042",
      read: wholeNumber(1, MAX_PORT),
    },
    CASSANDRA_LOCAL_DATA_CENTER: {
      meaning: "The data centre whose nodes the service connects to.",
      default: "datacenter1",
      read: singleLine,
    },
    CASSANDRA_KEYSPACE: {
      meaning: "The keyspace of the tables.",
      default: keyspace,
      read: keyspaceName,
    },
    CASSANDRA_REPLICATION: {
      meaning:
        'The number of copies of each row in a keyspace that "sync" creates: a number per data centre, or one number.',
      example: "dc1:3,dc2:3",
      read: replication,
    },
    CASSANDRA_USERNAME: { meaning: "The role to log in with.", read: singleLine },
    CASSANDRA_PASSWORD: {
      meaning: "The password of CASSANDRA_USERNAME.",
      secret: true,
      read: singleLine,
    },
    CASSANDRA_TLS: {
      meaning:
        "Whether to connect with TLS, true or false; each node's certificate must name its IP address. Default: true if one of the next three settings is set.",
      example: "true",
      read: trueOrFalse,
    },
    CASSANDRA_TLS_CA: {
      meaning:
        "A PEM file with the certificate authorities of the nodes. Default: those that Node.js trusts.",
      example: "/etc/partyfinder/ca.pem",
      read: pemFile,
    },
    CASSANDRA_TLS_CERT: {
      meaning: "A PEM file with the client certificate, for nodes that require one.",
      example: "/etc/partyfinder/client.pem",
      read: pemFile,
    },
    CASSANDRA_TLS_KEY: {
      meaning: "A PEM file with the private key of the client certificate.",
      example: "/etc/partyfinder/client.key",
      read: pemFile,
    },
    ASTRA_DB_SECURE_BUNDLE_PATH: {
      meaning:
        "The secure connect bundle of an Astra database, instead of contact points, data centre and TLS.",
      example: "./secure-connect-bundle.zip",
      read: bundlePath,
    },
    ASTRA_DB_APPLICATION_TOKEN: {
      meaning:
        "A token for the Astra database, under the name that version 0 of the Astra CLI uses.",
      example: "AstraCS:…",
      secret: true,
      read: astraToken,
    },
    ASTRA_DB_TOKEN: {
      meaning: "The same token, under the name that version 1 of the Astra CLI uses.",
      example: "AstraCS:…",
      secret: true,
      read: astraToken,
    },
    ASTRA_DB_CLIENT_ID: {
      meaning: "The client id of an Astra token, instead of the token.",
      read: singleLine,
    },
    ASTRA_DB_CLIENT_SECRET: {
      meaning: "The client secret of an Astra token.",
      secret: true,
      read: singleLine,
    },
    ASTRA_DB_KEYSPACE: {
      meaning: "The same as CASSANDRA_KEYSPACE, under the name that the Astra CLI uses.",
      example: keyspace,
      read: keyspaceName,
    },
    CASSANDRA_CONSISTENCY: {
      meaning: "LOCAL_QUORUM for one data centre and for Astra, QUORUM for several data centres.",
      default: "LOCAL_QUORUM",
      read: oneOf("LOCAL_QUORUM", "QUORUM"),
    },
    CASSANDRA_SERIAL_CONSISTENCY: {
      meaning: "LOCAL_SERIAL with LOCAL_QUORUM, SERIAL with QUORUM.",
      default: "LOCAL_SERIAL",
      read: oneOf("LOCAL_SERIAL", "SERIAL"),
    },
    CASSANDRA_REQUEST_TIMEOUT: {
      meaning:
        "How long a node may take to answer, in milliseconds, at least 2500. All nodes together may take 500 more.",
      default: "3000",
      read: wholeNumber(MIN_REQUEST_TIMEOUT, 600_000, {
        note: " (Cassandra itself takes up to 2000 to report the outcome of a write)",
      }),
    },
    CASSANDRA_FETCH_SIZE: {
      meaning: "The maximum number of rows that are fetched from Cassandra at once.",
      default: "1000",
      read: wholeNumber(1, 100_000),
    },
    CASSANDRA_EMBEDDED: {
      meaning:
        "How the embedded Cassandra runs, jars or docker. Default: jars if Java is found, together with Maven or a repository; otherwise docker.",
      example: "docker",
      read: oneOf("jars", "docker"),
    },
    CASSANDRA_EMBEDDED_REPOSITORY: {
      meaning:
        "The URL of the Maven repository from which the embedded Cassandra's jars are fetched once, without Maven. Default: the configuration of Maven, with its mirrors, proxies and logins.",
      example: "https://user:password@maven.example.com/repository",
      secret: true,
      read: repositoryUrl,
    },
    REDIS_URL: {
      meaning:
        "A Redis server through which the processes of the service send each other hints about changes, for live values. It may be down at any time, and stores nothing.",
      example: "redis://10.0.0.5:6379",
      secret: true,
      read: redisUrl,
    },
    LIVE_POLL_INTERVAL: {
      meaning:
        "How often watched rows and partitions are compared with the database, in milliseconds: the delay of changes that no hint reports, such as those of another program, or of another process without Redis. It is one and a half times as long just after a hint, and longer if very many rows are watched. 0: never.",
      default: String(POLL_INTERVAL),
      read: wholeNumber(0, 3_600_000),
    },
    ...limitSettings(),
  }) as const satisfies Readonly<Record<string, Setting<unknown>>>;

/** The name of the setting of a limit, e.g. `LIMIT_ROOT_FIELDS`. */
export type LimitSetting = `LIMIT_${string}`;

/** Returns the name of the setting of a limit. */
export function limitSetting(name: LimitName): LimitSetting {
  return `LIMIT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

function limitSettings(): Readonly<Record<LimitSetting, LimitSettingDefinition>> {
  const names = Object.keys(adjustableLimits) as LimitName[];
  return Object.fromEntries(
    names.map((name) => {
      const { meaning, default: standard, min, max } = adjustableLimits[name];
      const read = wholeNumber(min, max);
      return [limitSetting(name), { meaning, default: String(standard), read }];
    }),
  );
}

interface LimitSettingDefinition extends Setting<number> {
  readonly default: string;
}

/** The definitions of all settings by name. */
export type Settings = ReturnType<typeof settingsFor>;

/** Returns the content of `.env.template`: each setting with its meaning and default. */
export function envTemplate(settings: Settings): string {
  const entries: readonly (readonly [string, Setting<unknown>])[] = Object.entries(settings);
  const blocks = entries.map(([name, { meaning, default: standard, example }]) =>
    [
      `# ${meaning}`,
      ...(example === undefined ? [] : [`# Example: ${example}`]),
      `# ${name}=${standard ?? ""}`,
      "",
    ].join("\n"),
  );
  return [
    "# Copy this file to .env and uncomment what you need. Variables of the environment take precedence.",
    "",
    ...blocks,
  ].join("\n");
}
