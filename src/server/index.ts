export { type App, type AppOptions, createApp } from "./app.ts";
export type { CallerOptions, ContextArguments, Services } from "./context.ts";
export { codes } from "./error.ts";
export { limits } from "./limits.ts";
export type { Log } from "./mask.ts";
export { createServer, type Server, type ServerOptions } from "./server.ts";
