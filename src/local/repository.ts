import { readFile } from "node:fs/promises";
import { LocalError } from "./error.ts";
import { askMaven, type MavenOptions, type MavenSetup } from "./maven.ts";
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
  /** What to send with each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The proxy to go through, with its login; undefined: the one that HTTPS_PROXY, HTTP_PROXY and NO_PROXY say, if any. */
  readonly proxy: URL | "none" | undefined;
}

/** Where jars come from. */
export interface Source {
  /** To be asked one after the other. */
  readonly repositories: readonly Repository[];
  /** Maven's own directory, which may have them already. */
  readonly localRepository: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a text is the URL of a Maven repository: of a server, perhaps with a login, or of a folder. */
export function isRepositoryUrl(text: string): boolean {
  const url = URL.parse(text);
  const isServer = url?.protocol === "https:" || url?.protocol === "http:";
  return (isServer || url?.protocol === "file:") && !url.search && !url.hash;
}

/** The repository at a URL that may have `user:password@`. */
export function repositoryAt(address: string): Repository {
  const url = new URL(address.endsWith("/") ? address : `${address}/`);
  const [username, password] = [url.username, url.password].map(decodeURIComponent);
  url.username = url.password = "";
  return { url, headers: username ? basic(username, password) : {}, proxy: undefined };
}

/** The repositories that Maven is configured for. Fails with `NO_MAVEN` or `DOWNLOAD_FAILED`. */
export async function findMavenSource(options: MavenOptions): Promise<Source> {
  const setup = await askMaven(options);
  return readSource(setup, options.env ?? process.env);
}

/** Adds to what Maven says the logins and proxies in its settings files. */
async function readSource(setup: MavenSetup, environment: Environment): Promise<Source> {
  const files = await Promise.all(setup.settingsFiles.map(readIfThere));
  // The last one counts.
  const settings = files.toReversed().map((xml) => readMavenSettings(xml, environment));
  return {
    localRepository: setup.localRepository,
    repositories: setup.repositories.map(({ id, url }) =>
      mavenRepository(repositoryAt(url), id, settings, environment),
    ),
  };
}

function mavenRepository(
  repository: Repository,
  id: string,
  settings: readonly MavenSettings[],
  environment: Environment,
): Repository {
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
  return { ...(username !== undefined && basic(username, password)), ...headers };
}

/** Chooses as Maven does: the proxy for the URL's protocol, or for `https` the one for `http`. */
function proxyFor(url: URL, proxies: readonly MavenProxy[]): Repository["proxy"] {
  const protocol = url.protocol.slice(0, -1);
  const by = (wanted: string) => proxies.find((each) => each.protocol.toLowerCase() === wanted);
  const proxy = by(protocol) ?? (protocol === "https" ? by("http") : undefined);
  if (proxy === undefined) return undefined;
  const direct = proxy.nonProxyHosts
    .split(/[|,]/)
    .some((pattern) => matches(pattern, url.hostname));
  return direct ? "none" : urlOf(proxy);
}

function urlOf({ host, port, username = "", password = "" }: MavenProxy): URL {
  return Object.assign(new URL(`http://${host}:${port}`), { username, password });
}

/** Whether a host is meant by a pattern in which `*` stands for anything. */
function matches(pattern: string, host: string): boolean {
  const parts = pattern
    .trim()
    .split("*")
    .map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(host);
}

/** The proxies among the options of Maven's Java. */
function optionProxies({ MAVEN_OPTS = "" }: Environment): readonly MavenProxy[] {
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

function basic(username: string, password = ""): Readonly<Record<string, string>> {
  const login = Buffer.from(`${username}:${password}`).toString("base64");
  return { authorization: `Basic ${login}` };
}

/** A file that is not there, or not to be read, says nothing: Maven sees it in the same way. */
async function readIfThere(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
