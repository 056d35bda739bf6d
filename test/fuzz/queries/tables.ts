import {
  asc,
  ascii,
  bigint,
  blob,
  boolean,
  column,
  counter,
  date,
  decimal,
  defineType,
  desc,
  double,
  duration,
  float,
  frozen,
  inet,
  int,
  InvalidValue,
  list,
  map,
  orderOf,
  set,
  smallint,
  table,
  text,
  time,
  timestamp,
  timeuuid,
  tinyint,
  tuple,
  udt,
  uuid,
  varint,
  vector,
  withOrders,
} from "../../../src/cassandra/index.ts";

/**
 * Returns new models of the same tables: columns of every type, in every role, and keys of every kind. How many sets of
 * columns were read is remembered for each model, so fresh ones are read column by column again.
 */
export function createTables() {
  return { ...keyTables(), ...plainTables(), ...laneTables() };
}

export type FuzzTables = ReturnType<typeof createTables>;

/** Returns all tables in the database. */
export function allTables(tables: FuzzTables) {
  return withOrders(Object.values(tables));
}

/** Any CQL type as a column. */
const everyType = () => ({
  ascii: ascii(),
  bigint: bigint(),
  blob: blob(),
  boolean: boolean(),
  date: date(),
  decimal: decimal(),
  double: double(),
  duration: duration(),
  float: float(),
  inet: inet(),
  int: int(),
  smallint: smallint(),
  text: text(),
  time: time(),
  timestamp: timestamp(),
  timeuuid: timeuuid(),
  tinyint: tinyint(),
  uuid: uuid(),
  varint: varint(),
  list: list(text()),
  set: set(int()),
  map: map(text(), double()),
  moments: frozen(list(timestamp())),
  tuple: tuple(double(), text()),
  udt: Box(),
  boxes: frozen(map(int(), frozen(Box()))),
  vector: vector(float(), 2),
  words: vector(text(), 2),
});

const Box = () => udt("box", { width: int(), "made-at": timestamp().as("madeAt"), tag: text() });

/** A text that is stored in reverse. */
const reversed = () => {
  // Its values have another order than texts.
  const { order: _, ...type } = text().type;
  const encode = (value: string) => Buffer.from(value.split("").toReversed().join(""));
  return column(
    defineType<string>({
      ...type,
      encode,
      decode: (bytes) => bytes.toString().split("").toReversed().join(""),
      compare: (one, other) => Buffer.compare(encode(one), encode(other)),
    }),
  );
};

/** A number of cents. */
const money = () => column(defineType<bigint>({ ...bigint().type, kind: "money" }));

/** A number that GraphQL shows as a value which is none of JSON. */
const unspeakable = () => column(defineType<number>({ ...int().type, kind: "unspeakable" }));

/** A text in capitals. Another one that is stored cannot be read. */
const capitals = () => {
  const { type } = text();
  const check = (value: unknown) => {
    const given = type.check(value);
    if (given === given.toUpperCase()) return given;
    throw new InvalidValue("WRONG_TYPE", "must be in capitals");
  };
  const decode = (bytes: Buffer) => check(type.decode(bytes));
  return column(defineType<string>({ ...type, check, match: check, decode }));
};

function plainTables() {
  const Specimen = table(
    "specimen",
    {
      shelf: text().as("place"),
      lot: int(),
      kind: text(),
      at: timestamp(),
      n: smallint().as("number"),
      ...everyType(),
      note: text(),
      constructor: int(),
      value_of: text().as("valueOf"),
      title: text().static(),
      weight: double().static().default(0),
      needed: text().required(),
      needed_at: timestamp().required().as("neededAt"),
      usual: double().required().nullAs(20),
      odd: double().nullAs(Infinity),
      level: int().default(3),
      flag: boolean().nullAs(true),
    },
    { partition: ["shelf", "lot"], clustering: [asc("kind"), desc("at"), asc("n")] },
  );
  const Sample = table(
    "sample",
    {
      device: uuid(),
      at: timeuuid(),
      value: double().required(),
      quality: int().default(1),
      site: text().static(),
      note: text(),
    },
    { partition: ["device"], clustering: [desc("at")] },
  );
  const Hall = table(
    "hall",
    {
      name: text({ trim: true, normalize: "NFC", min: 1 }),
      size: int().required(),
      opened: date(),
      note: text(),
      seats: bigint().default(5n),
      tags: set(text()),
    },
    { partition: ["name"] },
  );
  const Hit = table(
    "hit",
    { page: text(), day: date(), views: counter(), errors: counter() },
    { partition: ["page"], clustering: [desc("day")] },
  );
  const Letter = table(
    "letter",
    { owner: text(), at: int(), body: text(), sealed: boolean().default(false) },
    { partition: ["owner"], clustering: [asc("at")] },
  );
  const Coin = table(
    "coin",
    {
      mint: text(),
      serial: reversed(),
      price: money(),
      metal: capitals().required(),
      motto: capitals(),
      curse: unspeakable(),
    },
    { partition: ["mint"], clustering: [desc("serial")] },
  );
  const Essay = table(
    "essay",
    { author: text(), n: int(), body: text(), code: blob() },
    { partition: ["author"], clustering: [asc("n")] },
  );
  return { Specimen, Sample, Hall, Hit, Letter, Coin, Essay };
}

/** Tables whose clustering keys have all types that can be in one. */
function keyTables() {
  const Simple = table(
    "simple_key",
    {
      part: bigint(),
      flag: boolean(),
      whole: bigint(),
      tiny: tinyint(),
      id: uuid(),
      word: ascii(),
      hour: time(),
      note: text(),
    },
    {
      partition: ["part"],
      clustering: [asc("flag"), desc("whole"), asc("tiny"), asc("id"), desc("word"), desc("hour")],
    },
  );
  const Exact = table(
    "exact_key",
    {
      part: decimal(),
      amount: decimal(),
      huge: varint(),
      address: inet(),
      bytes: blob(),
      day: date(),
      note: text(),
    },
    {
      partition: ["part"],
      clustering: [desc("amount"), asc("huge"), asc("address"), desc("bytes"), asc("day")],
    },
  );
  const Made = table(
    "made_key",
    {
      part: tuple(int(), text()),
      ratio: double(),
      rough: float(),
      words: frozen(list(text())),
      numbers: frozen(set(int())),
      names: frozen(map(text(), int())),
      pair: tuple(int(), text()),
      box: frozen(Box()),
      note: text(),
    },
    {
      partition: ["part"],
      clustering: [
        asc("ratio"),
        desc("rough"),
        asc("words"),
        desc("numbers"),
        asc("names"),
        asc("pair"),
        desc("box"),
      ],
    },
  );
  return { Simple, Exact, Made };
}

/** Tables with lightweight transactions and lanes, one of them with an order; and one whose columns need scopes. */
function laneTables() {
  const Account = table(
    "account",
    { id: uuid(), owner: text(), balance: bigint().default(0n), since: timestamp() },
    { partition: ["id"], lwt: true, lanes: true },
  );
  const Member = table(
    "member",
    { id: text(), club: text(), name: text().required(), points: int() },
    { partition: ["id", "club"], lwt: true, lanes: { remembers: 60 } },
  );
  const Seat = table(
    "seat",
    {
      hall: text(),
      row: int({ min: 1 }),
      seat: int({ min: 1 }).as("number"),
      price: int({ min: 0 }).default(10),
      holder: text(),
      sold: int().default(0).static(),
    },
    {
      partition: ["hall"],
      clustering: [asc("row"), desc("seat")],
      lwt: true,
      lanes: { remembers: 60 },
      orders: { seat_by_price: [asc("price")] },
    },
  );
  const Deposit = table(
    "deposit",
    {
      bank: text(),
      holder: text(),
      balance: bigint().default(0n),
      rating: int().default(5),
      pin: text(),
      hint: text(),
    },
    { partition: ["bank"], clustering: [asc("holder")], lwt: true, lanes: true },
  );
  return { Account, Member, Seat, SeatByPrice: orderOf(Seat, "seat_by_price"), Deposit };
}
