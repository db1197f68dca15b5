#!/bin/sh
# A MariaDB server of its own (no network, no system tables) with four clients at once.
set -u
server_program=$(command -v mariadbd || echo /usr/sbin/mariadbd)
mkdir -p data/work
socket=$PWD/m.sock
timeout -k 5 240 "$server_program" --no-defaults --user="$(id -un)" --datadir="$PWD/data" --socket="$socket" \
    --pid-file="$PWD/m.pid" --skip-networking --skip-grant-tables --innodb-buffer-pool-size=16M \
    --thread-handling=pool-of-threads --thread-pool-size=4 >server.log 2>&1 &
server=$!
sql() { timeout 120 mariadb --no-defaults -u root -S "$socket" -N "$@"; }
tries=0
until sql -e "select 1" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] && kill -0 $server 2>/dev/null || { cat server.log; exit 1; }
    sleep 0.1
done
sql -e "create database if not exists work; create table work.t(id int primary key auto_increment, v int) engine=innodb; create table work.c(n int) engine=innodb; insert into work.c values(0)"
clients=
for client in 1 2 3 4; do
    for i in $(seq 60); do
        echo "begin; insert into work.t(v) values($i); update work.c set n=n+1; commit;"
    done | sql >"client.$client" 2>&1 &
    clients="$clients $!"
done
for client in $clients; do
    wait "$client"
    echo "client $?"
done
cat client.*
sql -e "select count(*), sum(v) from work.t; select n from work.c; shutdown"
wait $server
echo "server $?"
