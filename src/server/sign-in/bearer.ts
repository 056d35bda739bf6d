import type { IncomingMessage } from "node:http";
import type { ContextArguments } from "../context.ts";
import { invalidToken } from "./refusals.ts";

/** The maximum length of a token, in characters. */
const TOKEN_LENGTH = 8192;

/**
 * Returns the token of a caller; undefined if it sends none: from `connectionParams.authorization`, else from the header
 * `authorization`, in upper or lower case. It is read from nowhere else: an address ends up in logs, and cookies come with requests of other sites.
 *
 * @throws GraphQLError `UNAUTHENTICATED` if there is something else than one token: nobody who tries to sign in is taken
 * for a stranger
 */
export function tokenOf(
  request: IncomingMessage,
  { connectionParams = {} }: Pick<ContextArguments, "connectionParams">,
): string | undefined {
  const [given, another] = Object.keys(connectionParams).filter(isAuthorization);
  if (another !== undefined) throw invalidToken();
  const authorization: unknown =
    given === undefined ? authorizationHeader(request) : connectionParams[given];
  if (authorization === undefined) return undefined;
  if (typeof authorization !== "string" || authorization.length > TOKEN_LENGTH + SCHEME_LENGTH)
    throw invalidToken();
  const token = /^bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
  if (token === undefined || token.length > TOKEN_LENGTH) throw invalidToken();
  return token;
}

const SCHEME_LENGTH = "Bearer ".length;

const isAuthorization = (name: string) => name.toLowerCase() === "authorization";

/** Node.js drops all but the first header of the name, of which a proxy may have looked at the last. */
function authorizationHeader({ headers, rawHeaders }: IncomingMessage): string | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (isAuthorization(rawHeaders[at]!)) count += 1;
  if (count > 1) throw invalidToken();
  return authorization;
}
