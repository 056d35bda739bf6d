export { type Client, type ClientOptions, createClient } from "./client.ts";
export { ClientError, type ServiceError } from "./error.ts";
export type { Live } from "./mailbox.ts";
export type {
  CreatePartyInput,
  FieldError,
  InvalidInput,
  OutcomeUnknown,
  PageInfo,
  PartiesReset,
  Party,
  PartyCreated,
  PartyDeleted,
  PartyExists,
  PartyNotFound,
  PartyPage,
  PartyUpdated,
  PeopleChanged,
  PeopleOutOfRange,
  PeopleStale,
  UpdatePartyInput,
} from "../party/client/operations.ts";
export type { CallOptions } from "./request.ts";
export type {
  AddPeopleResult,
  ChangePeopleResult,
  CreatePartyResult,
  DeletePartyResult,
  PartiesChanged,
  UpdatePartyResult,
} from "../party/client/results.ts";
export type { ConnectionState } from "./socket.ts";
export { randomUuid } from "./uuid.ts";
