import type { YogaServerInstance } from "graphql-yoga";

/** What this server uses of Yoga: the hooks of plugins around parsing, validating, executing and subscribing. */
export type Yoga = Pick<YogaServerInstance<Record<string, unknown>, object>, "getEnveloped">;

/** These steps for one operation. */
export type Enveloped = ReturnType<Yoga["getEnveloped"]>;
