import type { Impossible } from "../../cassandra/index.ts";

/** Which scopes the generated fields of a table need. */
export interface TableScopes {
  /** For `t.row`, `t.partition`, `t.watch` and `t.follow`. */
  readonly read: string;
  /** For `t.create`, `t.put`, `t.putRows`, `t.update`, `t.change` and `t.add`. Includes `read`. */
  readonly write: string;
  /** For `t.remove` and `t.removeRange`. Includes `write`. */
  readonly admin: string;
}

/** One of a table's scopes by its kind, or a scope of your own. */
export type ScopeName = keyof TableScopes | (string & {});

/** A scope, or several of which one is enough. */
export type ScopeNeed = string | readonly string[];

/** The scopes of a builder: its type `AuthScopes`, or a part of it. */
export interface ViewerScopes {
  /** What the viewer was granted: {@link Viewer.may}. */
  readonly scope: ScopeNeed;
}

/** An option about scopes. Rejects it if the builder's `AuthScopes` do not have those of {@link ViewerScopes}. */
export type ScopeOption<Types, Option> = Types extends {
  readonly AuthScopes: { readonly scope: infer Scope };
}
  ? [ScopeNeed] extends [Scope]
    ? Option
    : NoScopes
  : NoScopes;

type NoScopes =
  Impossible<"the builder needs AuthScopes: ViewerScopes, and scopeAuth: viewerScopes">;

/** The option of a generated field. */
export interface FieldScope<Types> {
  /**
   * The scope that the field needs instead of that for its kind of field: another one of the table's, e.g. `"admin"`, or one
   * of your own. Default: that of the table's `scopes` for this kind of field; none if the table has no scopes.
   *
   * @example archiveSeat: t.update(SeatTable, ["zone"], { scope: "admin" })
   */
  readonly scope?: ScopeOption<Types, ScopeName>;
}
