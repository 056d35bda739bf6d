import { errorsOf } from "./error.ts";

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
 * @throws TypeError if the claim `sub` is no text, or empty
 */
export function createViewer({ claims, scopes }: SignedIn): Viewer {
  const { sub: id } = claims;
  if (typeof id !== "string" || id === "")
    throw new TypeError('A viewer needs a claim "sub": a text that is not empty.');
  const granted = new Set(scopes);
  return Object.freeze({
    isSignedIn: true,
    id,
    claims,
    scopes: [...granted].toSorted(),
    may: (scope: string) => granted.has(scope),
    claim(name: string) {
      const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
      if (typeof value === "string" && value !== "") return value;
      throw viewerError(
        "FORBIDDEN",
        `Your token has no text as its claim ${JSON.stringify(name)}.`,
      );
    },
  });
}

/** Creates the viewer of callers who have not signed in. */
export function createStranger({ scopes }: Pick<SignedIn, "scopes">): Viewer {
  const granted = new Set(scopes);
  return strangerWho((scope) => granted.has(scope), scopes);
}

/** The scope of operators. Nobody has it without signing in. */
export const OPERATOR = "operator";

/** Everybody, where nobody can sign in: everything is allowed but what {@link OPERATOR operators} do. */
export const openViewer: Viewer = strangerWho((scope) => scope !== OPERATOR, []);

function strangerWho(may: (scope: string) => boolean, scopes: readonly string[]): Viewer {
  return Object.freeze({
    isSignedIn: false,
    get id(): never {
      throw signInFirst();
    },
    claims: Object.freeze({}),
    scopes: [...new Set(scopes)].toSorted(),
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
