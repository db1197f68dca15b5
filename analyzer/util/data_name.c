/* Names of variables and their parts, as text. */
#include "util/data_name.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void jam_data_name_init(struct jam_data_name *name, char *text, size_t size)
{
    *name = (struct jam_data_name){.text = text, .size = size};
    text[0] = '\0';
}

__attribute__((format(printf, 2, 3))) static void add(struct jam_data_name *name,
                                                      const char *format, ...)
{
    va_list arguments;
    size_t room = name->size - name->used;
    va_start(arguments, format);
    int length = vsnprintf(name->text + name->used, room, format, arguments);
    va_end(arguments);
    if (length > 0)
        name->used += (size_t)length < room ? (size_t)length : room - 1;
}

void jam_data_name_add(struct jam_data_name *name, const char *text)
{
    add(name, "%s", text);
}

void jam_data_name_add_member(struct jam_data_name *name, const char *member)
{
    add(name, ".%s", member);
}

void jam_data_name_add_index(struct jam_data_name *name, uint64_t index)
{
    add(name, "[%llu]", (unsigned long long)index);
}

void jam_data_name_add_distance(struct jam_data_name *name, uint64_t distance)
{
    add(name, "+0x%llx", (unsigned long long)distance);
}

void jam_data_name_cut(struct jam_data_name *name, size_t used)
{
    name->used = used;
    name->text[used] = '\0';
}

bool jam_data_name_is_lock_type(const char *type)
{
    /* POSIX, glibc's FILE, C11, C++: of a template only what stands before its arguments counts. */
    static const char *const names[] = {
        "pthread_mutex_t",
        "pthread_rwlock_t",
        "pthread_spinlock_t",
        "pthread_cond_t",
        "pthread_barrier_t",
        "pthread_once_t",
        "sem_t",
        "_IO_FILE_plus",
        "mtx_t",
        "cnd_t",
        "once_flag",
        "mutex",
        "recursive_mutex",
        "timed_mutex",
        "recursive_timed_mutex",
        "shared_mutex",
        "shared_timed_mutex",
        "condition_variable",
        "condition_variable_any",
        "counting_semaphore",
        "binary_semaphore",
        "barrier",
        "latch",
    };
    size_t length = strcspn(type, "<");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == length && strncmp(names[i], type, length) == 0)
            return true;
    return false;
}
