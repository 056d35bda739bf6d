export type { Admit } from "../cassandra/index.ts";
export type { Source, Visitor } from "./broadcast.ts";
export type { Version } from "./hub.ts";
export {
  createLive,
  type FollowOptions,
  type Live,
  type LiveOptions,
  type PartitionEvent,
  type WatchedVersion,
  type WatchOptions,
} from "./live.ts";
export type { FollowEvent } from "./partition-view.ts";
export { POLL_INTERVAL } from "./poll.ts";
export { loadRelay, redisAddress, type RedisOptions } from "./relay.ts";
