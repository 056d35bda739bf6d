export {
  type Change,
  type Changed,
  type ChangedBy,
  type Draft,
  type Once,
  Refused,
} from "./change.ts";
export { changesRemembered } from "./journal-columns.ts";
export { contention, LaneError, type LaneErrorCode } from "./error.ts";
export {
  type ChangeOptions,
  createLanes,
  type Laned,
  type Lanes,
  type LanesOptions,
  type RemoveOptions,
} from "./lanes.ts";
export { laneLimits } from "./limits.ts";
export type { RemovalCheck } from "./removal.ts";
export type { Created, Removed } from "./request.ts";
