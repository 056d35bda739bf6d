import { GraphQLError, GraphQLScalarType, type ValueNode } from "graphql";
import { GraphQLDateTime, GraphQLUUID } from "graphql-scalars";

/** Paxos ballots are CQL bigints: 64 bits, signed. */
const BALLOT_MAX = 2n ** 63n - 1n;

const Ballot = discreet<bigint, string>(
  new GraphQLScalarType({
    name: "Ballot",
    description:
      "When a value was written: the microseconds of its Paxos ballot as a decimal string. " +
      "Compare two as integers; hand one back as it came.",
    serialize: String,
    parseValue(value) {
      if (typeof value === "string" && /^\d{1,19}$/.test(value) && BigInt(value) <= BALLOT_MAX) {
        return BigInt(value);
      }
      throw new RangeError("It is no ballot");
    },
  }),
  "a string of decimal digits, as it was given",
);

const UUID = discreet(GraphQLUUID, "a UUID, e.g. 6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51");

// RFC 3339 writes years with four digits. A time within them may be outside of them in UTC, in which it is returned.
const DATE_TIME_MIN = Date.parse("0000-01-01T00:00:00.000Z");
const DATE_TIME_MAX = Date.parse("9999-12-31T23:59:59.999Z");

// A literal is read by `parseValue`, which is the default.
const { parseLiteral: _, ...dateTime } = GraphQLDateTime.toConfig();

const DateTime = discreet<Date, Date>(
  new GraphQLScalarType({
    ...dateTime,
    serialize: expressible,
    parseValue: (value) => expressible(GraphQLDateTime.parseValue(value)),
  }),
  "a date and time as RFC 3339 writes them, e.g. 2027-08-15T18:30:00Z, in UTC of the years 0000 to 9999",
);

/** The scalars of column types that GraphQL has not by itself, by their names in the schema. */
export const scalars = { UUID, DateTime, Ballot };

/** What a builder states of them: `SchemaBuilder<{ Scalars: CassandraScalars }>`. */
export type CassandraScalars = {
  UUID: { Input: string; Output: string };
  DateTime: { Input: Date; Output: Date };
  Ballot: { Input: bigint; Output: bigint };
};

/** Makes a scalar whose errors say what it must be, and do not repeat the value, which may be personal. */
function discreet<Internal, External>(
  scalar: GraphQLScalarType<Internal, External>,
  expects: string,
): GraphQLScalarType<Internal, External> {
  const { serialize, parseValue, parseLiteral, ...config } = scalar.toConfig();
  const attempt = <Value>(convert: () => Value, nodes?: ValueNode) => {
    try {
      return convert();
    } catch {
      throw new GraphQLError(`${scalar.name} must be ${expects}`, nodes && { nodes });
    }
  };
  return new GraphQLScalarType({
    ...config,
    serialize: (value) => attempt(() => serialize(value)),
    parseValue: (value) => attempt(() => parseValue(value)),
    parseLiteral: (node, variables) => attempt(() => parseLiteral(node, variables), node),
  });
}

/** Returns a date if RFC 3339 can write it in UTC. */
function expressible(value: unknown): Date {
  if (value instanceof Date && +value >= DATE_TIME_MIN && +value <= DATE_TIME_MAX) return value;
  throw new RangeError("RFC 3339 cannot write it");
}
