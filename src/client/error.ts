/** An error as the service reports it. */
export interface ServiceError {
  /** For a person to read. */
  readonly message: string;
  /** The field that failed, from the root field downwards. */
  readonly path?: readonly (string | number)[];
  /** With a `code`, and what belongs to it: `argument` of BAD_USER_INPUT, `requestId` of INTERNAL_SERVER_ERROR. */
  readonly extensions?: { readonly code?: string; readonly [name: string]: unknown };
}

/** The error of a call that failed, and of live values. An aborted call fails with the reason of its signal instead. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  /**
   * A code for programs: one of the service, or one of the client.
   *
   * - `NETWORK_ERROR`: no answer came, or a gateway answered instead of the service. A mutation may have been executed. Or
   *   the client's function `token` has failed.
   * - `BAD_RESPONSE`: the answer is not one of a GraphQL service. Is the address right?
   * - `FORBIDDEN`: the service has closed the WebSocket because of `connectionParams`, and has given no code.
   * - `BAD_CALL`: the document, the variables and the options do not fit together.
   * - `CLOSED`: the client has been closed.
   */
  readonly code: string;
  /** The errors that the service reported; empty if the error is one of the client. */
  readonly errors: readonly ServiceError[];
  /**
   * The data that came with the errors; null if there are none. A root field that succeeded is there: of several
   * mutations in one document, those that were applied have their value, and those that failed have null.
   */
  readonly data: Readonly<Record<string, unknown>> | null;

  constructor(code: string, message: string, details: ClientErrorDetails = {}) {
    const { errors = [], data = null, cause } = details;
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.errors = errors;
    this.data = data;
  }
}

interface ClientErrorDetails {
  readonly errors?: readonly ServiceError[];
  readonly data?: ClientError["data"] | undefined;
  readonly cause?: unknown;
}

/** Returns the error of a response with errors. Its code and message are those of the first one. */
export function responseError(
  errors: readonly ServiceError[],
  data?: ClientError["data"],
): ClientError {
  const [{ message, extensions } = { message: "The service failed without an error." }] = errors;
  return new ClientError(extensions?.code ?? "BAD_RESPONSE", message, { errors, data });
}

/** Returns the error of a call whose document, variables and options do not fit together. */
export function badCall(message: string): ClientError {
  return new ClientError("BAD_CALL", message);
}

/** Returns the error of a call to a client that has been closed. */
export function closedError(): ClientError {
  return new ClientError("CLOSED", "The client has been closed. Create another one.");
}
