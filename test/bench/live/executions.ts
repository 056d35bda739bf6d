import { measured, type Measurement } from "./stage.ts";
import { openSubject } from "./subject.ts";

/** The number of events per round. */
const EVENTS = 10;

/** Measures how often equal subscriptions are executed per event. */
export function executions(subscribers: number): Measurement {
  const what = `executions of equal subscriptions, ${subscribers.toLocaleString("en")} subscribers`;
  return {
    what,
    async measure(stage) {
      await using subject = await openSubject(stage.place, {
        kind: "counted",
        transport: "WebSocket",
        subscribers,
      });
      return await measured(stage, {
        what,
        runs: {
          async ours() {
            const before = await subject.server.ask("executions");
            for (let event = 0; event < EVENTS; event++) await subject.change();
            return ((await subject.server.ask("executions")) - before) / EVENTS;
          },
        },
        figures: [{ name: "an event", of: ({ ours }) => ours, atMost: 1, aim: 1 }],
      });
    },
  };
}
