import { bridgeCodes, errorsOf, viewerCodes } from "../pothos/index.ts";

/** Every `extensions.code` that a client can meet, and what the client can do about it. */
export const codes = {
  ...bridgeCodes,
  ...viewerCodes,
  TOKEN_EXPIRED:
    "The caller's token has expired. Nothing was done, or the subscription has ended: try again with a new one.",
  "<OBJECT>_NOT_FOUND":
    "There is no such row to subscribe to. The code has the object's name, e.g. `SEAT_NOT_FOUND`.",
  TOO_MANY_SUBSCRIPTIONS:
    "The socket has the maximum number of subscriptions. Complete some, or open another socket.",
  GRAPHQL_PARSE_FAILED: "The document is not valid GraphQL; the message says where.",
  GRAPHQL_VALIDATION_FAILED: "The document does not fit the schema; the message says where.",
  OPERATION_RESOLUTION_FAILURE:
    "The document has no operation of that name, or several and no `operationName`.",
  TOO_MANY_TOKENS: "The document is too long. Send a shorter one, or several.",
  TOO_DEEP: "The document or its variables are nested too deeply.",
  TOO_MANY_ROOT_FIELDS: "The operation has too many fields. Send several operations.",
  TOO_MANY_PARTITIONS:
    "The operation would read or write too many partitions; the message says how many. Request smaller pages, or send several operations.",
  ANSWER_TOO_LARGE:
    "The answer is or could be too large. Request smaller pages or fewer fields. A mutation that was executed says so in the message.",
  TOO_MANY_IN_FLIGHT:
    "The client has sent too many requests ahead on one connection. Wait for their answers.",
  OVERLOADED:
    "The service or this caller has too many operations in flight. Nothing was done; try again.",
  QUOTA_EXCEEDED:
    "The caller has used up a quota; `extensions.quota` names it. Nothing was done; try again after `extensions.retryAfter` seconds.",
  BAD_REQUEST: "The request is not a GraphQL request; the message says what was needed.",
  METHOD_NOT_ALLOWED: "The endpoint takes GET and POST, and a mutation only by POST.",
  NOT_ACCEPTABLE: "`Accept` names no media type in which the operation can be answered.",
  UNSUPPORTED_MEDIA_TYPE:
    "The body is not `application/json` in UTF-8, or is compressed with something other than gzip or deflate.",
  REQUEST_ENTITY_TOO_LARGE: "The body is too large, as sent or after decompression.",
  FORBIDDEN_HOST:
    "The server is not called by this host. If it should be, list the host in `ALLOWED_HOSTS`.",
  FORBIDDEN_ORIGIN:
    "The page that has sent the request may not use the server. If it should, list its origin in `ALLOWED_ORIGINS`.",
  FORBIDDEN_ADDRESS:
    "The server has no sign-in, and is open to programs of its own machine only. Set up sign-in, or set `ALLOW_ANONYMOUS`.",
  PERSISTED_QUERY_NOT_SUPPORTED: "The service stores no queries. Send the query itself.",
  DOCUMENT_NOT_ALLOWED:
    "The service runs only the documents of a list, and this one is not in it. Send a listed text unchanged, or its id.",
  INTERNAL_SERVER_ERROR:
    "A bug in the service; the log has the details under `extensions.requestId`.",
} as const;

/** One of {@link codes}. */
export type Code = keyof typeof codes;

/** Makes an error that a client is told, with one of {@link codes}. */
export const codedError = errorsOf(codes);
