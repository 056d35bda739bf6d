import type { Session } from "../../../src/cassandra/index.ts";
import { chunks } from "../../../src/support/chunks.ts";
import { samples } from "../../fixtures/values.ts";
import { DEVICE, MOMENT } from "./schema.ts";

/** Arguments of GraphQL by name, as in JSON. */
export type JsonValues = Readonly<Record<string, unknown>>;

/** The keys of partitions as arguments, by their tables. Some have no rows. */
export type Partitions = Readonly<Record<string, readonly JsonValues[]>>;

/** Values in CQL by column. */
type Literals = Readonly<Record<string, string>>;

/** The terms of ordinary values of each column of a specimen, and of odd ones. */
const ordinary: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    Object.entries(samples).map(([name, { values }]) => [name, values.map(([, cql]) => cql)]),
  ),
  double: ["0", "-0.0", "0.1", "-1.7976931348623157E308", "4.9E-324", "1e21", "123456789.25"],
  float: ["0", "-0.0", "0.1", "3.4028235E38", "1.4E-45", "1e10"],
  timestamp: ["-62167219200000", "-1", "0", "1123456789012", "253402300799999"],
  text: ["''", `'say "yes" \\'`, "'line\nfeed'", "'\u2028 \u007f'", "'🎈 é'", "'it''s'"],
  list: ["['']", "['b', 'a', 'b']", `['"', '🎈']`, "null"],
  map: ["{'a': 1, '__proto__': 0.5}", "null"],
  moments: ["[0, 1]", "[]"],
  tuple: ["(0.5, 'a')", "(null, null)"],
  udt: [`{width: 1, "made-at": 0, tag: '"'}`, "{width: null}", "null"],
  boxes: [`{1: {width: 2}, -1: {tag: ''}}`],
  vector: ["[0.5, -1.5]"],
  words: ["['', 'é']"],
  note: ["'a note'", "null", "''"],
  constructor: ["1", "null"],
  value_of: ["'v'", "null"],
  needed: ["'needed'", "''"],
  needed_at: ["0", "1795247560962"],
  usual: ["1.5", "null"],
  odd: ["-1"],
  level: ["7", "null"],
  flag: ["false", "true", "null"],
};

const unusual: Readonly<Record<string, readonly string[]>> = {
  ascii: ["blobAsAscii(0x007f0a22)", "''"],
  bigint: ["blobAsBigint(0x)"],
  boolean: ["blobAsBoolean(0x)", "blobAsBoolean(0x07)"],
  decimal: ["blobAsDecimal(0x)"],
  double: ["NaN", "-Infinity", "blobAsDouble(0x)"],
  float: ["NaN", "Infinity", "blobAsFloat(0x)"],
  inet: ["blobAsInet(0x)"],
  int: ["blobAsInt(0x)"],
  text: ["blobAsText(0xeda080)", "blobAsText(0xc080)", "blobAsText(0x61000a0d2261f0908080)"],
  timestamp: [
    "253402300800000",
    "9223372036854775807",
    "-62167219200001",
    "blobAsTimestamp(0x)",
    "-9223372036854775808",
  ],
  timeuuid: ["blobAsTimeuuid(0x)"],
  uuid: ["blobAsUuid(0x)", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
  varint: ["blobAsVarint(0x)", "1".repeat(10_001)],
  map: ["{'a': NaN, 'b': 1}"],
  moments: ["[253402300800000]", "[0, 9223372036854775807]"],
  tuple: ["(Infinity, 'a')"],
  udt: [`{width: null, "made-at": 253402300800000}`],
  vector: ["[NaN, 1]"],
  words: ["['\0', '']"],
  needed: ["null", "blobAsText(0xeda080)"],
  needed_at: ["null", "253402300800000", "9223372036854775807"],
  usual: ["NaN", "blobAsDouble(0x)"],
  odd: ["null", "NaN"],
  level: ["blobAsInt(0x)"],
  flag: ["blobAsBoolean(0x)"],
};

const text = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** A partition with a text that is hard to quote. */
const AWKWARD = 'Zoë "q" \\ \u2028 🎈\n';

/** Writes rows of all kinds, and returns the keys of their partitions. */
export async function writeRows(session: Session): Promise<Partitions> {
  const written: Record<string, JsonValues[]> = {};
  const statements: string[] = [];
  const add = (table: string, columns: Literals) => {
    const names = Object.keys(columns).map((name) => `"${name}"`);
    statements.push(
      `INSERT INTO ${table} (${names.join(", ")}) VALUES (${Object.values(columns).join(", ")})`,
    );
  };
  const place = (table: string, key: JsonValues) => (written[table] ??= []).push(key);
  addSpecimens({ add, place, statements });
  addPlain({ add, place, statements });
  addKeys({ add, place, statements });
  addLanes({ add, place, statements });
  await runAll(session, statements);
  return written;
}

interface Writing {
  readonly add: (table: string, columns: Literals) => void;
  readonly place: (table: string, key: JsonValues) => void;
  readonly statements: string[];
}

/** How many statements run at the same time. */
const AT_ONCE = 16;

async function runAll(session: Session, statements: readonly string[]): Promise<void> {
  const queue = [...statements].values();
  const work = async () => {
    for (const cql of queue) await session.cql(cql);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

function addSpecimens({ add, place, statements }: Writing): void {
  const specimen = (shelf: string, lot: number, at: number, columns: Literals = {}) => {
    const values = Object.entries(ordinary).filter(([name]) => specimenColumns.has(name));
    add("specimen", {
      shelf: text(shelf),
      lot: String(lot),
      kind: text(["a", "b", ""][at % 3]!),
      at: String(at * 1000),
      n: String(at - 2),
      ...Object.fromEntries(values.map(([name, each]) => [name, each[at % each.length]!])),
      ...columns,
    });
  };
  for (let at = 0; at < 12; at++) specimen("oak", 1, at);
  for (let at = 0; at < 25; at++) specimen("oak", 2, at, { title: "'Oak'", weight: "2.5" });
  for (let at = 0; at < 3; at++) specimen(AWKWARD, 1, at, { title: text(AWKWARD) });
  specimen("", 1, 1, { weight: "NaN" });
  specimen("", 1, 2);
  const odd = Object.entries(unusual).flatMap(([name, terms]) =>
    terms.map((term) => ({ [name]: term })),
  );
  for (const [lot, columns] of odd.entries()) {
    for (let at = 0; at < 4; at++) specimen("odd", lot, at, at === lot % 4 ? columns : {});
    place("specimen", { place: "odd", lot });
  }
  for (const [lot, each] of chunks(odd, 6).entries()) {
    for (const [at, columns] of [{}, ...each, {}].entries()) specimen("several", lot, at, columns);
    place("specimen", { place: "several", lot });
    place("specimen", { place: "several", lot });
  }
  for (const [at, term] of [
    "253402300800000",
    "9223372036854775807",
    "blobAsTimestamp(0x)",
  ].entries()) {
    for (let row = 0; row < 3; row++) specimen("keys", at, row, row === at ? { at: term } : {});
    place("specimen", { place: "keys", lot: at });
  }
  statements.push("UPDATE specimen SET title = 'alone' WHERE shelf = 'static' AND lot = 1");
  // Chosen more often.
  for (let times = 0; times < 6; times++) {
    place("specimen", { place: "oak", lot: 1 });
    place("specimen", { place: "oak", lot: 2 });
  }
  place("specimen", { place: AWKWARD, lot: 1 });
  place("specimen", { place: "", lot: 1 });
  place("specimen", { place: "static", lot: 1 });
  place("specimen", { place: "nowhere", lot: 1 });
}

/** The columns outside the key that all specimens have. */
const specimenColumns: ReadonlySet<string> = new Set([
  ..."ascii bigint blob boolean date decimal double duration float inet int smallint text time timestamp".split(
    " ",
  ),
  ..."timeuuid tinyint uuid varint list set map moments tuple udt boxes vector words note".split(
    " ",
  ),
  ..."constructor value_of needed needed_at usual odd level flag".split(" "),
]);

function addPlain({ add, place, statements }: Writing): void {
  const moments = samples["timeuuid"]!.values.map(([, term]) => term);
  const OTHER = "22222222-2222-4222-8222-222222222222";
  for (const [at, moment] of [...moments, MOMENT].entries()) {
    add("sample", { device: DEVICE, at: moment, value: String(at), note: text(`n${at}`) });
    add("sample", {
      device: OTHER,
      at: moment,
      value: ["NaN", "null", "1e300"][at % 3]!,
      quality: "null",
      site: "'s'",
    });
  }
  add("sample", { device: OTHER, at: "blobAsTimeuuid(0x)", value: "1" });
  for (const device of [DEVICE, DEVICE, OTHER]) place("sample", { device });
  // In another form than that of the model.
  for (const name of ["Globe", "Zoe\u0308", "Zoë", " ", "odd"]) {
    add("hall", { name: text(name), size: name === "odd" ? "null" : "900", note: text(AWKWARD) });
    place("hall", { name });
  }
  place("hall", { name: "none" });
  statements.push("UPDATE hall SET size = 3, seats = 7, tags = {'x'} WHERE name = 'Globe'");
  for (let day = 1; day < 8; day++) {
    const where = `WHERE page = 'home' AND day = '2027-08-0${day}'`;
    const counter = day % 2 ? "views = views + 9" : "errors = errors - 1";
    statements.push(`UPDATE hit SET ${counter} ${where}`);
  }
  place("hit", { page: "home" });
  place("hit", { page: "none" });
  for (let at = 0; at < 5; at++) {
    add("letter", { owner: "'ann'", at: String(at), body: text(`Dear ${at}`), sealed: "null" });
  }
  place("letter", {});
  const metals = ["'GOLD'", "'GOLD'", "'gold'", "'TIN'", "null"];
  for (const [at, metal] of metals.entries()) {
    const coin = { price: String(at * 150), motto: at === 3 ? "'small'" : "'BIG'", curse: "1" };
    add("coin", { mint: "'Rome'", serial: text(`${at}xyz${at}`), metal, ...coin });
    add("coin", { mint: "'Lima'", serial: text(`s${at}`), metal: "'TIN'", ...coin, motto: "null" });
  }
  add("coin", { mint: "'cursed'", serial: "'a'", metal: "'TIN'", curse: "13" });
  add("coin", { mint: "'cursed'", serial: "'b'", metal: "'TIN'", curse: "0" });
  for (const mint of ["Rome", "Lima", "Lima", "cursed"]) place("coin", { mint });
  const essays = [
    "A short one",
    `Lines\n${"line\n".repeat(80_000)}`,
    "word ".repeat(280_000),
    '"',
    "é".repeat(600_000),
  ];
  for (const [n, body] of essays.entries()) {
    add("essay", { author: "'Zoë'", n: String(n), body: text(body), code: "0x00ff" });
  }
  for (let n = 0; n < 4; n++) add("essay", { author: "'brief'", n: String(n), body: "'b'" });
  for (const author of ["Zoë", "brief", "brief", "brief"]) place("essay", { author });
}

function addKeys({ add, place }: Writing): void {
  const of = (name: string, at: number) => ordinary[name]![at % ordinary[name]!.length]!;
  const FAR = "9007199254740993";
  for (let at = 0; at < 40; at++) {
    const clustering = {
      flag: of("boolean", at),
      whole: of("bigint", at >> 1),
      tiny: of("tinyint", at >> 2),
      id: of("uuid", at),
      word: of("ascii", at),
      hour: of("time", at),
    };
    add("simple_key", { part: FAR, ...clustering, note: text(String(at)) });
    const odd = [
      { flag: "blobAsBoolean(0x)" },
      { whole: "blobAsBigint(0x)" },
      { id: "blobAsUuid(0x)" },
    ];
    if (at < 9) add("simple_key", { part: "-1", ...clustering, ...(at > 5 && odd[at - 6]) });
    const exact = {
      amount: of("decimal", at),
      huge: of("varint", at >> 1),
      address: of("inet", at),
      bytes: of("blob", at >> 2),
      day: of("date", at),
    };
    add("exact_key", { part: "1.0", ...exact, note: "null" });
    const empty = [
      { amount: "blobAsDecimal(0x)" },
      { huge: "blobAsVarint(0x)" },
      { address: "blobAsInet(0x)" },
    ];
    if (at < 9) add("exact_key", { part: "-0.10", ...exact, ...(at > 5 && empty[at - 6]) });
    const made = {
      ratio: samples["double"]!.values[at % 10]![1],
      rough: samples["float"]!.values[at % 8]![1],
      words: samples["list"]!.values[at % 5]![1],
      numbers: samples["set"]!.values[at % 4]![1],
      names: samples["map"]!.values[at % 6]![1],
      pair: of("tuple", at).includes("0.5") ? "(1, 'a')" : "(null, null)",
      box: ["{width: 1}", `{tag: ''}`, `{"made-at": 253402300800000}`][at % 3]!,
    };
    add("made_key", { part: "(1, 'a')", ...made, note: text(String(at)) });
    const plain = { ratio: "0.5", rough: "1", box: "{width: 2}" };
    if (at < 20) add("made_key", { part: "(null, '')", ...made, ...plain, note: "''" });
  }
  for (const part of [FAR, FAR, "-1"]) place("simple_key", { part });
  for (const part of ["1.0", "1.0", "-0.10"]) place("exact_key", { part });
  const parts = [{ item0: 1, item1: "a" }, { item0: null, item1: "" }, { item1: "" }];
  for (const part of parts) place("made_key", { part });
}

function addLanes({ add, place, statements }: Writing): void {
  const id = (at: number) => `3333333${at}-3333-4333-8333-333333333333`;
  add("account", {
    id: id(0),
    owner: "'ann'",
    balance: "9007199254740993",
    since: "0",
    present: "true",
  });
  add("account", { id: id(1), owner: "null", balance: "null", since: "null", present: "true" });
  add("account", { id: id(2), owner: "'gone'", balance: "1" });
  add("account", { id: id(3), since: "253402300800000", present: "true" });
  const cell = `{${MOMENT}: ${MOMENT}}`;
  statements.push(`UPDATE account SET rounds = rounds + ${cell} WHERE id = ${id(4)}`);
  for (let at = 0; at < 6; at++) place("account", { id: id(at) });
  add("member", { id: "'m'", club: "'c'", name: "'Ann'", points: "3" });
  add("member", { id: "'m'", club: "'d'", name: "''", points: "blobAsInt(0x)" });
  add("member", { id: "'m'", club: "'e'", points: "4" });
  add("member", { id: "'m'", club: "'f'", name: "blobAsText(0xeda080)" });
  for (const club of "cdefg") place("member", { id: "m", club });
  for (let at = 0; at < 12; at++) {
    const key = { hall: "'Globe'", row: String(1 + (at % 3)), seat: String(1 + (at >> 1)) };
    const price = at % 4 === 0 ? "null" : String(at);
    add("seat", { ...key, price, holder: at % 2 ? "null" : "'Ann'" });
    if (price !== "null") add("seat_by_price", { ...key, price });
  }
  statements.push("UPDATE seat SET sold = 4 WHERE hall = 'Globe'");
  statements.push("UPDATE seat SET sold = 4 WHERE hall = 'closed'");
  for (const hall of ["Globe", "Globe", "closed", "none"]) {
    place("seat", { hall });
    place("seat_by_price", { hall });
  }
  for (const [at, holder] of ["ann", "bob", "cid", "d"].entries()) {
    for (const bank of ["Rome", "Lima"]) {
      const values = { balance: "5", rating: at === 1 ? "null" : String(at * 2), pin: "'1234'" };
      add("deposit", { bank: text(bank), holder: text(holder), ...values, hint: "'h'" });
    }
  }
  place("deposit", { bank: "Rome" });
  place("deposit", { bank: "Lima" });
}
