import { errors, types } from "cassandra-driver";
import { astraAdvice, astraPartOf, astraMessage } from "./astra-advice.ts";
import { CassandraError } from "../error.ts";
import { messageOf } from "../../support/message.ts";

/**
 * Returns why connecting failed, in one line, as the end of a sentence: the message of each node that was tried,
 * without repetitions, and in brackets what to do about it.
 */
export function connectFailureReason(error: unknown): string {
  return [...Map.groupBy(causesOf(error), ({ advice }) => advice)]
    .map(([advice, causes]) => {
      const text = [...new Set(causes.map(({ text }) => text))].join(", ");
      return advice === undefined ? text : `${text} (${advice})`;
    })
    .join("; ");
}

/** Whether connecting failed because a node that accepts connections did not answer in time. */
export function isSilent(error: unknown): boolean {
  if (!(error instanceof CassandraError) || error.code !== "NOT_CONNECTED") return false;
  return innerErrors(error.cause).some(([, each]) => each instanceof errors.OperationTimedOutError);
}

interface Cause {
  readonly text: string;
  readonly advice: string | undefined;
}

/** The driver wraps the errors of all nodes in one error, whose message is that of the first. */
function causesOf(error: unknown): readonly Cause[] {
  const causes = innerErrors(error).map(([listedAs, each]) => causeOf(each, listedAs));
  return causes.length > 0 ? causes : [causeOf(error)];
}

function innerErrors(error: unknown): readonly (readonly [string, unknown])[] {
  const inner = error instanceof errors.NoHostAvailableError ? error.innerErrors : undefined;
  return Object.entries<unknown>(inner ?? {});
}

function causeOf(error: unknown, listedAs = ""): Cause {
  const part = astraPartOf(listedAs);
  const text = driverMessage(error);
  if (part === undefined) return { text, advice: adviceOn(error) };
  return { text: astraMessage(text, part), advice: astraAdvice(error, part) };
}

/** OpenSSL's own messages contain addresses and source lines, so its reason is used instead. */
function driverMessage(error: unknown): string {
  if (error instanceof Error && "library" in error && "reason" in error) {
    return `TLS: ${String(error.reason)}`;
  }
  // Node.js adds advice about its own command line.
  return messageOf(error).replace(/; if the root CA is installed locally.*/, "");
}

function adviceOn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof errors.AuthenticationError) return adviceOnLogin(error);
  if (error instanceof errors.ResponseError && error.code === unauthorized) {
    return "grant it to the role, or log in as another role";
  }
  if (error instanceof errors.OperationTimedOutError) return adviceOnSilence;
  if (error instanceof errors.ArgumentError && /data ?center/i.test(error.message)) {
    return "name the data centre whose nodes are to be used";
  }
  // The node closed its side first.
  if ("isSocketError" in error) return adviceByCode["ECONNRESET"];
  const code = "code" in error ? String(error.code) : "";
  if (code.includes("_ALERT_")) return adviceByCode[code] ?? adviceOnAlert;
  return adviceByCode[code] ?? adviceByMessage[error.message];
}

function adviceOnLogin({ message }: Error): string {
  if (/no authenticator found/.test(message)) return "give a user name and a password";
  if (/not permitted to log in/.test(message)) return "use a role that has LOGIN";
  return "check the user name and the password";
}

const { unauthorized } = types.responseErrorCodes;
const adviceOnTrust = "give the certificate of the authority that signed the node's certificate";
const adviceOnClientCertificate =
  "the node asks for a client certificate: give one, with its private key";
const adviceOnAlert = "the node ended the handshake: does it trust the client certificate?";
const adviceOnSilence = "it accepts connections but does not answer: check its load and its log";
const adviceOnPlainPort = "this port has no TLS: connect without TLS, or to the port for it";

/** Advice by the driver's message, for errors without a class or code. */
const adviceByMessage: Readonly<Record<string, string>> = {
  "No host could be resolved": "no such host: check the contact points",
  "Connection timeout": "check the address, and firewalls in between",
};

/** Advice by the codes of Node.js and, for TLS, of OpenSSL. */
const adviceByCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there: start Cassandra, or check host and port",
  ECONNRESET: "the node closed the connection: if it requires TLS, connect with TLS",
  ENOTFOUND: "no such host: check its name and the network",
  EHOSTUNREACH: "check the address and the network",
  ENETUNREACH: "check the address and the network",
  ETIMEDOUT: "check the address, and firewalls in between",
  DEPTH_ZERO_SELF_SIGNED_CERT: adviceOnTrust,
  SELF_SIGNED_CERT_IN_CHAIN: adviceOnTrust,
  UNABLE_TO_GET_ISSUER_CERT: adviceOnTrust,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: adviceOnTrust,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: adviceOnTrust,
  CERT_HAS_EXPIRED: "renew the node's certificate",
  CERT_NOT_YET_VALID: "check the clocks of the node and of this machine",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the node's certificate has to name the address that is connected to",
  ERR_SSL_WRONG_VERSION_NUMBER: adviceOnPlainPort,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: adviceOnPlainPort,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: adviceOnClientCertificate,
  // TLS 1.2 has no alert of its own for this.
  "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE": adviceOnClientCertificate,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: adviceOnClientCertificate,
};
