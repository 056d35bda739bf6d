import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { createBroadcast } from "../../src/live/broadcast.ts";
import { Delivery } from "../../src/server/delivery.ts";
import { createEventStreams } from "../../src/server/event-stream.ts";
import type { Identity } from "../../src/server/context.ts";
import type { KeepAlive, Peer } from "../../src/server/keep-alive.ts";
import { createPayload } from "../../src/server/payload.ts";
import { createExpiry } from "../../src/server/sign-in/expiry.ts";
import { eventually } from "../fixtures/eventually.ts";
import { listen } from "../fixtures/listen.ts";

test("a stream that has ended is not written to, though its client has not read the end, and is dropped then", async () => {
  const text = "x".repeat(16 * 2 ** 20);
  const payload = createPayload({ data: { text } }, (result) => ({
    json: { text: JSON.stringify(result) },
  }));
  const operation = { payloadOf: () => payload, leave: () => {} };
  const peers = new Set<Peer>();
  const keepAlive: KeepAlive = {
    add: (peer) => void peers.add(peer),
    remove: (peer) => void peers.delete(peer),
  };
  const streams = createEventStreams({ keepAlive, expiry: createExpiry() });
  const events = createBroadcast<object>({ keep: 1, missed: (last) => last, onEmpty: () => {} });
  const errors: unknown[] = [];
  // So much may wait that the end is written behind what the client does not read.
  const server = createServer({ highWaterMark: 64 * 2 ** 20 }, (_, response) => {
    response.on("error", (error) => errors.push(error));
    void streams.begin(response, {
      identity: { expires: undefined } as Identity,
      subscribe: async (outlet) => new Delivery(events.join(false), operation, outlet),
    });
  });
  const port = await listen(server, "127.0.0.1");
  const client = connect(port, "127.0.0.1").pause();
  client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await eventually(() => expect(peers.size).toBe(1));
  events.put({});
  await events.end();

  const [peer] = peers;
  peer!.unanswered = 2;
  peer!.ping();
  await new Promise(setImmediate);
  expect(errors).toEqual([]);
  expect(peer!.unanswered).toBe(2);
  peer!.drop();
  await eventually(() => expect(peers.size).toBe(0));
  client.destroy();
  server.close();
  await once(server, "close");
});
