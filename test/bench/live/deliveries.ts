import type { Transport } from "./audience.ts";
import { closedLoop, type Loop } from "./closed-loop.ts";
import { measured, type Measurement } from "./stage.ts";
import { openSubject, type Subject } from "./subject.ts";

const bareCalls = { WebSocket: "ws.send", SSE: "res.write" } as const;

const goals = {
  WebSocket: { bare: { atLeast: 0.85, aim: 1.05 }, recipe: { atLeast: 3, aim: 4 } },
  SSE: { bare: { atLeast: 0.8, aim: 0.9 }, recipe: {} },
} as const;

/** Measures one event to all subscribers, compared with bare calls and the documented recipe. */
export function deliveries(transport: Transport, subscribers: number): Measurement {
  const what = `deliveries, ${transport}, ${subscribers.toLocaleString("en")} subscribers`;
  const bareCall = bareCalls[transport];
  return {
    what,
    async measure(stage) {
      await using opened = new AsyncDisposableStack();
      const open = async (kind: "partyfinder" | "bare" | "recipe") => {
        stage.progress(`${what}: ${subscribers.toLocaleString("en")} subscribe to ${kind}`);
        return opened.use(await openSubject(stage.place, { kind, transport, subscribers }));
      };
      const ours = await open("partyfinder");
      const bare = await open("bare");
      const recipe = await open("recipe");
      await checkEqual(ours, bare);
      await checkEqual(ours, recipe);
      const { time } = stage;
      return await measured<"bare" | "ours" | "recipe", Loop>(stage, {
        what,
        runs: {
          bare: () => closedLoop(bare, time),
          ours: () => closedLoop(ours, time),
          recipe: () => closedLoop(recipe, time),
        },
        figures: [
          {
            name: `a second, × bare ${bareCall}`,
            of: (of) => of.ours.rate / of.bare.rate,
            ...goals[transport].bare,
          },
          {
            name: "a second, × recipe",
            of: (of) => of.ours.rate / of.recipe.rate,
            ...goals[transport].recipe,
          },
          { name: "a second", of: (of) => of.ours.rate },
          { name: "bare: a second", of: (of) => of.bare.rate },
          { name: "recipe: a second", of: (of) => of.recipe.rate },
          { name: "until all have it, ms", of: (of) => of.ours.broadcast },
          { name: "bare: until all have it, ms", of: (of) => of.bare.broadcast },
          { name: "before: the change and the read, ms", of: (of) => of.ours.before },
          { name: "server's CPU a delivery, µs", of: (of) => of.ours.cpu },
          { name: "bare: CPU a delivery, µs", of: (of) => of.bare.cpu },
          { name: "recipe: CPU a delivery, µs", of: (of) => of.recipe.cpu },
          { name: "bare: the subscribers' CPU a delivery, µs", of: (of) => of.bare.audienceCpu },
        ],
      });
    },
  };
}

/** Compares the deliveries to many subscribers with those to a thousand. */
export function growth(subscribers: number): Measurement {
  const few = 1000;
  const what = `deliveries, WebSocket, ${subscribers.toLocaleString("en")} subscribers compared with ${few.toLocaleString("en")}`;
  return {
    what,
    async measure(stage) {
      await using opened = new AsyncDisposableStack();
      const open = async (count: number) =>
        opened.use(
          await openSubject(stage.place, {
            kind: "partyfinder",
            transport: "WebSocket",
            subscribers: count,
          }),
        );
      const [thousand, many] = [await open(few), await open(subscribers)];
      return await measured<"few" | "many", Loop>(stage, {
        what,
        runs: {
          few: () => closedLoop(thousand, stage.time),
          many: () => closedLoop(many, stage.time),
        },
        figures: [
          {
            name: `a second, × ${few.toLocaleString("en")} subscribers`,
            of: (of) => of.many.rate / of.few.rate,
            atLeast: 0.7,
            aim: 0.8,
          },
        ],
      });
    },
  };
}

/** Checks that both send messages that differ only in the id, the count and its ballot, and have the same length. */
async function checkEqual(ours: Subject, reference: Subject): Promise<void> {
  // An event is surrounded by the line ends of HTTP chunks.
  const samples = [(await ours.sample()).trim(), (await reference.sample()).trim()];
  const [one, other] = samples.map((sample) => ({
    length: sample.length,
    result: maskedResult(sample),
  }));
  if (one!.length === other!.length && one!.result === other!.result) return;
  throw new Error(`The messages differ:\n${samples.join("\n")}`);
}

/** Returns the result in a message, with all digits replaced by zeros. */
function maskedResult(sample: string): string {
  const { payload, ...rest } = JSON.parse(sample.slice(sample.indexOf("{")));
  return JSON.stringify(payload ?? rest).replace(/\d/g, "0");
}
