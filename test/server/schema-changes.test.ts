import { describe, expect, test } from "vitest";
import {
  connect,
  createKeyspace as createKeyspaceCql,
  dropKeyspace,
  sync,
} from "../../src/cassandra/index.ts";
import { tables } from "../../src/party/index.ts";
import { startApp, startAppOn, type TestApp } from "../fixtures/app.ts";
import { eventually } from "../fixtures/eventually.ts";
import {
  BROWSE,
  change,
  CREATE,
  createParty,
  FOLLOW,
  UPCOMING,
  WATCH,
} from "../fixtures/parties.ts";
import type { TestKeyspace } from "../fixtures/keyspace.ts";

/** A service that somebody uses, and one on the same database that nobody asks for anything. */
async function start() {
  await using opened = new AsyncDisposableStack();
  const used = opened.use(await startApp());
  const [contactPoint] = used.keyspace.cluster.contactPoints;
  const idle = opened.use(await startAppOn(used.keyspace, { contactPoint }));
  const kept = opened.move();
  const { keyspace } = used;
  return { used, idle, keyspace, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function ready(app: TestApp): Promise<{ readonly status: number; readonly reason?: string }> {
  const response = await fetch(new URL("/ready", app.url));
  const { reason } = (await response.json()) as { readonly reason?: string };
  return { status: response.status, ...(reason !== undefined && { reason }) };
}

const input = { city: "Rome", name: "A", people: 0 };
const operations: Readonly<Record<string, (app: TestApp) => Promise<any>>> = {
  "a read": (app) => app.run(BROWSE, { city: "Rome" }),
  "a read of the other table": (app) => app.run(UPCOMING, { city: "Rome" }),
  "a create": (app) => app.run(CREATE, { input }),
  "a subscription": async (app) => {
    const id = "00000000-0000-4000-8000-000000000001";
    return (await app.subscribe(WATCH, { city: "Rome", id }).next()).value;
  },
};

async function codes(app: TestApp) {
  const found: Record<string, unknown> = {};
  for (const [name, run] of Object.entries(operations)) {
    found[name] = (await run(app)).errors?.[0]?.extensions?.code;
  }
  return found;
}

const NOT_SYNCED = "NOT_SYNCED";
const failing = {
  "a read": NOT_SYNCED,
  "a read of the other table": NOT_SYNCED,
  "a create": NOT_SYNCED,
  "a subscription": NOT_SYNCED,
};
const working = {
  "a read": undefined,
  "a read of the other table": undefined,
  "a create": undefined,
  "a subscription": "PARTY_NOT_FOUND",
};

async function repair({ name, cluster }: TestKeyspace): Promise<void> {
  await using admin = await connect(cluster);
  await admin.cql(createKeyspaceCql(name, 1));
  await using session = await connect({ ...cluster, keyspace: name });
  await sync(session, { keyspace: name, tables });
}

describe.concurrent.each([
  ["ALTER TABLE party DROP name", "party.name is missing"],
  ["DROP TABLE party", "table party is missing"],
  ["DROP TABLE party_by_date", "table party_by_date is missing"],
  ["DROP KEYSPACE", "keyspace test_\\w+ is missing"],
  // What no GraphQL field shows counts as well.
  ["ALTER TABLE party DROP rounds", "party.rounds is missing"],
])("%s, while serving,", (cql, difference) => {
  test("is told as what it is, found without a request, and over when it is repaired", async () => {
    await using started = await start();
    const { used, idle, keyspace } = started;
    expect(await ready(used)).toEqual({ status: 200 });
    expect(await codes(used)).toEqual(working);

    await keyspace.session.cql(cql === "DROP KEYSPACE" ? dropKeyspace(keyspace.name) : cql);
    const created = await used.run(CREATE, { input });
    expect(created.errors?.[0]?.extensions).toEqual({ code: NOT_SYNCED });
    expect(created.errors?.[0]?.message).not.toContain("party");
    expect(await codes(used)).toEqual(failing);
    const reason = expect.stringMatching(
      new RegExp(`^The database does not match the models: ${difference}\\.$`),
    );
    await eventually(async () => expect(await ready(used)).toEqual({ status: 503, reason }));
    await eventually(() => expect(idle.log).toHaveLength(1));
    expect(idle.log[0]).toMatch(new RegExp(difference));
    expect(await codes(idle)).toEqual(failing);

    await repair(keyspace);
    await eventually(async () => expect(await ready(used)).toEqual({ status: 200 }));
    expect(await codes(used)).toEqual(working);
    const over = /^The database matches the models again\./;
    await eventually(() => expect(idle.log.at(-1)).toMatch(over));
    expect(await codes(idle)).toEqual(working);
  });
});

test("a table that comes back after it had another type is used again, by all who watched it", async () => {
  await using started = await start();
  const { used, idle, keyspace } = started;
  const followed = used.subscribe(FOLLOW, { city: "Rome" });
  const event = followed.next();
  await createParty(used, { city: "Rome" });
  await event;

  await keyspace.session.cql("DROP TABLE party");
  await keyspace.session.cql(
    "CREATE TABLE party (city text, id uuid, name int, people text, date timestamp, recent blob, earlier blob, rounds map<uuid, uuid> static, PRIMARY KEY (city, id))",
  );
  for (const app of [used, idle]) {
    const { errors } = await app.run(CREATE, { input });
    expect(errors?.[0]?.extensions).toEqual({ code: NOT_SYNCED });
  }
  expect(await ready(used)).toEqual({
    status: 503,
    reason:
      "The database does not match the models: party.name is int, the model has text; party.people is text, the model has int.",
  });

  await keyspace.session.cql("DROP TABLE party");
  await repair(keyspace);
  for (const app of [used, idle]) {
    const key = await createParty(app, { city: "Rome" });
    expect(await change(app, key, 0, 1)).toEqual({ __typename: "PeopleChanged", people: 1 });
    await eventually(async () => expect(await ready(app)).toEqual({ status: 200 }));
  }
  let told: string;
  do {
    told = (await followed.next()).value.data.partiesChanged.__typename;
  } while (told !== "PeopleChanged");
});
