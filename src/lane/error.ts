/**
 * Why a lane did not do what it was asked for. Nothing was changed.
 *
 * - `CONTENTION`: too many wait in the partition, or others were faster all the time. Try again.
 * - `TOO_MANY_OPERATIONS`: the row has as many changes with an id as it can remember. Try again later, or without an id.
 * - `OTHER_CHANGE`: the id is that of another change, which was applied.
 */
export type LaneErrorCode = "CONTENTION" | "TOO_MANY_OPERATIONS" | "OTHER_CHANGE";

/** A failure of a lane that is none of the database's: see {@link LaneErrorCode}. */
export class LaneError extends Error {
  override readonly name = "LaneError";
  readonly code: LaneErrorCode;

  constructor(code: LaneErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The error of a request for which others were faster all the time. */
export function contention(): LaneError {
  const message =
    "Too many change the rows of one partition at once. Nothing was changed; try again.";
  return new LaneError("CONTENTION", message);
}
