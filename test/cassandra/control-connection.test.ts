import { Client } from "cassandra-driver";
import { expect, inject, test } from "vitest";
import { tolerateRefreshes } from "../../src/cassandra/control-connection.ts";

interface Control {
  connection: object | null;
  _refresh(): Promise<void>;
  _refreshHosts: () => Promise<void>;
}

test("a refresh of the driver's control connection that meets another one ends no process", async () => {
  const { contactPoints, localDataCenter } = inject("cassandra");
  const client = new Client({ contactPoints: [...contactPoints], localDataCenter });
  tolerateRefreshes(client);
  await client.connect();
  const { controlConnection } = client as unknown as { controlConnection: Control };
  const refreshHosts = controlConnection._refreshHosts;
  controlConnection._refreshHosts = async () => {
    // What the other one does first, before this one has failed.
    controlConnection._refreshHosts = refreshHosts;
    controlConnection.connection = null;
    throw new Error("Socket was closed");
  };

  await controlConnection._refresh();
  await controlConnection._refresh();
  expect((await client.execute("SELECT key FROM system.local")).rows).toHaveLength(1);
  await client.shutdown();
});
