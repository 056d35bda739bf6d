import type { YogaServerInstance } from "graphql-yoga";
import type { Context } from "../context.ts";

/** Yoga as this service makes it. */
export type Yoga = YogaServerInstance<Record<string, unknown>, Context>;
