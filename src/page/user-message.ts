import { ClientError } from "../client/index.ts";

/** Returns what an error means to the user, and what to do next. Throws an error that is not the client's. */
export function userMessage(error: unknown): string {
  if (!(error instanceof ClientError)) throw error;
  const { code, message, errors } = error;
  const requestId = errors[0]?.extensions?.["requestId"];
  if (typeof requestId === "string") {
    return `The service has an internal error. Try again; if it happens again, report this number: ${requestId}.`;
  }
  return messageByCode[code] ?? message;
}

const messageByCode: Readonly<Record<string, string>> = {
  NETWORK_ERROR: "The service does not answer. Check your connection and try again.",
  UNAVAILABLE: "The database does not answer. Nothing was written; try again in a moment.",
  READ_FAILED:
    "The database failed to read this. Nothing was written; try again later, or tell whoever runs the service.",
  NOT_SYNCED:
    "The tables of the database differ from what the service needs. Nothing was written; tell whoever runs the service.",
  TOO_MANY_TOMBSTONES:
    "So much was deleted here that the database has to be cleaned up first. This is under way; try again in a minute.",
  UNREADABLE_VALUE:
    "Another program has stored a value here that cannot be read. Change that party, or delete it.",
  OUTCOME_UNKNOWN:
    "The database did not say whether the change was made. Check before you repeat it.",
  CONTENTION:
    "Too many people are changing the parties of this city at once. Nothing was changed; try again.",
  OVERLOADED: "The service has too much to do. Nothing was done; try again in a moment.",
  QUOTA_EXCEEDED: "You have done this too often. Nothing was done; wait a moment and try again.",
  TIMED_OUT: "The service took too long, and stopped before this. Try again in a moment.",
  TOO_MANY_SUBSCRIPTIONS: "This connection has too many subscriptions. Reload the page.",
};

/** Returns why the service rejected the name of a city. */
export function cityMessage(error: unknown): string {
  return userMessage(error).replace(/^Argument "city"/, "A city");
}

/** Returns the path of the argument that an error is about, outermost name first. Returns [] if it is about none. */
export function argumentPath(error: unknown): readonly string[] {
  const path = error instanceof ClientError && error.errors[0]?.extensions?.["argument"];
  return Array.isArray(path) ? path : [];
}
