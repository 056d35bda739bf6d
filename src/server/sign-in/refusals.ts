import type { GraphQLError } from "graphql";
import { requestError } from "../request-error.ts";

/**
 * Returns the error for a token that is not valid. It does not say why: only its issuer or somebody who tries to forge one
 * could use that.
 */
export function invalidToken(): GraphQLError {
  return requestError("UNAUTHENTICATED", "The token is not valid for this service.", {
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  });
}

/** Returns the error for a token that was valid. */
export function expiredToken(): GraphQLError {
  return requestError("TOKEN_EXPIRED", "The token has expired.", {
    headers: {
      "www-authenticate": 'Bearer error="invalid_token", error_description="The token has expired"',
    },
  });
}

/** Returns the error for a token that nobody can verify now. */
export function unverifiableToken(): GraphQLError {
  const message = "The keys to verify the token cannot be had now. Nothing was done; try again.";
  return requestError("UNAVAILABLE", message);
}
