import type { Choices, Outcome } from "../case.ts";
import { codesOf, problemsOf } from "../check.ts";
import { exchange } from "../raw-http.ts";
import { JSON_TYPE, writeRequest } from "./request.ts";

/** How long a complete request may wait for its answer, in milliseconds. */
const PATIENCE = 20_000;

/** Posts a body with fitting headers, and checks the answer. */
export async function post(
  { world }: Pick<Choices, "world">,
  body: string | Buffer,
): Promise<Outcome> {
  return ask([writeRequest(world, { headers: [JSON_TYPE], body })], { world, shown: body });
}

/** Sends a complete and well-formed request, and checks the answer. */
export async function ask(
  steps: readonly Buffer[],
  { world, shown }: Pick<Choices, "world"> & { readonly shown: string | Buffer },
): Promise<Outcome> {
  const response = await exchange(world.port, steps, { answer: PATIENCE });
  const problems = problemsOf(response, { mustAnswer: true });
  const code = response && codesOf(response)[0];
  const answer = response ? [response.status, code].filter(Boolean).join(" ") : "none";
  return { sent: shown, answer, problems };
}
