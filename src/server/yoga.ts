import type { YogaServerInstance } from "graphql-yoga";
import type { Context } from "./context.ts";

/** What this service uses of Yoga: the hooks of plugins around parsing, validating, executing and subscribing. */
export type Yoga = Pick<YogaServerInstance<Record<string, unknown>, Context>, "getEnveloped">;

/** These steps for one operation. */
export type Enveloped = ReturnType<Yoga["getEnveloped"]>;
