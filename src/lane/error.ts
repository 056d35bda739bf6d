/**
 * Why a lane did not process a request. Nothing was changed.
 *
 * - `CONTENTION`: too many requests wait in the partition, or the row kept changing. Try again.
 * - `TOO_MANY_OPERATIONS`: the row cannot remember more changes with an id now. Try again later, or without an id.
 * - `OTHER_CHANGE`: the id belongs to another change, which was applied.
 */
export type LaneErrorCode = "CONTENTION" | "TOO_MANY_OPERATIONS" | "OTHER_CHANGE";

/** An error of a lane that does not come from the database: see {@link LaneErrorCode}. */
export class LaneError extends Error {
  override readonly name = "LaneError";
  readonly code: LaneErrorCode;

  constructor(code: LaneErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Creates the error of a request that found no turn, or whose row kept changing. */
export function contention(): LaneError {
  const message =
    "Too many requests change the rows of one partition at once. Nothing was changed; try again.";
  return new LaneError("CONTENTION", message);
}
