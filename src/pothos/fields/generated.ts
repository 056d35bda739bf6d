import {
  type InputFieldMap,
  PothosSchemaError,
  type SchemaTypes,
  type TypeParam,
} from "@pothos/core";
import type { GraphQLFieldResolver, GraphQLResolveInfo } from "graphql";
import { ordersOf, type RawRow, type Table } from "../../cassandra/index.ts";
import { columnOfArgument } from "../columns.ts";
import { requireTime } from "../deadline.ts";
import type { ScopeName } from "../options/scope.ts";
import { addPlannable } from "../plan/plannable.ts";
import { type FieldUnion, isFieldUnion, type NamedField } from "../outcomes/result.ts";
import type { FieldMethod } from "../scopes.ts";
import { type InputArgument, scopesOfField } from "./scope.ts";

/** A field builder, without the types of its builder. Fields of all kinds of types are built in the same way. */
export type FieldBuilder = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, unknown>;

/** The arguments of a resolver. */
export interface FieldCall {
  readonly parent: unknown;
  readonly args: RawRow;
  readonly context: object;
  readonly info: GraphQLResolveInfo;
}

/** A generated field, before the user's options are applied. */
export interface GeneratedField {
  readonly method: FieldMethod;
  readonly table: Table;
  readonly type: TypeParam<SchemaTypes> | FieldUnion;
  readonly nullable: boolean;
  readonly description: string;
  /** The arguments for columns of the key. */
  readonly keyArguments: InputFieldMap;
  /** The other arguments. */
  readonly args?: InputFieldMap;
  /** Metadata about the field's cost, in the schema's `extensions`. */
  readonly extension?: FieldCost;
  /** Whether the key or the part that it reads depends on the parent or the caller. */
  readonly byViewer?: boolean;
  /** The columns that the field cannot be used without, beside those of its key: it needs their scopes, too. */
  readonly columns?: readonly string[];
  /** The arguments with a field for each of some columns. */
  readonly inputs?: readonly InputArgument[];
  /** Is called when the name of the field is known. */
  readonly onName?: (field: NamedField) => void;
  readonly run: (call: FieldCall) => Promise<unknown>;
  /** What the field reads, if a plan can read it: see `plan/`. Not of an order, whose rows are in another table. */
  readonly reads?: "row" | "page";
  /** Only of a subscription: turns an event into the field's value. `run` is then its `subscribe` function. */
  readonly resolve?: (event: never) => unknown;
}

/**
 * What a field costs: the content of its `extensions.cassandra`, besides its table. Generated fields have it; a field of
 * your own can declare it there.
 */
export interface FieldCost {
  /** How many partitions it reads or writes. Default: 1 of a generated field, else 0. */
  readonly partitions?: number;
  /** How many more partitions it reads for each row that it returns. Default: 0. */
  readonly partitionsPerRow?: number;
  /** The argument that limits the rows of a page. */
  readonly page?: string;
  /** How many objects its list has. Default: 10, if it is not the list of a page. */
  readonly rows?: number;
  /** The argument with a list of keys: `partitions` counts for each of them, and its list has an object for each. */
  readonly keys?: string;
  /** Fields of one table with equal values of these arguments read one partition, once. Default: each reads anew. */
  readonly loadedBy?: readonly string[];
  /** How many points each partition costs. Default: 1; 4 of a field that writes by lightweight transactions. */
  readonly points?: number;
  /** Whether it writes. Default: false. */
  readonly writes?: true;
}

/** A lightweight transaction has four round trips between replicas: prepare, read, propose, commit. */
const LWT_POINTS = 4;

/** Returns what it costs to write a row of a table with its entries in all orders. */
export function orderedWriteCost(table: Table): FieldCost {
  return { writes: true, partitions: 1 + ordersOf(table).length };
}

/** The options that all methods have; see `GeneratedFieldOptions`. */
interface UntypedFieldOptions {
  readonly args?: InputFieldMap;
  readonly description?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly scope?: ScopeName;
  readonly resolve?: UntypedWrapper;
  readonly subscribe?: UntypedWrapper;
}

type UntypedWrapper = (
  next: () => Promise<unknown>,
  parent: unknown,
  args: RawRow,
  context: object,
  info: GraphQLResolveInfo,
) => unknown;

/**
 * Returns a generated field with the user's options.
 *
 * @throws PothosSchemaError if two arguments have the same name, or the option `scope` is not valid
 */
export function generatedField(
  t: FieldBuilder,
  { method, table, type, nullable, ...generated }: GeneratedField,
  { args: own = {}, description, extensions, scope, ...options }: UntypedFieldOptions,
) {
  const { resolve, subscribe, ...passedOn } = options;
  const { byViewer = false, columns = [], inputs = [] } = generated;
  const { keyArguments, args = {}, extension, onName, reads, resolve: resolveEvent } = generated;
  const run = (call: FieldCall) => {
    requireTime(call.context);
    return generated.run(call);
  };
  for (const name of Object.keys(keyArguments)) {
    if (Object.hasOwn(args, name)) throw keyArgumentConflict(table, { method, name });
  }
  for (const name of Object.keys(own)) {
    if (Object.hasOwn(args, name) || Object.hasOwn(keyArguments, name)) {
      throw argumentConflict(table, { method, name });
    }
  }
  const wrap = resolveEvent ? subscribe : resolve;
  const resolver: GraphQLFieldResolver<unknown, object> = wrap
    ? async (parent, args, context, info) =>
        wrap(async () => run({ parent, args, context, info }), parent, args, context, info)
    : (parent, args, context, info) => run({ parent, args, context, info });
  // A wrapper of the user's may look at what the field returns.
  if (reads && !wrap) addPlannable(resolver, { reads, table, builder: t.builder });
  const union = isFieldUnion(type) ? type : undefined;
  const field = t.field({
    ...passedOn,
    type: union?.ref ?? type,
    nullable,
    description: description ?? generated.description,
    args: { ...keyArguments, ...own, ...args },
    extensions: {
      ...extensions,
      // The user may declare here which columns of the parent the field needs.
      cassandra: {
        ...(extensions?.["cassandra"] as object),
        table: table.name,
        partitions: 1,
        ...(extension?.writes && table.lwt && { points: LWT_POINTS }),
        ...extension,
        ...(byViewer && { byViewer }),
        ...scopesOfField(t.builder, { method, table, scope, columns, inputs }),
      },
    },
    ...(resolveEvent ? { subscribe: resolver, resolve: resolveEvent } : { resolve: resolver }),
  } as never);
  field.onFirstUse((config) => {
    union?.define(config);
    onName?.(config);
  });
  return field as never;
}

/** How the union of a mutation's outcomes is named and described. */
export const RESULT_UNION = {
  suffix: "Result",
  describe: (field: string) => `The result of \`${field}\`.`,
} as const;

interface ConflictingArgument {
  readonly method: string;
  readonly name: string;
}

function keyArgumentConflict(
  table: Table,
  { method, name }: ConflictingArgument,
): PothosSchemaError {
  const column = columnOfArgument(table, name);
  return new PothosSchemaError(
    `Table "${table.name}": column "${column}" and another argument of ${method} are both called "${name}": rename the column by .as("name").`,
  );
}

function argumentConflict(table: Table, { method, name }: ConflictingArgument): PothosSchemaError {
  return new PothosSchemaError(
    `Table "${table.name}": ${method} already has an argument "${name}": rename yours.`,
  );
}
