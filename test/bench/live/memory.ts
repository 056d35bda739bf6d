import type { Kind } from "./server.ts";
import type { Row } from "./stage.ts";
import { inTurns } from "../comparison.ts";
import { openSubject } from "./subject.ts";

/** Of fewer the memory is lost in what processes take and leave at any time. */
const AT_LEAST = 5000;

/** Subscribers that are there before: with them all that is loaded and made once is. */
const FEW = 100;

/**
 * What a subscriber costs who is told nothing. Each time in a server of its own: memory that a process once had, it
 * does not give back.
 */
export function memory(wanted: number): Row {
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
      return inTurns<"bare" | "ours" | "recipe", number>(
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
        stage.rounds,
        stage.progress,
      );
    },
  };
}
