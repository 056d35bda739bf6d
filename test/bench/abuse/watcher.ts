import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Key } from "../counts/place.ts";
import { WATCH } from "../live/operations.ts";

/** A count that must arrive, or a newer one. */
export interface Expected {
  readonly people: number;
  /** When the change was sent. */
  readonly since: number;
  readonly by: "neighbour" | "foreign";
}

export interface WatcherOptions {
  readonly url: string;
  readonly localAddress: string;
  readonly keys: readonly Key[];
  /** Called when a subscription fails or the socket closes. */
  readonly failed: (reason: string) => void;
}

/** How long to wait before the socket is opened again, in milliseconds. */
const PAUSE = 200;

/** Watches parties over one WebSocket, which is opened again whenever it closes. Resolves when it has a count of each. */
export async function openWatcher({ url, localAddress, keys, failed }: WatcherOptions) {
  const newest = new Map<string, number>();
  const waiting = new Map<string, Expected[]>();
  let delays = emptyDelays();

  async function watch() {
    for (;;) {
      const socket = new WebSocket(url.replace("http", "ws"), "graphql-transport-ws", {
        localAddress,
        perMessageDeflate: false,
      });
      socket.on("error", () => {});
      socket.on("open", () => socket.send('{"type":"connection_init"}'));
      socket.on("message", (data: Buffer) => receive(socket, JSON.parse(data.toString())));
      const [code] = await once(socket, "close");
      failed(`closed with ${code}`);
      await sleep(PAUSE);
    }
  }

  function receive(socket: WebSocket, { type, id, payload }: Message) {
    if (type === "ping") socket.send('{"type":"pong"}');
    else if (type === "connection_ack") {
      keys.forEach((variables, number) => {
        const message = {
          type: "subscribe",
          id: `${number}`,
          payload: { query: WATCH, variables },
        };
        socket.send(JSON.stringify(message));
      });
    } else if (type === "next" && payload?.data) {
      arrived(keys[Number(id)]!.id, payload.data.peopleChanged.people);
    } else failed(type === "complete" ? "completed" : JSON.stringify(payload).slice(0, 100));
  }

  function arrived(party: string, people: number) {
    newest.set(party, people);
    const expected = waiting.get(party) ?? [];
    for (const each of expected.filter((one) => one.people <= people)) {
      delays[each.by].push(performance.now() - each.since);
    }
    waiting.set(
      party,
      expected.filter((one) => one.people > people),
    );
  }

  void watch();
  while (newest.size < keys.length) await sleep(50);
  return {
    /** Waits for a count. It may have arrived before the answer of the change that wrote it. */
    expect({ id }: Key, expected: Expected) {
      if ((newest.get(id) ?? -1) >= expected.people) {
        delays[expected.by].push(performance.now() - expected.since);
      } else waiting.set(id, [...(waiting.get(id) ?? []), expected]);
    },
    /** Waits until all expected counts have arrived, at most for some milliseconds. */
    async settled(patience: number) {
      const end = performance.now() + patience;
      while ([...waiting.values()].flat().length > 0 && performance.now() < end) await sleep(20);
    },
    /** Returns the delay of each count. Those that are still missing have been waiting until now. */
    read() {
      const missing = [...waiting.values()].flat();
      const delaysOf = (by: Expected["by"]) => [
        ...delays[by],
        ...missing.filter((one) => one.by === by).map(({ since }) => performance.now() - since),
      ];
      return { watched: delaysOf("neighbour"), foreign: delaysOf("foreign") };
    },
    reset() {
      waiting.clear();
      delays = emptyDelays();
    },
  };
}

interface Message {
  readonly type: string;
  readonly id: string;
  readonly payload?: { readonly data?: { readonly peopleChanged: { readonly people: number } } };
}

function emptyDelays(): Record<Expected["by"], number[]> {
  return { neighbour: [], foreign: [] };
}
