import { type Client, type ClientOptions, createClient } from "../../client/index.ts";
import { type PartyOperations, partyOperations } from "./operations.ts";

/** A client with the operations of the application as functions. */
export interface PartyClient extends Client, PartyOperations {}

/**
 * Creates a client. The WebSocket opens with the first subscription.
 *
 * @example
 * await using client = createPartyClient({ url: "http://localhost:4000/graphql" });
 * for await (const { people } of client.peopleChanged({ city, id })) console.log(people);
 */
export function createPartyClient(options: ClientOptions): PartyClient {
  const client = createClient(options);
  return Object.assign(client, partyOperations(client));
}
