/* Finds descendants by the parents that /proc names, and kills them. */
#include "record/record_tree.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

#define ROUNDS 8 /* a program that forks faster than we kill is stopped first, and so caught */

static pid_t read_parent(pid_t pid)
{
    char path[64];
    char line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    bool is_read = file && fgets(line, sizeof line, file);
    if (file)
        fclose(file);
    /* Behind the name, which ends with the last parenthesis, stand the state and the parent. */
    const char *at = is_read ? strrchr(line, ')') : NULL;
    return at && strlen(at) > 4 ? (pid_t)strtol(at + 4, NULL, 10) : 0;
}

static bool has(const struct jam_record_tree *tree, pid_t pid)
{
    for (size_t i = 0; i < tree->count; i++)
        if (tree->pids[i] == pid)
            return true;
    return false;
}

static void add(struct jam_record_tree *tree, pid_t pid)
{
    if (jam_array_reserve(&tree->pids, &tree->capacity, tree->count, sizeof *tree->pids) == 0)
        tree->pids[tree->count++] = pid;
}

/* Adds processes whose parent is in the tree; false if there was none. */
static bool add_children(struct jam_record_tree *tree)
{
    size_t before = tree->count;
    DIR *folder = opendir("/proc");
    if (!folder)
        return false;
    for (const struct dirent *entry; (entry = readdir(folder));) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0 && !has(tree, pid) && has(tree, read_parent(pid)))
            add(tree, pid);
    }
    closedir(folder);
    return tree->count > before;
}

void jam_record_tree_find(struct jam_record_tree *tree, pid_t root)
{
    *tree = (struct jam_record_tree){0};
    add(tree, root);
    while (add_children(tree))
        ;
}

void jam_record_tree_fini(struct jam_record_tree *tree)
{
    free(tree->pids);
    *tree = (struct jam_record_tree){0};
}

/* Stopped first, so that none of them forks or sees its children die; then killed from below. */
void jam_record_tree_kill(pid_t root)
{
    struct jam_record_tree tree = {0};
    size_t stopped;
    int rounds = 0;
    do {
        stopped = tree.count;
        jam_record_tree_fini(&tree);
        jam_record_tree_find(&tree, root);
        for (size_t i = 0; i < tree.count; i++)
            kill(tree.pids[i], SIGSTOP);
    } while (tree.count != stopped && ++rounds < ROUNDS);
    for (size_t i = tree.count; i-- > 0;)
        kill(tree.pids[i], SIGKILL);
    jam_record_tree_fini(&tree);
}
