import { codes } from "../../src/server/error.ts";
import type { Response } from "./raw-http.ts";

/** What a response must be. */
export interface Expected {
  /** Whether the request is complete and well-formed, so that it must be answered. */
  readonly mustAnswer: boolean;
}

/** Returns what is wrong with a response to a request for GraphQL. */
export function problemsOf(response: Response | undefined, { mustAnswer }: Expected): string[] {
  if (!response) return mustAnswer ? ["no answer"] : [];
  const { status, contentType, body } = response;
  const results = resultsIn(response);
  const problems = results.flatMap((result) =>
    typeof result === "string" ? [result] : problemsOfResult(result),
  );
  const errors = results.flatMap((result) => (typeof result === "object" ? errorsOf(result) : []));
  const isCoded = errors.some(({ code }) => code !== undefined) || body.includes(UNREADY);
  if (status >= 500 && !isCoded) {
    problems.push(`status ${status} without a code: ${body.slice(0, 200)}`);
  }
  if (!/html|javascript|css/.test(contentType)) problems.push(...leaksIn(body));
  return problems;
}

/** What `/ready` answers with 503 instead of a code, if Cassandra is slow. */
const UNREADY = '{"status":"unavailable","reason":';

/** Returns the codes of the errors in a response. */
export function codesOf(response: Response): readonly string[] {
  return resultsIn(response).flatMap((result) =>
    typeof result === "string" ? [] : errorsOf(result).map(({ code }) => String(code)),
  );
}

/** Returns what is wrong with the result of an operation: an error without a known code. */
export function problemsOfResult(result: object): string[] {
  return errorsOf(result).flatMap(({ code, message, requestId }) => {
    if (code === "INTERNAL_SERVER_ERROR")
      return [`INTERNAL_SERVER_ERROR, request id ${String(requestId)}`];
    if (isKnown(code)) return [];
    return [`an error without a known code: ${String(code)}: ${String(message).slice(0, 200)}`];
  });
}

/** Returns what a text tells of the inside of the service. */
export function leaksIn(text: string): string[] {
  const leak = insides.exec(text)?.[0];
  return leak === undefined ? [] : [`tells of the inside: ${JSON.stringify(leak)}`];
}

/** A stack, a path, the name of an error of a program, a statement, a package. No generated input has any of these. */
const insides =
  /\\n\s+at |node:\w+|node_modules|file:\/\/|[\w/]\.[tj]s:\d|originalError|"stack"|\b(Type|Range|Reference|Syntax|Response|Assertion)Error\b|OperationTimedOut|\bE(CONN|PIPE|TIME|ADDR)[A-Z]*\b|ERR_[A-Z]|is not a function|Cannot read prop|reading '|SELECT .* FROM|INSERT INTO|WRITETIME\(|cassandra-driver|graphql-ws\b/;

interface FoundError {
  readonly code: unknown;
  readonly message: unknown;
  readonly requestId: unknown;
}

function errorsOf(result: object): readonly FoundError[] {
  const { errors } = result as { errors?: unknown };
  if (!Array.isArray(errors)) return [];
  return errors.map(({ message, extensions = {} }) => ({ message, ...extensions }));
}

function isKnown(code: unknown): boolean {
  return typeof code === "string" && (Object.hasOwn(codes, code) || code.endsWith("_NOT_FOUND"));
}

/** Returns the results in a response, each an object, or what is wrong with its text. */
function resultsIn({ contentType, body }: Response): readonly (object | string)[] {
  if (contentType.startsWith("text/event-stream")) {
    return body
      .split("\n\n")
      .slice(0, -1)
      .flatMap((event) => {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        return data ? [objectOf(data)] : [];
      });
  }
  return contentType.includes("json") && body !== "" ? [objectOf(body)] : [];
}

/** Parses an object; returns what is wrong if it is none. */
export function objectOf(json: string): object | string {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Reported below.
  }
  return `an answer that is no JSON object: ${json.slice(0, 200)}`;
}
