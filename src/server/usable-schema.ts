import {
  buildClientSchema,
  type GraphQLSchema,
  type IntrospectionField,
  type IntrospectionInputValue,
  introspectionFromSchema,
  type IntrospectionSchema,
  type IntrospectionType,
  type IntrospectionTypeRef,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from "graphql";
import { LRUCache } from "lru-cache";
import type { ScopeExtension, Viewer } from "../pothos/index.ts";

/** What a caller may use of a schema, for introspection only: its fields have no resolvers. */
export interface UsableSchema {
  /** How many points it costs to make it: 0 if it is kept. */
  readonly points: number;
  /** Returns it, and makes it if it is not kept. */
  schema(this: void): GraphQLSchema;
}

/** For how many sets of scopes a schema is kept. Another one takes some milliseconds to make. */
const SCHEMAS_KEPT = 100;

/** The least that it costs to make one. */
const LEAST_POINTS = 50;

/**
 * Creates the function that returns the schema of a caller: without fields and inputs that need scopes which the caller
 * does not have, and without types that nothing leads to then. Callers with the same of the schema's scopes get the same.
 */
export function createUsableSchema(schema: GraphQLSchema): (viewer: Viewer) => UsableSchema {
  const needs = needsOf(schema);
  const scopes = scopesOfNeeds(needs);
  const known = new LRUCache<string, GraphQLSchema>({ max: SCHEMAS_KEPT });
  const introspected = introspectionFromSchema(schema).__schema;
  const points = Math.max(LEAST_POINTS, introspected.types.length);

  function reducedTo(granted: ReadonlySet<string>): GraphQLSchema {
    const isUsable = (member: string) =>
      (needs.get(member) ?? []).every((need) => need.some((scope) => granted.has(scope)));
    const reduced = reachedOnly(withoutUnusable(introspected, isUsable));
    // A caller may use no query at all, and a type without fields is not valid.
    return buildClientSchema({ __schema: reduced }, { assumeValid: true });
  }

  return (viewer) => {
    const granted = new Set(scopes.filter((scope) => viewer.may(scope)));
    const key = JSON.stringify([...granted]);
    const found = known.get(key);
    // What costs nothing is kept until it is used, even if the callers meanwhile have many other scopes.
    if (found) return { points: 0, schema: () => found };
    return {
      points,
      schema() {
        const usable = known.get(key) ?? reducedTo(granted);
        known.set(key, usable);
        return usable;
      },
    };
  };
}

/** Returns the scopes that fields and inputs of a schema need, each once. */
export function schemaScopes(schema: GraphQLSchema): readonly string[] {
  return scopesOfNeeds(needsOf(schema));
}

function scopesOfNeeds(needs: Needs): readonly string[] {
  return [...new Set([...needs.values()].flat(2))];
}

/** What each field of a type or an input needs, by their names: see {@link memberName}. */
type Needs = ReadonlyMap<string, NonNullable<ScopeExtension["scopes"]>>;

function memberName(type: string, field: string): string {
  return `${type}.${field}`;
}

function needsOf(schema: GraphQLSchema): Needs {
  const needs = new Map<string, NonNullable<ScopeExtension["scopes"]>>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
    for (const { name, extensions } of Object.values(type.getFields())) {
      const { scopes } = (extensions["cassandra"] ?? {}) as ScopeExtension;
      if (scopes) needs.set(memberName(type.name, name), scopes);
    }
  }
  return needs;
}

/** Types by their names. */
type TypesByName = Map<string, IntrospectionType>;

/** Returns a schema without fields that are not usable, or whose types have nothing that is. */
function withoutUnusable(
  schema: IntrospectionSchema,
  isUsable: (member: string) => boolean,
): IntrospectionSchema {
  const types: TypesByName = new Map(schema.types.map((type) => [type.name, type]));
  const isFieldKept = (type: string) => (field: IntrospectionField) =>
    isUsable(memberName(type, field.name)) &&
    types.has(namedType(field.type)) &&
    field.args.every((arg) => types.has(namedType(arg.type)) || !isRequired(arg));
  const isArgumentKept = ({ type }: IntrospectionInputValue) => types.has(namedType(type));
  const isInputKept = (type: string) => (input: IntrospectionInputValue) =>
    isUsable(memberName(type, input.name)) && isArgumentKept(input);

  /** Returns what is left of a type; undefined if it cannot be used. */
  function reduced(type: IntrospectionType): IntrospectionType | undefined {
    if (type.kind === "INPUT_OBJECT") {
      const inputFields = type.inputFields.filter(isInputKept(type.name));
      const lost = type.inputFields.filter((input) => !inputFields.includes(input));
      return inputFields.length === 0 || lost.some(isRequired)
        ? undefined
        : { ...type, inputFields };
    }
    if (type.kind === "UNION") {
      const possibleTypes = type.possibleTypes.filter(({ name }) => types.has(name));
      return possibleTypes.length === 0 ? undefined : { ...type, possibleTypes };
    }
    if (type.kind !== "OBJECT" && type.kind !== "INTERFACE") return type;
    const fields = type.fields
      .filter(isFieldKept(type.name))
      .map((field) => ({ ...field, args: field.args.filter(isArgumentKept) }));
    const interfaces = type.interfaces.filter(({ name }) => hasFieldsOf(fields, types.get(name)));
    const isLeft = fields.length > 0 || type.name === schema.queryType.name;
    return isLeft ? { ...type, fields, interfaces } : undefined;
  }

  // Until nothing changes: a field that is gone can take its type with it, and that other fields.
  for (let before = -1; before !== sizeOf(types);) {
    before = sizeOf(types);
    for (const type of types.values()) {
      const left = reduced(type);
      if (left) types.set(type.name, left);
      else types.delete(type.name);
    }
  }
  const kept = <Root extends { readonly name: string } | null | undefined>(root: Root) =>
    root && types.has(root.name) ? root : null;
  return {
    ...schema,
    types: [...types.values()],
    mutationType: kept(schema.mutationType),
    subscriptionType: kept(schema.subscriptionType),
    directives: schema.directives.filter(({ args }) => args.every(isArgumentKept)),
  };
}

/** Returns a number that becomes smaller with each type, member or argument that is removed. */
function sizeOf(types: TypesByName): number {
  return [...types.values()].reduce((size, type) => size + 1 + membersOf(type), 0);
}

function membersOf(type: IntrospectionType): number {
  if (type.kind === "INPUT_OBJECT") return type.inputFields.length;
  if (type.kind === "UNION") return type.possibleTypes.length;
  if (type.kind !== "OBJECT" && type.kind !== "INTERFACE") return 0;
  const args = type.fields.reduce((count, field) => count + field.args.length, 0);
  return type.fields.length + args + type.interfaces.length;
}

/** Whether a type with these fields still implements an interface. */
function hasFieldsOf(
  fields: readonly IntrospectionField[],
  implemented: IntrospectionType | undefined,
): boolean {
  if (implemented?.kind !== "INTERFACE") return false;
  return implemented.fields.every(({ name }) => fields.some((field) => field.name === name));
}

/** Returns a schema with only those types to which its operations and directives lead. */
function reachedOnly(schema: IntrospectionSchema): IntrospectionSchema {
  const types: TypesByName = new Map(schema.types.map((type) => [type.name, type]));
  const roots = [schema.queryType, schema.mutationType, schema.subscriptionType];
  const reached = new Set(roots.flatMap((root) => root?.name ?? []));
  for (const { args } of schema.directives)
    for (const { type } of args) reached.add(namedType(type));
  // The types of introspection itself.
  for (const name of types.keys()) if (name.startsWith("__")) reached.add(name);
  // Iterating a set visits the values that are added meanwhile.
  for (const name of reached) {
    for (const next of typesAfter(types.get(name), types)) reached.add(next);
  }
  return { ...schema, types: schema.types.filter(({ name }) => reached.has(name)) };
}

/** Returns the names of the types to which a type leads. */
function typesAfter(type: IntrospectionType | undefined, types: TypesByName): readonly string[] {
  if (type?.kind === "UNION") return type.possibleTypes.map(({ name }) => name);
  if (type?.kind === "INPUT_OBJECT") return type.inputFields.map((input) => namedType(input.type));
  if (type?.kind !== "OBJECT" && type?.kind !== "INTERFACE") return [];
  const ofFields = type.fields.flatMap((field) => [
    ...possibleNames(namedType(field.type), types),
    ...field.args.map((arg) => namedType(arg.type)),
  ]);
  // An interface leads to its other types only where it is the type of a field.
  return [...ofFields, ...type.interfaces.map(({ name }) => name)];
}

/** Returns the name of a type and, of an interface, of all types that implement it. */
function possibleNames(name: string, types: TypesByName): readonly string[] {
  if (types.get(name)?.kind !== "INTERFACE") return [name];
  const implementers = [...types.values()].filter((type) => {
    const hasInterfaces = type.kind === "OBJECT" || type.kind === "INTERFACE";
    return hasInterfaces && type.interfaces.some((each) => each.name === name);
  });
  return [name, ...implementers.map((type) => type.name)];
}

/** Returns the name of a type without its lists and non-nulls. */
function namedType(type: IntrospectionTypeRef): string {
  return type.kind === "LIST" || type.kind === "NON_NULL" ? namedType(type.ofType) : type.name;
}

/** Whether a field cannot be called, or an input not given, without this argument or input field. */
function isRequired({ type, defaultValue }: IntrospectionInputValue): boolean {
  return type.kind === "NON_NULL" && defaultValue == null;
}
