import { startChild } from "../../fixtures/child.ts";
import type { Place } from "../counts/place.ts";

/** A program that serves: the service, two processes of it on one port, or a reference. */
export type Program = "service" | "two-services" | "bare" | "documented";

/** What these programs answer: their URL, and the processor time that they have used, in microseconds. */
export type ServerAnswers = Readonly<{ url: () => string; cpu: () => number }>;

export interface Server extends AsyncDisposable {
  readonly url: string;
  /** Returns the processor time that it has used, in microseconds. */
  readonly cpu: () => Promise<number>;
}

/** Starts a server in its own process. Without a place, it has constant rows. */
export async function startServer(program: Program, place?: Place): Promise<Server> {
  const args = place
    ? [place.cluster.contactPoints.join(","), place.cluster.localDataCenter, place.keyspace]
    : [];
  const child = startChild<ServerAnswers>(new URL(`${program}.ts`, import.meta.url), args);
  await using opened = new AsyncDisposableStack();
  opened.use(child);
  const url = await child.ask("url");
  const kept = opened.move();
  return {
    url,
    cpu: () => child.ask("cpu"),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
