import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Answer } from "./history.ts";

/** Posts JSON to a URL. */
export interface Poster extends Disposable {
  /** @throws Error if no answer arrives */
  post(body: unknown): Promise<unknown>;
}

/** How long a client waits for an answer, in milliseconds: longer than a server may take. */
const PATIENCE = 20_000;

/** Creates a poster that keeps and reuses connections. */
export function createPoster(url: string): Poster {
  // Closes idle connections before the server does: a request sent at that moment would be lost.
  const agent = new Agent({ keepAlive: true, timeout: 2000 });
  return {
    post: async (body) => JSON.parse(await post(url, agent, JSON.stringify(body))),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** Returns the answer to a request, or that none arrived. */
export async function answerOf(asking: Promise<Answer>): Promise<Answer> {
  try {
    return await asking;
  } catch (error) {
    const refused = error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
    return refused ? { said: "error", code: "UNREACHABLE" } : { said: "lost" };
  }
}

function post(url: string, agent: Agent, body: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const signal = AbortSignal.timeout(PATIENCE);
  const sent = request(url, { method: "POST", agent, headers, signal }, (response) => {
    text(response).then(resolve, reject);
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}
