import { readFile } from "node:fs/promises";
import { LocalError } from "./error.ts";
import { askMaven, type MavenOptions, type MavenRepository, type MavenSetup } from "./maven.ts";
import {
  type MavenProxy,
  type MavenServer,
  type MavenSettings,
  readMavenSettings,
} from "./maven-settings.ts";

/** A Maven repository, and how to reach it. */
export interface Repository {
  /** Without a login, and with a slash at the end. */
  readonly url: URL;
  /** The headers of each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The proxy, with its login. Undefined: as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say. */
  readonly proxy: URL | "none" | undefined;
}

/** Where jars are fetched from. */
export interface JarSource {
  /** The repositories, in the order in which they are tried. */
  readonly repositories: readonly Repository[];
  /** Maven's own directory, which may have the jars already. */
  readonly localRepository: string | undefined;
}

type MavenEnvironment = Readonly<Record<string, string | undefined>>;

/** Whether a text is the URL of a Maven repository: a server, optionally with a login, or a folder. */
export function isRepositoryUrl(text: string): boolean {
  const url = URL.parse(text);
  const isServer = url?.protocol === "https:" || url?.protocol === "http:";
  return (isServer || url?.protocol === "file:") && !url.search && !url.hash;
}

/** Returns the repository at a URL, which may contain `user:password@`. */
export function repositoryAt(address: string): Repository {
  const url = new URL(address.endsWith("/") ? address : `${address}/`);
  const [username, password] = [url.username, url.password].map(decodeURIComponent);
  url.username = url.password = "";
  return { url, headers: username ? basicLogin(username, password) : {}, proxy: undefined };
}

/**
 * Returns the repositories that Maven is configured for.
 *
 * @throws LocalError `NO_MAVEN` or `DOWNLOAD_FAILED`
 */
export async function findMavenSource(options: MavenOptions): Promise<JarSource> {
  const setup = await askMaven(options);
  return readSource(setup, options.env ?? process.env);
}

/** Adds the logins and proxies in Maven's settings files to its configuration. */
async function readSource(setup: MavenSetup, environment: MavenEnvironment): Promise<JarSource> {
  const files = await Promise.all(setup.settingsFiles.map(readIfPossible));
  // A later file overrides an earlier one.
  const settings = files.toReversed().map((xml) => readMavenSettings(xml, environment));
  return {
    localRepository: setup.localRepository,
    repositories: setup.repositories.map((repository) =>
      mavenRepository(repository, { settings, environment }),
    ),
  };
}

interface MavenAccess {
  readonly settings: readonly MavenSettings[];
  readonly environment: MavenEnvironment;
}

function mavenRepository(
  { id, url }: MavenRepository,
  { settings, environment }: MavenAccess,
): Repository {
  const repository = repositoryAt(url);
  const server = settings.flatMap(({ servers }) => servers).find((each) => each.id === id);
  const proxies = [...settings.flatMap((each) => each.proxies), ...optionProxies(environment)];
  return {
    ...repository,
    headers: { ...repository.headers, ...(server && loginOf(server)) },
    proxy: proxyFor(repository.url, proxies),
  };
}

function loginOf({
  id,
  username,
  password,
  headers,
}: MavenServer): Readonly<Record<string, string>> {
  if (password?.match(/\{.+\}/)) {
    throw new LocalError(
      "DOWNLOAD_FAILED",
      `The password of the server "${id}" in Maven's settings is encrypted, which only Maven can read. ` +
        "Set CASSANDRA_EMBEDDED_REPOSITORY to the URL of a Maven repository, with user:password@ before the host.",
    );
  }
  return { ...(username !== undefined && basicLogin(username, password)), ...headers };
}

/** Chooses a proxy as Maven does: the one for the URL's protocol, or for `https` also the one for `http`. */
function proxyFor(url: URL, proxies: readonly MavenProxy[]): Repository["proxy"] {
  const protocol = url.protocol.slice(0, -1);
  const by = (wanted: string) => proxies.find((each) => each.protocol.toLowerCase() === wanted);
  const proxy = by(protocol) ?? (protocol === "https" ? by("http") : undefined);
  if (proxy === undefined) return undefined;
  const direct = proxy.nonProxyHosts
    .split(/[|,]/)
    .some((pattern) => matchesHost(pattern, url.hostname));
  return direct ? "none" : proxyUrl(proxy);
}

function proxyUrl({ host, port, username = "", password = "" }: MavenProxy): URL {
  return Object.assign(new URL(`http://${host}:${port}`), { username, password });
}

/** Whether a host matches a pattern, in which `*` matches anything. */
function matchesHost(pattern: string, host: string): boolean {
  const parts = pattern
    .trim()
    .split("*")
    .map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(host);
}

/** Returns the proxies in the Java options of Maven. */
function optionProxies({ MAVEN_OPTS = "" }: MavenEnvironment): readonly MavenProxy[] {
  const option = (name: string) =>
    new RegExp(`(?:^|\\s)-D${name}=["']?([^\\s"']+)`).exec(MAVEN_OPTS)?.[1];
  return ["https", "http"].flatMap((protocol) => {
    const host = option(`${protocol}\\.proxyHost`);
    const port = option(`${protocol}\\.proxyPort`) ?? (protocol === "https" ? "443" : "80");
    const username = option(`${protocol}\\.proxyUser`);
    const password = option(`${protocol}\\.proxyPassword`);
    const nonProxyHosts = option("http\\.nonProxyHosts") ?? "";
    return host === undefined ? [] : [{ protocol, host, port, username, password, nonProxyHosts }];
  });
}

function basicLogin(username: string, password = ""): Readonly<Record<string, string>> {
  const login = Buffer.from(`${username}:${password}`).toString("base64");
  return { authorization: `Basic ${login}` };
}

/** Returns an empty text for a file that does not exist or cannot be read, which Maven ignores too. */
async function readIfPossible(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
