/** An error as the service tells it. */
export interface ServiceError {
  /** For a person to read. */
  readonly message: string;
  /** With a `code`, and what belongs to it: `argument` of BAD_USER_INPUT, `requestId` of INTERNAL_SERVER_ERROR. */
  readonly extensions?: { readonly code?: string; readonly [name: string]: unknown };
}

/** What a call of the client, or an iterator, fails with; but an aborted one fails with its signal's reason. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  /**
   * What a program can decide by: a code of the service, or one of the client.
   *
   * - `NETWORK_ERROR`: no answer came, or a gateway on the way gave its own. A mutation may have been done.
   * - `BAD_RESPONSE`: what came is no answer of the service. Is the address right?
   * - `CLOSED`: the client has been closed.
   */
  readonly code: string;
  /** The errors that the service told; none if the error is the client's. */
  readonly errors: readonly ServiceError[];

  constructor(code: string, message: string, { errors = [], cause }: ClientErrorDetails = {}) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.errors = errors;
  }
}

interface ClientErrorDetails {
  readonly errors?: readonly ServiceError[];
  readonly cause?: unknown;
}

/** The error of an answer that tells of some. */
export function refused(errors: readonly ServiceError[]): ClientError {
  const [{ message, extensions } = { message: "The service tells of no error." }] = errors;
  return new ClientError(extensions?.code ?? "BAD_RESPONSE", message, { errors });
}

/** The error of a call to a client that has been closed. */
export function closed(): ClientError {
  return new ClientError("CLOSED", "The client has been closed: create another.");
}
