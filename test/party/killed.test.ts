import { expect, inject, test } from "vitest";
import { startApp } from "../fixtures/app.ts";
import { startCommand } from "../fixtures/command.ts";
import { roomySettings } from "../fixtures/roomy-limits.ts";
import { BROWSE, CREATE, DELETE, UPCOMING, UPDATE } from "../fixtures/parties.ts";

const dateOf = (number: number) => new Date(Date.UTC(2040, 0, 1 + number)).toISOString();

test("a service killed between the steps of a write leaves every party listed at its date", async () => {
  await using app = await startApp();
  const { contactPoints, localDataCenter } = inject("cassandra");
  await using service = startCommand(["serve"], {
    env: {
      CASSANDRA_CONTACT_POINTS: contactPoints.join(","),
      CASSANDRA_LOCAL_DATA_CENTER: localDataCenter,
      CASSANDRA_KEYSPACE: app.keyspace.name,
      PORT: "0",
      ...roomySettings,
    },
  });
  const [url] = /http:\/\/localhost:\d+\/graphql/.exec(await service.printed("Ctrl-C"))!;
  const status = async () => (await fetch(new URL("/ready", url))).status;
  await expect.poll(status, { timeout: 5000 }).toBe(200);
  const city = "Killed";
  let writes = 0;

  async function run(query: string, variables: object) {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    writes += 1;
    return (await response.json()) as { data: { createParty: { party: { id: string } } } };
  }
  /** Creates parties, moves each several times and deletes some, until the service is killed. */
  async function write(writer: number): Promise<void> {
    for (let turn = 0; ; turn++) {
      const input = { city, name: `${writer}.${turn}`, date: dateOf(turn % 40) };
      const created = await run(CREATE, { input }).catch(() => undefined);
      if (!created?.data?.createParty?.party) return;
      const key = { city, id: created.data.createParty.party.id };
      for (let move = 1; move <= 3; move++) {
        const moved = { ...key, input: { date: dateOf((turn + move * 7) % 40) } };
        if (!(await run(UPDATE, moved).catch(() => undefined))) return;
      }
      if (turn % 3 === 0 && !(await run(DELETE, key).catch(() => undefined))) return;
    }
  }

  const writers = [0, 1, 2, 3, 4, 5].map(write);
  while (writes < 120) await new Promise((resolve) => setTimeout(resolve, 5));
  await service.end("SIGKILL");
  await Promise.all(writers);

  const { data: browsed } = await app.run(BROWSE, { city, first: 100 });
  const { data: listed } = await app.run(UPCOMING, { city, first: 100, from: dateOf(0) });
  const ids = (nodes: readonly { id: string }[]) => nodes.map(({ id }) => id).toSorted();
  expect(ids(listed.upcomingParties.nodes)).toEqual(ids(browsed.partiesInCity.nodes));
  expect(ids(browsed.partiesInCity.nodes).length).toBeGreaterThan(5);
});
