set print entry-values no
set confirm off
set pagination off
set debuginfod enabled off
set print thread-events off
break work
run
bt 1
delete
continue
