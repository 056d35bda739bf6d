import { Client, policies, types } from "cassandra-driver";

/** The bare driver: what anybody would write first. */
export interface Free {
  /** Changes a count by an LWT if it is what is expected. */
  change(city: string, id: string, expected: number, delta: number): Promise<FreeAnswer>;
  /** Changes it by the plain statement that loses updates. */
  changePlainly(city: string, id: string, people: number): Promise<void>;
  close(): Promise<void>;
}

export type FreeAnswer = { readonly applied: true } | { readonly actual: number };

/** Connects it, to the same keyspace, with the driver's own retries off. */
export async function connectFree(
  cluster: { readonly contactPoints: readonly string[]; readonly localDataCenter: string },
  keyspace: string,
): Promise<Free> {
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
    async change(city, id, expected, delta) {
      const params = [expected + delta, city, id, expected];
      const { rows } = await client.execute(`${set} IF people = ?`, params, { prepare: true });
      const [row] = rows ?? [];
      return row?.["[applied]"] ? { applied: true } : { actual: row?.["people"] as number };
    },
    async changePlainly(city, id, people) {
      await client.execute(set, [people, city, id], { prepare: true });
    },
    close: () => client.shutdown(),
  };
}
