import { expect, inject, test } from "vitest";
import { applicationFile, createFolder } from "../fixtures/application-file.ts";
import { runCommand, startCommand } from "../fixtures/command.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";

const { contactPoints, localDataCenter } = inject("cassandra");

test("its tables, and no others, are synced, checked and served", async () => {
  await using keyspace = await createKeyspace();
  await using folder = await createFolder({ "app.ts": applicationFile });
  const env = {
    CASSANDRA_CONTACT_POINTS: contactPoints.join(","),
    CASSANDRA_LOCAL_DATA_CENTER: localDataCenter,
    CASSANDRA_KEYSPACE: keyspace.name,
    PORT: "0",
  };
  const options = { cwd: folder.path, env };
  expect(await runCommand(["doctor", "app.ts"], options)).toMatchObject({ code: 12 });
  expect((await runCommand(["sync", "app.ts"], options)).out).toContain("seat (");
  expect(await runCommand(["doctor", "app.ts"], options)).toMatchObject({ code: 0 });
  expect((await runCommand(["seed", "app.ts"], options)).err).toMatch(/has no sample rows/);
  await keyspace.session.cql("INSERT INTO seat (show, row, holder) VALUES ('Hamlet', 'A', 'Ann')");

  await using served = startCommand(["serve", "app.ts"], options);
  const [, url = ""] = /(http\S*)/.exec(await served.printed("Ctrl-C stops everything."))!;
  const query = '{ seats(show: "Hamlet") { nodes { row holder } } }';
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
  expect(await response.json()).toEqual({
    data: { seats: { nodes: [{ row: "A", holder: "Ann" }] } },
  });
  const tables = await keyspace.session.cql(
    "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?",
    [keyspace.name],
  );
  expect(tables).toEqual([{ table_name: "seat" }]);
});
