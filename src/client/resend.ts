import type { ReadDocument } from "./document.ts";
import { badCall, ClientError } from "./error.ts";
import { pause } from "./pause.ts";
import { randomUuid } from "./uuid.ts";

/** How many times an operation is sent at most. */
const ATTEMPTS = 4;
/** For how long it is sent again, in milliseconds: half of the time for which a service remembers an operation id. */
const RESEND_SPAN = 30_000;

/** An operation that may be sent several times. */
export interface Resendable {
  readonly document: ReadDocument;
  readonly variables: object;
  /** The place in the variables that gets a new id if it has none, e.g. `input.id`. */
  readonly newId?: string | undefined;
  readonly signal: AbortSignal;
}

/**
 * Sends an operation, and sends it again while no answer comes, if an id makes that harmless: an operation id, or the
 * id of what it creates. Each attempt has the same ids.
 *
 * @param send sends it once with these variables
 */
export async function resend<Data>(
  { document, variables, newId, signal }: Resendable,
  send: (variables: object) => Promise<Data>,
): Promise<Data> {
  const identified = newId === undefined ? variables : withNewId(variables, newId);
  const { operationId: given } = variables as { readonly operationId?: unknown };
  if (given === null || !document.declares("operationId")) {
    if (newId === undefined || given === null) return send(identified);
    return untilAnswered(() => send(identified), signal);
  }
  const operationId = given ?? randomUuid();
  let lost: unknown;
  const attempt = async () => {
    try {
      return await send({ ...identified, operationId });
    } catch (error) {
      if (isLost(error)) lost = error;
      throw error;
    }
  };
  try {
    return await untilAnswered(attempt, signal);
  } catch (error) {
    if (given !== undefined || !isUnappliedForId(error)) throw error;
    // A lost attempt may still be executed. Without its id, another one would be executed beside it.
    if (lost !== undefined) throw lost;
    // The caller did not ask for an id: the call must not fail because of it.
    return send(identified);
  }
}

async function untilAnswered<Data>(
  attempt: () => Promise<Data>,
  signal: AbortSignal,
): Promise<Data> {
  const end = performance.now() + RESEND_SPAN;
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      const isLast = failures + 1 === ATTEMPTS || performance.now() > end;
      if (isLast || !isLost(error)) throw error;
      await pause(failures, signal);
    }
  }
}

function isLost(error: unknown): boolean {
  return error instanceof ClientError && error.code === "NETWORK_ERROR";
}

/** Whether the service remembers too many operation ids for one more, and applied no part of the operation. */
function isUnappliedForId(error: unknown): boolean {
  if (!(error instanceof ClientError) || error.errors.length === 0) return false;
  const isForId = error.errors.every(
    ({ extensions }) => extensions?.code === "TOO_MANY_OPERATIONS",
  );
  return isForId && Object.values(error.data ?? {}).every((value) => value === null);
}

/** Returns the variables with a new id at a place that has none. */
function withNewId(variables: object, place: string): object {
  const [name = "", ...rest] = place.split(".");
  const value = (variables as Readonly<Record<string, unknown>>)[name];
  if (rest.length === 0) return { ...variables, [name]: value ?? randomUuid() };
  if (typeof value === "object" && value !== null) {
    return { ...variables, [name]: withNewId(value, rest.join(".")) };
  }
  throw badCall(`The variables have no object "${name}", in which a new id belongs.`);
}
