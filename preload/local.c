/* Follows the locks on a thread's own stack. Runs in that thread, inside the guard. */
#include "local.h"
#include "places.h"
#include "stack.h"

#include <stdbool.h>
#include <stddef.h>

/* How near its top an unwinding must come to have been on the thread's own stack, in bytes. */
enum { TOP_BYTES = 4096 };

static bool local_is_same_lock(const struct jam_local *local)
{
    return __atomic_load_n(&local->lock->generation, __ATOMIC_RELAXED) == local->generation;
}

/*
 * The words lie above the lock on the thread's own stack, so they can be read as long as the thread
 * lives, whatever stack it runs on now.
 */
static bool local_is_popped(const struct jam_local *local, uint64_t sp, uint64_t top)
{
    if (sp > local->lock->address && sp < top)
        return true;
    for (uint32_t i = 0; i < local->word_count; i++)
        if (*(const uint64_t *)local->word[i].address != local->word[i].value)
            return true;
    return false;
}

static void local_drop_popped(struct jam_thread *self, uint64_t sp)
{
    struct jam_locals *locals = &self->local;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < locals->count; i++) {
        struct jam_local local = locals->entry[i];
        if (!local_is_same_lock(&local))
            continue;
        if (local_is_popped(&local, sp, self->stack_top))
            jam_lock_end(self, local.lock, 0);
        else
            locals->entry[kept++] = local;
    }
    locals->count = kept;
}

/* --- new ones --- */

static bool local_is_known(const struct jam_locals *locals, const struct jam_lock_record *lock)
{
    for (uint32_t i = 0; i < locals->count; i++)
        if (locals->entry[i].lock == lock)
            return true;
    return false;
}

/* The thread's stack was another one's before: what began then has gone with that thread. */
static bool local_is_older_than_thread(const struct jam_thread *self,
                                       const struct jam_lock_record *lock)
{
    return !(self->record->flags & (JAM_THREAD_MAIN | JAM_THREAD_FOREIGN)) &&
           lock->born_ticks < self->record->start_ticks;
}

struct local_words {
    const struct jam_slot *word;
    uint32_t count;
};

static void local_follow(struct jam_locals *locals, struct jam_lock_record *lock,
                         struct local_words words)
{
    struct jam_local *local = &locals->entry[locals->count];
    *local = (struct jam_local){.lock = lock, .generation = lock->generation};
    for (uint32_t i = 0; i < words.count && local->word_count < JAM_LOCAL_WORDS; i++)
        if (words.word[i].address > lock->address)
            local->word[local->word_count++] = words.word[i];
    locals->count += local->word_count > 0;
}

static void local_find_new(struct jam_thread *self, const struct jam_call *call)
{
    struct jam_locals *locals = &self->local;
    struct local_words words = {0};
    bool is_walked = false;
    for (uint64_t at = call->sp; (at = jam_places_next(at, self->stack_top));
         at += JAM_PLACES_STEP) {
        struct jam_lock_record *lock = jam_lock_at(at);
        if (!lock || local_is_known(locals, lock) || locals->count == JAM_LOCALS)
            continue;
        if (!is_walked)
            words.count = jam_stack_words(self, call, &words.word);
        is_walked = true;
        /* The unwinding ended elsewhere: this is no stack of frames that we understand. */
        if (!words.count || words.word[words.count - 1].address + TOP_BYTES < self->stack_top)
            return;
        if (local_is_older_than_thread(self, lock))
            jam_lock_end(self, lock, 0);
        else
            local_follow(locals, lock, words);
    }
}

void jam_local_look(struct jam_thread *self, const struct jam_call *call)
{
    struct jam_locals *locals = &self->local;
    uint64_t births = __atomic_load_n(&jam_lock_births, __ATOMIC_ACQUIRE);
    local_drop_popped(self, call->sp);
    bool is_own = call->sp < self->stack_top && self->stack_top - call->sp < self->stack_bytes;
    if (is_own && locals->births_seen != births)
        local_find_new(self, call);
    locals->births_seen = births;
    locals->due = locals->count ? UINT64_MAX : births;
}

void jam_local_end(struct jam_thread *self)
{
    struct jam_locals *locals = &self->local;
    for (uint32_t i = 0; i < locals->count; i++)
        if (local_is_same_lock(&locals->entry[i]))
            jam_lock_end(self, locals->entry[i].lock, 0);
    locals->count = 0;
    locals->due = 0;
}
