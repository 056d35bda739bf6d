import type { World } from "../case.ts";

/** The parts of an HTTP request. Nothing is checked. */
export interface RequestParts {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: readonly string[];
  readonly body?: string | Buffer;
}

/** Writes an HTTP request with a host, a length, and `Connection: close`, after which nothing more is expected. */
export function writeRequest({ port }: World, parts: RequestParts): Buffer {
  const { method = "POST", target = "/graphql", headers = [], body = "" } = parts;
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Connection: close",
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), Buffer.from(body)]);
}

export const JSON_TYPE = "Content-Type: application/json";
