import { errors } from "cassandra-driver";

/** The part of Astra DB that reported a connection error: its metadata service, or a node that its proxy leads to. */
export type AstraPart = "metadata service" | "node";

/**
 * Returns the part of Astra DB that an error comes from, by the name under which the driver lists the error: an address
 * with a path is the metadata service, a host id is a node. Returns undefined for a contact point, which is an address.
 */
export function astraPartOf(listedAs: string): AstraPart | undefined {
  if (listedAs.endsWith("/metadata")) return "metadata service";
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(listedAs) ? "node" : undefined;
}

/** The beginning of the driver's message about a response whose status is not 200. */
const STATUS = "Obtained http status";

/** Returns the driver's message with the part of Astra DB that it is about. */
export function astraMessage(message: string, part: AstraPart): string {
  if (part === "node") return message;
  return `Astra's metadata service: ${message.replace(STATUS, "HTTP status")}`;
}

/** Returns what to do about an error of Astra DB; undefined if that is not known. */
export function astraAdvice(error: unknown, part: AstraPart): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error ? String(error.code) : "";
  if (error instanceof errors.AuthenticationError) return adviceOnToken(error);
  if (error instanceof SyntaxError || error instanceof TypeError) return adviceOnUnknownServer;
  if (error.message.startsWith(STATUS)) return adviceOnStatus(error.message);
  if (code.includes("_ALERT_")) return adviceOnCertificate;
  if (code === "CERT_NOT_YET_VALID") return "check the clock of this machine";
  if (/CERT|ISSUER|SIGNATURE/.test(code) || /altnames/.test(error.message))
    return adviceOnUntrusted;
  if (part === "node") return isUnreachable(error, code) ? adviceOnHibernation : undefined;
  return error.message === "socket hang up" ? adviceOnHangUp : adviceOnNetwork;
}

function adviceOnToken({ message }: Error): string {
  if (/no authenticator found/.test(message)) return "give a token";
  return 'the token is wrong, expired, or of another database: create one in the Astra portal or by "astra token create"';
}

function adviceOnStatus(message: string): string {
  return / 5\d\d$/.test(message) ? adviceOnHibernation : adviceOnMissingDatabase;
}

/** Without a node to lead to, the proxy accepts a connection and closes it, while the driver waits for an answer. */
function isUnreachable(error: Error, code: string): boolean {
  return (
    error instanceof errors.OperationTimedOutError ||
    "isSocketError" in error ||
    error.message === "Connection timeout" ||
    /^E[A-Z]+$/.test(code)
  );
}

const adviceOnHibernation =
  'the database hibernates or is down: resume it in the Astra portal or by "astra db resume", which takes a few minutes';
const adviceOnMissingDatabase =
  "this bundle's database does not exist: check in the Astra portal whether it was deleted, and download the bundle again";
const adviceOnNetwork =
  "check the network; if it works, check in the Astra portal whether the database still exists";
const adviceOnHangUp =
  "it did not answer or does not accept the bundle's certificate: check the network, and download the bundle again";
const adviceOnCertificate =
  "the bundle's certificate is not accepted: download the bundle of this database again";
const adviceOnUntrusted =
  "the bundle does not know this certificate: download the bundle again, or find out which server answers there";
const adviceOnUnknownServer = "this is not Astra: find out which server answers there";
