#!/bin/sh
# memcached with four workers; the client is memcached_client.py.
set -u
timeout -k 2 240 memcached -u "$(id -un)" -t 4 -s "$PWD/memcached.sock" -a 0777 >server.log 2>&1 &
server=$!
timeout -k 2 200 "$1" memcached_client.py "$PWD/memcached.sock"
echo "client $?"
kill -TERM $server
wait $server
echo "server $?"
cat server.log
