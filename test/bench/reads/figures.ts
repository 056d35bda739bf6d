import type { Figure } from "../comparison.ts";
import type { Sample } from "./load.ts";
import type { Samples, Side } from "./sides.ts";

/** The goals of a workload: ratios to the bare server, and reads per request. */
export interface Goals {
  readonly rate?: Goal;
  readonly server?: Goal;
  readonly p99?: Goal;
  readonly reads?: Goal;
}

/** A bound of the median, and a better value if there is one to aim for. */
type Goal = readonly [bound: number, aim?: number];

type SideFigure = Figure<readonly [Samples]>;

/** Returns the figures of the three servers: ratios to the bare one, and what they are ratios of. */
export function figuresOf({ rate, server, p99 }: Goals): readonly SideFigure[] {
  return [
    { ...ratio("ours", "rate"), ...atLeast(rate) },
    { ...ratio("ours", "server"), ...atMost(server) },
    { ...ratio("ours", "p99"), ...atMost(p99) },
    ratio("documented", "rate"),
    ratio("documented", "server"),
    ratio("documented", "p99"),
    ...eachSide("rate"),
    ...eachSide("server"),
    ...eachSide("p99"),
    cores("server"),
    cores("clients"),
  ];
}

/** Returns the figures of Cassandra. Its reads are counted if there is a goal for them. */
export function figuresOfCassandra({ reads }: Goals): readonly SideFigure[] {
  const counted = { ...absolute("ours", "reads"), ...atMost(reads) };
  return [
    ...(reads ? [counted, absolute("bare", "reads")] : []),
    ...eachSide("cassandra"),
    cores("cassandra"),
  ];
}

const quantities = {
  rate: ["requests a second", ""],
  p99: ["p99", ", ms"],
  server: ["server's CPU a request", ", µs"],
  cassandra: ["Cassandra's CPU a request", ", µs"],
  reads: ["CQL reads a request", ""],
} as const;

type Quantity = keyof typeof quantities;

function ratio(side: Side, quantity: Quantity): SideFigure {
  return {
    name: `${prefixOf(side)}${quantities[quantity][0]}, × bare`,
    of: ({ bare, [side]: one }) => one[quantity] / bare[quantity],
  };
}

function absolute(side: Side, quantity: Quantity): SideFigure {
  return {
    name: prefixOf(side) + quantities[quantity].join(""),
    of: ({ [side]: { [quantity]: value } }) => value,
  };
}

function eachSide(quantity: Quantity): readonly SideFigure[] {
  return (["ours", "bare", "documented"] as const).map((side) => absolute(side, quantity));
}

function prefixOf(side: Side): string {
  return side === "ours" ? "" : `${side}: `;
}

/** Returns how many cores a process used while our server was measured. */
function cores(process: "server" | "cassandra" | "clients"): SideFigure {
  return { name: `cores: ${process}`, of: ({ ours }) => coresOf(ours, process) };
}

/** Returns how many cores a process used. */
export function coresOf(sample: Sample, process: "server" | "cassandra" | "clients"): number {
  return (sample[process] * sample.rate) / 1e6;
}

function atLeast(goal?: Goal) {
  return goal && { atLeast: goal[0], ...aim(goal) };
}

function atMost(goal?: Goal) {
  return goal && { atMost: goal[0], ...aim(goal) };
}

function aim([, better]: Goal) {
  return better === undefined ? {} : { aim: better };
}
