import { types } from "cassandra-driver";
import { type ConnectOptions, DEFAULT_CONSISTENCY } from "./options.ts";

/** How a session runs the statements of the models. */
export interface Manner {
  readonly consistency: types.consistencies;
  readonly serialConsistency: types.consistencies;
  /** On one node, in milliseconds. */
  readonly requestTimeout: number;
  readonly fetchSize: number;
}

/** How statements are run with these options. */
export function mannerOf({
  consistency = DEFAULT_CONSISTENCY,
  serialConsistency = "LOCAL_SERIAL",
  requestTimeout = 3000,
  fetchSize = 1000,
}: ConnectOptions): Manner {
  const { localQuorum, quorum, localSerial, serial } = types.consistencies;
  return {
    consistency: consistency === "QUORUM" ? quorum : localQuorum,
    serialConsistency: serialConsistency === "SERIAL" ? serial : localSerial,
    requestTimeout,
    fetchSize,
  };
}
