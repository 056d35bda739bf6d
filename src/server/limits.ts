/** What one client can ask of a server, and how long a server waits for one. */
export const limits = {
  /** The body of an HTTP request in bytes, as sent and after decompression. Larger: status 413. */
  bodyBytes: 100 * 1024,
  /** A WebSocket message in bytes. Larger: the socket is closed with 1009. */
  messageBytes: 64 * 1024,
  /** The tokens of a document, by default. More: the error `TOO_MANY_TOKENS`. */
  tokens: 1000,
  /** The lines of a document, because graphql-js counts them for each place that an error names. More: as with tokens. */
  lines: 2000,
  /** The errors of a document that are reported. Validation stops there. */
  documentErrors: 20,
  /** The errors of variables that are reported: each repeats the whole value, before its message is shortened. */
  variableErrors: 5,
  /** The characters of an error's message. The rest is cut. */
  message: 500,
  /** How deep objects and lists may be nested in an operation's variables. Deeper: the error `TOO_DEEP`. */
  variableDepth: 100,
  /** The memory that valid documents are cached in, in bytes. */
  documentBytes: 16 * 1024 * 1024,
  /** The subscriptions of a socket. More: the error `TOO_MANY_SUBSCRIPTIONS`. */
  subscriptionsASocket: 100,
  /** The connections that wait to be accepted, as when all clients reconnect at once; the system may allow fewer. */
  backlog: 4096,
  /** The bytes that wait to be sent to one client, beside the system's buffers. Further values wait in their source. */
  unsentBytes: 16 * 1024,
  /** How often the clients of subscriptions are pinged, in milliseconds. */
  pingInterval: 10_000,
  /** A client that misses so many pings in a row, or reads nothing meanwhile, is cut off: a WebSocket with 1013. */
  unansweredPings: 3,
  /** How long `context` may take for a WebSocket, in milliseconds. Longer: the socket is closed with 1013. */
  identify: 10_000,
  /**
   * How long a connection stays open for the next request by default, in milliseconds: longer than load balancers keep
   * theirs (60 s), so that none sends a request on a connection that is being closed.
   */
  idle: 75_000,
  /**
   * How long answers may take after the server begins to close, in milliseconds: longer than a statement may take, so that
   * the result of a write still reaches its caller. Then connections are cut.
   */
  drain: 4000,
  /** How long the server waits for requests that are under way on idle connections when it closes, in milliseconds. */
  lastRequest: 500,
} as const;
