import type { ChangeVariables } from "./requests.ts";

/** A request that is sent again and again. */
export interface PreparedRequest {
  /** The bytes to send. */
  readonly bytes: Buffer;
  /** Checks a body, and prepares what is sent next. @throws Error if it is not the expected answer */
  readonly answered: (body: Buffer) => void;
}

export interface Operation {
  readonly query: string;
  readonly variables: object;
}

/** Prepares a request: a change if its variables expect a count, otherwise a read, which always has the same answer. */
export function prepareRequest(url: string, operation: Operation): PreparedRequest {
  return "expected" in operation.variables
    ? createChange(url, operation as never)
    : createRead(url, operation);
}

function createRead(url: string, operation: Operation): PreparedRequest {
  let length: number | undefined;
  return {
    bytes: bytesOf(url, operation),
    answered(body) {
      if (length === undefined) dataOf(body);
      length ??= body.length;
      if (body.length !== length) throw new Error(`Another answer than before: ${String(body)}`);
    },
  };
}

interface ChangeData {
  readonly changePeople: { readonly people?: number; readonly actual?: number };
}

/** Creates a change that is applied, because it expects the count of its last answer. */
function createChange(
  url: string,
  { query, variables }: Operation & { readonly variables: ChangeVariables },
): PreparedRequest {
  let { expected } = variables;
  return {
    get bytes() {
      return bytesOf(url, { query, variables: { ...variables, expected } });
    },
    answered(body) {
      const { people } = dataOf<ChangeData>(body).changePeople;
      if (people !== expected + variables.delta) throw new Error(String(body));
      expected = people;
    },
  };
}

/** Returns the data of a result. @throws Error if it has errors */
function dataOf<Data>(body: Buffer): Data {
  const { data, errors } = JSON.parse(String(body)) as { data?: Data; errors?: unknown };
  if (errors !== undefined || !data) throw new Error(String(body));
  return data;
}

function bytesOf(url: string, operation: Operation): Buffer {
  const { host, pathname } = new URL(url);
  const body = JSON.stringify(operation);
  const head = [
    `POST ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    "Accept: application/graphql-response+json, application/json;q=0.9",
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}
