import { GraphQLError } from "graphql";
import { errors, jwtVerify, type JWTVerifyResult } from "jose";
import { createViewer, type Viewer } from "../../pothos/index.ts";
import { isDeeper } from "../../support/depth.ts";
import type { FindKey } from "./keys.ts";
import type { CheckedSignIn } from "./options.ts";
import type { ReportRefused } from "./refused-log.ts";
import { otherType, refusedReason, unfitClaim } from "./refused-reason.ts";
import { expiredToken, invalidToken } from "./refusals.ts";

/** How deep claims may be nested. */
const CLAIMS_DEPTH = 100;

/** Verifies a token. Rejects with `UNAUTHENTICATED`, `TOKEN_EXPIRED` or `UNAVAILABLE`. */
export type Verify = (token: string) => Promise<Viewer>;

interface VerifyParts {
  readonly findKey: FindKey;
  readonly reportRefused: ReportRefused;
}

/** Creates the function that verifies the tokens of a server. */
export function createVerify(
  signIn: CheckedSignIn,
  { findKey, reportRefused }: VerifyParts,
): Verify {
  const { issuer, audience, algorithms, clockTolerance, scopesClaim, anonymous = [] } = signIn;
  const options = {
    issuer,
    audience: [...audience],
    algorithms: [...algorithms],
    clockTolerance,
    requiredClaims: ["exp", "sub"],
  };

  async function verifySignature(token: string): Promise<JWTVerifyResult> {
    try {
      return await jwtVerify(token, findKey, options);
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      // The token does not say which of them it was signed by.
      for await (const key of error) {
        const result = await jwtVerify(token, key, options).catch(noneIfUnsigned);
        if (result) return result;
      }
      throw error;
    }
  }

  return async (token) => {
    try {
      const { payload, protectedHeader } = await verifySignature(token);
      if (!isAccessToken(protectedHeader.typ)) throw otherType(payload);
      // Copies and comparisons of the claims would overflow the stack.
      if (isDeeper(payload, CLAIMS_DEPTH)) throw invalidToken();
      // A server that takes no text for a caller would take nobody for everybody.
      if (typeof payload.sub !== "string" || payload.sub === "") throw unfitClaim("sub", payload);
      // Who signs in loses nothing by it.
      const scopes = [...anonymous, ...scopesIn(payload, scopesClaim)];
      return createViewer({ claims: payload, scopes });
    } catch (error) {
      const refusal = refusalFor(error);
      if (refusal.extensions["code"] === "UNAUTHENTICATED")
        reportRefused(() => refusedReason(error, token, signIn));
      throw refusal;
    }
  };
}

function noneIfUnsigned(error: unknown): undefined {
  if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
}

/** An issuer also signs what is no access token, such as a logout, and says so there (RFC 8725, 3.11). */
function isAccessToken(type: unknown): boolean {
  if (type === undefined) return true;
  return typeof type === "string" && /^(application\/)?(jwt|at\+jwt)$/i.test(type);
}

/** Returns the scopes that a claim grants: those of a text with spaces between, or of a list of texts; else none. */
function scopesIn(claims: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const claim = Object.hasOwn(claims, name) ? claims[name] : undefined;
  const list: readonly unknown[] =
    typeof claim === "string" ? claim.split(" ") : Array.isArray(claim) ? claim : [];
  return list.filter((scope): scope is string => typeof scope === "string" && scope !== "");
}

/** Returns the error for a client. Whatever fails by a token that anybody can write is not worth a line of the log. */
function refusalFor(error: unknown): GraphQLError {
  if (error instanceof errors.JWTExpired) return expiredToken();
  return error instanceof GraphQLError ? error : invalidToken();
}
