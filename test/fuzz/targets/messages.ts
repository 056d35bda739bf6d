import { setTimeout as sleep } from "node:timers/promises";
import { getIntrospectionQuery } from "graphql";
import type { Choices, Target } from "../case.ts";
import { writeBody, writeOperation } from "../document.ts";
import { openWebSocket, writeFrame } from "../raw-web-socket.ts";
import { mutateText, oddText } from "../text.ts";
import { writeOddValue } from "../value.ts";
import { answerOf, followJson, INIT, problemsOfSocket, writeSubscribe } from "./socket.ts";

/** How long a socket is observed at the end, in milliseconds. */
const LINGER = 80;

/** Messages of the graphql-transport-ws protocol, in any order, with ids that repeat, and sockets that nobody reads. */
export const messages: Target = {
  name: "messages",
  async attempt(choices) {
    const { random, world } = choices;
    const written = random.chance(0.9) ? [INIT] : [];
    for (let count = 1 + random.whole(12); count > 0; count--) written.push(...writeSome(choices));
    const isRead = random.chance(0.85);
    using socket = await openWebSocket({ port: world.port });
    if (!isRead) socket.pause();
    for (const payload of written) {
      socket.write(writeFrame({ opcode: 1, payload }));
      if (random.chance(0.2)) await sleep(random.whole(10));
    }
    await socket.closed(LINGER);
    if (!isRead && random.chance(0.5)) {
      socket.resume();
      await socket.closed(LINGER);
    }
    const sent = written.join("\n");
    return { sent, answer: answerOf(socket), problems: problemsOfSocket(socket) };
  },
};

function writeSome(choices: Choices): readonly string[] {
  const { random, world } = choices;
  const id = random.of(["1", "1", "2", "3", "__proto__", "constructor", oddText(random)]);
  const operation = () => writeBody(writeOperation(choices));
  const odd = () => writeOddValue({ random, notation: "JSON" });
  const complete = `{"type":"complete","id":${JSON.stringify(id)}}`;
  return random.of<() => readonly string[]>([
    () => [writeSubscribe(id, operation())],
    () => [writeSubscribe(id, operation())],
    () => [writeSubscribe(id, operation())],
    () => [writeSubscribe(id, operation()), complete],
    () => [writeSubscribe(id, followJson(world))],
    () => [writeSubscribe(id, followJson(world)), complete, writeSubscribe(id, followJson(world))],
    () => [writeSubscribe(id, watchJson(choices))],
    () => [writeSubscribe(id, odd())],
    () => [complete],
    () => [INIT],
    () => [`{"type":"connection_init","payload":${odd()}}`],
    () => ['{"type":"ping"}', '{"type":"pong","payload":{}}'],
    () => [`{"type":"ping","payload":${odd()}}`],
    () => [`{"type":${odd()},"id":${odd()},"payload":${odd()}}`],
    () => ['{"type":"next","id":"1","payload":{}}'],
    () => ['{"type":"connection_ack"}'],
    () => [`{"type":"subscribe","payload":${followJson(world)}}`],
    () => [`{"type":"subscribe","id":${odd()},"payload":${followJson(world)}}`],
    () => [odd()],
    () => [mutateText(writeSubscribe(id, operation()), random)],
    () => Array.from({ length: 110 }, (_, at) => writeSubscribe(`many ${at}`, followJson(world))),
    () => Array.from({ length: 20 }, (_, at) => writeSubscribe(`big ${at}`, introspection)),
    () => Array.from({ length: 100 }, (_, at) => writeSubscribe(`x${at}`, watchJson(choices))),
  ])();
}

const introspection = JSON.stringify({ query: getIntrospectionQuery() });

function watchJson({ random, world }: Choices): string {
  const query =
    "subscription ($city: String!, $id: UUID!) { peopleChanged(city: $city, id: $id) { people asOf party { name } } }";
  return JSON.stringify({ query, variables: random.of(world.keys) });
}
