import { isDeepStrictEqual } from "node:util";
import { type Figure, interleave, type Result } from "../comparison.ts";
import type { Place } from "../counts/place.ts";
import { openLoad, type Sample } from "./load.ts";
import type { Requests } from "./requests.ts";
import { startServer } from "./server.ts";
import type { Stage } from "./stage.ts";

/** The servers that are compared. */
export type Side = "bare" | "ours" | "documented";

/** What the sides did in a round. */
export type Samples = Readonly<Record<Side, Sample>>;

export interface Sides {
  readonly what: string;
  /** What the clients of each side send. */
  readonly requests: Readonly<Record<Side, Requests>>;
  readonly figures: readonly Figure<readonly [Samples]>[];
}

const programs = { bare: "bare", ours: "service", documented: "documented" } as const;

/** Measures the service and its references alternately. Each is a fresh process. Their answers are compared before. */
export async function compareSides(
  { what, requests, figures }: Sides,
  { time, warmUp, ...stage }: Stage,
  place?: Place,
): Promise<readonly Result[]> {
  await using opened = new AsyncDisposableStack();
  const open = async (side: Side) => {
    const server = opened.use(await startServer(programs[side], place));
    return opened.use(await openLoad(server, requests[side], place));
  };
  const loads = {
    bare: await open("bare"),
    ours: await open("ours"),
    documented: await open("documented"),
  };
  checkEqual(await loads.ours.texts(), await loads.bare.texts());
  stage.progress(`${what}: warming up`);
  for (const load of Object.values(loads)) await load.run(warmUp);
  const runs = {
    bare: () => loads.bare.run(time),
    ours: () => loads.ours.run(time),
    documented: () => loads.documented.run(time),
  };
  return await interleave<Side, Sample>({ what, runs, figures }, stage);
}

/** Checks that the service and the bare server give the same answers. */
function checkEqual(ours: readonly string[], bare: readonly string[]): void {
  for (const [at, text] of ours.entries()) {
    if (isDeepStrictEqual(JSON.parse(text), JSON.parse(bare[at]!))) continue;
    throw new Error(`The answers differ:\n${text}\n${bare[at]}`);
  }
}
