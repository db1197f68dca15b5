#!/bin/sh
# redis-server with I/O threads under a bounded redis-benchmark, over a unix socket.
set -u
socket=$PWD/redis.sock
alive() { redis-cli -s "$socket" ping 2>/dev/null | grep -q PONG; }

timeout -k 2 240 redis-server --port 0 --unixsocket "$socket" --io-threads 4 \
    --io-threads-do-reads yes --save "" --appendonly no --daemonize no >server.log 2>&1 &
server=$!
tries=0
until alive; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] && kill -0 $server 2>/dev/null || { echo "no server"; cat server.log; exit 1; }
    sleep 0.1
done
timeout -k 2 200 redis-benchmark -s "$socket" -n 4000 -c 20 -t set,get,lpush -q --csv |
    cut -d, -f1
echo "benchmark done"
redis-cli -s "$socket" set answer 42
redis-cli -s "$socket" get answer
redis-cli -s "$socket" llen mylist
timeout -k 2 60 redis-cli -s "$socket" shutdown nosave
wait $server
echo "server $?"
