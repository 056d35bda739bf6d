import { Client, policies, types } from "cassandra-driver";
import type { Key } from "../counts/place.ts";
import { createStubSource } from "./stub/source.ts";

/** A party as the driver returns it. */
export interface StoredParty {
  readonly id: types.Uuid;
  readonly name: string;
  readonly people: number;
  readonly date: Date;
}

export interface Change extends Key {
  readonly expected: number;
  readonly delta: number;
}

/** What the references read from. */
export interface Source {
  list(city: string, limit: number): Promise<StoredParty[]>;
  one(key: Key): Promise<StoredParty | undefined>;
  /** Changes the count by one lightweight transaction. */
  change(change: Change): Promise<{ readonly people: number } | { readonly actual: number }>;
}

const LIST = "SELECT id, name, people, date FROM party WHERE city = ? LIMIT ?";
const ONE = "SELECT id, name, people, date FROM party WHERE city = ? AND id = ?";
const CHANGE = "UPDATE party SET people = ? WHERE city = ? AND id = ? IF people = ?";

/** Connects the bare driver to the database that the arguments of this process name. Without arguments, rows are constant. */
export async function openSource(): Promise<Source> {
  const [contactPoints, localDataCenter = "", keyspace = ""] = process.argv.slice(2);
  if (contactPoints === undefined) return createStubSource();
  const client = new Client({
    contactPoints: contactPoints.split(","),
    localDataCenter,
    keyspace,
    queryOptions: {
      prepare: true,
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
    },
    policies: { retry: new policies.retry.FallthroughRetryPolicy() },
  });
  await client.connect();
  return {
    async list(city, limit) {
      const { rows } = await client.execute(LIST, [city, limit]);
      return rows as unknown as StoredParty[];
    },
    async one({ city, id }) {
      const { rows } = await client.execute(ONE, [city, id]);
      return rows[0] as unknown as StoredParty | undefined;
    },
    async change({ city, id, expected, delta }) {
      const people = expected + delta;
      const { rows } = await client.execute(CHANGE, [people, city, id, expected]);
      return rows[0]!["[applied]"] ? { people } : { actual: rows[0]!["people"] as number };
    },
  };
}
