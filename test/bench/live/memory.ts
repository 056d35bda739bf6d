import type { Kind } from "./server.ts";
import type { Measurement } from "./stage.ts";
import { interleave } from "../comparison.ts";
import { openSubject } from "./subject.ts";

/** The minimum number of subscribers: the memory of fewer is hidden by the fluctuation of a process. */
const AT_LEAST = 5000;

/** Subscribers before the measurement. They cause all one-time allocations. */
const FEW = 100;

/**
 * Measures the memory of an idle subscriber. Each run has its own server, because a process does not return memory.
 */
export function memory(wanted: number): Measurement {
  const subscribers = Math.max(wanted, AT_LEAST);
  const what = `memory of an idle subscriber, WebSocket, ${subscribers.toLocaleString("en")}`;
  return {
    what,
    measure: (stage) => {
      const run = (kind: Kind) => async () => {
        await using subject = await openSubject(stage.place, {
          kind,
          transport: "WebSocket",
          subscribers: FEW,
        });
        const before = await subject.server.ask("memory");
        await subject.subscribe(subscribers);
        return ((await subject.server.ask("memory")) - before) / subscribers / 1024;
      };
      return interleave<"bare" | "ours" | "recipe", number>(
        {
          what,
          runs: { bare: run("bare"), ours: run("partyfinder"), recipe: run("recipe") },
          figures: [
            { name: "× bare ws", of: ({ ours, bare }) => ours / bare, atMost: 2, aim: 1.5 },
            { name: "KiB", of: ({ ours }) => ours },
            { name: "bare: KiB", of: ({ bare }) => bare },
            { name: "recipe: KiB", of: ({ recipe }) => recipe },
          ],
        },
        stage,
      );
    },
  };
}
