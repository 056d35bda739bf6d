import { stripVTControlCharacters, styleText } from "node:util";
import { describe, expect, test } from "vitest";
import { CassandraError, type ClockOffset } from "../../src/cassandra/index.ts";
import { clockFindings } from "../../src/cli/doctor/clocks.ts";
import { embeddedGroup } from "../../src/cli/doctor/embedded.ts";
import { failure, failureOf, type Finding, ok, warning } from "../../src/cli/doctor/finding.ts";
import { minorFindings } from "../../src/cli/doctor/keyspace.ts";
import { type AskedNode, nodesGroup } from "../../src/cli/doctor/nodes.ts";
import { replicationFindings } from "../../src/cli/doctor/replication.ts";
import { groupText, verdict } from "../../src/cli/doctor/report.ts";
import { settingsGroup, settingsInUse } from "../../src/cli/doctor/settings.ts";
import type { Style } from "../../src/cli/terminal.ts";
import { readConfig } from "../../src/settings/config.ts";
import { settings } from "../fixtures/settings.ts";
import { LocalError } from "../../src/local/index.ts";

const style = (_: Style, text: string) => text;
const plain = { style, width: Infinity };
const coloured = {
  style: (format: Style, text: string) => styleText(format, text, { validateStream: false }),
  width: Infinity,
};

/** Returns the findings as lines, each with its state and its text. */
const lines = (findings: readonly Finding[]) =>
  findings.map(({ state, message }) => `${state}: ${message}`);

describe("the report", () => {
  const group = {
    title: "Nodes",
    findings: [
      ok("10.0.0.1:9042", "dc1, Cassandra 5.0.6"),
      warning("10.0.0.10:9042", "no answer within 4 s (look at its log)"),
      failure("connection", "Cannot connect.", { reason: "notConnected" }),
    ],
  };

  test("shows each finding with a sign and its state, in columns", () => {
    expect(groupText(group, plain)).toBe(`Nodes
  ✓ ok       10.0.0.1:9042   dc1, Cassandra 5.0.6
  ! warning  10.0.0.10:9042  no answer within 4 s (look at its log)
  ✗ failure  connection      Cannot connect.
`);
  });

  test("wraps lines between words at the width of a terminal", () => {
    expect(groupText(group, { ...plain, width: 52 })).toBe(`Nodes
  ✓ ok       10.0.0.1:9042   dc1, Cassandra 5.0.6
  ! warning  10.0.0.10:9042  no answer within 4 s
                             (look at its log)
  ✗ failure  connection      Cannot connect.
`);
  });

  test("has the same text in colours", () => {
    const text = groupText(group, coloured);
    expect(text).toContain("\u001B[33m! warning\u001B[39m  10.0.0.10:9042");
    expect(stripVTControlCharacters(text)).toBe(groupText(group, plain));
  });

  test.each<[readonly Finding[], string]>([
    [[ok("a", "")], "✓ No problems found."],
    [[ok("a", ""), warning("b", "")], "! 1 warning."],
    [[warning("a", ""), warning("b", "")], "! 2 warnings."],
    [
      [
        warning("a", ""),
        failure("b", "", { reason: "notSynced" }),
        failure("c", "", { reason: "forbidden" }),
      ],
      "✗ 2 failures, 1 warning. Exit status 12: the database does not match the models.",
    ],
  ])("ends with a summary: %#", (findings, text) => {
    expect(verdict(findings, plain)).toBe(text);
  });

  test("an error that is a bug is thrown again", () => {
    const defect = new CassandraError("BAD_TABLE", "?");
    expect(() => failureOf("tables", defect)).toThrow(defect);
  });
});

describe("the report on settings", () => {
  const secrets = Object.keys(settings).filter((name) => /PASSWORD|SECRET|TOKEN$/.test(name));

  test("only shows that a secret is set, whatever its source", () => {
    expect(secrets).toContain("CASSANDRA_PASSWORD");
    for (const name of secrets) {
      for (const [environment, file] of [
        [{ [name]: "x" }, {}],
        [{}, { [name]: "x".repeat(100) }],
      ]) {
        const shown = settingsInUse(settings, { environment: environment!, file: file! });
        expect(shown.find((each) => each.name === name)?.shown).toBe("set, not shown");
      }
    }
  });

  test("shows no token, even in the wrong setting", () => {
    const environment = { CASSANDRA_USERNAME: "AstraCS:local:0123" };
    expect(JSON.stringify(settingsInUse(settings, { environment, file: {} }))).not.toContain(
      "0123",
    );
  });

  test("omits the settings that a bundle replaces", () => {
    const environment = { ASTRA_DB_SECURE_BUNDLE_PATH: "a.zip", ASTRA_DB_KEYSPACE: "parties" };
    const cassandra = { kind: "cluster", replication: undefined, bundle: "a.zip" } as const;
    const { findings } = settingsGroup({
      settings,
      sources: { environment, file: {}, oversights: [] },
      cassandra,
    });
    const names = findings.map(({ subject }) => subject);
    expect(names).toContain("ASTRA_DB_KEYSPACE");
    for (const name of ["KEYSPACE", "PORT", "LOCAL_DATA_CENTER"]) {
      expect(names).not.toContain(`CASSANDRA_${name}`);
    }
  });

  test("shows no secret within other settings, and each setting in one line", () => {
    const environment = { CASSANDRA_USERNAME: "ada:secret@a", HOST: "a\nb\u001B[31m" };
    const shown = settingsInUse(settings, { environment, file: {} }).map((each) => each.shown);
    expect(shown).toEqual(expect.arrayContaining(["…@a", "a\\u000ab\\u001b[31m"]));
  });

  test("ends with likely mistakes", () => {
    const oversights = [
      { subject: "CASSANDRA_PROT", message: "has no effect (did you mean CASSANDRA_PORT?)" },
    ];
    const { findings } = settingsGroup({
      settings,
      sources: { environment: {}, file: {}, oversights },
      cassandra: undefined,
    });
    expect(findings.at(-1)).toEqual(
      warning("CASSANDRA_PROT", "has no effect (did you mean CASSANDRA_PORT?)"),
    );
  });

  test("shows the source of each setting; an empty variable overrides the file", () => {
    const sources = {
      environment: { PORT: "", HOST: " ::1 " },
      file: { PORT: "1", HOST: "0.0.0.0", CASSANDRA_KEYSPACE: "mine" },
    };
    expect(settingsInUse(settings, sources)).toEqual(
      expect.arrayContaining([
        { name: "PORT", shown: "4000", source: "default" },
        { name: "HOST", shown: "::1", source: "environment" },
        { name: "CASSANDRA_KEYSPACE", shown: "mine", source: ".env" },
      ]),
    );
  });

  test("warns of settings for a cluster if no contact points are set", () => {
    const sources = { environment: { CASSANDRA_USERNAME: "ada" }, file: {}, oversights: [] };
    const { cassandra: embedded } = readConfig(settings, {});
    expect(lines(settingsGroup({ settings, sources, cassandra: embedded }).findings)).toEqual([
      "ok: 4000             default",
      "ok: 127.0.0.1        default",
      "ok: 75000            default",
      "ok: 127.0.0.0/8,::1  default",
      "ok: 5                default",
      "ok: scope            default",
      "ok: 0                default",
      "ok: partyfinder      default",
      "warning: ada              environment, has no effect (set CASSANDRA_CONTACT_POINTS)",
      "ok: 2000             default",
    ]);
  });

  test("shows a problem of one setting in its place, and others at the end", () => {
    const sources = { environment: { PORT: "x" }, file: {}, oversights: [] };
    const problems = ["PORT must be a number.", "Set one of them."];
    const { findings } = settingsGroup({ settings, sources, cassandra: undefined, problems });
    expect(findings[0]).toEqual(failure("PORT", "PORT must be a number.", { reason: "settings" }));
    expect(findings.at(-1)).toEqual(
      failure("settings", "Set one of them.", { reason: "settings" }),
    );
  });
});

/** Returns a node that answers; with a reason, one that does not. */
function node(
  index: number,
  {
    dataCenter = "dc1",
    schema = "s",
    release = "5.0.6",
    clock = { least: 0, most: 2 },
    commitLogSync = "batch" as string | undefined,
  } = {},
  silence?: string,
): AskedNode {
  const facts = { release, rack: "rack1", schema, roundTrip: 2, clock, commitLogSync };
  const answer = silence === undefined ? facts : { silence };
  return { address: `10.0.0.${index}:9042`, dataCenter, answer };
}

const local = { localDataCenter: "dc1" };

describe("the report on nodes", () => {
  test("has no warning if the nodes are consistent", () => {
    const { title, findings } = nodesGroup([node(1), node(2)], { reached: [], ...local });
    expect(title).toBe("Nodes: 2 of 2 answer");
    expect(lines(findings)).toEqual([
      "ok: dc1, rack1, Cassandra 5.0.6, answers in 2 ms",
      "ok: dc1, rack1, Cassandra 5.0.6, answers in 2 ms",
      "ok: dc1 (2 nodes, used)",
      "ok: 5.0.6",
      "ok: all agree",
      "ok: at most 2 ms from the clock of this machine",
    ]);
  });

  test("warns of nodes that do not answer or do not agree", () => {
    const others = { dataCenter: "dc2", schema: "t", release: "4.1.9" };
    const nodes = [node(1), node(2, others), node(3, {}, "no answer (start it)")];
    expect(lines(nodesGroup(nodes, { reached: [], ...local }).findings).slice(2)).toEqual([
      "warning: dc1: no answer (start it)",
      "ok: dc1 (2 nodes, used), dc2 (1 node)",
      "warning: 4.1.9, 5.0.6 (finish the upgrade, and do not change the schema before)",
      "warning: the nodes do not agree: 10.0.0.1:9042 and 10.0.0.2:9042 (check again in a minute; if they still do not agree, run nodetool describecluster)",
      "ok: at most 2 ms from the clock of this machine",
    ]);
  });

  test.each([
    [
      ["periodic", "batch", "periodic"],
      [
        "warning: periodic on 10.0.0.1:9042, 10.0.0.3:9042: a node that crashes loses the last writes that it acknowledged, including the promises of lightweight transactions (commitlog_sync: batch in cassandra.yaml)",
      ],
    ],
    [
      ["group"],
      [
        "warning: group on 10.0.0.1:9042: a lightweight transaction waits for several sync windows (commitlog_sync: batch in cassandra.yaml)",
      ],
    ],
    [["batch", undefined], []],
  ])("warns of the commit log modes %j", (modes, expected) => {
    const nodes = modes.map((commitLogSync, at) => node(at + 1, { commitLogSync }));
    const { findings } = nodesGroup(nodes, { reached: [], ...local });
    expect(lines(findings.filter(({ subject }) => subject === "commit log"))).toEqual(expected);
  });

  test("names the port of a contact point if it differs from the port of the nodes", () => {
    const { findings } = nodesGroup([node(1), node(2, {}, "refused")], {
      reached: ["10.0.0.2:9999"],
      ...local,
    });
    expect(findings[1]).toEqual(
      warning("10.0.0.2:9042", "dc1: refused; its contact point has port 9999: set CASSANDRA_PORT"),
    );
  });
});

describe("the report on clocks", () => {
  const clocks = (...offsets: readonly ClockOffset[]) =>
    lines(clockFindings(offsets.map((clock, index) => node(index + 1, { clock }) as never)));

  test("has no warning if the difference may be the time that an answer takes", () => {
    expect(clocks({ least: 400, most: 1600 })).toEqual([
      "ok: at most 1.6 s from the clock of this machine",
    ]);
    expect(clocks({ least: -900, most: 100 })).toEqual([
      "ok: at most 900 ms from the clock of this machine",
    ]);
  });

  test("blames the clock of this machine if all nodes differ from it alike", () => {
    expect(clocks({ least: -2000, most: -1990 }, { least: -2004, most: -1993 })).toEqual([
      "warning: the nodes are 2.0 s behind this machine (synchronise the clock of this machine by NTP: default dates, and queries relative to the current time, depend on it)",
    ]);
  });

  test("warns of a single node", () => {
    expect(clocks({ least: 0, most: 2 }, { least: 700, most: 702 })).toEqual([
      "warning: 10.0.0.2:9042 is 700 ms ahead of this machine (synchronise it by NTP: of two writes, Cassandra keeps the one with the later timestamp, even if it was made earlier)",
    ]);
  });
});

describe("the report on replication", () => {
  const simple = (copies: number) => ({
    class: "org.apache.cassandra.locator.SimpleStrategy",
    replication_factor: String(copies),
  });
  const network = (copies: Readonly<Record<string, string>>) => ({
    class: "org.apache.cassandra.locator.NetworkTopologyStrategy",
    ...copies,
  });
  const nodes = (dc1: number, dc2 = 0, down = 0) => [
    ...Array.from({ length: dc1 }, (_, i) => node(i, {}, i < down ? "?" : undefined)),
    ...Array.from({ length: dc2 }, (_, i) => node(10 + i, { dataCenter: "dc2" })),
  ];
  const everywhere = { ...local, consistency: "QUORUM" } as const;

  test.each<[string, readonly string[], readonly string[]]>([
    [
      "one copy on one node",
      lines(replicationFindings(simple(1), nodes(1), local)),
      ["ok: 1 copy of each row (SimpleStrategy)"],
    ],
    [
      "three copies on three nodes, one of which is down",
      lines(replicationFindings(network({ dc1: "3" }), nodes(3, 0, 1), local)),
      ["ok: 3 copies in dc1, of each row (NetworkTopologyStrategy)"],
    ],
    [
      "one copy on several nodes",
      lines(replicationFindings(simple(1), nodes(3), local)),
      [
        "ok: 1 copy of each row (SimpleStrategy)",
        "warning: 1 copy on 3 nodes: when one is down, some rows cannot be read or written (ALTER KEYSPACE with 3, then nodetool repair --full)",
      ],
    ],
    [
      "two copies, which tolerate no more than one",
      lines(replicationFindings(network({ dc1: "2" }), nodes(2), local)).slice(1),
      [
        "warning: 2 copies in dc1 on 2 nodes: when one is down, some rows cannot be read or written (ALTER KEYSPACE with 3, then nodetool repair --full)",
      ],
    ],
    [
      "more nodes down than the copies allow for",
      lines(replicationFindings(network({ dc1: "3" }), nodes(5, 0, 2), local)).slice(1),
      [
        "warning: 3 copies in dc1 on 5 nodes, 2 of which down: some rows cannot be read or written (start the nodes)",
      ],
    ],
    [
      "too few answering nodes",
      lines(replicationFindings(network({ dc1: "3" }), nodes(3, 0, 2), local)).slice(1),
      [
        "failure: LOCAL_QUORUM needs 2 of 3 copies in dc1, and 1 of 3 nodes answer (start the others)",
      ],
    ],
    [
      "more copies than nodes, too many for a quorum",
      lines(replicationFindings(simple(3), nodes(1), local)).slice(1),
      [
        "failure: LOCAL_QUORUM needs 2 of 3 copies, on 1 node (add nodes, or ALTER KEYSPACE with fewer copies)",
      ],
    ],
    [
      "more copies than nodes, but enough for a quorum",
      lines(replicationFindings(simple(3), nodes(2), local)).slice(1),
      ["warning: 3 copies on 2 nodes (add nodes, or ALTER KEYSPACE with fewer copies)"],
    ],
    [
      "no copies in the local data centre",
      lines(replicationFindings(network({ dc2: "3" }), nodes(3, 3), local)).slice(1),
      ["failure: no copy in dc1, where LOCAL_QUORUM reads and writes (ALTER KEYSPACE)"],
    ],
    [
      "copies in a data centre that does not exist",
      lines(replicationFindings(network({ dc1: "3", DC1: "3" }), nodes(3), local)).slice(1),
      ["warning: no node is in DC1; the data centres are dc1 (ALTER KEYSPACE with their names)"],
    ],
    [
      "SimpleStrategy with several data centres",
      lines(replicationFindings(simple(3), nodes(3, 3), everywhere)).slice(1),
      [
        "warning: SimpleStrategy cannot tell dc1, dc2 apart (ALTER KEYSPACE: NetworkTopologyStrategy)",
      ],
    ],
    [
      "copies in two data centres, with LOCAL_QUORUM",
      lines(replicationFindings(network({ dc1: "3", dc2: "3/1" }), nodes(3, 3), local)),
      [
        "ok: 3 copies in dc1, 3 copies in dc2, of each row (NetworkTopologyStrategy)",
        "warning: LOCAL_QUORUM and LOCAL_SERIAL agree within one data centre, but dc1 and dc2 have copies (run the service in only one of them, or set CASSANDRA_CONSISTENCY=QUORUM and CASSANDRA_SERIAL_CONSISTENCY=SERIAL)",
      ],
    ],
    [
      "copies in two data centres, with QUORUM",
      lines(replicationFindings(network({ dc1: "3", dc2: "3" }), nodes(3, 3), everywhere)).slice(1),
      [],
    ],
  ])("%s", (_, findings, expected) => {
    expect(findings).toEqual(expected);
  });
});

test("the report on tables warns of other options and of indexes that are being built", () => {
  const difference = {
    table: "reading",
    option: "gc_grace_seconds",
    found: "864000",
    model: "3600",
    cql: "ALTER TABLE reading WITH gc_grace_seconds = 3600",
  };
  const building = { index: "reading_quality_idx", on: "reading", nodes: ["10.0.0.1:9042"] };
  expect(lines(minorFindings({ differences: [difference], building: [building] }))).toEqual([
    "warning: reading has gc_grace_seconds = 864000, the model has 3600 (ALTER TABLE reading WITH gc_grace_seconds = 3600)",
    'warning: index reading_quality_idx of reading is still being built on 10.0.0.1:9042: reads by it fail (wait; "sync" shows when it is done)',
  ]);
  expect(minorFindings({ differences: [], building: [] })).toEqual([]);
});

describe("the report on the embedded Cassandra", () => {
  const java = { command: "java", version: "17.0.15", build: "" };
  const noJava = new LocalError("NO_JAVA", "No Java.");
  const noMaven = new LocalError("NO_MAVEN", "No Maven.");
  const noDocker = new LocalError("NO_DOCKER", "No Docker.");
  const survey = {
    cassandra: "5.0.6",
    java,
    missing: 0,
    maven: "3.9.9",
    docker: noDocker,
    running: undefined,
  };
  const shown = (
    changes: Partial<Parameters<typeof embeddedGroup>[0]>,
    runtime?: "jars" | "docker",
    repository?: string,
  ) => {
    const embedded = { dir: ".cassandra", runtime, repository };
    return lines(embeddedGroup({ ...survey, ...changes }, embedded).findings);
  };

  test("has no problem if the jars have all they need", () => {
    expect(shown({})).toEqual([
      'ok: no Cassandra runs in .cassandra ("serve" starts it)',
      "ok: 17.0.15, java",
      "ok: Cassandra 5.0.6, complete",
      "ok: 3.9.9",
      "ok: no engine answers; only needed without Java",
    ]);
  });

  test("shows the process that runs or starts Cassandra", () => {
    const running = { pid: 7, contactPoint: "127.0.0.1:9042", localDataCenter: "datacenter1" };
    expect(shown({ running })[0]).toBe("ok: 7 runs Cassandra at 127.0.0.1:9042, in .cassandra");
    expect(shown({ running: { ...running, contactPoint: undefined } })[0]).toBe(
      "ok: 7 is starting Cassandra, in .cassandra",
    );
  });

  test("warns of a missing Java if Docker can be used instead", () => {
    expect(shown({ java: noJava, docker: true })).toContain(
      "warning: No Java. Docker is used instead.",
    );
    expect(shown({ java: noJava })).toContain("failure: No Java.");
    expect(shown({ java: noJava, docker: true }, "jars")).toContain("failure: No Java.");
  });

  test("fails without Maven only if the jars are missing and no repository is set", () => {
    const missing = 56 * 2 ** 20;
    expect(shown({ maven: noMaven })).toContain(
      "ok: not found, and not needed: the jars are complete",
    );
    expect(shown({ maven: noMaven, missing })).toContain("failure: No Maven.");
    expect(shown({ maven: noMaven, missing }, undefined, "https://maven.example.com")).toContain(
      "ok: not found, and not needed: CASSANDRA_EMBEDDED_REPOSITORY is set",
    );
    expect(shown({ missing })).toContain(
      "ok: Cassandra 5.0.6, fetched at the first start (56 MiB)",
    );
  });

  test("only needs Docker if the runtime is docker", () => {
    expect(shown({ java: noJava }, "docker").slice(1)).toEqual(["failure: No Docker."]);
    expect(shown({ docker: true }, "docker").slice(1)).toEqual(["ok: an engine answers"]);
  });
});
