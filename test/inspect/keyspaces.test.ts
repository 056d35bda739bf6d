import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sync } from "../../src/cassandra/index.ts";
import { createDirectory, runCommand } from "../fixtures/command.ts";
import { createKeyspace } from "../fixtures/keyspace.ts";
import { createKeyspaceBy, inspect, tablesIn, withoutComments } from "./inspected.ts";

// Keyspaces as other programs make them.

const shop = `
CREATE TYPE address (street text, "postCode" text, country text);
CREATE TYPE item (product_id uuid, quantity int, price decimal);
CREATE TABLE "Products" (id uuid, name text, price decimal, created timestamp, "prodName" text, PRIMARY KEY ((id), name, price, created));
CREATE TABLE products_by_category (category text, product_id uuid, name text, price decimal, attributes map<text, frozen<map<text, text>>>, PRIMARY KEY (category, product_id));
CREATE TABLE orders (customer text, "order" timeuuid, ship_to frozen<address>, items list<frozen<item>>, status text, PRIMARY KEY (customer, "order")) WITH CLUSTERING ORDER BY ("order" DESC);
CREATE TABLE order_status (order_id uuid PRIMARY KEY, history frozen<list<frozen<tuple<timestamp, text>>>>);
CREATE TABLE stock (sku text PRIMARY KEY, amount int) WITH compaction = {'class': 'LeveledCompactionStrategy'} AND comment = 'Don''t sell below 0';
CREATE INDEX ON orders (status) USING 'sai';
CREATE INDEX ON "Products" ("prodName");
`;

const sensors = `
CREATE TABLE networks (bucket text, name text, description text, region text, num_sensors int, PRIMARY KEY ((bucket), name));
CREATE TABLE temperatures_by_network (network text, week date, date_hour timestamp, sensor text, avg_temperature float, latitude decimal, PRIMARY KEY ((network, week), date_hour, sensor)) WITH CLUSTERING ORDER BY (date_hour DESC, sensor ASC);
CREATE TABLE sensors_by_network (network text, sensor text, characteristics map<text, text>, location text STATIC, PRIMARY KEY ((network), sensor));
CREATE TABLE temperatures_by_sensor (sensor text, date date, timestamp timestamp, value float, PRIMARY KEY ((sensor, date), timestamp)) WITH CLUSTERING ORDER BY (timestamp DESC) AND default_time_to_live = 2592000 AND compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'DAYS', 'compaction_window_size': '1'};
CREATE TABLE sensor_counts (sensor text PRIMARY KEY, readings counter, errors counter) WITH caching = {'keys': 'ALL', 'rows_per_partition': '10'};
`;

const chat = `
CREATE TYPE attachment (url text, size bigint, kinds set<text>);
CREATE TABLE messages (channel_id bigint, bucket int, message_id bigint, author_id bigint, content text, attachments list<frozen<attachment>>, reactions map<text, frozen<set<uuid>>>, PRIMARY KEY ((channel_id, bucket), message_id)) WITH CLUSTERING ORDER BY (message_id DESC);
CREATE TABLE channels (guild_id bigint, id bigint, topic text, guild_name text STATIC, PRIMARY KEY (guild_id, id));
CREATE TABLE unread (user_id bigint, channel_id bigint, unread counter, PRIMARY KEY (user_id, channel_id));
CREATE TABLE news (day date, at timeuuid, after text, PRIMARY KEY (day, at, after));
CREATE TABLE embeddings (message_id bigint PRIMARY KEY, embedding vector<float, 8>);
CREATE INDEX ON embeddings (embedding) USING 'sai' WITH OPTIONS = {'similarity_function': 'euclidean'};
CREATE INDEX ON messages (content) USING 'sai' WITH OPTIONS = {'case_sensitive': 'false', 'normalize': 'true'};
`;

const django = `
CREATE TABLE "django_session" ("session_key" text PRIMARY KEY, "session_data" text, "expire_date" timestamp);
CREATE TABLE "blog_post" ("id" uuid, "created_at" timestamp, "Title" text, "is_published" boolean, "tags" list<text>, "type" text, PRIMARY KEY ("id", "created_at")) WITH CLUSTERING ORDER BY ("created_at" DESC);
CREATE TABLE "blog_Category" ("id" uuid, "parentId" uuid, "parent_id" uuid, "__typename" text, PRIMARY KEY ("id"));
CREATE TABLE "auth_user_groups" ("user_id" int, "group_id" int, PRIMARY KEY (("user_id"), "group_id"));
CREATE INDEX "index_post_title" ON "blog_post" ("Title");
`;

test.each(Object.entries({ shop, sensors, chat, django }))(
  "the definitions of a keyspace like %s are equal to it, and are served",
  async (_, cql) => {
    await using keyspace = await createKeyspaceBy(cql);
    await using directory = await createDirectory();
    const { out } = await inspect(keyspace.name);
    const tables = await tablesIn(out);
    expect(tables).toHaveLength(cql.match(/CREATE TABLE/g)!.length);
    expect(await sync(keyspace.session, { keyspace: keyspace.name, tables })).toEqual([]);

    await using copy = await createKeyspace();
    await sync(copy.session, { keyspace: copy.name, tables });
    const copied = await inspect(copy.name);
    expect(withoutComments(copied.out)).toBe(withoutComments(out));

    const file = join(directory.path, "tables.ts");
    await writeFile(file, out);
    expect(await runCommand(["schema", file])).toMatchObject({ code: 0, err: "" });
  },
);
