import {
  type GraphQLOutputType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  isNonNullType,
} from "graphql";
import { leaveToExecutor } from "./for-executor.ts";
import { plannableRead } from "./plannable.ts";
import { PlannedValue } from "./planned-read.ts";

const outlines = new WeakMap<GraphQLSchema, GraphQLSchema>();

/** The type of planned fields. No other type can have its name. */
const PlannedLeaf = new GraphQLScalarType({
  name: "__PlannedValue",
  serialize: (value) => (value instanceof PlannedValue ? value : leaveToExecutor()),
});

/**
 * Returns the outline of a schema: the same but for the query fields that can be planned, whose values are leaves there. The
 * executor calls their resolvers as ever, with arguments, errors, nulls and paths, and what they return is written
 * afterwards. It is never shown to anybody.
 */
export function outlineOf(schema: GraphQLSchema): GraphQLSchema {
  let outline = outlines.get(schema);
  if (!outline) outlines.set(schema, (outline = createOutline(schema)));
  return outline;
}

function createOutline(schema: GraphQLSchema): GraphQLSchema {
  const config = schema.toConfig();
  const query = schema.getQueryType()!;
  const { fields, ...others } = query.toConfig();
  const planned = Object.entries(query.getFields()).map(([name, field]) => {
    const type = plannableRead(field) ? leafLike(field.type) : field.type;
    return [name, { ...fields[name]!, type }] as const;
  });
  const outlined = new GraphQLObjectType({ ...others, fields: Object.fromEntries(planned) });
  const types = config.types.map((type) => (type === query ? outlined : type));
  return new GraphQLSchema({ ...config, query: outlined, types, assumeValid: true });
}

/** Returns a leaf type that may be null if the given type may. */
function leafLike(type: GraphQLOutputType): GraphQLOutputType {
  return isNonNullType(type) ? new GraphQLNonNull(PlannedLeaf) : PlannedLeaf;
}
