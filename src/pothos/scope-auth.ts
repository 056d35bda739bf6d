import { PothosSchemaError, type PothosOutputFieldConfig, type SchemaTypes } from "@pothos/core";
import type { GraphQLResolveInfo } from "graphql";
import type { Builder } from "./builder-options.ts";
import type { Need, ScopeExtension } from "./scopes.ts";

// Scopes are checked by @pothos/plugin-scope-auth, whose types are not used here: they would make its options mandatory
// in every builder of a program, also in those without scopes.

/** A map of scopes, as the plugin takes it. */
type AuthMap = Readonly<Record<string, unknown>>;

type AuthFunction = (
  parent: unknown,
  args: GivenArguments,
  context: object,
  info: GraphQLResolveInfo,
) => AuthMap | boolean | PromiseLike<AuthMap | boolean>;

type GivenArguments = Readonly<Record<string, unknown>>;

/** What the plugin adds to builders. */
interface AuthBuilder {
  readonly options: { readonly plugins?: readonly string[]; readonly scopeAuth?: AuthOptions };
  runAuthScopes(
    context: object,
    scopes: AuthMap | boolean,
    unauthorizedError: () => Error,
  ): void | PromiseLike<void>;
}

interface AuthOptions {
  readonly authorizeOnSubscribe?: boolean;
}

type FieldConfig = PothosOutputFieldConfig<SchemaTypes>;

/** Options of a field or a type with those that the plugin adds. */
interface Authorized {
  readonly authScopes?: AuthMap | AuthFunction;
}

/**
 * Returns a field whose scopes the plugin checks, together with the field's own `authScopes`: both must allow the caller.
 * Its `extensions.cassandra` has the scopes that are known before the call, also those of its own.
 *
 * @param options.typeOptions the options of the field's type and of its interfaces
 * @throws PothosSchemaError if the builder lacks what checks them
 */
export function withScopes(
  builder: Builder,
  field: FieldConfig,
  { typeOptions }: { readonly typeOptions: readonly Authorized[] },
): FieldConfig {
  const extension = (field.extensions?.["cassandra"] ?? {}) as ScopeExtension;
  const { authScopes: own } = field.pothosOptions as Authorized;
  const ownNeed = needIn(own);
  const scopes = [...(extension.scopes ?? []), ...(ownNeed ? [ownNeed] : [])];
  const cassandra: ScopeExtension = {
    ...extension,
    ...(scopes.length > 0 && { scopes }),
    ...((own || typeOptions.some(({ authScopes }) => authScopes)) && { byViewer: true }),
  };
  const isPlain = Object.keys(cassandra).length === 0;
  const extensions = isPlain ? field.extensions : { ...field.extensions, cassandra };
  const authScopes = checkedScopes(builder as unknown as AuthBuilder, field);
  return { ...field, extensions, pothosOptions: { ...field.pothosOptions, authScopes } as never };
}

/** Returns the `authScopes` of a field: its own, and those that its `extensions.cassandra` need. */
function checkedScopes(builder: AuthBuilder, field: FieldConfig): Authorized["authScopes"] {
  const { authScopes: own } = field.pothosOptions as Authorized;
  const { scopes = [], inputScopes = {} } = (field.extensions?.["cassandra"] ??
    {}) as ScopeExtension;
  const inputs = Object.entries(inputScopes);
  if (scopes.length === 0 && inputs.length === 0) return own;
  requireScopeAuth(builder, field);
  const always = allOf(scopes);
  const needed = (args: GivenArguments) => {
    const given = inputs.flatMap(([argument, needs]) =>
      inputsAt(args, argument).flatMap((input) => needsOfGiven(input, needs)),
    );
    return given.length === 0 ? always : allOf([...scopes, ...given]);
  };
  if (own) return bothScopes(builder, { needed, own });
  return inputs.length === 0 ? (always as AuthMap) : (_parent, args) => needed(args);
}

/** Returns the scope that a user's map needs, if it is its only entry. */
function needIn(own: AuthMap | AuthFunction | undefined): Need | undefined {
  if (typeof own !== "object" || own === null) return undefined;
  const [[name, scope] = [], ...others] = Object.entries(own);
  const names: readonly unknown[] = [scope].flat();
  const isNeed = name === "scope" && others.length === 0 && names.length > 0;
  return isNeed && names.every((each) => typeof each === "string") ? (names as Need) : undefined;
}

interface BothScopes {
  readonly needed: (args: GivenArguments) => AuthMap | boolean;
  readonly own: AuthMap | AuthFunction;
}

/**
 * Returns a function that returns the user's own scopes only to callers who have the needed ones. The plugin would ignore
 * a `false` inside of a map, and the user's map is to be read by the builder's strategy.
 */
function bothScopes(builder: AuthBuilder, { needed, own }: BothScopes): AuthFunction {
  return async (parent, args, context, info) => {
    const scopes = needed(args);
    if (!(await hasScopes(builder, context, scopes))) return scopes;
    return typeof own === "function" ? own(parent, args, context, info) : own;
  };
}

async function hasScopes(
  builder: AuthBuilder,
  context: object,
  scopes: AuthMap | boolean,
): Promise<boolean> {
  const refusal = new Error("The caller does not have the scopes.");
  try {
    await builder.runAuthScopes(context, scopes, () => refusal);
    return true;
  } catch (error) {
    if (error === refusal) return false;
    throw error;
  }
}

/** Returns the inputs at a path, e.g. `rows.row`: those of all items of a list. */
function inputsAt(args: GivenArguments, path: string): readonly unknown[] {
  let inputs: readonly unknown[] = [args];
  for (const name of path.split("."))
    inputs = inputs.flatMap((input) => (input as GivenArguments | null | undefined)?.[name] ?? []);
  return inputs;
}

/** Returns what the given fields of an input need. */
function needsOfGiven(input: unknown, needs: Readonly<Record<string, Need>>): readonly Need[] {
  const given = Object.keys((input ?? {}) as object);
  return given.flatMap((name) => (Object.hasOwn(needs, name) ? [needs[name]!] : []));
}

/** Returns a map that requires all needs. A map has one entry for each name, and all of these have the same. */
function allOf([first, ...others]: readonly Need[]): AuthMap | boolean {
  if (!first) return true;
  if (others.length === 0) return { scope: first };
  return { $all: { scope: first, $all: allOf(others) } };
}

/** @throws PothosSchemaError if the builder lacks what checks scopes */
function requireScopeAuth({ options }: AuthBuilder, field: FieldConfig): void {
  const { plugins = [], scopeAuth } = options;
  const name = `${field.parentType}.${field.name}`;
  if (!plugins.includes("scopeAuth") || !scopeAuth) {
    throw new PothosSchemaError(
      `Field "${name}" needs scopes, which @pothos/plugin-scope-auth checks: add it to the builder's plugins, and scopeAuth: viewerScopes to its options.`,
    );
  }
  if (field.kind === "Subscription" && scopeAuth.authorizeOnSubscribe !== true) {
    throw new PothosSchemaError(
      `Field "${name}" needs scopes, but would be watched before they are checked: add authorizeOnSubscribe: true to the builder's option scopeAuth, or use viewerScopes.`,
    );
  }
}
