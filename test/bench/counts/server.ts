import { roomyLimits } from "../../fixtures/roomy-limits.ts";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer as createBareServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Client, policies, types } from "cassandra-driver";
import { connect } from "../../../src/cassandra/index.ts";
import * as application from "../../../src/party/application.ts";
import { createServer } from "../../../src/server/index.ts";
import { answer, cpu } from "../../fixtures/child.ts";
import { bodyText } from "../body-text.ts";

// A server in its own process: the service, or a bare server that sends the same CQL.

const [kind, contactPoints = "", localDataCenter = "", keyspace = ""] = process.argv.slice(2);
const cluster = { contactPoints: contactPoints.split(","), localDataCenter, keyspace };
const url =
  kind === "bare"
    ? await serveBare()
    : (await createServer({ ...application, session: await connect(cluster), limits: roomyLimits }))
        .url;
const answers = { url: () => url, cpu };
export type ServerAnswers = typeof answers;
answer(answers);

interface Change {
  readonly city: string;
  readonly id: string;
  readonly expected: number;
  readonly delta: number;
}

/** Starts a server that answers only `changePeople`, with the statements that a lane sends for one change. */
async function serveBare(): Promise<string> {
  const client = new Client({
    ...cluster,
    policies: { retry: new policies.retry.FallthroughRetryPolicy() },
  });
  await client.connect();
  const process = randomUUID();
  const rounds = new Map<string, string>();
  const options = {
    prepare: true,
    logged: false,
    consistency: types.consistencies.localQuorum,
    serialConsistency: types.consistencies.localSerial,
  };
  const put = "UPDATE party USING TTL ? SET rounds[?] = ? WHERE city = ? IF rounds[?] =";

  async function open(city: string): Promise<string> {
    const round = randomUUID();
    await client.execute(`${put} null`, [3600, process, round, city, process], options);
    return round;
  }

  async function change({ city, id, expected, delta }: Change) {
    const previous = rounds.get(city) ?? (await open(city));
    const round = randomUUID();
    const people = expected + delta;
    const { rows } = await client.batch(
      [
        {
          query: "UPDATE party SET people = ? WHERE city = ? AND id = ? IF people = ?",
          params: [people, city, id, expected],
        },
        { query: `${put} ?`, params: [3600, process, round, city, process, previous] },
      ],
      options,
    );
    rounds.set(city, round);
    const [row] = rows ?? [];
    return row?.["[applied]"]
      ? { __typename: "PeopleChanged", people }
      : { __typename: "PeopleStale", actual: row?.["people"] };
  }

  /** Sends the plain statement that loses updates, to measure its cost. */
  async function changePlainly({ city, id, expected, delta }: Change) {
    const people = expected + delta;
    const query = "UPDATE party SET people = ? WHERE city = ? AND id = ?";
    await client.execute(query, [people, city, id], options);
    return { __typename: "PeopleChanged", people };
  }

  const server = createBareServer((request, response) => {
    void bodyText(request).then(async (text) => {
      const { variables } = JSON.parse(text) as { variables: Change };
      const run = request.url === "/plain" ? changePlainly : change;
      const answer = JSON.stringify({ data: { changePeople: await run(variables) } });
      response.writeHead(200, { "content-type": "application/json" }).end(answer);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
