import {
  type InputFieldMap,
  PothosSchemaError,
  type SchemaTypes,
  type TypeParam,
} from "@pothos/core";
import type { GraphQLResolveInfo } from "graphql";
import type { RawRow, Table } from "../../cassandra/index.ts";
import { sourceOfArgument } from "../columns.ts";
import { type FieldName, type FieldUnion, isFieldUnion } from "../outcomes/result.ts";

/** What makes the fields of a type, of any builder. All kinds of it are made alike. */
export type FieldBuilder = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, unknown>;

/** A resolver or subscriber of a field whose arguments are those of its table. */
type Run = (
  parent: unknown,
  args: RawRow,
  context: object,
  info: GraphQLResolveInfo,
) => Promise<unknown>;

/** A field as the bridge generates it, before the options of its user are put around it. */
export interface GeneratedField {
  /** The method that makes it, e.g. `t.partition`. */
  readonly method: string;
  readonly table: Table;
  readonly type: TypeParam<SchemaTypes> | FieldUnion;
  readonly nullable: boolean;
  readonly description: string;
  /** The arguments for columns of the key. */
  readonly keyArguments: InputFieldMap;
  /** The other arguments. */
  readonly args?: InputFieldMap;
  /** What the field costs and does, for whoever reads the schema. */
  readonly extension?: FieldCost;
  /** Runs when the name of the field is known. */
  readonly onName?: (field: FieldName) => void;
  readonly run: Run;
  /** Given for a field that is subscribed to: `run` is its subscriber, and this makes a value of an event. */
  readonly resolve?: (event: never) => unknown;
}

/** What a generated field says of itself in `extensions.cassandra`, beside its table. */
export interface FieldCost {
  /** How many partitions it touches. Default: 1. */
  readonly partitions?: number;
  /** How many partitions it touches for each row that it returns. Default: none. */
  readonly partitionsPerRow?: number;
  /** Whether it writes. Default: false. */
  readonly writes?: true;
}

/** The options of a field that are not those of one method: see `Options`. */
interface UserOptions {
  readonly args?: InputFieldMap;
  readonly description?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly resolve?: Around;
  readonly subscribe?: Around;
}

type Around = (next: () => Promise<unknown>, ...resolver: Parameters<Run>) => unknown;

/** Makes a field of what is generated and what its user wants. @throws PothosSchemaError for two arguments of one name */
export function generatedField(
  t: FieldBuilder,
  { method, table, type, nullable, ...generated }: GeneratedField,
  { args: own = {}, description, extensions, resolve, subscribe, ...passedOn }: UserOptions,
) {
  const { keyArguments, args = {}, extension, onName, run, resolve: resolveEvent } = generated;
  for (const name of Object.keys(keyArguments)) {
    if (Object.hasOwn(args, name)) throw hiddenArgument(method, table, name);
  }
  for (const name of Object.keys(own)) {
    if (Object.hasOwn(args, name) || Object.hasOwn(keyArguments, name)) {
      throw takenArgument(method, table, name);
    }
  }
  const around = resolveEvent ? subscribe : resolve;
  const wrapped: Run = around
    ? async (...resolver) => around(async () => run(...resolver), ...resolver)
    : run;
  const union = isFieldUnion(type) ? type : undefined;
  const field = t.field({
    ...passedOn,
    type: union?.ref ?? type,
    nullable,
    description: description ?? generated.description,
    args: { ...keyArguments, ...own, ...args },
    extensions: {
      ...extensions,
      // The user may say there which columns of the parent the field needs.
      cassandra: {
        ...(extensions?.["cassandra"] as object),
        table: table.name,
        partitions: 1,
        ...extension,
      },
    },
    ...(resolveEvent ? { subscribe: wrapped, resolve: resolveEvent } : { resolve: wrapped }),
  } as never);
  field.onFirstUse((config) => {
    union?.define(config);
    onName?.(config);
  });
  return field as never;
}

/** The union of what a mutation answers. */
export const RESULT = {
  suffix: "Result",
  describe: (field: string) => `What came of \`${field}\`.`,
} as const;

function hiddenArgument(method: string, table: Table, name: string): PothosSchemaError {
  const column = sourceOfArgument(table, name);
  return new PothosSchemaError(
    `Table "${table.name}": column "${column}" and another argument of ${method} are both called "${name}": name the column by .as("name").`,
  );
}

function takenArgument(method: string, table: Table, name: string): PothosSchemaError {
  return new PothosSchemaError(
    `Table "${table.name}": ${method} has an argument "${name}" already: call yours differently.`,
  );
}
