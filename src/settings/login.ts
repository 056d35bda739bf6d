import type { ConnectOptions } from "../cassandra/index.ts";
import { ConfigError, isToken, requireBoth } from "./setting.ts";

/** The settings that log in. */
type LoginSettings = {
  readonly [
    Name in
      | "ASTRA_DB_APPLICATION_TOKEN"
      | "ASTRA_DB_TOKEN"
      | "ASTRA_DB_CLIENT_ID"
      | "ASTRA_DB_CLIENT_SECRET"
      | "CASSANDRA_USERNAME"
      | "CASSANDRA_PASSWORD"
  ]: string | undefined;
};

/** A user name or a password, and the setting that it is from. */
interface Given {
  readonly setting: string;
  readonly value: string;
}

interface Login {
  readonly username: Given | undefined;
  readonly password: Given | undefined;
}

/**
 * Finds the login among the settings that can say it. Several may, if they say the same.
 *
 * @throws ConfigError naming two that say different ones, or what is missing
 */
export function readLogin(values: LoginSettings): Pick<ConnectOptions, "credentials"> {
  const logins = [
    tokenLogin(values, "ASTRA_DB_APPLICATION_TOKEN"),
    tokenLogin(values, "ASTRA_DB_TOKEN"),
    pairLogin(values, "ASTRA_DB_CLIENT_ID", "ASTRA_DB_CLIENT_SECRET"),
    pairLogin(values, "CASSANDRA_USERNAME", "CASSANDRA_PASSWORD"),
  ];
  requireAgreement(logins.map(({ username }) => username));
  requireAgreement(logins.map(({ password }) => password));
  const whole = logins.find(({ username, password }) => username && password);
  if (!whole?.username || !whole.password) {
    requirePair(values, "ASTRA_DB_CLIENT_ID", "ASTRA_DB_CLIENT_SECRET");
    requirePair(values, "CASSANDRA_USERNAME", "CASSANDRA_PASSWORD");
    return {};
  }
  return { credentials: { username: whole.username.value, password: whole.password.value } };
}

/** To Astra every token is the password of one user. */
const TOKEN_USER = "token";

function tokenLogin(values: LoginSettings, setting: keyof LoginSettings): Login {
  const value = values[setting];
  if (value === undefined) return { username: undefined, password: undefined };
  return { username: { setting, value: TOKEN_USER }, password: { setting, value } };
}

function pairLogin(
  values: LoginSettings,
  user: keyof LoginSettings,
  secret: keyof LoginSettings,
): Login {
  const [name, password] = [values[user], values[secret]];
  if (password !== undefined && isToken(password)) return tokenLogin(values, secret);
  return {
    username: name === undefined ? undefined : { setting: user, value: name },
    password: password === undefined ? undefined : { setting: secret, value: password },
  };
}

function requireAgreement(all: readonly (Given | undefined)[]): void {
  const [first, ...others] = all.filter((each) => each !== undefined);
  const other = others.find(({ value }) => value !== first?.value);
  if (first === undefined || other === undefined) return;
  throw new ConfigError(
    `${first.setting} and ${other.setting} are two different logins: set one of them.`,
  );
}

function requirePair(
  values: LoginSettings,
  one: keyof LoginSettings,
  other: keyof LoginSettings,
): void {
  requireBoth({ [one]: values[one], [other]: values[other] });
}
