import { isLoopbackName, parseAuthority } from "./authority.ts";
import { hasForeignHost } from "./hosts.ts";

/** What decides who can reach a server, and what they may do. */
export interface ExposureOptions {
  /** The address that it listens on; undefined: its host's, which is not known. */
  readonly listensOn: string | undefined;
  /** By which names it is called, other than those of this machine. */
  readonly hosts: readonly string[];
  /** How callers sign in, if they do. */
  readonly signIn: unknown;
  /** Whether the application has a function of its own that makes contexts, and may refuse a caller. */
  readonly hasContext: boolean;
  /** Whether everybody who reaches it is let in. */
  readonly allowAnonymous: boolean;
}

/** Who can reach a server. */
export interface Exposure {
  /** Whether programs of other machines can reach it. */
  readonly isPublic: boolean;
  /** Whether only programs of this machine are let in: nothing else is known of them. */
  readonly isOnlyLocal: boolean;
}

/**
 * Returns who can reach a server.
 *
 * @throws TypeError if everybody can, and nobody has to sign in, unless that is allowed explicitly
 */
export function exposureOf(options: ExposureOptions): Exposure {
  const { listensOn, hosts, signIn, hasContext, allowAnonymous } = options;
  const isOpen = signIn === undefined && !allowAnonymous;
  const listens = isForeignAddress(listensOn);
  const isPublic = isReachable(options);
  if (isPublic && isOpen) {
    const why = listens
      ? `it listens on ${listensOn} (HOST, host)`
      : `it is called by ${hosts.join(", ")} (ALLOWED_HOSTS, hosts)`;
    const own = hasContext ? ' say signIn: "context" if context identifies callers,' : "";
    throw new TypeError(
      `The server would be open to everybody: ${why}, without sign-in. Set up sign-in (AUTH_ISSUER, signIn),${own} or allow everybody (ALLOW_ANONYMOUS=1, allowAnonymous).`,
    );
  }
  return { isPublic, isOnlyLocal: isOpen && !hasContext };
}

/** Whether programs of other machines can reach a server. @throws TypeError if a host is none */
export function isReachable({ listensOn, hosts }: Reach): boolean {
  return hasForeignHost(hosts) || isForeignAddress(listensOn);
}

type Reach = Pick<ExposureOptions, "listensOn" | "hosts">;

/** Returns the names by which a server is called because it listens there: none if it listens on all addresses. */
export function hostsOf(listensOn: string | undefined): readonly string[] {
  const name = listensOn === undefined ? undefined : nameOfHost(listensOn);
  return name === undefined || name === "0.0.0.0" || name === "[::]" ? [] : [name];
}

function isForeignAddress(listensOn: string | undefined): boolean {
  if (listensOn === undefined) return false;
  const name = nameOfHost(listensOn);
  return name === undefined || !isLoopbackName(name);
}

function nameOfHost(host: string): string | undefined {
  return parseAuthority(host.includes(":") ? `[${host}]` : host)?.name;
}
