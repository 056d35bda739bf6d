import { decodeProtectedHeader, errors, type ProtectedHeaderParameters } from "jose";
import { printable } from "../../support/quote.ts";
import type { CheckedSignIn } from "./options.ts";

/** How many characters of a value of a token are looked at. */
const LOOKED_AT = 101;

/** What a token is expected to have. */
type ExpectedToken = Pick<CheckedSignIn, "issuer" | "audience" | "algorithms">;

/**
 * Returns why a token is refused, for operators. It names what was expected and what came instead, but neither the token
 * nor who it is of.
 *
 * @param error what its verification has failed with
 */
export function refusedReason(error: unknown, token: string, expected: ExpectedToken): string {
  const { alg, kid, typ } = headerOf(token);
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === TYPE)
      return `its type (typ) is ${shownClaim(typ)}, expected "JWT" or "at+jwt"`;
    return ofClaim(error, expected);
  }
  if (error instanceof errors.JWKSNoMatchingKey)
    return `there is no key with kid ${shownClaim(kid)} for algorithm ${shownClaim(alg)}`;
  if (error instanceof errors.JOSEAlgNotAllowed)
    return `its algorithm is ${shownClaim(alg)}, expected ${either(expected.algorithms)}`;
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return `its signature is not by the key (its kid is ${shownClaim(kid)})`;
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return `its signature is by none of the keys for algorithm ${shownClaim(alg)}`;
  return "it is not well-formed, nested too deeply, or its algorithm does not fit the key";
}

/** By what name an error tells that a token is no access token. */
const TYPE = "typ";

/** Returns the error for a token that an issuer has signed for something else than access. */
export function otherType(payload: Readonly<Record<string, unknown>>): Error {
  return new errors.JWTClaimValidationFailed("not an access token", payload, TYPE);
}

/** Returns the error for a token without a claim that is as it must be. */
export function unfitClaim(name: string, payload: Readonly<Record<string, unknown>>): Error {
  return new errors.JWTClaimValidationFailed("not as it must be", payload, name);
}

function ofClaim(
  { claim, payload }: errors.JWTClaimValidationFailed,
  { issuer, audience }: ExpectedToken,
): string {
  const wanted: Readonly<Record<string, string>> = {
    iss: shownClaim(issuer),
    aud: either(audience),
    sub: "a text that is not empty",
    exp: "a number of seconds",
    nbf: "a moment that has come",
  };
  const expected = Object.hasOwn(wanted, claim) ? `, expected ${wanted[claim]}` : "";
  if (!Object.hasOwn(payload, claim)) return `it has no claim ${claim}${expected}`;
  // The sub is a person.
  if (claim === "sub") return `its claim sub is not as it must be${expected}`;
  return `its claim ${claim} is ${shownClaim(payload[claim])}${expected}`;
}

function either(texts: readonly string[]): string {
  return texts.map(shownClaim).join(" or ");
}

/** Returns a value of a token as JSON in one line that is not long; of nested ones, only what they are. */
function shownClaim(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) {
    if (!value.every((each) => typeof each === "string")) return "a list";
  } else if (typeof value === "object" && value !== null) return "an object";
  return printable(JSON.stringify(value).slice(0, LOOKED_AT));
}

function headerOf(token: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return {};
  }
}
