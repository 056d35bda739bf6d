import { errorsOf } from "./error.ts";
import { OPERATOR } from "./operator.ts";

/** The codes of errors about who sends an operation, and what the client can do about them. */
export const viewerCodes = {
  UNAUTHENTICATED: "The caller has to sign in, or its token is not valid.",
  FORBIDDEN: "The caller has signed in, but may not do this.",
} as const;

/** Creates an error with one of {@link viewerCodes}. */
export const viewerError = errorsOf(viewerCodes);

/** The claims of a token (RFC 7519, 4). */
export type Claims = Readonly<Record<string, unknown>>;

/** Who sends an operation. Each context has one, also if nobody has signed in. */
export interface Viewer {
  readonly isSignedIn: boolean;
  /**
   * Who has signed in: the claim `sub`. It is never empty, so that a key made of it names no partition of somebody else.
   *
   * @throws GraphQLError `UNAUTHENTICATED` if nobody has signed in
   */
  readonly id: string;
  /** All claims of the caller's token; none if nobody has signed in. */
  readonly claims: Claims;
  /** What the caller was granted by name, sorted. {@link Viewer.may} may allow more. */
  readonly scopes: readonly string[];
  /** Whether the caller may do what needs a scope. */
  may(scope: string): boolean;
  /**
   * Returns a claim that is a text, e.g. a tenant to use in a key.
   *
   * @throws GraphQLError `UNAUTHENTICATED` if nobody has signed in; `FORBIDDEN` if the token has no such text, or an empty one
   */
  claim(name: string): string;
}

/** Somebody who has signed in. */
export interface SignedIn {
  /** Has at least `sub`, which is not empty. */
  readonly claims: Claims;
  readonly scopes: readonly string[];
}

/**
 * Creates the viewer of somebody who has signed in.
 *
 * The claims are copied as JSON, and frozen.
 *
 * @throws TypeError if the claim `sub` is no text, or empty; if the claims are no JSON object, or the scopes no list of texts
 */
export function createViewer({ claims: given, scopes }: SignedIn): Viewer {
  const claims = frozenClaims(given);
  const { sub: id } = claims;
  if (typeof id !== "string" || id === "")
    throw new TypeError('A viewer needs a claim "sub": a text that is not empty.');
  const granted = grantedScopes(scopes);
  return registered({
    isSignedIn: true,
    id,
    claims,
    scopes: Object.freeze([...granted].toSorted()),
    may: (scope) => granted.has(scope),
    claim(name) {
      const value = claims[name];
      if (typeof value === "string" && value !== "") return value;
      throw viewerError(
        "FORBIDDEN",
        `Your token has no text as its claim ${JSON.stringify(name)}.`,
      );
    },
  });
}

/** Whether a value is a viewer that was made by one of these functions. */
export function isViewer(value: unknown): value is Viewer {
  return typeof value === "object" && value !== null && viewers.has(value);
}

const viewers = new WeakSet<object>();

function registered(viewer: Viewer): Viewer {
  viewers.add(viewer);
  return Object.freeze(viewer);
}

/** Returns a frozen copy, which inherits nothing: the name of a claim may be that of a method. */
function frozenClaims(claims: unknown): Claims {
  const isObject = typeof claims === "object" && claims !== null && !Array.isArray(claims);
  if (!isObject) throw new TypeError("The claims of a viewer must be an object.");
  const copy: unknown = JSON.parse(JSON.stringify(claims), (_, value: unknown) =>
    Object.freeze(value),
  );
  return Object.freeze(Object.assign(Object.create(null), copy) as Claims);
}

/** @throws TypeError if it is a text, of which each character would be a scope */
function grantedScopes(scopes: readonly string[]): ReadonlySet<string> {
  const isList = Array.isArray(scopes) && scopes.every((scope) => typeof scope === "string");
  if (!isList) throw new TypeError("The scopes of a viewer must be a list of texts.");
  return new Set(scopes);
}

/** Creates the viewer of callers who have not signed in. */
export function createStranger({ scopes }: Pick<SignedIn, "scopes">): Viewer {
  const granted = grantedScopes(scopes);
  return strangerWho((scope) => granted.has(scope), granted);
}

/** Everybody, where nobody can sign in: everything is allowed but what operators do. */
export const openViewer: Viewer = strangerWho((scope) => scope !== OPERATOR, new Set());

function strangerWho(may: (scope: string) => boolean, scopes: ReadonlySet<string>): Viewer {
  return registered({
    isSignedIn: false,
    get id(): never {
      throw signInFirst();
    },
    claims: frozenClaims({}),
    scopes: Object.freeze([...scopes].toSorted()),
    may,
    claim(): never {
      throw signInFirst();
    },
  });
}

/** Returns the error for somebody who has to sign in. */
export function signInFirst() {
  return viewerError("UNAUTHENTICATED", "Sign in first.", {
    extensions: { http: { status: 401, headers: { "www-authenticate": "Bearer" } } },
  });
}
