import {
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from "graphql";
import type { Table } from "../../cassandra/index.ts";
import type { Builder } from "../builder-options.ts";
import type { TableColumn } from "../columns.ts";
import type { OutputField } from "./object.ts";

// Which fields a plan may answer without calling resolvers below the root: those whose resolvers are the ones that this
// plugin, or the relay plugin for it, has made. Whoever wraps a resolver makes another one, and the executor calls it.

/** A field that reads a row or a page of a table. */
export interface PlannableRead {
  readonly reads: "row" | "page";
  readonly table: Table;
  readonly builder: Builder;
}

type Resolver = GraphQLFieldResolver<never, never>;

/** The reads by the resolvers that this plugin has made. */
const ownReads = new WeakMap<Resolver, PlannableRead>();
/** The reads by their resolvers in built schemas, which @pothos/plugin-scope-auth may have wrapped. */
const builtReads = new WeakMap<Resolver, PlannableRead>();
const columnsByResolver = new WeakMap<Resolver, TableColumn>();

/** Registers the resolver of a field that a plan can answer. */
export function addPlannable(resolver: Resolver, read: PlannableRead): void {
  ownReads.set(resolver, read);
}

/** Registers the resolver of a field that shows a column of a row. */
export function addPlannableColumn(resolver: Resolver, column: TableColumn): void {
  columnsByResolver.set(resolver, column);
}

/**
 * Registers the resolvers of a built schema that plans may call, and that may therefore return undecoded rows. Authorization
 * is part of a resolver, and passes on what it allows. Other plugins may look at it.
 */
export function addBuilt(schema: GraphQLSchema, { options }: Builder): void {
  const plugins = (options as { readonly plugins?: readonly string[] }).plugins ?? [];
  const isAlone = plugins.every((name) => passive.has(name));
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const read = field.resolve && readOfConfig(field);
      const isOwn = field.resolve === configOf(field)?.resolve;
      if (read && (isOwn || (isAlone && !looksAtValue(field))))
        builtReads.set(field.resolve!, read);
    }
  }
}

/** The plugins that do not look at what resolvers return, unless an option of the field says so. */
const passive: ReadonlySet<string> = new Set(["cassandra", "relay", "scopeAuth"]);

/** Whether @pothos/plugin-scope-auth takes more from the field's value than that it is there. */
function looksAtValue(field: OutputField): boolean {
  const { grantScopes } = (configOf(field)?.pothosOptions ?? {}) as { grantScopes?: unknown };
  return grantScopes !== undefined;
}

/** Returns what a field reads, if its resolver is one that a plan may call. */
export function plannableRead({ resolve }: OutputField): PlannableRead | undefined {
  return resolve && builtReads.get(resolve);
}

/** Returns the column that a field shows, if nobody has wrapped its resolver. */
export function plannableColumn({ resolve }: OutputField): TableColumn | undefined {
  return resolve && columnsByResolver.get(resolve);
}

/** Whether a field has the resolver with which it was defined, or none. */
export function isUnwrapped(field: OutputField): boolean {
  const config = configOf(field);
  if (!config) return false;
  return (field.resolve ?? defaultFieldResolver) === (config.resolve ?? defaultFieldResolver);
}

function readOfConfig(field: OutputField): PlannableRead | undefined {
  const resolve = configOf(field)?.resolve;
  return resolve && ownReads.get(resolve);
}

/** What Pothos knows of a field. */
interface PothosConfig {
  readonly resolve?: Resolver;
  readonly pothosOptions: object;
}

function configOf({ extensions }: OutputField): PothosConfig | undefined {
  return extensions["pothosConfig"] as PothosConfig | undefined;
}
