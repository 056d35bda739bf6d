import { describe, expect, test } from "vitest";
import { settings } from "../fixtures/settings.ts";
import { likelyName } from "../../src/support/misspelling.ts";

const names = Object.keys(settings);

describe("a misspelled name is recognised", () => {
  test.each([
    ["a missing letter", "CASSANDRA_CONTACT_POINT", "CASSANDRA_CONTACT_POINTS"],
    ["an extra letter", "ASTRA_DB_TOKENS", "ASTRA_DB_TOKEN"],
    ["a wrong letter", "REDIS_URI", "REDIS_URL"],
    ["two letters swapped", "CASSANDRA_PROT", "CASSANDRA_PORT"],
    ["a missing underscore", "CASSANDRA_CONTACTPOINTS", "CASSANDRA_CONTACT_POINTS"],
    ["a missing underscore in the first word", "ASTRADB_TOKEN", "ASTRA_DB_TOKEN"],
    ["a missing S in the first word", "CASANDRA_KEYSPACE", "CASSANDRA_KEYSPACE"],
    ["lower case", "cassandra_contact_points", "CASSANDRA_CONTACT_POINTS"],
    ["hyphens", "CASSANDRA-TLS-CA", "CASSANDRA_TLS_CA"],
    ["the singular", "TRUSTED_PROXY", "TRUSTED_PROXIES"],
    ["a shorter word", "ALLOWED_DOCS", "ALLOWED_DOCUMENTS"],
    ["one word more", "AUTH_ISSUER_URL", "AUTH_ISSUER"],
    ["one word less", "AUTH_SCOPES", "AUTH_SCOPES_CLAIM"],
    ["a unit at the end", "LIVE_POLL_INTERVAL_MS", "LIVE_POLL_INTERVAL"],
    [
      "several similar names, of which the nearest is returned",
      "CASSANDRA_TLS_KEYS",
      "CASSANDRA_TLS_KEY",
    ],
    ["two words joined", "CASSANDRA_LOCAL_DATACENTER", "CASSANDRA_LOCAL_DATA_CENTER"],
    [
      "British instead of American spelling",
      "CASSANDRA_LOCAL_DATA_CENTRE",
      "CASSANDRA_LOCAL_DATA_CENTER",
    ],
  ])("%s: %s", (_, name, likely) => {
    expect(likelyName(name, names)).toBe(likely);
  });
});

// Variables of other programs, which may legitimately be set where the service runs.
const foreign = {
  "bin/cassandra": "HOME CONF INCLUDE LOG_DIR HEAPDUMP_DIR CLASSPATH MAIN JVM_OPTS",
  "the image cassandra": `VERSION SHA512 SEEDS CLUSTER_NAME DC RACK NUM_TOKENS ENDPOINT_SNITCH LISTEN_ADDRESS
    BROADCAST_ADDRESS RPC_ADDRESS BROADCAST_RPC_ADDRESS START_RPC`,
  "the image bitnami/cassandra": `USER PASSWORD_SEEDER PASSWORD_FILE DATACENTER HOST CQL_PORT_NUMBER TRANSPORT_PORT_NUMBER
    KEYSTORE_PASSWORD TRUSTSTORE_PASSWORD CLIENT_ENCRYPTION INTERNODE_ENCRYPTION`,
  Kubernetes: "SERVICE_HOST SERVICE_PORT PORT_9042_TCP PORT_9042_TCP_ADDR PORT_9042_TCP_PORT",
  "our tests": "TEST TEST_CONTACT_POINTS TEST_LOCAL_DATA_CENTER TEST_REUSE",
};
const others = `ASTRA_DB_ID ASTRA_DB_REGION ASTRA_DB_ENDPOINT ASTRA_DB_API_ENDPOINT ASTRA_DB_ENVIRONMENT
  ASTRA_DB_SECURE_BUNDLE_URL ASTRA_DB_GRAPHQL_URL ASTRA_DB_GRAPHQL_URL_ADMIN ASTRA_DB_GRAPHQL_URL_PLAYGROUND
  ASTRA_DB_GRAPHQL_URL_SCHEMA ASTRA_DB_REST_URL ASTRA_DB_REST_URL_SWAGGER ASTRA_ORG_ID ASTRA_ORG_NAME ASTRA_ORG_TOKEN
  REDIS_HOST REDIS_PORT REDIS_PASSWORD REDIS_TLS_URL REDISCLOUD_URL REDIS_VERSION REDIS_PORT_6379_TCP
  LIVE_RELOAD AUTH_URL AUTH_TRUST_HOST HTTP_PROXY PATH_INFO LIMIT_MEMORY ALLOWED_IPS PORT HOST HOSTNAME HOSTS SPORT PORTS PATH POST`;

describe("a name that belongs to another program, or is correct, is not taken for a misspelling", () => {
  const all = [
    ...Object.values(foreign).flatMap((text) =>
      text.split(/\s+/).map((name) => `CASSANDRA_${name}`),
    ),
    ...others.split(/\s+/),
    ...names,
  ];

  test.each(all)("%s", (name) => {
    expect(likelyName(name, names)).toBeUndefined();
  });
});
