#!/bin/sh
# nginx with a thread pool serves files to curl over a unix socket.
set -u
mkdir -p www temp
head -c 3000000 /dev/zero | tr '\0' x >www/big
echo "hello" >www/small
cat >nginx.conf <<CONF
daemon off;
master_process on;
worker_processes 2;
pid $PWD/nginx.pid;
error_log $PWD/error.log warn;
thread_pool files threads=4;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path $PWD/temp/body; proxy_temp_path $PWD/temp/proxy;
    fastcgi_temp_path $PWD/temp/fastcgi; uwsgi_temp_path $PWD/temp/uwsgi; scgi_temp_path $PWD/temp/scgi;
    server { listen unix:$PWD/nginx.sock; root $PWD/www; aio threads=files; sendfile off; output_buffers 2 64k; }
}
CONF
chmod 755 . www temp
timeout -k 2 240 nginx -p "$PWD" -e "$PWD/error.log" -c "$PWD/nginx.conf" >server.log 2>&1 &
server=$!
get() { curl -s --max-time 10 --retry 40 --retry-all-errors --retry-delay 0 --unix-socket nginx.sock "http://here/$1"; }
until [ -S nginx.sock ] || ! kill -0 $server; do sleep 0.1; done
chmod 777 nginx.sock
for _ in 1 2 3 4 5 6 7 8; do
    get big | cksum
    get small
done
curl -s -o answer -w '%{http_code}\n' --max-time 10 --unix-socket nginx.sock http://here/none
kill -QUIT "$(cat nginx.pid)"
wait $server
echo "server $?"
