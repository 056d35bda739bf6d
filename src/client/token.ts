import { badCall, ClientError } from "./error.ts";

/** Returns a token that is valid now. */
export type GivenToken = () => string | Promise<string>;

/**
 * Asks for a token.
 *
 * @throws ClientError as the function throws it, which means that there will be none; `NETWORK_ERROR` if it throws anything
 * else; `BAD_CALL` if what it returns is no token
 */
export async function requestToken(given: GivenToken): Promise<string> {
  const token: unknown = await askFor(given);
  // Such a text could not be sent in a header.
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) return token;
  throw badCall("token must return a text of ASCII characters without spaces.");
}

async function askFor(given: GivenToken): Promise<unknown> {
  try {
    return await given();
  } catch (cause) {
    if (cause instanceof ClientError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ClientError("NETWORK_ERROR", `There is no token: ${reason}.`, { cause });
  }
}

/** How a token is sent, in headers and in `connection_init`. */
export function authorizationOf(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}
