import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { artifactsOf } from "../../src/local/artifact.ts";
import { findJars, type Jars, type JarsOptions } from "../../src/local/jars.ts";
import { type Answer, startProxy, startRepository } from "../fixtures/maven-repository.ts";
import { cacheDir } from "./place.ts";

const artifacts = artifactsOf(process.platform, process.arch);
const [largest] = artifacts.toSorted((a, b) => b.size - a.size);
const withoutMaven = { PATH: "/nowhere" };

/** The real jars, which the tests' repositories serve. */
let jars: Jars;
beforeAll(async () => {
  jars = await findJars({ cacheDir, progress: () => {} });
}, 180_000);

/** Creates an empty directory without spaces in its name, since Maven's script splits its options at spaces. */
let home: string;
const cache = () => join(home, "cache");
const fetched = () => join(cache(), "cassandra-5.0.6");
const lines: string[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "local-fetch-"));
  lines.length = 0;
  onTestFinished(() => rmSync(home, { recursive: true }));
});

const fetchJars = (options: Partial<JarsOptions>) =>
  findJars({
    cacheDir: cache(),
    env: withoutMaven,
    progress: (line) => lines.push(line),
    ...options,
  });

function expectAll(): void {
  expect(readdirSync(fetched()).toSorted()).toEqual(artifacts.map(({ name }) => name).toSorted());
  for (const { name } of artifacts) {
    const isSame = readFileSync(join(fetched(), name)).equals(readFileSync(join(jars.dir, name)));
    expect(isSame, name).toBe(true);
  }
}

/** Returns an environment for Maven with a home directory that has these settings and no fetched artifacts. */
function maven(settings: string, options = ""): NodeJS.ProcessEnv {
  mkdirSync(join(home, ".m2"));
  writeFileSync(join(home, ".m2/settings.xml"), `<settings>${settings}</settings>`);
  return { ...process.env, MAVEN_OPTS: `-Duser.home=${home} ${options}` };
}

const mirror = (url: string) =>
  `<mirrors><mirror><id>corp</id><mirrorOf>*</mirrorOf><url>${url}</url></mirror></mirrors>`;

it("fetches the jars, several at once, from the given repository without Maven", async () => {
  const { promise: everybodyHasAsked, resolve } = Promise.withResolvers<void>();
  let asked = 0;
  const together: Answer = (_, response, jar) => {
    if (++asked === 16) resolve();
    void everybodyHasAsked.then(() => response.end(jar));
    return true;
  };
  await using server = await startRepository(jars, together);
  const found = await fetchJars({ repository: `http://127.0.0.1:${server.port}/maven2` });
  expect(found).toEqual({ ...jars, dir: fetched() });
  expectAll();
  expect(lines[0]).toBe(
    `Fetching Cassandra 5.0.6 from 127.0.0.1:${server.port}, only this once: ${artifacts.length} files, 56 MiB.`,
  );
  expect(await fetchJars({ repository: "http://127.0.0.1:1" })).toEqual(found);
}, 180_000);

it("logs in with the user and password in the URL, which no message contains", async () => {
  const refuseOthers: Answer = ({ headers }, response) => {
    const login = `Basic ${Buffer.from("ada:p@ss").toString("base64")}`;
    if (headers.authorization !== login) response.writeHead(401).end();
    return headers.authorization !== login;
  };
  await using server = await startRepository(jars, refuseOthers);
  const place = `127.0.0.1:${server.port}`;
  const refused = fetchJars({ repository: `http://ada:wrong@${place}/maven2/` });
  await expect(refused).rejects.toMatchObject({
    code: "DOWNLOAD_FAILED",
    message: expect.stringMatching(
      new RegExp(
        `^Cassandra could not be fetched: \\S+\\.jar cannot be fetched from ${place}: HTTP status 401\\. Check the network and CASSANDRA_EMBEDDED_REPOSITORY, and start again; what has been fetched is kept\\.$`,
      ),
    ),
  });
  await fetchJars({ repository: `http://ada:p%40ss@${place}/maven2/` });
  expectAll();
  expect(lines.join()).not.toMatch(/wrong|p@ss|p%40ss/);
}, 180_000);

it("fetches from a repository in a folder", async () => {
  const repository = join(home, "a repository");
  for (const { path, name } of artifacts) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    cpSync(join(jars.dir, name), join(repository, path));
  }
  await fetchJars({ repository: pathToFileURL(repository).href });
  expectAll();
}, 180_000);

it("fetches truncated files again, but not the complete files of a killed start", async () => {
  let hangs = true;
  const served: string[] = [];
  const hangAfter40: Answer = ({ url }, response, jar) => {
    served.push(url!);
    if (!hangs || served.length <= 40) return false;
    response.writeHead(200, { "content-length": jar.length });
    response.write(jar.subarray(0, jar.length / 2));
    return true;
  };
  await using server = await startRepository(jars, hangAfter40);
  const repository = `http://127.0.0.1:${server.port}/maven2/`;
  const program = `
    const { findJars } = await import(${JSON.stringify(new URL("../../src/local/jars.ts", import.meta.url).href)});
    await findJars({ cacheDir: process.argv[1], repository: process.argv[2], progress() {} });
  `;
  const args = ["--input-type=module", "-e", program, cache(), repository];
  const first = spawn(process.execPath, args, { stdio: "inherit" });
  const whole = () => readdirSync(fetched()).filter((name) => name.endsWith(".jar"));
  const parts = () => readdirSync(fetched()).filter((name) => name.endsWith(".part"));
  await vi.waitFor(() => expect(whole()).toHaveLength(40), { timeout: 60_000 });
  await vi.waitFor(() => expect(parts()).not.toEqual([]));
  first.kill("SIGKILL");
  await once(first, "exit");

  hangs = false;
  const before = whole();
  const alreadyServed = served.length;
  await fetchJars({ repository });
  expectAll();
  expect(served.slice(alreadyServed)).toHaveLength(artifacts.length - before.length);
}, 180_000);

it("resumes a file after its connection was cut", async () => {
  let cuts = 3;
  const cutSome: Answer = ({ headers }, response, jar) => {
    const [, start] = /bytes=(\d+)-/.exec(headers.range ?? "") ?? [];
    if (start !== undefined) {
      const range = `bytes ${start}-${jar.length - 1}/${jar.length}`;
      response.writeHead(206, { "content-range": range, etag: '"1"' });
      response.end(jar.subarray(Number(start)));
      return true;
    }
    if (jar.length < 100_000 || cuts-- <= 0) return false;
    response.writeHead(200, { "content-length": jar.length, etag: '"1"' });
    response.write(jar.subarray(0, 50_000), () => response.destroy());
    return true;
  };
  await using server = await startRepository(jars, cutSome);
  await fetchJars({ repository: `http://127.0.0.1:${server.port}/maven2/` });
  expectAll();
}, 180_000);

it.each<[string, Answer, RegExp]>([
  [
    "with other content",
    (_, response, jar) => {
      response.end(Buffer.from(jar).fill(1, 5, 6));
      return true;
    },
    /^Cassandra could not be fetched: \S+\.jar from 127\.0\.0\.1:\d+ is not the expected file: SHA-256 \w+ instead of \w+\. /,
  ],
  [
    "that does not end",
    (_, response, jar) => {
      response.write(jar);
      response.end(jar);
      return true;
    },
    /: more than \d+ bytes\. /,
  ],
  [
    "that is too short",
    (_, response, jar) => {
      response.end(jar.subarray(1));
      return true;
    },
    /: \d+ bytes instead of \d+\. /,
  ],
  [
    "that does not exist",
    (_, response) => {
      response.writeHead(404).end();
      return true;
    },
    /: \S+\.jar is not in http:\/\/127\.0\.0\.1:\d+\/maven2\/\. /,
  ],
  [
    "for which the server fails",
    (_, response) => {
      response.writeHead(503).end();
      return true;
    },
    /: \S+\.jar cannot be fetched from 127\.0\.0\.1:\d+: .*503/,
  ],
])(
  "refuses a file %s",
  async (_, answer, message) => {
    await using server = await startRepository(
      jars,
      ({ url }, ...rest) => url!.endsWith(largest!.path) && answer({ url } as never, ...rest),
    );
    const refused = fetchJars({ repository: `http://127.0.0.1:${server.port}/maven2/` });
    await expect(refused).rejects.toMatchObject({
      code: "DOWNLOAD_FAILED",
      message: expect.stringMatching(message),
    });
    expect(readdirSync(fetched()).filter((name) => name.endsWith(".part"))).toEqual([]);
    expect(readdirSync(fetched())).not.toContain(largest!.name);
  },
  60_000,
);

it("is aborted by its signal", async () => {
  const controller = new AbortController();
  const reason = new Error("changed my mind");
  await using server = await startRepository(jars, () => {
    controller.abort(reason);
    return true;
  });
  const repository = `http://127.0.0.1:${server.port}/maven2/`;
  const { signal } = controller;
  await expect(fetchJars({ repository, signal })).rejects.toBe(reason);
}, 180_000);

it("uses Maven's mirror, with its login, through its proxy", async () => {
  await using server = await startRepository(jars, ({ headers }, response) => {
    const isKnown =
      headers.authorization === `Basic ${btoa("ada:secret")}` && headers["x-team"] === "a&b";
    if (!isKnown) response.writeHead(401).end();
    return !isKnown;
  });
  await using proxy = await startProxy(server);
  const env = maven(`${mirror("http://maven.invalid/maven2")}
    <servers><server>
      <id>corp</id><username>ada</username><password>\${env.CORP_PASSWORD}</password>
      <configuration><httpHeaders>
        <property><name>X-Team</name><value>a&amp;b</value></property>
      </httpHeaders></configuration>
    </server></servers>
    <proxies><proxy>
      <active>true</active><protocol>http</protocol><host>127.0.0.1</host><port>${proxy.port}</port>
      <username>grace</username><password>hopper</password>
    </proxy></proxies>`);
  await fetchJars({ env: { ...env, CORP_PASSWORD: "secret" } });
  expectAll();
  expect(proxy.requests.length).toBeGreaterThan(0);
  const login = `Basic ${btoa("grace:hopper")}`;
  for (const { headers } of proxy.requests) expect(headers["proxy-authorization"]).toBe(login);
}, 180_000);

it("connects directly to the hosts excluded from Maven's proxy", async () => {
  await using server = await startRepository(jars);
  const env = maven(`${mirror(`http://127.0.0.1:${server.port}/maven2`)}
    <proxies><proxy>
      <host>127.0.0.1</host><port>1</port><nonProxyHosts>localhost|127.*</nonProxyHosts>
    </proxy></proxies>`);
  await fetchJars({ env });
  expectAll();
}, 180_000);

it("uses the proxy in the Java options of Maven", async () => {
  await using server = await startRepository(jars);
  await using proxy = await startProxy(server);
  const options = `-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=${proxy.port}`;
  await fetchJars({ env: maven(mirror("http://maven.invalid/maven2"), options) });
  expectAll();
  expect(proxy.requests.length).toBeGreaterThan(0);
}, 180_000);

it("fetches only the jars that Maven does not have undamaged", async () => {
  await using server = await startRepository(jars);
  const env = maven(mirror(`http://127.0.0.1:${server.port}/maven2`));
  for (const [i, { path, name }] of artifacts.entries()) {
    const file = join(home, ".m2/repository", path);
    mkdirSync(dirname(file), { recursive: true });
    if (i > 1) cpSync(join(jars.dir, name), file);
    if (i === 1) writeFileSync(file, "half a ja");
  }
  await fetchJars({ env });
  expectAll();
  const paths = server.requests.map(({ url }) => url!.replace("/maven2/", ""));
  expect(paths.toSorted()).toEqual(
    artifacts
      .slice(0, 2)
      .map(({ path }) => path)
      .toSorted(),
  );
}, 180_000);

it("says what to do if the repository that Maven is configured for cannot be reached", async () => {
  await expect(
    fetchJars({ env: maven(mirror("http://127.0.0.1:1/maven2")) }),
  ).rejects.toMatchObject({
    code: "DOWNLOAD_FAILED",
    message: expect.stringMatching(
      /^Cassandra could not be fetched: \S+\.jar cannot be fetched from 127\.0\.0\.1:1: connect ECONNREFUSED 127\.0\.0\.1:1\. Check the network and Maven's settings\.xml, and start again; what has been fetched is kept\. Or set CASSANDRA_EMBEDDED_REPOSITORY to another Maven repository, or let Maven fetch it by "mvn dependency:get -Dartifact=org\.apache\.cassandra:cassandra-all:5\.0\.6"\.$/,
    ),
  });
}, 180_000);

it.each([
  [
    "a password that only Maven can read",
    `${mirror("http://127.0.0.1:1")}<servers><server><id>corp</id><username>ada</username><password>{COQLCE6DU6GtcS5P=}</password></server></servers>`,
    /^The password of the server "corp" in Maven's settings is encrypted, .*CASSANDRA_EMBEDDED_REPOSITORY/,
  ],
  [
    "settings that Maven cannot read",
    "<mirrors>",
    /^Maven does not say where it would fetch Cassandra's jars from: .*settings\.xml.* Correct its settings, or set CASSANDRA_EMBEDDED_REPOSITORY/s,
  ],
])(
  "refuses %s",
  async (_, settings, message) => {
    const refused = fetchJars({ env: maven(settings) });
    await expect(refused).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
    await expect(refused).rejects.toThrow(message);
  },
  60_000,
);
