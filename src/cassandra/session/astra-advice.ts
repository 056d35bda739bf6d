import { errors } from "cassandra-driver";

/** What of Astra said why no connection came to be: its metadata service, or a node behind its proxy. */
export type Speaker = "metadata service" | "node";

/**
 * Which part of Astra an error is from, by the name under which the driver lists it: the metadata service is an
 * address with a path, a node its host id. Undefined: of a cluster with contact points, which are addresses.
 */
export function speakerOf(listedAs: string): Speaker | undefined {
  if (listedAs.endsWith("/metadata")) return "metadata service";
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(listedAs) ? "node" : undefined;
}

/** How the driver begins to tell of an answer that is not 200. */
const STATUS = "Obtained http status";

/** Puts the driver's words about an error of Astra in ours. */
export function tellOfAstra(message: string, speaker: Speaker): string {
  if (speaker === "node") return message;
  return `Astra's metadata service: ${message.replace(STATUS, "HTTP status")}`;
}

/** What to do about an error of Astra; undefined if nobody knows. */
export function adviceOnAstra(error: unknown, speaker: Speaker): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error ? String(error.code) : "";
  if (error instanceof errors.AuthenticationError) return adviceOnToken(error);
  if (error instanceof SyntaxError || error instanceof TypeError) return adviceOnStranger;
  if (error.message.startsWith(STATUS)) return adviceOnStatus(error.message);
  if (code.includes("_ALERT_")) return adviceOnCertificate;
  if (code === "CERT_NOT_YET_VALID") return "check the clock of this machine";
  if (/CERT|ISSUER|SIGNATURE/.test(code) || /altnames/.test(error.message)) return adviceOnTrust;
  if (speaker === "node") return isSilence(error, code) ? adviceOnHibernation : undefined;
  return error.message === "socket hang up" ? adviceOnHangUp : adviceOnWay;
}

function adviceOnToken({ message }: Error): string {
  if (/no authenticator found/.test(message)) return "give a token";
  return 'the token is wrong, expired, or of another database: make one in the Astra portal or by "astra token create"';
}

function adviceOnStatus(message: string): string {
  return / 5\d\d$/.test(message) ? adviceOnHibernation : adviceOnAbsence;
}

/** A proxy that leads nowhere takes the connection and closes it; the driver waits for an answer all the same. */
function isSilence(error: Error, code: string): boolean {
  return (
    error instanceof errors.OperationTimedOutError ||
    "isSocketError" in error ||
    error.message === "Connection timeout" ||
    /^E[A-Z]+$/.test(code)
  );
}

const adviceOnHibernation =
  'the database hibernates or is not up: resume it in the Astra portal or by "astra db resume"; that takes a few minutes';
const adviceOnAbsence =
  "there is no database to this bundle: look in the Astra portal whether it was deleted, and download the bundle again";
const adviceOnWay =
  "check the network; if it is well, look in the Astra portal whether the database still exists";
const adviceOnHangUp =
  "it was silent or does not accept the bundle's certificate: check the network, and download the bundle again";
const adviceOnCertificate =
  "the bundle's certificate is not accepted: download the bundle of this database again";
const adviceOnTrust =
  "the bundle does not know this certificate: download the bundle again, or find out who else answers there";
const adviceOnStranger = "that is not Astra: find out who answers there";
