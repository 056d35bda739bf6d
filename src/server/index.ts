export { LOOPBACK_PROXIES } from "./address.ts";
export {
  type AdjustableLimit,
  adjustableLimits,
  type LimitName,
  type Limits,
} from "./adjustable-limits.ts";
export { type App, createApp } from "./app.ts";
export type { AppOptions } from "./app-options.ts";
export type { Services } from "./caller-services.ts";
export type { CallerOptions, ContextArguments } from "./context.ts";
export { type DocumentList, DocumentListError } from "./document-list.ts";
export { type Claims, createViewer, type SignedIn, type Viewer } from "../pothos/index.ts";
export { codes } from "./error.ts";
export { limits } from "./limits.ts";
export type { Log } from "./mask.ts";
export { createServer, type Server, type ServerOptions } from "./server.ts";
export type { PublicKeySet } from "./sign-in/given-keys.ts";
export type { SignInOptions } from "./sign-in/options.ts";
