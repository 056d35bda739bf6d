import type { Client, Host, QueryOptions } from "cassandra-driver";
import { within } from "../../support/within.ts";
import type { Statement } from "../statement.ts";
import { fromDriver } from "./driver-error.ts";
import { noAnswerInTime } from "./pages.ts";
import { parametersOf } from "./parameter.ts";
import { pageOf, rowsOf } from "./result.ts";

/** Runs a read on each node, and returns the results by the addresses of the nodes. */
export type EachNode = <Result>(
  statement: Statement<Result>,
) => Promise<ReadonlyMap<string, Result>>;

export interface EachNodeOptions {
  readonly queryOptions: QueryOptions;
  /** How long each node may take, in milliseconds. */
  readonly limit: number;
}

/** Creates the function that reads from each node to which a client is connected. Each result is one page. */
export function createEachNode(client: Client, { queryOptions, limit }: EachNodeOptions): EachNode {
  async function readFrom<Result>(host: Host, statement: Statement<Result>): Promise<Result> {
    const { cql, decode } = statement;
    try {
      const sent = client.execute(cql, parametersOf(statement), { ...queryOptions, host });
      return decode(rowsOf(pageOf(await within(limit, sent, noAnswerInTime))));
    } catch (error) {
      throw fromDriver(error, { cql, writes: false });
    }
  }

  return async (statement) => {
    const hosts = client.getState().getConnectedHosts();
    const results = hosts.map(
      async (host) => [host.address, await readFrom(host, statement)] as const,
    );
    return new Map(await Promise.all(results));
  };
}
