#!/bin/bash
# Job control, pipes, traps, process substitution, a coprocess.
set -m
sleep 0.2 &
(exit 3) &
wait $!
echo "status $?"
jobs | sed 's/[0-9]\{2,\}/PID/'
wait
sleep 5 &
kill -STOP %1
sleep 0.1
jobs
kill -CONT %1
kill %1
wait %1
echo "status $?"
trap 'echo caught' USR1
kill -USR1 $$
diff <(seq 10) <(seq 10 | tac | tac) && echo same
coproc cat
echo through >&"${COPROC[1]}"
read -r line <&"${COPROC[0]}"
echo "$line"
seq 1000 | sort -rn --parallel=4 | head -3
tar cf - given 2>/dev/null | gzip -n | gunzip | tar tf - | sort
