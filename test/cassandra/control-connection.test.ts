import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "cassandra-driver";
import { expect, inject, onTestFinished, test } from "vitest";
import { repairReconnection } from "../../src/cassandra/session/control-connection.ts";
import { connect, type Session } from "../../src/cassandra/index.ts";
import { ownAddress } from "../fixtures/cluster.ts";
import { startNameServer } from "../fixtures/name-server.ts";
import { startWay } from "../fixtures/way.ts";

const { contactPoints, localDataCenter } = inject("cassandra");
const cassandra = `cql://${contactPoints[0]}`;

const answers = (session: Session) =>
  session.cql("SELECT key FROM system.local").then(
    () => true,
    () => false,
  );

test("a session keeps its number of connections when Cassandra repeatedly goes down and comes back", async () => {
  await using way = await startWay(cassandra);
  await using session = await connect({ contactPoints: [new URL(way.url).host], localDataCenter });
  const before = way.connections;
  for (let time = 0; time < 3; time++) {
    way.refuse(true);
    await expect.poll(() => answers(session)).toBe(false);
    // Time for several attempts to reconnect.
    await sleep(1000);
    way.refuse(false);
    await expect.poll(() => answers(session), { timeout: 3000 }).toBe(true);
  }
  // Time for a leaked host to reconnect.
  await sleep(1500);
  expect(way.connections).toBe(before);
});

test("concurrent refreshes of the driver's control connection do not end the process", async () => {
  await using way = await startWay(cassandra);
  const client = new Client({ contactPoints: [new URL(way.url).host], localDataCenter });
  onTestFinished(() => client.shutdown());
  repairReconnection(client);
  await client.connect();
  const { controlConnection } = client as unknown as {
    readonly controlConnection: { _refresh(): Promise<void> };
  };
  const refreshes = [controlConnection._refresh(), controlConnection._refresh()];
  way.cut();
  refreshes.push(controlConnection._refresh());
  expect(await Promise.all(refreshes)).toHaveLength(3);
  const answered = () => client.execute("SELECT key FROM system.local").catch(() => undefined);
  await expect.poll(answered, { timeout: 3000 }).toMatchObject({ rowLength: 1 });
});

test("a session reconnects when Cassandra's host name resolves to another address", async () => {
  const { port } = new URL(cassandra);
  const [first, second] = [ownAddress(), ownAddress()];
  await using old = await startWay(cassandra, { host: first, port: Number(port) });
  await using names = await startNameServer(first);
  const place = { contactPoints: [`cassandra.test:${port}`], localDataCenter };
  await using session = await connect(place);
  const before = old.connections;

  old.refuse(true);
  await expect.poll(() => answers(session)).toBe(false);
  names.leadTo(second);
  await using way = await startWay(cassandra, { host: second, port: Number(port) });
  await expect.poll(() => answers(session), { timeout: 5000 }).toBe(true);
  old.refuse(false);
  way.cut();
  await expect.poll(() => answers(session), { timeout: 5000 }).toBe(true);
  await sleep(1500);
  expect([old.connections, way.connections]).toEqual([0, before]);
});
