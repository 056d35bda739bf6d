import { errors, types } from "cassandra-driver";
import { expect, test } from "vitest";
import { connectFailureReason } from "../../src/cassandra/session/reason.ts";

const { responseErrorCodes: codes } = types;
const noHost = (...inner: unknown[]) =>
  new errors.NoHostAvailableError(
    Object.fromEntries(inner.map((error, node) => [`10.0.0.${node}:9042`, error])),
  );
const coded = (code: string, message: string, more = {}) =>
  Object.assign(new Error(message), { code, ...more });
const openSsl = (code: string, reason: string) =>
  coded(
    code,
    `404D690:error:0A00045C:SSL routines:ssl3_read_bytes:${reason}:rec_layer_s3.c:918:\n`,
    {
      library: "SSL routines",
      reason,
    },
  );
const refused = (host: string) => coded("ECONNREFUSED", `connect ECONNREFUSED ${host}:9042`);
const wrongPassword = new errors.AuthenticationError("Provided username ada … are incorrect");

test.each<[string, unknown, string]>([
  [
    "a wrong password",
    wrongPassword,
    "Provided username ada … are incorrect (check the user name and the password)",
  ],
  [
    "a missing password",
    new errors.AuthenticationError("Host … but no authenticator found in the options"),
    "Host … but no authenticator found in the options (give a user name and a password)",
  ],
  [
    "a role that may not log in",
    new errors.AuthenticationError("ada is not permitted to log in"),
    "ada is not permitted to log in (use a role that has LOGIN)",
  ],
  [
    "TLS to a plain port",
    openSsl("ERR_SSL_WRONG_VERSION_NUMBER", "wrong version number"),
    "TLS: wrong version number (this port has no TLS: connect without TLS, or to the port for it)",
  ],
  [
    "no TLS to a TLS port",
    coded("ECONNRESET", "read ECONNRESET"),
    "read ECONNRESET (the node closed the connection: if it requires TLS, connect with TLS)",
  ],
  [
    "no TLS to a TLS port that closes the connection first",
    Object.assign(new Error("Socket was closed"), { isSocketError: true }),
    "Socket was closed (the node closed the connection: if it requires TLS, connect with TLS)",
  ],
  [
    "an untrusted certificate",
    coded(
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca",
    ),
    "self-signed certificate (give the certificate of the authority that signed the node's certificate)",
  ],
  [
    "an expired certificate",
    coded("CERT_HAS_EXPIRED", "certificate has expired"),
    "certificate has expired (renew the node's certificate)",
  ],
  [
    "a certificate for another name",
    coded("ERR_TLS_CERT_ALTNAME_INVALID", "IP: 10.0.0.1 is not in the cert's list: "),
    "IP: 10.0.0.1 is not in the cert's list:  (the node's certificate has to name the address that is connected to)",
  ],
  [
    "no client certificate",
    openSsl("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "tlsv13 alert certificate required"),
    "TLS: tlsv13 alert certificate required (the node asks for a client certificate: give one, with its private key)",
  ],
  [
    "a client certificate that the node does not trust",
    openSsl("ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR", "tlsv1 alert internal error"),
    "TLS: tlsv1 alert internal error (the node ended the handshake: does it trust the client certificate?)",
  ],
  [
    "a port on which nothing listens",
    refused("10.0.0.1"),
    "connect ECONNREFUSED 10.0.0.1:9042 (nothing listens there: start Cassandra, or check host and port)",
  ],
  [
    "a machine that does not answer",
    new Error("Connection timeout"),
    "Connection timeout (check the address, and firewalls in between)",
  ],
  [
    "a node that hangs",
    new errors.OperationTimedOutError(
      "The host 10.0.0.1:9042 did not reply before timeout 3000 ms",
    ),
    "The host 10.0.0.1:9042 did not reply before timeout 3000 ms (it accepts connections but does not answer: check its load and its log)",
  ],
  [
    "a wrong data centre",
    new errors.ArgumentError(
      "localDataCenter was configured as 'dc1', but only found hosts in data centers: [dc2]",
    ),
    "localDataCenter was configured as 'dc1', but only found hosts in data centers: [dc2] (name the data centre whose nodes are to be used)",
  ],
  [
    "missing rights",
    new errors.ResponseError(
      codes.unauthorized,
      "User ada has no SELECT permission on <table k.t>",
    ),
    "User ada has no SELECT permission on <table k.t> (grant it to the role, or log in as another role)",
  ],
  ["something that nobody has heard of", new Error("?"), "?"],
])("the failure to connect to a node is explained: %s", (_, error, reason) => {
  expect(connectFailureReason(noHost(error))).toBe(reason);
});

const METADATA = "db.example:29080/metadata";
const NODE = "58cf7a29-9088-40e3-a17a-933314735597";
const astra = (listedAs: string, error: Error) =>
  new errors.NoHostAvailableError({ [listedAs]: error });
const hibernates =
  'the database hibernates or is down: resume it in the Astra portal or by "astra db resume", which takes a few minutes';

test.each<[string, Error, string]>([
  [
    "a database that hibernates",
    new Error("Obtained http status 503"),
    `HTTP status 503 (${hibernates})`,
  ],
  [
    "a database that was deleted",
    new Error("Obtained http status 404"),
    "HTTP status 404 (this bundle's database does not exist: check in the Astra portal whether it was deleted, and download the bundle again)",
  ],
  [
    "no such host",
    coded("ENOTFOUND", "getaddrinfo ENOTFOUND db.example"),
    "getaddrinfo ENOTFOUND db.example (check the network; if it works, check in the Astra portal whether the database still exists)",
  ],
  [
    "a connection closed without an answer",
    coded("ECONNRESET", "socket hang up"),
    "socket hang up (it did not answer or does not accept the bundle's certificate: check the network, and download the bundle again)",
  ],
  [
    "a bundle that was replaced",
    openSsl("ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED", "sslv3 alert certificate expired"),
    "TLS: sslv3 alert certificate expired (the bundle's certificate is not accepted: download the bundle of this database again)",
  ],
  [
    "no client certificate",
    openSsl("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "tlsv13 alert certificate required"),
    "TLS: tlsv13 alert certificate required (the bundle's certificate is not accepted: download the bundle of this database again)",
  ],
  [
    "an unknown authority",
    coded("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate"),
    "unable to verify the first certificate (the bundle does not know this certificate: download the bundle again, or find out which server answers there)",
  ],
  [
    "a response that is not from Astra",
    new SyntaxError("Unexpected token '<'"),
    "Unexpected token '<' (this is not Astra: find out which server answers there)",
  ],
])("the failure to reach Astra's metadata service is explained: %s", (_, error, reason) => {
  expect(connectFailureReason(astra(METADATA, error))).toBe(`Astra's metadata service: ${reason}`);
});

test.each<[string, Error, string]>([
  [
    "a wrong token",
    new errors.AuthenticationError("Provided username token and/or password are incorrect"),
    'Provided username token and/or password are incorrect (the token is wrong, expired, or of another database: create one in the Astra portal or by "astra token create")',
  ],
  [
    "no token",
    new errors.AuthenticationError("Host … but no authenticator found in the options"),
    "Host … but no authenticator found in the options (give a token)",
  ],
  [
    "a proxy that leads to no node",
    new errors.OperationTimedOutError("The host … did not reply before timeout 3000 ms", "…"),
    `The host … did not reply before timeout 3000 ms (${hibernates})`,
  ],
  [
    "a proxy that does not listen",
    refused("10.0.0.1"),
    `connect ECONNREFUSED 10.0.0.1:9042 (${hibernates})`,
  ],
  [
    "a proxy with another name",
    new Error("Host: db.example is not cert's CN/altnames: other / DNS:other"),
    "Host: db.example is not cert's CN/altnames: other / DNS:other (the bundle does not know this certificate: download the bundle again, or find out which server answers there)",
  ],
])("the failure to reach a node through Astra's proxy is explained: %s", (_, error, reason) => {
  expect(connectFailureReason(astra(NODE, error))).toBe(reason);
});

test("the failure to resolve a host name is explained", () => {
  const error = new errors.NoHostAvailableError({}, "No host could be resolved");
  expect(connectFailureReason(error)).toBe(
    "No host could be resolved (no such host: check the contact points)",
  );
});

test("the failures of several nodes are listed once each, grouped by advice", () => {
  expect(
    connectFailureReason(
      noHost(refused("10.0.0.1"), wrongPassword, refused("10.0.0.2"), wrongPassword),
    ),
  ).toBe(
    "connect ECONNREFUSED 10.0.0.1:9042, connect ECONNREFUSED 10.0.0.2:9042 (nothing listens there: start Cassandra, or check host and port); Provided username ada … are incorrect (check the user name and the password)",
  );
});
