/* Threads stand in the relation for their joins: those are locks to a finding. */
#include "core/order/cycle_side.h"

struct jam_lock_use jam_judge_use(const struct jam_judge *judge, uint32_t number)
{
    const struct jam_node *node = &judge->relation->nodes[number];
    if (node->thread)
        return (struct jam_lock_use){.lock = node->join_lock, .generation = node->join_generation};
    return (struct jam_lock_use){.lock = node->id, .generation = node->generation};
}
