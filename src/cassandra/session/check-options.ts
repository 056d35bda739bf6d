import { createSecureContext } from "node:tls";
import { readBundle } from "./bundle.ts";
import { contactPointProblem, isPort, MAX_PORT } from "./contact-point.ts";
import { CassandraError } from "../error.ts";
import { messageOf } from "../../support/message.ts";
import {
  type ConnectByBundle,
  type ConnectByContactPoints,
  type ConnectOptions,
  DEFAULT_CONSISTENCY,
  MIN_REQUEST_TIMEOUT,
  type SerialConsistency,
} from "./options.ts";
import { tlsOf } from "./tls.ts";

/** The serial consistency that involves the same replicas as a consistency. */
const matchingSerial: Readonly<Record<string, SerialConsistency>> = {
  LOCAL_QUORUM: "LOCAL_SERIAL",
  QUORUM: "SERIAL",
};

/**
 * Checks options without connecting.
 *
 * @throws CassandraError `BAD_OPTIONS` if the options are unsafe, incomplete or contradictory
 */
export function checkOptions(options: ConnectOptions): void {
  checkConsistency(options);
  checkNumbers(options);
  checkLogin(options);
  if (options.bundle !== undefined) return checkBundle(options);
  checkContactPoints(options);
  checkTls(options);
}

function checkConsistency({
  consistency = DEFAULT_CONSISTENCY,
  serialConsistency = "LOCAL_SERIAL",
}: ConnectOptions): void {
  const serial = matchingSerial[consistency];
  if (serial === undefined) {
    refuseOptions(
      `The consistency must be LOCAL_QUORUM (one data centre) or QUORUM (several), but is ${consistency}: at a lower one, a read can miss what was written.`,
    );
  }
  if (serialConsistency !== serial) {
    refuseOptions(
      `The consistency LOCAL_QUORUM requires the serial consistency LOCAL_SERIAL (one data centre), and QUORUM requires SERIAL (several); ${consistency} cannot be used with ${serialConsistency}.`,
    );
  }
}

function checkNumbers({ requestTimeout, fetchSize }: ConnectOptions): void {
  if (requestTimeout !== undefined && !(requestTimeout >= MIN_REQUEST_TIMEOUT)) {
    refuseOptions(
      `The request time-out must be at least ${MIN_REQUEST_TIMEOUT} ms, but is ${requestTimeout}: Cassandra itself takes up to 2000 ms to report the outcome of a write.`,
    );
  }
  if (fetchSize !== undefined && !(Number.isInteger(fetchSize) && fetchSize > 0)) {
    refuseOptions(`The fetch size must be a positive whole number of rows, but is ${fetchSize}.`);
  }
}

function checkLogin({ credentials, authProvider }: ConnectOptions): void {
  if (credentials && authProvider) {
    refuseOptions("Credentials and an authProvider are two ways to log in: give only one of them.");
  }
  if (credentials && !(credentials.username && credentials.password)) {
    refuseOptions("Credentials need both a user name and a password.");
  }
}

function checkContactPoints({ contactPoints, port }: ConnectByContactPoints): void {
  const [problem] = contactPoints.flatMap((point) => contactPointProblem(point) ?? []);
  if (problem !== undefined) refuseOptions(`A contact point is host or host:port: ${problem}.`);
  if (port !== undefined && !isPort(port)) {
    refuseOptions(`The port must be a whole number from 1 to ${MAX_PORT}, but is ${port}.`);
  }
}

function checkTls(options: ConnectByContactPoints): void {
  const sslOptions = tlsOf(options);
  if (!sslOptions) return;
  if ((sslOptions.cert === undefined) !== (sslOptions.key === undefined)) {
    refuseOptions("A client certificate for TLS needs both the certificate and its private key.");
  }
  try {
    createSecureContext(sslOptions);
  } catch (cause) {
    refuseOptions(
      `The certificates or the key for TLS cannot be used: ${messageOf(cause)}.`,
      cause,
    );
  }
}

/** The options that a bundle already determines. The driver accepts some of them and then ignores them. */
const bundledOptions = ["contactPoints", "port", "localDataCenter", "tls"];
const bundledDriverOptions = ["contactPoints", "localDataCenter", "sslOptions", "cloud"];

function checkBundle(options: ConnectByBundle): void {
  const { bundle, consistency, credentials, authProvider, driver = {} } = options;
  const conflicting = [
    ...bundledOptions.filter((name) => name in options),
    ...bundledDriverOptions.filter((name) => name in driver).map((name) => `driver.${name}`),
  ];
  if (conflicting.length > 0) {
    refuseOptions(
      `A bundle contains the address of Cassandra and its TLS settings: remove ${conflicting.join(", ")}.`,
    );
  }
  // Astra DB accepts writes at LOCAL_QUORUM of the bundle's own region.
  if (consistency === "QUORUM") {
    refuseOptions(
      "With a bundle the consistency must be LOCAL_QUORUM with LOCAL_SERIAL: Astra keeps regions apart, and a bundle is for one of them.",
    );
  }
  const login = credentials ?? authProvider ?? driver.credentials ?? driver.authProvider;
  if (!readBundle(bundle).hasLogin && !login) {
    refuseOptions(
      `The secure connect bundle ${bundle} contains no login: give credentials. For an Astra token, the user name is "token" and the password is the token.`,
    );
  }
}

function refuseOptions(message: string, cause?: unknown): never {
  throw new CassandraError("BAD_OPTIONS", message, { cause });
}
