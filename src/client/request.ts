import { ClientError, refused, type ServiceError } from "./error.ts";

/** The text of an operation, which has one field, with the types of its data and variables. */
export type Operation<Data, Variables> = string & {
  readonly types?: (variables: Variables) => Data;
};

/** What an operation answers: the value of its field. */
export type Answer<Data> = Data[keyof Data];

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, which then fails with the signal's reason. What was sent may have been done. */
  readonly signal?: AbortSignal | undefined;
}

/** Sends an operation and gives its answer. */
export type Send = <Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  options?: CallOptions,
) => Promise<Answer<Data>>;

/** How operations are sent. */
export interface RequestOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly headers: Readonly<Record<string, string>>;
  /** In milliseconds. */
  readonly timeout: number;
}

/** What gateways answer on behalf of a service that did not. */
const gatewayFailures: readonly number[] = [502, 503, 504];

/** Makes what sends operations over HTTP. */
export function createSend({ url, fetch, headers, timeout }: RequestOptions): Send {
  return async (operation, variables, { signal } = {}) => {
    const body = JSON.stringify({ query: operation, variables });
    const patience = AbortSignal.timeout(timeout);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json", accept: "application/json" },
        body,
        signal: signal ? AbortSignal.any([signal, patience]) : patience,
      });
      return answerOf(response, await response.text());
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ClientError) throw error;
      const reason = patience.aborted ? `none in ${timeout} ms` : reasonOf(error);
      throw new ClientError("NETWORK_ERROR", `No answer from ${url}: ${reason}.`, { cause: error });
    }
  };
}

/** The answer in the data of an operation. */
export function answerIn<Data>(data: NonNullable<Data>): Answer<Data> {
  const [field] = Object.keys(data) as (keyof Data)[];
  return data[field!];
}

function answerOf<Data>(response: Response, text: string): Answer<Data> {
  const { data, errors } = parsed<Data>(text) ?? {};
  if (errors && errors.length > 0) throw refused(errors);
  if (data) return answerIn(data);
  const { url, status, statusText } = response;
  const came = `HTTP status ${status} ${statusText}`.trim();
  if (gatewayFailures.includes(status)) {
    throw new ClientError("NETWORK_ERROR", `No answer from ${url}: ${came}.`);
  }
  const said = text === "" ? "nothing" : JSON.stringify(text.slice(0, 100));
  const message = `${url} does not answer as the service does, but with ${came} and ${said}.`;
  throw new ClientError("BAD_RESPONSE", message);
}

interface Parsed<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly ServiceError[];
}

/** Nothing where the text is no JSON object. */
function parsed<Data>(text: string): Parsed<Data> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Node.js says "fetch failed" and has the reason as the cause: one for each address that a name has. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(", ");
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
