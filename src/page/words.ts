import { ClientError } from "../client/index.ts";

/** What an error means to the person, and what to do next. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof ClientError)) throw error;
  const { code, message, errors } = error;
  const requestId = errors[0]?.extensions?.["requestId"];
  if (typeof requestId === "string") {
    return `Something is wrong with the service. Try again; if it stays so, tell who runs it this number: ${requestId}.`;
  }
  return words[code] ?? message;
}

const words: Readonly<Record<string, string>> = {
  NETWORK_ERROR: "The service does not answer. Is there a connection? Try again.",
  UNAVAILABLE: "The database does not answer. Nothing was written; try again in a moment.",
  READ_FAILED:
    "The database failed to read this. Nothing was written; try again later, or tell who runs the service.",
  NOT_SYNCED:
    "The database is not as the service needs it. Nothing was written; tell who runs the service.",
  TOO_MANY_TOMBSTONES:
    "So much was deleted here that the database has to be cleaned up first. That is being done; try again in a minute.",
  UNREADABLE_VALUE:
    "Another program has stored here what cannot be read. Change that party, or delete it.",
  OUTCOME_UNKNOWN:
    "The database was asked, and nobody knows whether it did it. Look before you repeat it.",
  CONTENTION:
    "Too many people change the parties of this city at once. Nothing was changed; try again.",
  TOO_MANY_SUBSCRIPTIONS: "Too much is watched at once. Load the page again.",
};

/** What the service says of a city that it does not take. */
export function wordsAboutCity(error: unknown): string {
  return wordsOf(error).replace(/^Argument "city"/, "A city");
}

/** The argument that an error is about, from the outermost name to the innermost; empty if it is about none. */
export function argumentOf(error: unknown): readonly string[] {
  const path = error instanceof ClientError && error.errors[0]?.extensions?.["argument"];
  return Array.isArray(path) ? path : [];
}
