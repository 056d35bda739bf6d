import { startChild } from "../../fixtures/child.ts";
import { openPoster, type Poster } from "../../fixtures/poster.ts";
import type { Place } from "./place.ts";
import type { ServerAnswers } from "./server.ts";

/** A server in its own process. */
export interface Served extends AsyncDisposable, Pick<Poster<Data>, "post"> {
  /** Returns the CPU time that the server has used, in microseconds. */
  cpu(): Promise<number>;
}

type Data = Readonly<Record<string, Answer>>;

export interface Answer {
  readonly __typename: string;
  readonly people?: number;
  readonly actual?: number;
}

/** Starts the service, or a bare server that sends the same CQL. */
export async function startServer(kind: "partyfinder" | "bare", place: Place): Promise<Served> {
  const { cluster, keyspace } = place;
  const args = [kind, cluster.contactPoints.join(","), cluster.localDataCenter, keyspace];
  await using opened = new AsyncDisposableStack();
  const server = opened.use(startChild<ServerAnswers>(new URL("server.ts", import.meta.url), args));
  const poster = opened.use(openPoster<Data>(await server.ask("url")));
  const kept = opened.move();
  return {
    post: poster.post,
    cpu: () => server.ask("cpu"),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
