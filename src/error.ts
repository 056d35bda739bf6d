import { bridgeCodes, errorsOf } from "./pothos/index.ts";

/** Every `extensions.code` that a client can meet beside those of GraphQL itself, and what it can do about it. */
export const codes = {
  ...bridgeCodes,
  CONTENTION: "Too many change the parties of one city at once. Nothing was changed; try again.",
  TOO_MANY_OPERATIONS:
    "The party has as many operation ids of the last minute as it can remember. Nothing was changed; try again later, or without an id.",
  PARTY_NOT_FOUND: "There is no such party to subscribe to.",
  TOO_MANY_SUBSCRIPTIONS: "The socket has as many as it may have. Complete some, or open another.",
  UNSUPPORTED_MEDIA_TYPE: "The body is not `application/json`.",
  INTERNAL_SERVER_ERROR: "A defect of the service; `extensions.requestId` finds it in the log.",
} as const;

/** Makes an error that a client is told, with one of {@link codes}. */
export const codedError = errorsOf(codes);

/** The error of a change for which others were faster all the time. */
export function contention() {
  return codedError("CONTENTION", codes.CONTENTION);
}
