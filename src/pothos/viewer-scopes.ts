import type { ScopeNeed } from "./options/scope.ts";
import { type Viewer, viewerError } from "./viewer.ts";

/** A context with a viewer. The context of every operation on a server has one. */
interface ViewerContext {
  readonly viewer: Viewer;
}

/** Why @pothos/plugin-scope-auth refuses a field. */
interface AuthRefusal {
  readonly message: string;
  readonly failure: object;
}

/** A scope that a caller does not have, or several such failures. */
interface AuthFailure {
  readonly scope?: unknown;
  readonly parameter?: unknown;
  readonly failures?: readonly AuthFailure[];
}

/**
 * The option `scopeAuth` of a builder whose scopes are those of the viewer. Subscriptions are authorized before anything is
 * watched. A caller without a scope gets `FORBIDDEN`, or `UNAUTHENTICATED` if it has not signed in; the message and
 * `extensions.scopes` say what it needs.
 *
 * @example
 * new SchemaBuilder<{ Context: Services; AuthScopes: ViewerScopes; Scalars: CassandraScalars }>({
 *   plugins: [ScopeAuthPlugin, RelayPlugin, CassandraPlugin],
 *   scopeAuth: viewerScopes,
 *   …
 * });
 *
 * @example With scopes of your own beside those of the viewer
 * scopeAuth: {
 *   ...viewerScopes,
 *   authScopes: (context) => ({ ...viewerScopes.authScopes(context), staff: isStaff(context) }),
 * },
 */
export const viewerScopes = {
  authorizeOnSubscribe: true,
  authScopes: ({ viewer }: ViewerContext) => ({
    scope: (needed: ScopeNeed): boolean =>
      typeof needed === "string" ? viewer.may(needed) : needed.some((each) => viewer.may(each)),
  }),
  unauthorizedError: (
    _parent: unknown,
    { viewer }: ViewerContext,
    _info: unknown,
    { message, failure }: AuthRefusal,
  ): Error => {
    const scopes = [...new Set(scopesMissed(failure))];
    const needed =
      scopes.length === 0
        ? undefined
        : `${scopes.length === 1 ? "the scope" : "the scopes"} ${scopes.map((each) => JSON.stringify(each)).join(", ")}`;
    const options = { extensions: needed === undefined ? {} : { scopes } };
    return viewer.isSignedIn
      ? viewerError("FORBIDDEN", needed ? `This needs ${needed}.` : `${message}.`, options)
      : viewerError(
          "UNAUTHENTICATED",
          needed ? `Sign in first: this needs ${needed}.` : "Sign in first.",
          options,
        );
  },
};

/** Returns the scopes that a caller does not have, of alternatives the first. */
function scopesMissed({ scope, parameter, failures = [] }: AuthFailure): readonly string[] {
  if (scope !== "scope") return failures.flatMap(scopesMissed);
  return [parameter].flat().slice(0, 1).map(String);
}
