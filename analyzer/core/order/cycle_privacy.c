/*
 * What others can do with a lock: whether anybody else could reach it, and whether a writer can
 * stand between two readers.
 */
#include "core/order/cycle_instances.h"
#include "util/search.h"

/* The lock's facts are about this life of it. */
static bool is_current(const struct jam_node *node)
{
    return node->lock && (node->lock->generation & ~JAM_GENERATION_ENDED) == node->generation;
}

static bool has_created_thread(struct jam_judge *judge, uint32_t parent, uint64_t from, uint64_t to)
{
    judge->steps += judge->thread_count / 16;
    for (size_t i = 0; i < judge->thread_count; i++) {
        const struct jam_thread_record *thread = judge->threads[i];
        if (thread->parent == parent && thread->start_ticks >= from && thread->start_ticks <= to)
            return true;
    }
    return false;
}

/* Others knew the lock before the fresh one was born: so the fresh one was reached through it. */
static bool was_public(const struct jam_node *node, uint32_t thread, uint64_t born_ticks)
{
    if (!is_current(node))
        return false;
    const struct jam_lock_record *lock = node->lock;
    return (lock->first_thread && lock->first_thread != thread) ||
           (lock->shared_ticks && lock->shared_ticks <= born_ticks);
}

/*
 * A mark "nobody else had used it" proves little: of two locks that a program has just made, the
 * first thread to run is always alone. So it only counts for a lock that this thread has itself
 * initialised after others had begun to use the other one, with no thread created since.
 */
static bool is_fresh(struct jam_judge *judge, uint32_t fresh, uint32_t other,
                     const struct jam_variant_instance *instance)
{
    const struct jam_node *node = &judge->relation->nodes[fresh];
    uint64_t used = instance->record->first_ticks;
    if (!node->lock || !(node->lock->flags & JAM_LOCK_INITIALIZED))
        return false;
    bool is_known = is_current(node);
    uint64_t born = is_known ? node->lock->born_ticks : used;
    if (is_known && node->lock->first_thread != instance->thread)
        return false;
    return was_public(&judge->relation->nodes[other], instance->thread, born) &&
           !has_created_thread(judge, instance->thread, born, used);
}

bool jam_judge_is_private(struct jam_judge *judge, const struct jam_cycle_side *side,
                          uint32_t *node)
{
    const struct jam_variant *variant = &judge->relation->variants[side->variant];
    const struct jam_set_item *hold = jam_variant_find_held(judge->relation, variant, side->holds);
    if (hold && hold->flags & JAM_HELD_UNPUBLISHED) {
        *node = side->holds;
        if (is_fresh(judge, side->holds, variant->wanted, side->instance))
            return true;
    }
    *node = variant->wanted;
    return variant->flags & JAM_DEPENDENCY_UNPUBLISHED &&
           is_fresh(judge, variant->wanted, side->holds, side->instance);
}

static uint64_t writer_key(const void *writers, size_t index)
{
    return ((const struct jam_writer *)writers)[index].lock;
}

static size_t first_writer(const struct jam_judge *judge, uint32_t lock)
{
    return jam_search_first(judge->writers, 0, judge->writer_count, lock, writer_key);
}

bool jam_judge_has_writer(const struct jam_judge *judge, uint32_t node)
{
    const struct jam_node *lock = &judge->relation->nodes[node];
    size_t i = first_writer(judge, lock->id);
    return lock->lets_writer_block_readers && i < judge->writer_count &&
           judge->writers[i].lock == lock->id;
}

/* Where in his life the writer wrote is not known: so no part of it may be ordered to the side. */
static bool runs_beside(struct jam_judge *judge, uint32_t writer, const struct jam_cycle_side *side)
{
    struct jam_moment moment = {side->instance->thread, side->instance->segment};
    struct jam_moment first = {writer, 0}, last = {writer, UINT32_MAX};
    return writer != moment.thread && !jam_before_is(judge->before, first, moment, NULL) &&
           !jam_before_is(judge->before, moment, last, NULL);
}

bool jam_judge_has_sure_writer(struct jam_judge *judge, uint32_t node,
                               const struct jam_cycle_side *sides, size_t count)
{
    uint32_t lock = judge->relation->nodes[node].id;
    for (size_t i = first_writer(judge, lock);
         i < judge->writer_count && judge->writers[i].lock == lock; i++) {
        bool is_sure = true;
        for (size_t j = 0; j < count && is_sure; j++)
            is_sure = runs_beside(judge, judge->writers[i].thread, &sides[j]);
        if (is_sure)
            return true;
    }
    return false;
}
