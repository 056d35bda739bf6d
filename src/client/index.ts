export {
  type CallArguments,
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
  type SendOptions,
  type SubscribeOptions,
} from "./client.ts";
export type { DocumentText, TypedDocument } from "./document.ts";
export { ClientError, type ServiceError } from "./error.ts";
export { liveField, requiredField } from "./field.ts";
export type { LiveValues } from "./mailbox.ts";
export type { ConnectionParams, ConnectionState } from "./socket.ts";
export type { GivenToken } from "./token.ts";
export { randomUuid } from "./uuid.ts";
