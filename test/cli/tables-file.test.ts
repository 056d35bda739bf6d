import { readFile } from "node:fs/promises";
import { expect, inject, test } from "vitest";
import { createFolder } from "../fixtures/application-file.ts";
import { runCommand, startCommand } from "../fixtures/command.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";

const { contactPoints, localDataCenter } = inject("cassandra");

const source = await readFile(new URL("../generated/tables.ts", import.meta.url), "utf8");
const tables = source.replace("../../src/cassandra/index.ts", "partyfinder/cassandra");

test("tables without a schema are synced, and served with pages, ranges, slices and indexes", async () => {
  await using keyspace = await createKeyspace();
  await using folder = await createFolder({ "tables.ts": tables });
  const env = {
    CASSANDRA_CONTACT_POINTS: contactPoints.join(","),
    CASSANDRA_LOCAL_DATA_CENTER: localDataCenter,
    CASSANDRA_KEYSPACE: keyspace.name,
    PORT: "0",
  };
  const options = { cwd: folder.path, env };
  expect(await runCommand(["sync", "tables.ts"], options)).toMatchObject({ code: 0 });
  const { session } = keyspace;
  for (const [at, quality] of [
    ["2027-08-15T10:00:00Z", 1],
    ["2027-08-15T11:00:00Z", 2],
    ["2027-08-15T12:00:00Z", 1],
  ]) {
    await session.cql(
      `INSERT INTO readings (device, day, at, value, quality, tags) VALUES ('roof', '2027-08-15', '${at}', 20.5, ${quality}, {'room': 'attic'})`,
    );
  }
  await session.cql(
    "INSERT INTO readings (device, day, site) VALUES ('cellar', '2027-08-15', 'below')",
  );
  const other = "00000000-0000-4000-8000-000000000001";
  const id = "6f1f7a52-4d0e-4d53-9c8e-0d9f6a6c3a51";
  const event = `INSERT INTO events_by_user (user_id, kind, at, id, note) VALUES (${id}, 'login'`;
  await session.cql(`${event}, '2027-08-15T10:00:00Z', ${id}, 'first')`);
  await session.cql(`${event}, '2027-08-16T10:00:00Z', ${id}, 'second')`);
  await session.cql(
    "UPDATE page_hits SET views = views + 3 WHERE page = '/' AND day = '2027-08-15'",
  );
  await session.cql(
    `INSERT INTO users (id, address) VALUES (${id}, {city: 'Rome', at: (41.9, 12.5)})`,
  );

  const [noon, next] = ["2027-08-15T12:00:00.000Z", "2027-08-15T12:00:00.001Z"];
  for (const [title, document] of [
    ["first", `minTimeuuid('${noon}')`],
    ["last", `maxTimeuuid('${noon}')`],
    ["next", `minTimeuuid('${next}')`],
  ]) {
    await session.cql(
      `INSERT INTO documents (collection, id, title) VALUES ('a', ${document}, '${title}')`,
    );
  }

  await using served = startCommand(["serve", "tables.ts"], options);
  const [, url = ""] = /(http\S*)/.exec(await served.printed("Ctrl-C stops everything."))!;
  const query = `{
    reading(device: "roof", day: "2027-08-15", at: "2027-08-15T11:00:00Z") { value tags { key value } }
    none: reading(device: "roof", day: "2027-08-15", at: "2027-08-15T11:30:00Z") { value }
    readings(device: "roof", day: "2027-08-15", at: { lt: "2027-08-15T12:00:00Z" }, order: REVERSED) {
      nodes { at }
    }
    readingPartition(device: "cellar", day: "2027-08-15") { device day site }
    noPartition: readingPartition(device: "garden", day: "2027-08-15") { site }
    rowsOfCellar: readings(device: "cellar", day: "2027-08-15") { nodes { at } }
    readingsWhere(device: "roof", day: "2027-08-15", where: { quality: 1 }) { nodes { at } }
    eventsByUser(userId: "${id}", slice: { kindAt: { kind: "login", at: { gte: "2027-08-16T00:00:00Z" } } }) {
      nodes { note }
    }
    pageHit(page: "/", day: "2027-08-15") { views errors }
    after: documents(collection: "a", id: { after: "${noon}" }) { nodes { title } }
    before: documents(collection: "a", id: { before: "${next}" }) { nodes { title } }
    noon: documents(collection: "a", id: { before: "${noon}" }) { nodes { title } }
    usersById(ids: ["${other}", "${id}", "${id}"]) { id address { city } }
    user(id: "${id}") { address { city at { item0 } } roles }
  }`;
  const send = async (text: string) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ query: text });
    return (await fetch(url, { method: "POST", headers, body })).json();
  };
  expect(await send(query)).toEqual({
    data: {
      reading: { value: 20.5, tags: [{ key: "room", value: "attic" }] },
      none: null,
      readings: { nodes: [{ at: "2027-08-15T10:00:00.000Z" }, { at: "2027-08-15T11:00:00.000Z" }] },
      readingPartition: { device: "cellar", day: "2027-08-15", site: "below" },
      noPartition: null,
      rowsOfCellar: { nodes: [] },
      readingsWhere: {
        nodes: [{ at: "2027-08-15T12:00:00.000Z" }, { at: "2027-08-15T10:00:00.000Z" }],
      },
      eventsByUser: { nodes: [{ note: "second" }] },
      pageHit: { views: "3", errors: "0" },
      after: { nodes: [{ title: "next" }] },
      before: { nodes: [{ title: "last" }, { title: "first" }] },
      noon: { nodes: [] },
      usersById: [null, ...Array(2).fill({ id, address: { city: "Rome" } })],
      user: { address: { city: "Rome", at: { item0: 41.9 } }, roles: [] },
    },
  });
  const both = `{ gt: "50554d6e-29bb-11e5-b345-feff819cdc9f", after: "${noon}" }`;
  expect(await send(`{ documents(collection: "a", id: ${both}) { nodes { id } } }`)).toMatchObject({
    errors: [{ message: 'Argument "id" can have gt or after, not both.' }],
  });
  const many = JSON.stringify(Array(51).fill(id));
  expect(await send(`{ usersById(ids: ${many}) { id } }`)).toMatchObject({
    errors: [{ message: 'Argument "ids" must have at most 50 items, but has 51.' }],
  });
  const tooMany = Array.from({ length: 5 }, (_, at) => `a${at}: usersById(ids: ${many}) { id }`);
  expect(await send(`{ ${tooMany.join(" ")} }`)).toMatchObject({
    errors: [{ extensions: { code: "TOO_MANY_PARTITIONS" } }],
  });
});
