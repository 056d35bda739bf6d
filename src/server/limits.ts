/** What one client can ask of the server at most. */
export const limits = {
  /** Of an HTTP request's body, as it comes and when inflated. Larger: status 413. */
  bodyBytes: 100 * 1024,
  /** Of a WebSocket message. Larger: the socket is closed with 1009. */
  messageBytes: 64 * 1024,
  /** Of a document, unless the server is told otherwise. More: the error `TOO_MANY_TOKENS`. */
  tokens: 1000,
  /** Line breaks of a document. More: as with tokens. graphql-js counts them anew for each place that an error names. */
  lines: 2000,
  /** Errors of a document that are told; the rest is not looked for. */
  documentErrors: 20,
  /** Errors of variables that are told: each of them repeats the whole value, until its message is shortened. */
  variableErrors: 5,
  /** Of the message of an error, in characters. The rest is cut. */
  message: 500,
  /** How many objects and lists may be inside each other in an operation's variables. More: the error `TOO_DEEP`. */
  variableDepth: 100,
  /** Of the memory of documents that are kept because they are valid. */
  documentBytes: 16 * 1024 * 1024,
  /** More: the error `TOO_MANY_SUBSCRIPTIONS`. */
  subscriptionsASocket: 100,
  /** Connections that wait to be accepted, as when all clients come back at once; the system may allow fewer. */
  backlog: 4096,
  /** Of what waits to be sent to one client, beside what the system holds: then it waits where it is kept once for all. */
  unsentBytes: 16 * 1024,
  /** How often the clients of subscriptions are pinged, in milliseconds. */
  pingInterval: 10_000,
  /** Who has answered none of so many, or taken nothing at so many, is cut off: a WebSocket with 1013. */
  unansweredPings: 3,
  /**
   * How long a connection stays open for the next request, unless the server is told otherwise, in milliseconds: longer
   * than load balancers keep theirs (60 s), so that none sends a request on a connection that is being closed.
   */
  idle: 75_000,
  /** How long answers may still take when the server closes, in milliseconds. Then they are cut. */
  // Longer than a statement may take: a write that was sent is told how it ended.
  drain: 4000,
  /** For how long a connection without a request may still bring one when the server closes, in milliseconds. */
  lastRequest: 500,
} as const;
