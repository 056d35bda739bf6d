/** What one client can ask of a server, and how long a server waits for one. */
export const limits = {
  /** The body of an HTTP request in bytes, as sent and after decompression. Larger: status 413. */
  bodyBytes: 100 * 1024,
  /** A WebSocket message in bytes. Larger: the socket is closed with 1009. */
  messageBytes: 64 * 1024,
  /** The lines of a document, because graphql-js counts them for each place that an error names. More: as with tokens. */
  lines: 2000,
  /** How deep `__schema` and `__type` may be selected. Tools need 15 levels. Deeper: the error `TOO_DEEP`. */
  introspectionDepth: 15,
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
  /** The characters of a document that is cached. Longer ones would leave no room for those of others. */
  cachedDocument: 10_000,
  /** The characters of a document that cost one point when it is parsed, because it is not cached. */
  charactersAPoint: 50,
  /** The subscriptions of a socket. More: the error `TOO_MANY_SUBSCRIPTIONS`. */
  subscriptionsASocket: 100,
  /** The unanswered requests that a client may send ahead on one connection. More: the error `TOO_MANY_IN_FLIGHT`. */
  pipelined: 16,
  /** The connections that wait to be accepted, as when all clients reconnect at once; the system may allow fewer. */
  backlog: 4096,
  /** The bytes that wait to be sent to one client, beside the system's buffers. Further values wait in their source. */
  unsentBytes: 16 * 1024,
  /** The bytes of answers to one caller that are not sent yet. Further answers are replaced by `QUOTA_EXCEEDED`. */
  unsentAnswers: 32 * 1024 * 1024,
  /** A client that reads nothing of an answer for so long, in milliseconds, is cut off. */
  unread: 30_000,
  /** The operations of one caller that wait for others to finish. More: the error `OVERLOADED`. */
  waitingACaller: 256,
  /** The operations that wait in all. More: the newest one of the caller with the most is refused with `OVERLOADED`. */
  waiting: 4096,
  /** How long an operation waits for others to finish, in milliseconds. Longer: the error `OVERLOADED`. */
  waitingTime: 3000,
  /** How long operations that have begun may take beyond their time, in milliseconds, so that writes can be settled. */
  settling: 4000,
  /** For how long a caller's points are saved up while it spends none, in milliseconds: what it may do at once. */
  reserve: 200,
  /**
   * How often operations that wait for points enter, in milliseconds. Those that enter together cost less: the writes of a
   * lane share a round, and requests to the database a packet.
   */
  pace: 20,
  /** After how long a caller is refused of whom too much waits, in milliseconds. */
  delay: 1000,
  /** How many refusals are delayed. Further ones come at once. */
  delayed: 1000,
  /** The fields of an answer that cost one point, if they cost more than the partitions. */
  valuesAPoint: 200,
  /** How often the clients of subscriptions are pinged, in milliseconds. */
  pingInterval: 10_000,
  /** A client that misses so many pings in a row, or reads nothing meanwhile, is cut off: a WebSocket with 1013. */
  unansweredPings: 3,
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
