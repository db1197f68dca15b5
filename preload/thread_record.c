/*
 * Thread records: a table of what threads there were. Those of ended threads go to later ones.
 */
#include "thread_record.h"
#include "clock.h"
#include "growth.h"
#include "lane.h"
#include "map.h"
#include "session.h"
#include "thread.h"

#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

enum {
    RECORDS_MAX = 16384, /* 2 MiB of the file; past that, ended threads are folded */
    IDS_REMEMBERED = 65536,
};

/* All under the growth lock; the arrays are read without it (entries are written once). */
static struct {
    uint32_t record_count;
    uint32_t fold_cursor;
    uint32_t last_id;
    struct jam_area area;
    struct jam_shared_map by_pthread; /* pthread_t -> pointer to record; may be stale */
    struct jam_thread_record *record[RECORDS_MAX];
    uint16_t slot_of_id[IDS_REMEMBERED];
} records;

static void record_reset(void)
{
    records.record_count = records.fold_cursor = records.last_id = 0;
    records.by_pthread = (struct jam_shared_map){0};
    records.area = (struct jam_area){
        .shape = {.kind = JAM_EXTENT_THREADS,
                  .record_bytes = sizeof(struct jam_thread_record),
                  .first_id = 1},
        .next_bytes = 4096,
    };
}
JAM_ON_RESET(record_reset);

struct jam_thread_record *jam_thread_find(uint32_t id)
{
    uint32_t slot = records.slot_of_id[id % IDS_REMEMBERED];
    struct jam_thread_record *record = slot < records.record_count ? records.record[slot] : NULL;
    return record && record->id == id ? record : NULL;
}

struct jam_thread_record *jam_thread_find_pthread(uint64_t pthread)
{
    if (!jam_session_is_ready())
        return NULL;
    struct jam_thread_record *record =
        (struct jam_thread_record *)jam_shared_map_find(&records.by_pthread, pthread);
    return record && record->pthread == pthread && !(record->flags & JAM_THREAD_JOINED) ? record
                                                                                        : NULL;
}

void jam_thread_set_pthread(struct jam_thread_record *record, uint64_t pthread)
{
    if (!jam_growth_lock()) { /* the name or join of this thread will not find its record */
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return;
    }
    record->pthread = pthread;
    jam_shared_map_put(&records.by_pthread, pthread, (uint64_t)record);
    jam_growth_unlock();
}

/* Add an ended thread to the retired sums and give its record away. */
static void record_fold(struct jam_thread_record *record)
{
    jam_header->threads_retired++;
    jam_header->retired_wait_ticks += record->wait_ticks;
    jam_header->retired_blocked_others_ticks += record->blocked_others_ticks;
    jam_header->retired_lifetime_ticks += jam_ticks_between(record->start_ticks, record->end_ticks);
    jam_session_lose(JAM_LOSS_THREADS_FOLDED, 1);
    memset(record, 0, sizeof *record);
}

static bool record_holds(const struct jam_thread_record *record)
{
    const struct jam_lane *lane = record->lane ? jam_lane_at(record->lane) : NULL;
    return lane && lane->thread == record->id && lane->held_count > 0;
}

static bool record_is_over(const struct jam_thread_record *record)
{
    const uint16_t done = JAM_THREAD_JOINED | JAM_THREAD_DETACHED;
    return (record->flags & JAM_THREAD_ENDED) && (record->flags & done) && !record_holds(record);
}

static struct jam_thread_record *record_reuse(uint32_t *slot)
{
    for (uint32_t i = 0; i < RECORDS_MAX; i++) {
        *slot = records.fold_cursor++ % RECORDS_MAX;
        struct jam_thread_record *record = records.record[*slot];
        if (record_is_over(record)) {
            record_fold(record);
            return record;
        }
    }
    return NULL;
}

static struct jam_thread_record *record_append(uint32_t *slot)
{
    struct jam_thread_record *record = jam_area_take(&records.area, sizeof *record, NULL);
    if (!record)
        return NULL;
    *slot = records.record_count;
    records.record[records.record_count++] = record;
    jam_area_publish(&records.area, sizeof *record);
    return record;
}

struct jam_thread_record *jam_thread_record_new(void)
{
    uint32_t slot = 0;
    struct jam_thread_record *record =
        records.record_count < RECORDS_MAX ? record_append(&slot) : record_reuse(&slot);
    if (!record)
        return NULL;
    record->id = ++records.last_id;
    records.slot_of_id[record->id % IDS_REMEMBERED] = (uint16_t)slot;
    jam_header->threads_started++;
    return record;
}

struct jam_thread_record *jam_thread_announce(struct jam_thread *self, uint32_t stack,
                                              const void *start_routine)
{
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return NULL;
    }
    struct jam_thread_record *record = jam_thread_record_new();
    if (record) {
        record->parent = self->id;
        record->create_stack = stack;
        record->parent_segment = self->segment;
        record->start_routine = (uint64_t)start_routine;
    }
    jam_growth_unlock();
    return record;
}

void jam_thread_withdraw(struct jam_thread_record *record)
{
    jam_thread_flag(record, JAM_THREAD_ENDED | JAM_THREAD_JOINED);
    record->end_ticks = record->start_ticks = jam_ticks();
}

void jam_thread_rename(struct jam_thread_record *record, const char *name)
{
    memset(record->name, 0, sizeof record->name);
    memcpy(record->name, name, strnlen(name, sizeof record->name - 1));
}

void jam_thread_record_refresh_name(struct jam_thread_record *record)
{
    char name[JAM_NAME_BYTES] = "";
    JAM_SYSCALL2(prctl, PR_GET_NAME, name);
    name[sizeof name - 1] = '\0';
    jam_thread_rename(record, name);
}

/* A thread that forks has the same title in the child, where its record is new. */
static __thread char own_title[JAM_TITLE_BYTES];

void jam_thread_entitle(struct jam_thread_record *record, const char *title)
{
    if (title != own_title)
        strncpy(own_title, title, sizeof own_title - 1);
    memcpy(record->title, own_title, sizeof own_title);
}

void jam_thread_record_begin(struct jam_thread_record *record, uint16_t flags)
{
    record->tid = (uint32_t)JAM_SYSCALL1(gettid, 0);
    record->start_ticks = jam_ticks();
    jam_thread_flag(record, flags);
    jam_thread_entitle(record, *record->title ? record->title : own_title);
    jam_thread_set_pthread(record, (uint64_t)pthread_self());
    jam_thread_record_refresh_name(record);
}
