#!/usr/bin/env bash
# Does what the official image's entry point does: writes the settings in the environment into the configuration, and
# runs Cassandra as its user. Any other command is run unchanged.
set -euo pipefail
if [ "$1" != cassandra ]; then exec "$@"; fi

own=$(hostname --ip-address)
address() { if [ "$1" = auto ]; then echo "$own"; else echo "$1"; fi; }
listen=$(address "${CASSANDRA_LISTEN_ADDRESS:-auto}")
broadcast=$(address "${CASSANDRA_BROADCAST_ADDRESS:-$listen}")
home=/opt/cassandra
data=/var/lib/cassandra

cat >"$home/conf/cassandra.yaml" <<YAML
cluster_name: ${CASSANDRA_CLUSTER_NAME:-Test Cluster}
num_tokens: ${CASSANDRA_NUM_TOKENS:-16}
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
endpoint_snitch: ${CASSANDRA_ENDPOINT_SNITCH:-${CASSANDRA_SNITCH:-SimpleSnitch}}
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters: [{ seeds: "${CASSANDRA_SEEDS:-$broadcast}" }]
listen_address: $listen
broadcast_address: $broadcast
rpc_address: ${CASSANDRA_RPC_ADDRESS:-0.0.0.0}
broadcast_rpc_address: ${CASSANDRA_BROADCAST_RPC_ADDRESS:-$broadcast}
commitlog_sync: periodic
commitlog_sync_period: 10000ms
YAML
printf 'dc=%s\nrack=%s\n' "${CASSANDRA_DC:-dc1}" "${CASSANDRA_RACK:-rack1}" \
  >"$home/conf/cassandra-rackdc.properties"

heap=()
if [ -n "${MAX_HEAP_SIZE:-}" ]; then heap+=("-Xms$MAX_HEAP_SIZE" "-Xmx$MAX_HEAP_SIZE"); fi
if [ -n "${HEAP_NEWSIZE:-}" ]; then heap+=("-Xmn$HEAP_NEWSIZE"); fi

# A given volume may belong to root.
find "$data" \! -user cassandra -exec chown cassandra:cassandra {} +
cd "$data"
# JVM_EXTRA_OPTS consists of several words.
# shellcheck disable=SC2086
exec setpriv --reuid=cassandra --regid=cassandra --init-groups \
  java "@$home/conf/packages.options" "${heap[@]}" -XX:+ExitOnOutOfMemoryError \
  -Djdk.attach.allowAttachSelf=true -Dcassandra.storagedir="$data" -Dcassandra-foreground=yes \
  ${JVM_EXTRA_OPTS:-} -cp "$home/conf:$home/lib/*" org.apache.cassandra.service.CassandraDaemon
