/* Streaks of failed tries. All of it belongs to the lane's thread. */
#include "retry.h"
#include "clock.h"
#include "held.h"
#include "map.h"
#include "session.h"

static struct jam_retry *retry_append(struct jam_thread *self, const struct jam_lock_record *lock,
                                      uint32_t stack)
{
    const struct jam_held *newest = jam_held_newest(self);
    struct jam_retry *retry = jam_area_take(&self->retries, sizeof *retry, NULL);
    if (!retry) {
        jam_session_lose(JAM_LOSS_ORDERS, 1);
        return NULL;
    }
    retry->lock = lock->id;
    retry->generation = lock->generation & ~JAM_GENERATION_ENDED;
    retry->stack = stack;
    retry->thread = self->id;
    retry->held_lock = newest->lock;
    retry->held_stack = newest->stack;
    jam_area_publish(&self->retries, sizeof *retry);
    return retry;
}

static struct jam_retry *retry_get(struct jam_thread *self, const struct jam_lock_record *lock,
                                   uint32_t stack)
{
    uint64_t key =
        jam_hash_add((uint64_t)lock->id << 32 | lock->generation, (uint64_t)self->id << 32 | stack);
    key = jam_hash_add(key, jam_held_newest(self)->lock) | 1;
    struct jam_retry *retry = (struct jam_retry *)jam_map_find(&self->retry_index, key);
    if (retry)
        return retry;
    retry = retry_append(self, lock, stack);
    if (retry)
        jam_map_put(&self->retry_index, key, (uint64_t)retry);
    return retry;
}

/* Past the last place the streak that began first is taken to go on for ever. */
static void streak_begin(struct jam_thread *self, struct jam_retry *retry, uint64_t now)
{
    retry->streak_since_ticks = now;
    if (self->streak_count < JAM_STREAKS)
        self->streaks[self->streak_count++] = retry;
    else
        self->streaks[retry->lock % JAM_STREAKS] = retry;
}

void jam_retry_note_failure(struct jam_thread *self, const struct jam_lock_record *lock,
                            uint32_t stack)
{
    struct jam_retry *retry = lock->id ? retry_get(self, lock, stack) : NULL;
    if (!retry)
        return;
    uint64_t now = jam_ticks();
    if (!retry->streak)
        streak_begin(self, retry, now);
    retry->failures++;
    retry->streak++;
    retry->last_ticks = now;
    if (retry->streak < retry->longest)
        return;
    retry->longest = retry->streak;
    retry->longest_since_ticks = retry->streak_since_ticks;
    retry->longest_until_ticks = now;
}

void jam_retry_note_success(struct jam_thread *self, const struct jam_lock_record *lock)
{
    for (uint32_t i = self->streak_count; i-- > 0;) {
        if (self->streaks[i]->lock != lock->id)
            continue;
        self->streaks[i]->streak = 0;
        self->streaks[i] = self->streaks[--self->streak_count];
    }
}
