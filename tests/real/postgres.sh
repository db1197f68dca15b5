#!/bin/sh
# A PostgreSQL cluster of its own, on a unix socket, under a short pgbench load.
# usage: postgres.sh FOLDER-OF-THE-PROGRAMS
set -u
bin=$1
data=$PWD/data
export LC_ALL=C
"$bin/initdb" -D "$data" -A trust -U tester --no-sync >init.log 2>&1 || { cat init.log; exit 1; }
timeout -k 5 240 "$bin/postgres" -D "$data" -k "$PWD" -c listen_addresses= -c fsync=off >server.log 2>&1 &
server=$!
sql() { "$bin/psql" -X -h "$PWD" -U tester -At postgres "$@"; }
tries=0
until "$bin/pg_isready" -q -h "$PWD"; do
    tries=$((tries + 1))
    [ $tries -lt 150 ] && kill -0 $server 2>/dev/null || { cat server.log; exit 1; }
    sleep 0.1
done
timeout 120 "$bin/pgbench" -h "$PWD" -U tester -i -q -s 1 postgres >/dev/null 2>&1
echo "filled $?"
timeout 120 "$bin/pgbench" -h "$PWD" -U tester -c 4 -j 2 -t 50 -n postgres 2>&1 |
    grep -E "transactions actually|failed|threads"
sql -c "select count(*) from pgbench_history" -c "select sum(tbalance) = sum(bbalance) from (select sum(tbalance) tbalance from pgbench_tellers) t, (select sum(bbalance) bbalance from pgbench_branches) b"
kill -INT $server
wait $server
echo "server $?"
