import { OperationTypeNode } from "graphql";
import type { Target } from "../case.ts";
import { codesOf, problemsOf } from "../check.ts";
import { writeBody, writeOperation } from "../document.ts";
import { exchange, type Step } from "../raw-http.ts";
import { JSON_TYPE, writeRequest } from "./request.ts";
import { followJson } from "./socket.ts";

/** How long an answer may take to begin, in milliseconds. */
const PATIENCE = 2000;

/** Event streams that are cut at any time. */
export const eventStreams: Target = {
  name: "event streams",
  async attempt(choices) {
    const { random, world } = choices;
    const body = random.chance(0.4)
      ? followJson(world)
      : writeBody(writeOperation(choices, OperationTypeNode.SUBSCRIPTION));
    const accept = random.of([
      "text/event-stream",
      "text/event-stream",
      "text/event-stream, application/json",
      "text/event-stream;q=0.1, */*",
    ]);
    const request = writeRequest(world, { headers: [JSON_TYPE, `Accept: ${accept}`], body });
    const wait = random.of([0, 1, 5, 20, 80]);
    const steps: readonly Step[] = random.chance(0.4)
      ? [request, wait, "cut"]
      : [request, "answer", wait, "cut"];
    const response = await exchange(world.port, steps, { answer: PATIENCE });
    const answer = response
      ? [response.status, codesOf(response)[0]].filter(Boolean).join(" ")
      : "none";
    return { sent: body, answer, problems: problemsOf(response, { mustAnswer: false }) };
  },
};
