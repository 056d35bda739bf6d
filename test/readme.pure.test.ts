import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import {
  createTable,
  laneColumns,
  MAX_ROWS_A_QUERY,
  SCHEMA_INTERVAL,
} from "../src/cassandra/index.ts";
import { settings } from "./fixtures/settings.ts";
import { codes } from "../src/server/error.ts";
import { laneLimits } from "../src/lane/index.ts";
import { type JournalColumns, remember, withRoom } from "../src/lane/journal-columns.ts";
import { trackerLimits } from "../src/live/tracker.ts";
import { BUDGET } from "../src/live/poll.ts";
import { READS_AT_ONCE } from "../src/live/read-queue.ts";
import { PartyTable } from "../src/party/index.ts";
import { sampleOperations } from "../src/party/sample.ts";
import { adjustableLimits } from "../src/server/adjustable-limits.ts";
import { limits } from "../src/server/limits.ts";

// The README and the pages in docs agree with the code.

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = await readFile(join(root, "README.md"), "utf8");

test("the README has the CQL of the table, without hidden columns and compaction", () => {
  expect(readme).toContain(createTable({ ...PartyTable, hidden: {}, compaction: undefined }));
});

test("the README has all error codes", () => {
  for (const [code, meaning] of Object.entries(codes)) {
    expect(readme).toContain(`| \`${code}\` | ${meaning} |`);
  }
});

test("the README has all settings", () => {
  for (const [name, setting] of Object.entries(settings)) {
    const standard = "default" in setting ? `\`${setting.default}\` ` : "";
    expect(readme).toContain(`| \`${name}\` | ${standard}| ${setting.meaning} |`);
  }
});

test("the pages have the limits", async () => {
  const number = (value: number) => value.toLocaleString("en");
  const { remembers } = laneColumns(PartyTable)!;
  const sentences = {
    "README.md": [
      `that was applied and is sent again with its id within ${remembers} s`,
      `Yes, with the same id, within ${remembers} s.`,
      `it asks for the version of the schema every ${SCHEMA_INTERVAL / 1000} s`,
    ],
    "docs/cassandra.md": [
      `one conditional batch of at most ${laneLimits.rows} rows`,
      `for the ${laneLimits.time / 1000} s that a caller waits`,
    ],
    "docs/troubleshooting.md": [
      `was not sent within ${laneLimits.time / 1000} s, or found the party changed ${laneLimits.rounds} times`,
      `has had ${number(mostOperations(remembers!))} changes with an \`operationId\` in the last minute`,
    ],
    "docs/live.md": [
      `A tick sends at most ${BUDGET} queries: one for up to ${MAX_ROWS_A_QUERY} watched rows of a partition, and a page of up to ${number(trackerLimits.page)} rows`,
      `A followed partition is remembered, up to ${number(trackerLimits.rows)} rows`,
      `together are remembered up to ${number(trackerLimits.total)} rows. Beyond that, large partitions are treated like those of more than ${number(trackerLimits.rows)} rows`,
      `At most ${READS_AT_ONCE} reads of live values run at once.`,
      `With more than ${BUDGET} callers, each has its turn after the others had one.`,
      `More than ${trackerLimits.changes} changes on one page`,
      `at most ${limits.unsentBytes / 1024} KiB wait per client`,
      `All clients are pinged every ${limits.pingInterval / 1000} s.`,
    ],
    "docs/performance.md": [
      `A tick sends at most ${BUDGET} queries`,
      `knows its cells of the last ${number(laneLimits.partitions)} partitions`,
      `with more than ${number(trackerLimits.total)} rows in them`,
      `× up to ${laneLimits.rows} rows`,
    ],
    "docs/limits.md": [
      ...Object.entries(adjustableLimits).map(
        ([name, { default: standard, meaning, ...limit }]) =>
          `| \`${name}\` | ${number(standard)} | ${meaning} | ${"code" in limit ? `\`${limit.code}\`` : "waits"} |`,
      ),
      `What has waited ${limits.waitingTime / 1000} s is refused`,
      `have ${limits.settling / 1000} s to settle`,
      `reads nothing for ${limits.unread / 1000} s of an answer of more than ${limits.unsentBytes / 1024} KiB is cut off`,
      `${limits.unsentAnswers / 2 ** 20} MiB of answers wait at most`,
      `a point for each ${limits.charactersAPoint} characters`,
      `or ${limits.valuesAPoint} fields of its answer`,
      `saves up those of ${limits.reserve} ms`,
      `of one caller, ${limits.waitingACaller} operations wait at most`,
      `| depth of introspection | ${limits.introspectionDepth} |`,
      `| requests without an answer on one connection | ${limits.pipelined} |`,
      `| operations of a caller that wait | ${limits.waitingACaller} |`,
      `| body of a request, also after decompression | ${limits.bodyBytes / 1024} KiB |`,
      `| message of a WebSocket | ${limits.messageBytes / 1024} KiB |`,
      `| lines of a document | ${number(limits.lines)} |`,
      `| depth of variables | ${limits.variableDepth} |`,
      `| subscriptions of a WebSocket | ${limits.subscriptionsASocket} |`,
      `| bytes that wait for one subscriber | ${limits.unsentBytes / 1024} KiB |`,
      `one every ${limits.pingInterval / 1000} s | ${limits.unansweredPings} |`,
      `| an idle connection (\`idle\`) | ${limits.idle / 1000} s |`,
      `| answers after \`close()\` | ${limits.drain / 1000} s |`,
    ],
  };
  for (const [page, expected] of Object.entries(sentences)) {
    const text = await readFile(join(root, page), "utf8");
    for (const sentence of expected) expect(text).toContain(sentence);
  }
});

test("every link to a file or a heading leads somewhere", async () => {
  const docs = (await readdir(join(root, "docs"))).map((name) => `docs/${name}`);
  for (const page of ["README.md", ...docs]) {
    const text = await readFile(join(root, page), "utf8");
    for (const [link, path = "", heading] of text.matchAll(/\]\((?!https?:)([^)#]*)#?([^)]*)\)/g)) {
      const target = path === "" ? page : join(dirname(page), path);
      const found = await readFile(join(root, target), "utf8");
      if (heading) expect(headingsOf(found), `${page}: ${link}`).toContain(heading);
    }
  }
});

/** Returns the anchors of a page's headings, as GitHub makes them. */
function headingsOf(text: string): readonly string[] {
  const headings = text.replace(/^```.*?^```/gms, "").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** How many changes of a count a party remembers at once. */
function mostOperations(remembers: number): number {
  const args = Buffer.alloc(8);
  const operation = {
    id: Buffer.alloc(16),
    args,
    answer: PartyTable.columns.people.type.encode(1),
  };
  let memory: JournalColumns | undefined = { recent: null, earlier: null };
  let count = 0;
  for (; memory; count++)
    memory = withRoom(remember(memory, [operation], { now: 0 }), { now: 0, remembers });
  return count;
}

test("the README uses the key of the sample party", () => {
  const [id] = /id: "[^"]+"/.exec(sampleOperations[1])!;
  expect(readme).toContain(`peopleChanged(city: "Rome", ${id}) { people asOf }`);
  expect(readme).toContain(`changePeople(city: "Rome", ${id}, expected: 0, delta: 1)`);
});

test("the README has the compiler's error of a wrong query", async () => {
  const directory = await mkdtemp(join(root, "node_modules/.readme-"));
  try {
    const source = join(directory, "wrong.ts");
    await writeFile(
      source,
      `import { select } from "../../src/cassandra/index.ts";
       import { PartyTable } from "../../src/party/index.ts";
       const id: string = "";
       select(PartyTable, { id });`,
    );
    await writeFile(
      join(directory, "tsconfig.json"),
      JSON.stringify({ extends: "../../tsconfig.json", include: ["wrong.ts"] }),
    );
    const tsc = join(root, "node_modules/.bin/tsc");
    const { stdout } = await promisify(execFile)(tsc, ["-p", directory]).catch(
      (failed: { stdout: string }) => failed,
    );
    const [message] = /Property 'city' is missing .*$/m.exec(stdout)!;
    expect(readme).toContain(message);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 30_000);
