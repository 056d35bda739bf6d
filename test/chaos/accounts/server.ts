import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { connect } from "../../../src/cassandra/index.ts";
import { createLanes } from "../../../src/lane/index.ts";
import { type Asked, answerTo } from "./answer.ts";
import { GREETING } from "./greeting.ts";

// A server of accounts: a wish comes as JSON in a POST, and its answer goes back as JSON.

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
      // Only clients of this test ask.
      const asked = (await json(request)) as Asked;
      response.end(JSON.stringify(await answerTo({ session, lanes }, asked)));
    } catch {
      // The client is gone.
      response.destroy();
    }
  })();
}).listen(Number(PORT), "127.0.0.1", () => console.log(GREETING));
