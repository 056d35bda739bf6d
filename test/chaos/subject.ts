import type { Session, Table } from "../../src/cassandra/index.ts";
import type { Running } from "../fixtures/command.ts";
import type { Answer, Final, Key, Operation } from "./history.ts";
import type { Random } from "./random.ts";
import type { Recorder } from "./recorder.ts";

/** A table and a service that changes its rows: everything in which runs on different tables differ. */
export interface Subject {
  /** The tables that the service needs. */
  readonly tables: readonly Table[];
  /**
   * Starts a process of the service. It reads the environment as `partyfinder serve` does, and prints
   * {@link Subject.greeting} when it is ready.
   */
  startServer(env: Readonly<Record<string, string>>): Running;
  readonly greeting: string;
  createClient(server: Server): Client & Disposable;
  /** Chooses the rows that clients use. */
  gather(random: Random): Crowd;
  /** Chooses the key of a new row. */
  newKey(random: Random): Key;
  /** Watches rows on each server and records the sightings, until the signal aborts. Default: watches nothing. */
  watch?(options: WatchOptions): Promise<void>;
  /** Returns the ways in which the rows are read at the end. All must find the same. */
  waysToRead(session: Session, servers: readonly Server[]): readonly Way[];
}

/** A server of the service, which runs one process after the other. */
export interface Server {
  /** The present process, e.g. `A1`; after a restart `A2`. */
  readonly process: string;
  /** The host and the port, e.g. `127.0.0.1:4000`. */
  readonly authority: string;
}

/** A client of a server. It keeps and reuses its connections. */
export interface Client {
  /**
   * Sends an operation once.
   *
   * @param asOf whether to request the ballot of the new amount as well
   */
  send(operation: Sent, asOf: boolean): Promise<Answer>;
}

/** The part of an operation that is sent. */
export type Sent = Pick<Operation, "partition" | "id" | "operationId" | "wish">;

/** The rows that clients use: a few busy ones, many others, and some that are created and deleted repeatedly. */
export interface Crowd {
  readonly hot: readonly Key[];
  readonly cold: readonly Key[];
  readonly passing: readonly Key[];
}

export interface WatchOptions {
  readonly servers: readonly Server[];
  readonly crowd: Crowd;
  readonly record: Recorder;
  readonly signal: AbortSignal;
}

/** A way to read the rows of a partition. */
export interface Way {
  /** The reader, e.g. `server A1`. */
  readonly by: string;
  /** Reads the existing rows. */
  read(partition: string): Promise<readonly Found[]>;
}

/** An existing row. */
export type Found = Pick<Key, "id"> & NonNullable<Final["found"]>;
