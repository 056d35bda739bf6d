import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { connect } from "../../../src/cassandra/index.ts";
import { createLanes } from "../../../src/lane/index.ts";
import { type AccountRequest, answerTo } from "./answer.ts";
import { GREETING } from "./greeting.ts";

// A server of accounts. It takes requests as JSON by POST, and answers with JSON.

const {
  CASSANDRA_CONTACT_POINTS = "",
  CASSANDRA_PORT,
  CASSANDRA_LOCAL_DATA_CENTER = "",
  CASSANDRA_KEYSPACE = "",
  PORT,
} = process.env;

const session = await connect({
  contactPoints: CASSANDRA_CONTACT_POINTS.split(","),
  port: Number(CASSANDRA_PORT),
  localDataCenter: CASSANDRA_LOCAL_DATA_CENTER,
  keyspace: CASSANDRA_KEYSPACE,
  log: console.error,
});
const lanes = createLanes(session);

createServer((request, response) => {
  void (async () => {
    try {
      // Only clients of this test send requests.
      const asked = (await json(request)) as AccountRequest;
      response.end(JSON.stringify(await answerTo({ session, lanes }, asked)));
    } catch {
      // The client has disconnected.
      response.destroy();
    }
  })();
}).listen(Number(PORT), "127.0.0.1", () => console.log(GREETING));
