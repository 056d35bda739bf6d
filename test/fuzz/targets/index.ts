import type { Target } from "../case.ts";
import { bodies } from "./bodies.ts";
import { documents } from "./documents.ts";
import { eventStreams } from "./event-streams.ts";
import { frames } from "./frames.ts";
import { headers } from "./headers.ts";
import { messages } from "./messages.ts";
import { urls } from "./urls.ts";
import { variables } from "./variables.ts";

/** All kinds of input. A case has the same choices whatever others are run. */
export const targets: readonly Target[] = [
  bodies,
  documents,
  variables,
  headers,
  urls,
  frames,
  messages,
  eventStreams,
];
