export { createPartyClient, type PartyClient } from "./client.ts";
export * from "./operations.ts";
