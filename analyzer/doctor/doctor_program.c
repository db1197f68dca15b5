/* Finds what a command executes, without executing it. */
#include "doctor/doctor_program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/doctor/doctor.h"

/* The kernel reads no more of a script's first line. */
#define FIRST_LINE_BYTES 256

/* A script run by a script run by ...: the kernel follows four. */
#define INTERPRETERS_MAX 4

/* 0, or why the file cannot be executed. */
static int refusal(const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return errno;
    if (S_ISDIR(status.st_mode))
        return EISDIR;
    return access(path, X_OK) == 0 ? 0 : errno;
}

static int search_path(const char *command, char path[PATH_MAX])
{
    const char *folders = getenv("PATH");
    int reason = ENOENT;
    if (!folders)
        folders = "/bin:/usr/bin";
    for (;; folders++) {
        size_t length = strcspn(folders, ":");
        int used =
            snprintf(path, PATH_MAX, "%.*s%s%s", (int)length, folders, length ? "/" : "", command);
        int refused = used < PATH_MAX ? refusal(path) : ENAMETOOLONG;
        if (!refused)
            return 0;
        if (refused == EACCES)
            reason = EACCES;
        folders += length;
        if (!*folders)
            return reason;
    }
}

static int find_command(const char *command, char path[PATH_MAX], struct jam_error *error)
{
    int reason = ENOENT;
    if (strchr(command, '/')) {
        int used = snprintf(path, PATH_MAX, "%s", command);
        reason = used < PATH_MAX ? refusal(path) : ENAMETOOLONG;
    } else if (*command) {
        reason = search_path(command, path);
    }
    return reason ? jam_error_set(error, JAM_ERROR_SYSTEM, "%s: %s", command, strerror(reason)) : 0;
}

/* The first line behind "#!", without blanks around it; "" if there is none. */
static void read_first_line(const char *path, char line[FIRST_LINE_BYTES])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t got = fd < 0 ? -1 : read(fd, line, FIRST_LINE_BYTES - 1);
    if (fd >= 0)
        close(fd);
    line[got > 0 ? got : 0] = '\0';
    if (strncmp(line, "#!", 2) != 0) {
        *line = '\0';
        return;
    }
    size_t start = 2 + strspn(line + 2, " \t");
    size_t length = strcspn(line + start, "\r\n");
    memmove(line, line + start, length);
    line[length] = '\0';
}

/* `env` executes the first of its arguments that is no option and no assignment. */
static void find_inner(struct jam_doctor_program *program, char *arguments)
{
    struct jam_error ignored = {0};
    const char *slash = strrchr(program->interpreter, '/');
    char *rest;
    *program->inner = '\0';
    if (strcmp(slash ? slash + 1 : program->interpreter, "env") != 0)
        return;
    char *word = strtok_r(arguments, " \t", &rest);
    while (word && (*word == '-' || strchr(word, '=')))
        word = strtok_r(NULL, " \t", &rest);
    if (!word || find_command(word, program->inner, &ignored))
        *program->inner = '\0';
}

const char *jam_doctor_program_executed(const struct jam_doctor_program *program)
{
    if (*program->inner)
        return program->inner;
    return *program->interpreter ? program->interpreter : program->path;
}

static int follow_scripts(struct jam_doctor_program *program, struct jam_error *error)
{
    char line[FIRST_LINE_BYTES];
    char script[PATH_MAX];
    for (unsigned i = 0; i < INTERPRETERS_MAX; i++) {
        snprintf(script, sizeof(script), "%s", jam_doctor_program_executed(program));
        read_first_line(script, line);
        size_t length = strcspn(line, " \t");
        if (length == 0)
            return 0;
        char *arguments = line + length + (line[length] != '\0');
        line[length] = '\0';
        int reason = refusal(line);
        if (reason)
            return jam_error_set(error, JAM_ERROR_SYSTEM, "%s: its interpreter %s: %s", script,
                                 line, strerror(reason));
        snprintf(program->interpreter, sizeof(program->interpreter), "%s", line);
        find_inner(program, arguments);
    }
    return 0;
}

/*
 * The dynamic linker distrusts the environment if the kernel says that user, group or capabilities
 * change with the execution. They do not for those who have them already.
 */
static unsigned mode_traits(const char *path)
{
    struct stat status;
    struct statvfs mount;
    unsigned traits = 0;
    if (stat(path, &status) < 0 || statvfs(path, &mount) < 0 || (mount.f_flag & ST_NOSUID))
        return 0;
    bool changes_user = (status.st_mode & S_ISUID) && status.st_uid != getuid();
    bool changes_group =
        (status.st_mode & S_ISGID) && (status.st_mode & S_IXGRP) && status.st_gid != getgid();
    if (changes_user || changes_group)
        traits |= JAM_TRAIT(SET_ID);
    if (getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0)
        traits |= JAM_TRAIT(CAPABLE);
    return traits;
}

int jam_doctor_program_find(struct jam_doctor_program *program, const char *command,
                            struct jam_error *error)
{
    *program = (struct jam_doctor_program){0};
    int status = find_command(command, program->path, error);
    if (!status)
        status = follow_scripts(program, error);
    if (!status)
        program->traits = mode_traits(jam_doctor_program_executed(program));
    return status;
}
