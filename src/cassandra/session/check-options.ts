import { createSecureContext } from "node:tls";
import { readBundle } from "./bundle.ts";
import { contactPointProblem, isPort, MAX_PORT } from "./contact-point.ts";
import { CassandraError } from "../error.ts";
import { messageOf } from "./message.ts";
import {
  type ConnectByBundle,
  type ConnectByContactPoints,
  type ConnectOptions,
  DEFAULT_CONSISTENCY,
  MIN_REQUEST_TIMEOUT,
  type SerialConsistency,
} from "./options.ts";
import { tlsOf } from "./tls.ts";

/** The serial consistency that sees the same replicas as a consistency. */
const serialOf: Readonly<Record<string, SerialConsistency>> = {
  LOCAL_QUORUM: "LOCAL_SERIAL",
  QUORUM: "SERIAL",
};

/**
 * Checks options without connecting.
 *
 * @throws CassandraError `BAD_OPTIONS` if they are unsafe, lack something or contradict each other
 */
export function checkOptions(options: ConnectOptions): void {
  checkConsistency(options);
  checkNumbers(options);
  checkLogin(options);
  if (options.bundle !== undefined) return checkBundle(options);
  checkPlace(options);
  checkTls(options);
}

function checkConsistency({
  consistency = DEFAULT_CONSISTENCY,
  serialConsistency = "LOCAL_SERIAL",
}: ConnectOptions): void {
  const serial = serialOf[consistency];
  if (serial === undefined) {
    refuse(
      `The consistency must be LOCAL_QUORUM (one data centre) or QUORUM (several), but is ${consistency}: with less, a read can miss what was written.`,
    );
  }
  if (serialConsistency !== serial) {
    refuse(
      `The consistency LOCAL_QUORUM goes with the serial consistency LOCAL_SERIAL (one data centre), QUORUM with SERIAL (several); ${consistency} does not go with ${serialConsistency}.`,
    );
  }
}

function checkNumbers({ requestTimeout, fetchSize }: ConnectOptions): void {
  if (requestTimeout !== undefined && !(requestTimeout >= MIN_REQUEST_TIMEOUT)) {
    refuse(
      `The request time-out must be at least ${MIN_REQUEST_TIMEOUT} ms, but is ${requestTimeout}: Cassandra itself takes up to 2000 ms to say what became of a write.`,
    );
  }
  if (fetchSize !== undefined && !(Number.isInteger(fetchSize) && fetchSize > 0)) {
    refuse(`The fetch size must be a whole number of rows from 1, but is ${fetchSize}.`);
  }
}

function checkLogin({ credentials, authProvider }: ConnectOptions): void {
  if (credentials && authProvider) {
    refuse("Credentials and an authProvider are two ways to log in: give one of them.");
  }
  if (credentials && !(credentials.username && credentials.password)) {
    refuse("Credentials need both, a user name and a password.");
  }
}

function checkPlace({ contactPoints, port }: ConnectByContactPoints): void {
  const [problem] = contactPoints.flatMap((point) => contactPointProblem(point) ?? []);
  if (problem !== undefined) refuse(`A contact point is host or host:port: ${problem}.`);
  if (port !== undefined && !isPort(port)) {
    refuse(`The port must be a whole number from 1 to ${MAX_PORT}, but is ${port}.`);
  }
}

function checkTls(options: ConnectByContactPoints): void {
  const sslOptions = tlsOf(options);
  if (!sslOptions) return;
  if ((sslOptions.cert === undefined) !== (sslOptions.key === undefined)) {
    refuse("A client certificate for TLS needs both, the certificate and its private key.");
  }
  try {
    createSecureContext(sslOptions);
  } catch (cause) {
    refuse(`The certificates or the key for TLS cannot be used: ${messageOf(cause)}.`, cause);
  }
}

/** What a bundle says already; the driver would let some of it pass, and not heed it. */
const saidByBundle = ["contactPoints", "port", "localDataCenter", "tls"];
const saidByBundleToDriver = ["contactPoints", "localDataCenter", "sslOptions", "cloud"];

function checkBundle(options: ConnectByBundle): void {
  const { bundle, consistency, credentials, authProvider, driver = {} } = options;
  const twice = [
    ...saidByBundle.filter((name) => name in options),
    ...saidByBundleToDriver.filter((name) => name in driver).map((name) => `driver.${name}`),
  ];
  if (twice.length > 0) {
    refuse(`A bundle says where Cassandra is and how to reach it: leave out ${twice.join(", ")}.`);
  }
  // Astra takes writes at LOCAL_QUORUM of the bundle's own region.
  if (consistency === "QUORUM") {
    refuse(
      "With a bundle the consistency is LOCAL_QUORUM with LOCAL_SERIAL: Astra keeps regions apart, and a bundle is for one of them.",
    );
  }
  const login = credentials ?? authProvider ?? driver.credentials ?? driver.authProvider;
  if (!readBundle(bundle).hasLogin && !login) {
    refuse(
      `The secure connect bundle ${bundle} brings no login: give credentials, with a token of Astra the user name token and the token as password.`,
    );
  }
}

function refuse(message: string, cause?: unknown): never {
  throw new CassandraError("BAD_OPTIONS", message, { cause });
}
