/*
 * One defect, told once: detectors look at it from several sides, and each says what it sees.
 */
#include "render/check/render_check.h"

static bool is_cycle(const struct jam_finding *finding)
{
    return finding->kind <= JAM_FINDING_RWLOCK_UPGRADE && finding->edge_count;
}

/* Cycles that happened, or all that count. */
static bool is_told(const struct jam_check_item *item, enum jam_grade least)
{
    return !item->filter && is_cycle(item->finding) && item->finding->grade >= least;
}

/* The edges of all cycles that are at least so sure. */
static int collect_edges(struct jam_check *check, enum jam_grade least, struct jam_map *edges)
{
    for (size_t i = 0; i < check->item_count; i++) {
        const struct jam_finding *finding = check->items[i].finding;
        for (size_t j = 0; is_told(&check->items[i], least) && j < finding->edge_count; j++) {
            uint64_t hash = jam_check_hash_edge(check, finding, &finding->edges[j]);
            if (jam_map_insert(edges, hash, 0, 0) == JAM_MAP_NONE)
                return -1;
        }
    }
    return 0;
}

/* One unguarded instance is enough: then the filtered ones prove nothing. */
static bool is_revived(const struct jam_map *map, const struct jam_check_item *item)
{
    return item->filter && jam_map_find(map, item->hash, JAM_FILTER_NONE) != JAM_MAP_NONE;
}

/* A prediction whose every edge is part of what happened. */
static bool has_happened(struct jam_check *check, const struct jam_map *happened,
                         const struct jam_check_item *item)
{
    const struct jam_finding *finding = item->finding;
    if (item->filter || !is_cycle(finding) || finding->grade == JAM_GRADE_CONFIRMED ||
        finding->reason == JAM_REASON_DECLARED)
        return false;
    for (size_t i = 0; i < finding->edge_count; i++)
        if (jam_map_find(happened, jam_check_hash_edge(check, finding, &finding->edges[i]), 0) ==
            JAM_MAP_NONE)
            return false;
    return true;
}

/* To take a lock again without being refused is what a deadlock with oneself consists of. */
static bool is_in_cycle(struct jam_check *check, const struct jam_map *edges,
                        const struct jam_check_item *item)
{
    const struct jam_finding *finding = item->finding;
    struct jam_finding_edge edge = {.holds = finding->other, .wants = finding->subject};
    if (finding->kind != JAM_FINDING_RELOCK || finding->result > 0)
        return false;
    edge.holds.lock = finding->subject.lock;
    edge.holds.generation = finding->subject.generation;
    return jam_map_find(edges, jam_check_hash_edge(check, finding, &edge), 0) != JAM_MAP_NONE;
}

int jam_check_drop_repeated(struct jam_check *check, const struct jam_map *map)
{
    struct jam_map happened = {0};
    struct jam_map told = {0};
    size_t kept = 0;
    int status = collect_edges(check, JAM_GRADE_CONFIRMED, &happened);
    if (!status)
        status = collect_edges(check, JAM_GRADE_WEAK, &told);
    for (size_t i = 0; !status && i < check->item_count; i++) {
        const struct jam_check_item *item = &check->items[i];
        bool is_repeated = is_revived(map, item) || has_happened(check, &happened, item) ||
                           is_in_cycle(check, &told, item);
        if (!is_repeated)
            check->items[kept++] = *item;
    }
    if (!status)
        check->item_count = kept;
    jam_map_fini(&happened);
    jam_map_fini(&told);
    return status;
}
