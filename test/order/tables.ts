import { randomUUID } from "node:crypto";
import { asc, desc, int, set, table, text, timestamp, uuid } from "../../src/cassandra/index.ts";
import { orderOf } from "../../src/order/index.ts";

/** The tasks of a board, ordered by one column, by two in mixed directions, and by owner. */
export const Task = table(
  "task",
  {
    board: text({ trim: true }),
    id: uuid().default(() => randomUUID()),
    title: text().required(),
    due: timestamp(),
    rank: int(),
    owner: text(),
    labels: set(text()),
  },
  {
    partition: ["board"],
    clustering: [desc("id")],
    lwt: true,
    lanes: true,
    orders: {
      task_by_due: [asc("due")],
      task_by_rank: [desc("rank"), asc("due")],
      task_by_owner: { partition: ["owner"], clustering: [asc("rank")] },
    },
  },
);

/** A table without orders, in which each row is a partition. */
export const Note = table(
  "note",
  { id: uuid(), text: text().required() },
  { partition: ["id"], lwt: true, lanes: true },
);

export const TaskByDue = orderOf(Task, "task_by_due");
export const TaskByRank = orderOf(Task, "task_by_rank");
export const TaskByOwner = orderOf(Task, "task_by_owner");

export const day = (number: number) => new Date(Date.UTC(2040, 0, 1 + number));
