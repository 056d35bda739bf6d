import { badCall } from "./error.ts";

/** Where a subscription stands: what a new connection has to ask for, and what of its answers is new. */
export interface Progress {
  /** Whether there has been a value, or the caller knew one. */
  readonly hasBegun: boolean;
  /** Returns the variables for a new connection. */
  reconnect(): object;
  /** Returns whether the data are new to the reader. @throws ClientError `BAD_CALL` if they lack `asOf` */
  isNew(data: object): boolean;
}

/** What a subscription is asked for by. */
export interface ProgressOptions {
  readonly variables: object;
  /** Whether the document declares `$since`. */
  readonly resumes: boolean;
  readonly ordered?: boolean | undefined;
}

/** Returns the progress of a subscription that has not begun. */
export function createProgress({ variables, resumes, ordered }: ProgressOptions): Progress {
  if (!resumes) return createRestartingProgress(variables);
  return ordered ? createOrderedProgress(variables) : createUnorderedProgress(variables);
}

/** Each connection begins at the present. */
function createRestartingProgress(variables: object): Progress {
  let hasBegun = false;
  return {
    get hasBegun() {
      return hasBegun;
    },
    reconnect: () => variables,
    isNew: () => (hasBegun = true),
  };
}

/** `asOf` orders the values. One that is null was never written, so it is older than any other. */
function createOrderedProgress(variables: object): Progress {
  let since = sinceOf(variables);
  return {
    get hasBegun() {
      return since !== undefined;
    },
    reconnect: () => ({ ...variables, since }),
    isNew(data) {
      const asOf = asOfIn(data) ?? "0";
      if (since !== undefined && BigInt(asOf) <= BigInt(since)) return false;
      since = asOf;
      return true;
    },
  };
}

/**
 * `asOf` may be null, stay or fall while the value changes, so it cannot tell which of two values is newer. The service
 * sends them in order, and begins each connection with the present one: only that can be the same as the last.
 */
function createUnorderedProgress(variables: object): Progress {
  let since = sinceOf(variables);
  let hasBegun = since !== undefined;
  let isFirst = true;
  let last: string | undefined;
  return {
    get hasBegun() {
      return hasBegun;
    },
    reconnect() {
      isFirst = true;
      return { ...variables, since };
    },
    isNew(data) {
      since = asOfIn(data) ?? undefined;
      const text = JSON.stringify(data);
      const isRepeated = isFirst && text === last;
      [hasBegun, isFirst, last] = [true, false, text];
      return !isRepeated;
    },
  };
}

function sinceOf(variables: object): string | undefined {
  return (variables as { readonly since?: string | null }).since ?? undefined;
}

/** Returns the `asOf` of the one field of a subscription. */
function asOfIn(data: object): string | null {
  const [[field, value] = ["", null]] = Object.entries(data);
  if (value === null) return null;
  const { asOf }: { readonly asOf?: unknown } = value;
  if (typeof asOf === "string" || asOf === null) return asOf;
  throw badCall(
    `The document declares $since, so ${field} has to select asOf, which a new connection sends as since.`,
  );
}
