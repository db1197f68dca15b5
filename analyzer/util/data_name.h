/*
 * The text of a variable's name while it is put together: `accounts`, `accounts[3]`,
 * `accounts[3].lock`. Cut, never overrun, when the caller's buffer is full.
 */
#ifndef JAM_DATA_NAME_H
#define JAM_DATA_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jam_data_name {
    char *text; /* always a C string */
    size_t size, used;
};

/* Starts empty in a buffer of `size` bytes, at least 1. */
void jam_data_name_init(struct jam_data_name *name, char *text, size_t size);

void jam_data_name_add(struct jam_data_name *name, const char *text);
void jam_data_name_add_member(struct jam_data_name *name, const char *member);  /* ".member" */
void jam_data_name_add_index(struct jam_data_name *name, uint64_t index);       /* "[3]" */
void jam_data_name_add_distance(struct jam_data_name *name, uint64_t distance); /* "+0x78" */

/* Forgets what was added after `used` had that value. */
void jam_data_name_cut(struct jam_data_name *name, size_t used);

/*
 * Is this the name of a type that synchronises threads (`pthread_mutex_t`, `mutex`,
 * `counting_semaphore<4>`)? Its members are nobody's business: a path ends at it.
 */
bool jam_data_name_is_lock_type(const char *type);

#endif
