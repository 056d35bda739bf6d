import { canonicalType, parseType, typeNames } from "../cassandra/cql-type.ts";
import { hasSameFields, type UserType, userType } from "../cassandra/user-types.ts";
import type { ColumnDescription, TypeDescription } from "./description.ts";
import { expressionOf, type KnownType, typeColumn } from "./expression.ts";
import { type MadeName, namesOfColumns, namesOfTypes } from "./names.ts";

/** The user-defined types of a keyspace. */
export interface DescribedTypes {
  /** Each after those that its fields have. */
  readonly types: readonly TypeDescription[];
  /** Those of them by name, for the columns that have them. */
  readonly known: ReadonlyMap<string, KnownType>;
  /** The types that cannot be written, and why, by name. */
  readonly missing: ReadonlyMap<string, string>;
  /** All constants by name, also of types that cannot be written. */
  readonly constants: readonly string[];
}

/** Describes the user-defined types of a keyspace. */
export function describeTypes(live: ReadonlyMap<string, UserType>): DescribedTypes {
  const names = namesOfTypes([...live.keys()]);
  const types: TypeDescription[] = [];
  const known = new Map<string, KnownType>();
  const missing = new Map<string, string>();
  for (const type of typesInOrder(live)) {
    const made = names.get(type.name)!;
    const found = describeType(type, made, known);
    if (typeof found === "string") missing.set(type.name, found);
    else {
      types.push(found.description);
      known.set(type.name, found.known);
    }
  }
  return { types, known, missing, constants: [...names.values()].map(({ name }) => name) };
}

/** Returns types, each after those that its fields have, and otherwise by name. */
function typesInOrder(live: ReadonlyMap<string, UserType>): readonly UserType[] {
  const found = new Set<UserType>();
  const add = (type: UserType) => {
    if (found.has(type)) return;
    const parts = type.fields.flatMap((field) => typeNames(parseType(field.type)));
    for (const part of parts) if (live.has(part)) add(live.get(part)!);
    found.add(type);
  };
  for (const name of [...live.keys()].toSorted()) add(live.get(name)!);
  return [...found];
}

/** Describes a type, or returns why it cannot be written. */
function describeType(
  { name, fields }: UserType,
  made: MadeName,
  known: ReadonlyMap<string, KnownType>,
): { readonly description: TypeDescription; readonly known: KnownType } | string {
  if (fields.some((field) => field.name === "__proto__"))
    return "no object of JavaScript has a field __proto__";
  const graphql = namesOfColumns(fields.map((field) => field.name));
  const described: ColumnDescription[] = [];
  for (const field of fields) {
    const type = expressionOf(`frozen<${field.type}>`, known);
    if (!type)
      return `its field "${field.name}" is ${field.type}, which is no type of this library`;
    described.push(describeColumn(field.name, { type, made: graphql.get(field.name)! }));
  }
  const column = typeColumn(
    name,
    Object.fromEntries(described.map((field) => [field.name, field.type.column])),
  );
  const spelled = fields.map((field) => ({
    name: field.name,
    type: canonicalType(`frozen<${field.type}>`),
  }));
  if (!hasSameFields(userType(name, column.type), { name, fields: spelled }))
    return "JavaScript would sort its fields: those that are called by a number come first";
  return {
    description: {
      constant: made.name,
      name,
      graphql: made.note === undefined ? undefined : made.name,
      fields: described,
      notes: made.note === undefined ? [] : [made.note],
    },
    known: { constant: made.name, column },
  };
}

/** How a column is described. */
interface ColumnParts {
  readonly type: ColumnDescription["type"];
  readonly made: MadeName;
  /** Default: false. */
  readonly isStatic?: boolean;
  /** Default: none. */
  readonly notes?: readonly string[];
}

/** Describes a column of a table, or a field of a type. */
export function describeColumn(
  name: string,
  { type, made, isStatic = false, notes = [] }: ColumnParts,
): ColumnDescription {
  const field = made.name === name ? undefined : made.name;
  const decided = made.note === undefined ? [] : [made.note];
  return { name, type, isStatic, field, notes: [...decided, ...notes] };
}
