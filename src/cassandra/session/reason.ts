import { errors, types } from "cassandra-driver";
import { adviceOnAstra, speakerOf, tellOfAstra } from "./astra-advice.ts";
import { CassandraError } from "../error.ts";
import { messageOf } from "./message.ts";

/**
 * Why no connection came to be, in one line that continues a sentence: what each node that was tried said, once, and
 * in brackets what to do about it.
 */
export function reasonOf(error: unknown): string {
  return [...Map.groupBy(causesOf(error), ({ advice }) => advice)]
    .map(([advice, causes]) => {
      const told = [...new Set(causes.map(({ told }) => told))].join(", ");
      return advice === undefined ? told : `${told} (${advice})`;
    })
    .join("; ");
}

/** Whether no connection came to be because a node that takes connections did not answer in time. */
export function isSilent(error: unknown): boolean {
  if (!(error instanceof CassandraError) || error.code !== "NOT_CONNECTED") return false;
  return innerErrors(error.cause).some(([, each]) => each instanceof errors.OperationTimedOutError);
}

interface Cause {
  readonly told: string;
  readonly advice: string | undefined;
}

/** The driver hides the error of each node in one that names the first. */
function causesOf(error: unknown): readonly Cause[] {
  const causes = innerErrors(error).map(([listedAs, each]) => causeOf(each, listedAs));
  return causes.length > 0 ? causes : [causeOf(error)];
}

function innerErrors(error: unknown): readonly (readonly [string, unknown])[] {
  const inner = error instanceof errors.NoHostAvailableError ? error.innerErrors : undefined;
  return Object.entries<unknown>(inner ?? {});
}

function causeOf(error: unknown, listedAs = ""): Cause {
  const speaker = speakerOf(listedAs);
  const told = tell(error);
  if (speaker === undefined) return { told, advice: adviceOn(error) };
  return { told: tellOfAstra(told, speaker), advice: adviceOnAstra(error, speaker) };
}

/** OpenSSL's own messages have addresses and lines of its source in them. */
function tell(error: unknown): string {
  if (error instanceof Error && "library" in error && "reason" in error) {
    return `TLS: ${String(error.reason)}`;
  }
  // Node.js goes on with advice about its own command line.
  return messageOf(error).replace(/; if the root CA is installed locally.*/, "");
}

function adviceOn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof errors.AuthenticationError) return adviceOnLogin(error);
  if (error instanceof errors.ResponseError && error.code === unauthorized) {
    return "grant it to the role, or log in as another";
  }
  if (error instanceof errors.OperationTimedOutError) return adviceOnSilence;
  if (error instanceof errors.ArgumentError && /data ?center/i.test(error.message)) {
    return "name the data centre whose nodes are to be asked";
  }
  // A node that closes its side first.
  if ("isSocketError" in error) return adviceByCode["ECONNRESET"];
  const code = "code" in error ? String(error.code) : "";
  if (code.includes("_ALERT_")) return adviceByCode[code] ?? adviceOnAlert;
  return adviceByCode[code] ?? adviceByMessage[error.message];
}

function adviceOnLogin({ message }: Error): string {
  if (/no authenticator found/.test(message)) return "give a user name and a password";
  if (/not permitted to log in/.test(message)) return "take a role that has LOGIN";
  return "check the user name and the password";
}

const { unauthorized } = types.responseErrorCodes;
const adviceOnTrust = "give the certificate of the authority that signed the node's";
const adviceOnClientCertificate =
  "the node asks for a client certificate: give one, with its private key";
const adviceOnAlert = "the node ended the handshake: does it trust the client certificate?";
const adviceOnSilence = "it takes connections and does not answer: look at its load and its log";
const adviceOnPlainPort = "nobody speaks TLS there: connect without it, or to the port for it";

/** By the driver's words, where it has no class or code. */
const adviceByMessage: Readonly<Record<string, string>> = {
  "No host could be resolved": "no such host: check the contact points",
  "Connection timeout": "check the address, and what stands between",
};

/** By the codes of Node.js and, with TLS, of OpenSSL. */
const adviceByCode: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens there: start Cassandra, or check host and port",
  ECONNRESET: "the node closed the connection: if it wants TLS, connect with it",
  ENOTFOUND: "no such host: check its name and the network",
  EHOSTUNREACH: "check the address and the network",
  ENETUNREACH: "check the address and the network",
  ETIMEDOUT: "check the address, and what stands between",
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
  // TLS 1.2 has no word of its own for it.
  "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE": adviceOnClientCertificate,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: adviceOnClientCertificate,
};
