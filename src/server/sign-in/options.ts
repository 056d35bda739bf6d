import type { KeyObject } from "node:crypto";
import { OPERATOR } from "../../pothos/operator.ts";
import { type PublicKeySet, requireKeys } from "./given-keys.ts";

/** How callers sign in: by a token that an issuer has signed (JWT, RFC 7519), sent as `Bearer`. */
export interface SignInOptions {
  /** The claim `iss` of its tokens, exactly as it is there. */
  readonly issuer: string;
  /** The claim `aud` of tokens for this service; of several, a token must have one. */
  readonly audience: string | readonly string[];
  /**
   * By what tokens are verified:
   *
   * - the address of the issuer's key set (JWKS, RFC 7517), read again every 10 minutes, and when a token names a key that
   *   is not known: `https`, or `http` on this machine
   * - a key set, or one public key
   * - a secret that is shared with the issuer, of at least 32 bytes
   */
  readonly keys: URL | PublicKeySet | KeyObject;
  /**
   * The algorithms of tokens. Default: with a secret `HS256`; else all of RS, PS and ES, and `EdDSA`, that fit the key. A
   * secret fits only HS, and a public key only the others.
   */
  readonly algorithms?: readonly string[] | undefined;
  /** By how many seconds the clocks of the issuer and the service may differ. Default: 5. */
  readonly clockTolerance?: number | undefined;
  /** The claim with what the caller was granted: a text with spaces between, or a list of texts. Default: `scope`. */
  readonly scopesClaim?: string | undefined;
  /**
   * What everybody is granted: callers without a token, and others beside the scopes of theirs. Default: callers without
   * a token are refused with `UNAUTHENTICATED`.
   */
  readonly anonymous?: readonly string[] | undefined;
}

/** Options without anything left out. */
export interface CheckedSignIn {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly keys: SignInOptions["keys"];
  readonly algorithms: readonly string[];
  readonly clockTolerance: number;
  readonly scopesClaim: string;
  readonly anonymous: readonly string[] | undefined;
}

/** The default of {@link SignInOptions.clockTolerance}, in seconds. */
export const CLOCK_TOLERANCE = 5;

/** The longest {@link SignInOptions.clockTolerance}, in seconds. */
export const MAX_CLOCK_TOLERANCE = 300;

/** The default of {@link SignInOptions.scopesClaim}. */
export const SCOPES_CLAIM = "scope";

const signInNames: readonly (keyof SignInOptions)[] = [
  "issuer",
  "audience",
  "keys",
  "algorithms",
  "clockTolerance",
  "scopesClaim",
  "anonymous",
];

/** Checks options, which loads no package. @throws TypeError, RangeError: no message repeats a key */
export function checkSignIn(options: SignInOptions): CheckedSignIn {
  requireNames(options);
  const {
    issuer,
    audience,
    keys,
    clockTolerance = CLOCK_TOLERANCE,
    scopesClaim = SCOPES_CLAIM,
  } = options;
  requireName("issuer", issuer);
  const audiences = typeof audience === "string" ? [audience] : audience;
  requireNameList("audience", audiences);
  if (audiences.length === 0) throw new TypeError("signIn.audience must not be an empty list.");
  const fitting = requireKeys(keys);
  const { algorithms = fitting.standard, anonymous } = options;
  requireNameList("algorithms", algorithms);
  const stray = algorithms.find((name) => !fitting.possible.includes(name));
  if (stray !== undefined || algorithms.length === 0) {
    const came = stray === undefined ? "but there are none" : `but "${stray}" is not`;
    throw new TypeError(
      `signIn.algorithms must be of ${fitting.possible.join(", ")}, which fit the key, ${came}.`,
    );
  }
  requireTolerance(clockTolerance);
  requireName("scopesClaim", scopesClaim);
  if (anonymous !== undefined) requireAnonymous(anonymous);
  return { issuer, audience: audiences, keys, algorithms, clockTolerance, scopesClaim, anonymous };
}

function requireNames(options: SignInOptions): void {
  const known: readonly string[] = signInNames;
  const stray = Object.keys(options).find((name) => !known.includes(name));
  if (stray === undefined) return;
  throw new TypeError(`signIn has "${stray}", but it can only have ${known.join(", ")}.`);
}

function requireName(name: string, value: unknown): void {
  if (typeof value === "string" && value !== "") return;
  const came = value === "" ? "an empty text" : typeof value;
  throw new TypeError(`signIn.${name} must be a text that is not empty, but is ${came}.`);
}

function requireNameList(name: string, list: unknown): void {
  if (Array.isArray(list) && list.every((each) => typeof each === "string" && each !== "")) return;
  throw new TypeError(`signIn.${name} must be a list of texts that are not empty.`);
}

function requireTolerance(seconds: unknown): void {
  const isFitting = typeof seconds === "number" && seconds >= 0 && seconds <= MAX_CLOCK_TOLERANCE;
  if (isFitting) return;
  const came = typeof seconds === "number" ? seconds : typeof seconds;
  throw new RangeError(
    `signIn.clockTolerance must be a number of seconds from 0 to ${MAX_CLOCK_TOLERANCE}, but is ${came}.`,
  );
}

function requireAnonymous(scopes: readonly string[]): void {
  requireNameList("anonymous", scopes);
  if (!scopes.includes(OPERATOR)) return;
  throw new TypeError(`signIn.anonymous must not have "${OPERATOR}": operators have to sign in.`);
}
