import { ClientError, responseError, type ServiceError } from "./error.ts";
import { authorizationOf, type GivenToken, requestToken } from "./token.ts";

/** An operation as it is sent. */
export interface OperationRequest {
  readonly query: string;
  readonly extensions?: object | undefined;
  readonly variables: object;
}

/** Sends an operation and returns its data. */
export type SendRequest = <Data>(request: OperationRequest, signal: AbortSignal) => Promise<Data>;

/** How operations are sent. */
export interface HttpOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly headers: Readonly<Record<string, string>>;
  /** Asked before each request. Undefined: none is sent. */
  readonly token?: GivenToken | undefined;
  /** In milliseconds. */
  readonly timeout: number;
}

/** The statuses by which a gateway says that the service did not answer it. */
const gatewayFailures: readonly number[] = [502, 503, 504];

/**
 * Returns a function that sends operations over HTTP. If the service answers that the token has expired, it has done nothing:
 * then the operation is sent once more with another token, if there is one.
 */
export function createSendRequest(options: HttpOptions): SendRequest {
  const { token: given } = options;
  const sendOnce = createSendOnce(options);
  if (!given) return (request, signal) => sendOnce(request, { signal });
  return async (request, signal) => {
    const token = await untilAborted(requestToken(given), signal);
    try {
      return await sendOnce(request, { signal, token });
    } catch (error) {
      if (!isExpired(error)) throw error;
      const another = await untilAborted(requestToken(given), signal);
      if (another === token) throw error;
      return sendOnce(request, { signal, token: another });
    }
  };
}

interface OneSending {
  readonly signal: AbortSignal;
  readonly token?: string;
}

function createSendOnce({ url, fetch, headers, timeout }: HttpOptions) {
  return async <Data>(request: OperationRequest, { signal, token }: OneSending): Promise<Data> => {
    const body = JSON.stringify(request);
    const expiry = AbortSignal.timeout(timeout);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          ...headers,
          ...(token !== undefined && authorizationOf(token)),
          "content-type": "application/json",
          accept: "application/json",
        },
        body,
        signal: AbortSignal.any([signal, expiry]),
      });
      return dataOf(response, await response.text());
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ClientError) throw error;
      const reason = expiry.aborted ? `none in ${timeout} ms` : networkReason(error);
      throw new ClientError("NETWORK_ERROR", `No answer from ${url}: ${reason}.`, { cause: error });
    }
  };
}

/** Whether the service has refused the whole request because of its token. An error of a field has a path. */
function isExpired(error: unknown): boolean {
  if (!(error instanceof ClientError) || error.code !== "TOKEN_EXPIRED") return false;
  return error.data === null && error.errors.every(({ path }) => path === undefined);
}

/** Waits for a promise as long as nobody aborts. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Returns the data of a response. @throws ClientError if it has errors, or is not one of a GraphQL service */
function dataOf<Data>(response: Response, text: string): Data {
  const { data, errors } = parseResponse(text) ?? {};
  if (errors && errors.length > 0) throw responseError(errors, data);
  // Its shape is what the document's type says.
  if (data) return data as Data;
  const { url, status, statusText } = response;
  const came = `HTTP status ${status} ${statusText}`.trim();
  if (gatewayFailures.includes(status)) {
    throw new ClientError("NETWORK_ERROR", `No answer from ${url}: ${came}.`);
  }
  const body = text === "" ? "no body" : `the body ${JSON.stringify(text.slice(0, 100))}`;
  const message = `${url} does not answer like a GraphQL service, but with ${came} and ${body}.`;
  throw new ClientError("BAD_RESPONSE", message);
}

interface GraphQLResponse {
  readonly data?: ClientError["data"];
  readonly errors?: readonly ServiceError[];
}

/** Returns undefined if the text is not a JSON object. */
function parseResponse(text: string): GraphQLResponse | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the causes, which Node.js hides in "fetch failed": one for each address of a host name. */
function networkReason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(networkReason).join(", ");
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : networkReason(error.cause);
}
