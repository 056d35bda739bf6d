import { ClientError, responseError, type ServiceError } from "./error.ts";

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
  /** In milliseconds. */
  readonly timeout: number;
}

/** The statuses by which a gateway says that the service did not answer it. */
const gatewayFailures: readonly number[] = [502, 503, 504];

/** Returns a function that sends operations over HTTP. */
export function createSendRequest({ url, fetch, headers, timeout }: HttpOptions): SendRequest {
  return async (request, signal) => {
    const body = JSON.stringify(request);
    const expiry = AbortSignal.timeout(timeout);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json", accept: "application/json" },
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
