import { Client, policies, types } from "cassandra-driver";
import type { Key } from "./place.ts";

/** Changes of a count by the bare driver: the first solution that comes to mind. */
export interface FreeDriver {
  /** Changes a count by an LWT if it has the expected value. */
  change(key: Key, change: FreeChange): Promise<FreeAnswer>;
  /** Changes a count by a plain statement, which loses updates. */
  changePlainly(key: Key, people: number): Promise<void>;
  close(): Promise<void>;
}

interface FreeChange {
  readonly expected: number;
  readonly delta: number;
}

export type FreeAnswer = { readonly applied: true } | { readonly actual: number };

/** Connects the driver to the keyspace, without the driver's retries. */
export async function connectFree(
  cluster: { readonly contactPoints: readonly string[]; readonly localDataCenter: string },
  keyspace: string,
): Promise<FreeDriver> {
  const client = new Client({
    contactPoints: [...cluster.contactPoints],
    localDataCenter: cluster.localDataCenter,
    keyspace,
    queryOptions: {
      consistency: types.consistencies.localQuorum,
      serialConsistency: types.consistencies.localSerial,
    },
    policies: { retry: new policies.retry.FallthroughRetryPolicy() },
  });
  await client.connect();
  const set = "UPDATE party SET people = ? WHERE city = ? AND id = ?";
  return {
    async change({ city, id }, { expected, delta }) {
      const params = [expected + delta, city, id, expected];
      const { rows } = await client.execute(`${set} IF people = ?`, params, { prepare: true });
      const [row] = rows ?? [];
      return row?.["[applied]"] ? { applied: true } : { actual: row?.["people"] as number };
    },
    async changePlainly({ city, id }, people) {
      await client.execute(set, [people, city, id], { prepare: true });
    },
    close: () => client.shutdown(),
  };
}
