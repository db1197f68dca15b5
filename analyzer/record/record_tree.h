/*
 * The processes of a run: a program, its children, and theirs.
 */
#ifndef JAM_RECORD_TREE_H
#define JAM_RECORD_TREE_H

#include <stddef.h>
#include <sys/types.h>

struct jam_record_tree {
    pid_t *pids; /* parents before children */
    size_t count, capacity;
};

/* The process and its descendants, as /proc shows them now. To be ended with jam_record_tree_fini. */
void jam_record_tree_find(struct jam_record_tree *tree, pid_t root);
void jam_record_tree_fini(struct jam_record_tree *tree);

/*
 * Kills the process and all of its descendants, also those that are made meanwhile. Children that
 * lost their parent before (daemons) are none of its descendants any more, and go on.
 */
void jam_record_tree_kill(pid_t root);

#endif
