import { types } from "cassandra-driver";
import { type ConnectOptions, DEFAULT_CONSISTENCY } from "./options.ts";

/** The settings with which a session runs the statements of the models. */
export interface QuerySettings {
  readonly consistency: types.consistencies;
  readonly serialConsistency: types.consistencies;
  /** For one node, in milliseconds. */
  readonly requestTimeout: number;
  readonly fetchSize: number;
}

/** Returns the query settings of these options, with the defaults for those that are absent. */
export function querySettings({
  consistency = DEFAULT_CONSISTENCY,
  serialConsistency = "LOCAL_SERIAL",
  requestTimeout = 3000,
  fetchSize = 1000,
}: ConnectOptions): QuerySettings {
  const { localQuorum, quorum, localSerial, serial } = types.consistencies;
  return {
    consistency: consistency === "QUORUM" ? quorum : localQuorum,
    serialConsistency: serialConsistency === "SERIAL" ? serial : localSerial,
    requestTimeout,
    fetchSize,
  };
}
