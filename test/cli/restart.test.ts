import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "graphql-ws";
import { expect, test } from "vitest";
import { createDirectory, type Running, startCommand } from "../fixtures/command.ts";

const party = 'city: "Rome", id: "00000000-0000-4000-8000-000000000001"';
const addOne = `mutation { addPeople(${party}, delta: 1) { __typename } }`;

async function urlOf(service: Running): Promise<string> {
  return /http:\S+\/graphql/.exec(await service.printed("Ctrl-C stops everything."))![0];
}

async function post(url: string, query: string) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
  return answer.json() as Promise<{
    data?: { addPeople?: { __typename: string } };
    errors?: { extensions: { code: string } }[];
  }>;
}

const added = { data: { addPeople: { __typename: "PeopleChanged" } } };

test("serve restarts a Cassandra that was killed; a process that shares it continues until serve stops", async () => {
  await using directory = await createDirectory();
  const options = { cwd: directory.path, env: { PORT: "0" } };
  await using owner = startCommand(["serve"], options);
  const url = await urlOf(owner);
  await using sharer = startCommand(["serve"], options);
  const sharerUrl = await urlOf(sharer);

  const client = createClient({ url: url.replace("http", "ws"), retryAttempts: 0 });
  const counts = client.iterate({ query: `subscription { peopleChanged(${party}) { people } }` });
  const nextCount = async () => (await counts.next()).value;
  expect(await nextCount()).toMatchObject({ data: { peopleChanged: { people: 0 } } });

  const lock = readFileSync(join(directory.path, ".cassandra/lock.json"), "utf8");
  process.kill(JSON.parse(lock).java.pid, "SIGKILL");
  await owner.printedToStderr("Starting it again.");
  for (const each of [url, sharerUrl]) {
    const { errors } = await post(each, `{ party(${party}) { people } }`);
    expect(errors?.[0]?.extensions.code).toBe("UNAVAILABLE");
  }
  await owner.printedToStderr("Cassandra answers again on 127.0.0.1:");
  await expect.poll(() => post(url, addOne), { timeout: 60_000 }).toMatchObject(added);
  expect(await nextCount()).toMatchObject({ data: { peopleChanged: { people: 1 } } });
  await expect.poll(() => post(sharerUrl, addOne), { timeout: 60_000 }).toMatchObject(added);
  await client.dispose();

  expect(await owner.end()).toMatchObject({ code: 0 });
  const { code, err } = await sharer.ended;
  expect(code).toBe(14);
  expect(err).toMatch(
    /^partyfinder: The Cassandra in \S+\.cassandra was shared: process \d+ ran it and has stopped it\. Start again to run it in this process\.$/m,
  );
}, 120_000);
