import { GraphQLError, GraphQLScalarType } from "graphql";
import { GraphQLDateTime, GraphQLUUID } from "graphql-scalars";

/** Paxos ballots are CQL bigints: 64 bits, signed. */
const BALLOT_MAX = 2n ** 63n - 1n;

const Ballot = new GraphQLScalarType<bigint, string>({
  name: "Ballot",
  description:
    "When a value was written: the microseconds of its Paxos ballot as a decimal string. " +
    "Compare two as integers; hand one back as it came.",
  serialize: String,
  parseValue(value) {
    if (typeof value === "string" && /^\d{1,19}$/.test(value) && BigInt(value) <= BALLOT_MAX) {
      return BigInt(value);
    }
    throw new GraphQLError("Ballot must be a string of decimal digits, as it was given");
  },
});

/** The scalars of column types that GraphQL has not by itself, by their names in the schema. */
export const scalars = { UUID: GraphQLUUID, DateTime: GraphQLDateTime, Ballot };

/** What a builder states of them: `SchemaBuilder<{ Scalars: CassandraScalars }>`. */
export type CassandraScalars = {
  UUID: { Input: string; Output: string };
  DateTime: { Input: Date; Output: Date };
  Ballot: { Input: bigint; Output: bigint };
};
