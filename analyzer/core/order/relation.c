/* Everything that can be equal is interned: nodes, held sets, variants. */
#include "core/order/relation.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/search.h"

void jam_relation_fini(struct jam_relation *relation)
{
    free(relation->locks);
    free(relation->records);
    free(relation->nodes);
    free(relation->sets);
    free(relation->items);
    free(relation->variants);
    free(relation->instances);
    jam_map_fini(&relation->lock_map);
    jam_map_fini(&relation->node_map);
    jam_map_fini(&relation->set_map);
    jam_map_fini(&relation->variant_map);
    *relation = (struct jam_relation){0};
}

int jam_relation_add_lock(struct jam_relation *relation, const struct jam_lock_record *lock)
{
    if (jam_array_reserve(&relation->locks, &relation->lock_capacity, relation->lock_count,
                          sizeof *relation->locks) != 0)
        return -1;
    uint32_t number =
        jam_map_insert(&relation->lock_map, lock->id, 0, (uint32_t)relation->lock_count);
    if (number == JAM_MAP_NONE)
        return -1;
    if (number == relation->lock_count)
        relation->locks[relation->lock_count++] = lock;
    return 0;
}

int jam_relation_add_dependency(struct jam_relation *relation,
                                const struct jam_dependency *dependency)
{
    if (jam_array_reserve(&relation->records, &relation->record_capacity, relation->record_count,
                          sizeof *relation->records) != 0)
        return -1;
    relation->records[relation->record_count++] = dependency;
    return 0;
}

const struct jam_lock_record *jam_relation_find_lock(const struct jam_relation *relation,
                                                     uint32_t id)
{
    uint32_t number = jam_map_find(&relation->lock_map, id, 0);
    return number == JAM_MAP_NONE ? NULL : relation->locks[number];
}

static uint32_t intern_node(struct jam_relation *relation, const struct jam_node *node)
{
    uint64_t key = (uint64_t)node->id << 32 | node->generation;
    if (jam_array_reserve(&relation->nodes, &relation->node_capacity, relation->node_count,
                          sizeof *relation->nodes) != 0)
        return JAM_MAP_NONE;
    uint32_t number =
        jam_map_insert(&relation->node_map, key, node->thread, (uint32_t)relation->node_count);
    if (number == relation->node_count)
        relation->nodes[relation->node_count++] = *node;
    return number;
}

uint32_t jam_relation_node(struct jam_relation *relation, uint32_t lock, uint32_t generation)
{
    const struct jam_lock_record *record = jam_relation_find_lock(relation, lock);
    struct jam_node node = {
        .lock = record,
        .id = lock,
        .generation = generation & ~JAM_GENERATION_ENDED,
        .lets_writer_block_readers =
            record && record->kind == JAM_LOCK_RWLOCK && record->flags & JAM_LOCK_PREFER_WRITER,
    };
    return intern_node(relation, &node);
}

uint32_t jam_relation_thread_node(struct jam_relation *relation, uint32_t thread)
{
    struct jam_node node = {.thread = thread};
    return intern_node(relation, &node);
}

bool jam_relation_is_holdable(const struct jam_relation *relation, uint32_t lock,
                              uint32_t generation)
{
    static const bool kinds[JAM_LOCK_KINDS] = {
        [JAM_LOCK_MUTEX] = true,        [JAM_LOCK_RWLOCK] = true, [JAM_LOCK_SPIN] = true,
        [JAM_LOCK_ONCE] = true,         [JAM_LOCK_GIL] = true,    [JAM_LOCK_PYTHON_LOCK] = true,
        [JAM_LOCK_PYTHON_RLOCK] = true, [JAM_LOCK_CUSTOM] = true,
    };
    const struct jam_lock_record *record = jam_relation_find_lock(relation, lock);
    if (!record || record->kind >= JAM_LOCK_KINDS)
        return false;
    uint32_t current = record->generation & ~JAM_GENERATION_ENDED;
    bool is_handed_over = record->handed_over_ticks && current == generation &&
                          record->handed_over_ticks >= record->born_ticks;
    if (record->kind == JAM_LOCK_SEM)
        return record->flags & JAM_LOCK_LOCKLIKE;
    return kinds[record->kind] && !is_handed_over;
}

static uint64_t add_hash(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static bool is_set(const struct jam_relation *relation, uint32_t set,
                   const struct jam_set_item *items, size_t count)
{
    const struct jam_set *known = &relation->sets[set];
    return known->count == count &&
           (!count || memcmp(relation->items + known->first, items, count * sizeof *items) == 0);
}

/* The items lie behind the last set's; they stay there if they are a new one. */
static uint32_t intern_set(struct jam_relation *relation, size_t count)
{
    const struct jam_set_item *items = relation->items + relation->item_count;
    uint64_t hash = count;
    for (size_t i = 0; i < count; i++)
        hash = add_hash(hash, (uint64_t)items[i].node << 32 | items[i].mode << 16 | items[i].flags);
    for (uint64_t rank = 0;; rank++) {
        uint32_t known = jam_map_find(&relation->set_map, hash, rank);
        if (known != JAM_MAP_NONE && is_set(relation, known, items, count))
            return known;
        if (known != JAM_MAP_NONE)
            continue;
        if (jam_array_reserve(&relation->sets, &relation->set_capacity, relation->set_count,
                              sizeof *relation->sets) != 0 ||
            jam_map_insert(&relation->set_map, hash, rank, (uint32_t)relation->set_count) ==
                JAM_MAP_NONE)
            return JAM_MAP_NONE;
        relation->sets[relation->set_count] = (struct jam_set){relation->item_count, count};
        relation->item_count += count;
        return (uint32_t)relation->set_count++;
    }
}

static int append_item(struct jam_relation *relation, size_t *count, struct jam_set_item item)
{
    size_t end = relation->item_count + *count;
    if (item.node == JAM_MAP_NONE || jam_array_reserve(&relation->items, &relation->item_capacity,
                                                       end, sizeof *relation->items) != 0)
        return -1;
    relation->items[end] = item;
    ++*count;
    return 0;
}

static int compare_items(const void *left, const void *right)
{
    const struct jam_set_item *a = left, *b = right;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return (a->mode > b->mode) - (a->mode < b->mode); /* exclusive first */
}

/* Sorts, and leaves the strongest hold of each node. */
static size_t tidy_items(struct jam_set_item *items, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(items, count, sizeof *items, compare_items);
    for (size_t i = 0; i < count; i++)
        if (!kept || items[kept - 1].node != items[i].node)
            items[kept++] = items[i];
    return kept;
}

static uint32_t make_set(struct jam_relation *relation, const struct jam_relation_made *made)
{
    const struct jam_dependency *record = made->record;
    size_t count = 0;
    for (unsigned i = 0; i < record->held_count; i++) {
        const struct jam_dependency_held *held = &record->held[i];
        if (held->flags & JAM_HELD_REENTRY ||
            !jam_relation_is_holdable(relation, held->lock, held->generation))
            continue;
        struct jam_set_item item = {
            .node = jam_relation_node(relation, held->lock, held->generation),
            .mode = held->mode == JAM_SHARED ? JAM_SHARED : JAM_EXCLUSIVE,
            .flags = held->flags & JAM_HELD_UNPUBLISHED,
        };
        if (append_item(relation, &count, item) != 0)
            return JAM_MAP_NONE;
    }
    struct jam_set_item own = {.node = made->own, .mode = JAM_EXCLUSIVE};
    if (made->own != JAM_MAP_NONE && append_item(relation, &count, own) != 0)
        return JAM_MAP_NONE;
    return intern_set(relation, tidy_items(relation->items + relation->item_count, count));
}

/* What is asked for with a time limit ends by itself; getting a mutex back after a wait does not.
 */
static uint16_t variant_flags(const struct jam_dependency *record)
{
    uint16_t flags = record->flags & (JAM_DEPENDENCY_TIMED | JAM_DEPENDENCY_TRY |
                                      JAM_DEPENDENCY_UNPUBLISHED | JAM_DEPENDENCY_REACQUIRED);
    return flags & JAM_DEPENDENCY_REACQUIRED ? flags & JAM_DEPENDENCY_UNPUBLISHED : flags;
}

static struct jam_variant *intern_variant(struct jam_relation *relation,
                                          const struct jam_variant *wanted)
{
    uint64_t key0 = (uint64_t)wanted->wanted << 32 | wanted->set;
    uint64_t key1 = (uint64_t)wanted->epoch << 32 | wanted->mode << 16 | wanted->flags;
    if (jam_array_reserve(&relation->variants, &relation->variant_capacity, relation->variant_count,
                          sizeof *relation->variants) != 0)
        return NULL;
    uint32_t number =
        jam_map_insert(&relation->variant_map, key0, key1, (uint32_t)relation->variant_count);
    if (number == JAM_MAP_NONE)
        return NULL;
    if (number == relation->variant_count)
        relation->variants[relation->variant_count++] = *wanted;
    return &relation->variants[number];
}

static int add_instance(struct jam_relation *relation, struct jam_variant *variant,
                        const struct jam_relation_made *made)
{
    if (variant->instance_count >= JAM_VARIANT_INSTANCES)
        return 0;
    if (jam_array_reserve(&relation->instances, &relation->instance_capacity,
                          relation->instance_count, sizeof *relation->instances) != 0)
        return -1;
    relation->instances[relation->instance_count] = (struct jam_variant_instance){
        .thread = made->instance.thread,
        .segment = made->instance.segment,
        .next = variant->first_instance,
        .is_unplaced = made->is_unplaced,
        .record = made->record,
    };
    variant->first_instance = (uint32_t)relation->instance_count++;
    variant->instance_count++;
    return 0;
}

int jam_relation_make(struct jam_relation *relation, const struct jam_relation_made *made)
{
    uint32_t set = make_set(relation, made);
    if (set == JAM_MAP_NONE)
        return -1;
    if (!relation->sets[set].count)
        return 0;
    struct jam_variant wanted = {
        .wanted = made->wanted,
        .mode = made->record->mode == JAM_SHARED ? JAM_SHARED : JAM_EXCLUSIVE,
        .flags = variant_flags(made->record),
        .set = set,
        .epoch = made->record->epoch,
        .first_instance = JAM_MAP_NONE,
    };
    struct jam_variant *variant = intern_variant(relation, &wanted);
    return variant ? add_instance(relation, variant, made) : -1;
}

static uint64_t item_key(const void *items, size_t index)
{
    return ((const struct jam_set_item *)items)[index].node;
}

const struct jam_set_item *jam_variant_find_held(const struct jam_relation *relation,
                                                 const struct jam_variant *variant, uint32_t node)
{
    size_t count;
    const struct jam_set_item *items = jam_variant_items(relation, variant, &count);
    size_t low = jam_search_first(items, 0, count, node, item_key);
    return low < count && items[low].node == node ? &items[low] : NULL;
}
