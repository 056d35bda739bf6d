import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "graphql-ws";
import { WATCH } from "../../fixtures/parties.ts";
import type { Key } from "../history.ts";
import type { Recorder } from "../recorder.ts";
import type { Server, WatchOptions } from "../subject.ts";

/** How long a watcher waits before it subscribes again, in milliseconds. */
const AGAIN = 300;

/** Watches the hot parties on each server, each twice, and some of the passing ones, until it is stopped. */
export async function watch({ servers, crowd, record, signal }: WatchOptions): Promise<void> {
  const { hot, passing } = crowd;
  const watched = [...hot, ...hot, ...passing.slice(0, 2)];
  const watchers = servers.flatMap((server) => watched.map((key) => ({ server, key })));
  await Promise.all(
    watchers.map(({ server, key }, i) =>
      watchParty(`watcher ${i + 1}`, server, key, record, signal),
    ),
  );
}

async function watchParty(
  watcher: string,
  server: Server,
  key: Key,
  record: Recorder,
  signal: AbortSignal,
): Promise<void> {
  let last: string | undefined;
  for (let times = 0; !signal.aborted; times++) {
    // Every other time it subscribes without `since`.
    const since = times % 2 === 0 ? undefined : last;
    const client = createClient({ url: `ws://${server.authority}/graphql`, retryAttempts: 0 });
    const close = () => void client.dispose();
    signal.addEventListener("abort", close);
    const begun = { watcher, server: server.process, subscribed: record.now(), since };
    try {
      const values = client.iterate<Seen>({
        query: WATCH,
        variables: { city: key.partition, id: key.id, since },
      });
      for await (const { data } of values) {
        if (!data) break;
        const { people, asOf } = data.peopleChanged;
        record.saw({ ...key, ...begun, at: record.now(), amount: people, asOf });
        last = asOf;
      }
    } catch {
      // The server is gone, or cannot read the party. The watcher subscribes again.
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
    await sleep(AGAIN);
  }
}

interface Seen extends Record<string, unknown> {
  readonly peopleChanged: { readonly people: number; readonly asOf: string };
}
