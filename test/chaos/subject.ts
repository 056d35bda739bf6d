import type { Session, Table } from "../../src/cassandra/index.ts";
import type { Running } from "../fixtures/command.ts";
import type { Answer, Final, Key, Operation } from "./history.ts";
import type { Random } from "./random.ts";
import type { Recorder } from "./recorder.ts";

/** A table, and a service that changes its rows: all in which runs on different tables differ. */
export interface Subject {
  /** The tables that the service needs. */
  readonly tables: readonly Table[];
  /**
   * Starts a process of the service. It reads the environment as `partyfinder serve` does, and prints
   * {@link Subject.greeting} when it is up.
   */
  startServer(env: Readonly<Record<string, string>>): Running;
  readonly greeting: string;
  createClient(server: Server): Client & Disposable;
  /** Chooses the rows that clients are busy with. */
  gather(random: Random): Crowd;
  /** Chooses the key of a row that nobody has asked for yet. */
  newKey(random: Random): Key;
  /** Watches rows on each server, and records what is seen, until the signal aborts. Default: nobody watches. */
  watch?(options: WatchOptions): Promise<void>;
  /** The ways in which the rows are read in the end: each has to find the same. */
  waysToRead(session: Session, servers: readonly Server[]): readonly Way[];
}

/** Where one process of the service after the other runs. */
export interface Server {
  /** The process, e.g. `A1`; started again it is `A2`. */
  readonly process: string;
  /** The host and the port, e.g. `127.0.0.1:4000`. */
  readonly authority: string;
}

/** A client of a server. It keeps its connections, and uses them again. */
export interface Client {
  /**
   * Sends an operation once.
   *
   * @param asOf whether to ask for the ballot of the new amount too
   */
  send(operation: Sent, asOf: boolean): Promise<Answer>;
}

/** What is sent of an operation. */
export type Sent = Pick<Operation, "partition" | "id" | "operationId" | "wish">;

/** What clients are busy with: a few rows that all want, many that few want, and some that come and go. */
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
  /** Who reads, e.g. `server A1`. */
  readonly by: string;
  /** Reads the rows that are there. */
  read(partition: string): Promise<readonly Found[]>;
}

/** A row that is there. */
export type Found = Pick<Key, "id"> & NonNullable<Final["found"]>;
