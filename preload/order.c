/* Orders made by barriers and wakes. All of it belongs to the lane's thread. */
#include "order.h"
#include "clock.h"
#include "map.h"
#include "session.h"

/*
 * Of the whole process: each new thread that is woken is a new order, and so is each new object by which
 * one thread wakes another. From ORDERS_EXACT on, objects that share a record (lock.h) share an order for
 * each pair of threads. Past ORDERS_MAX: counted losses.
 */
enum { ORDERS_EXACT = 32768, ORDERS_MAX = 65536 };

static uint32_t order_count; /* atomic */

static void order_reset(void)
{
    order_count = 0;
}
JAM_ON_RESET(order_reset);

static struct jam_order *order_append(struct jam_thread *self, const struct jam_lock_record *lock,
                                      uint16_t kind)
{
    struct jam_order *order = NULL;
    if (__atomic_load_n(&order_count, __ATOMIC_RELAXED) < ORDERS_MAX)
        order = jam_area_take(&self->orders, sizeof *order, NULL);
    if (!order) {
        jam_session_lose(JAM_LOSS_ORDERS, 1);
        return NULL;
    }
    __atomic_fetch_add(&order_count, 1, __ATOMIC_RELAXED);
    order->kind = kind;
    order->lock = lock->id;
    order->generation = lock->generation & ~JAM_GENERATION_ENDED;
    order->thread = self->id;
    order->segment = self->segment;
    return order;
}

void jam_order_note_barrier(struct jam_thread *self, const struct jam_lock_record *lock,
                            uint64_t round)
{
    if (!lock->id || self->rounds_noted >= JAM_ORDER_ROUNDS_MAX)
        return;
    struct jam_order *order = order_append(self, lock, JAM_ORDER_BARRIER);
    if (!order)
        return;
    order->round = round;
    order->count = 1;
    order->first_ticks = order->last_ticks = jam_ticks();
    jam_area_publish(&self->orders, sizeof *order);
    self->rounds_noted++;
    self->record->segment = ++self->segment;
}

/* The later of the last wake and the last post that met nobody; of a lock of Python, its event. */
static uint64_t wake_latest(const struct jam_lock_record *lock, uint32_t *thread)
{
    if (lock->flags & JAM_LOCK_LOCKLIKE) {
        *thread = lock->event_thread;
        return lock->event_ticks;
    }
    uint64_t woken = __atomic_load_n(&lock->wake_ticks, __ATOMIC_ACQUIRE);
    uint64_t posted =
        lock->kind == JAM_LOCK_SEM ? __atomic_load_n(&lock->signal_ticks, __ATOMIC_ACQUIRE) : 0;
    *thread = woken >= posted ? lock->wake_thread : lock->signal_thread;
    return woken >= posted ? woken : posted;
}

static uint64_t wake_key(const struct jam_thread *self, const struct jam_lock_record *lock,
                         uint32_t generation, uint32_t other_thread)
{
    return jam_hash_add((uint64_t)lock->id << 32 | generation,
                        (uint64_t)self->id << 32 | other_thread) |
           1;
}

static struct jam_order *wake_get(struct jam_thread *self, const struct jam_lock_record *lock,
                                  uint32_t other_thread)
{
    uint64_t key = wake_key(self, lock, lock->generation, other_thread);
    struct jam_order *order = (struct jam_order *)jam_map_find(&self->order_index, key);
    if (!order && __atomic_load_n(&order_count, __ATOMIC_RELAXED) >= ORDERS_EXACT) {
        key = wake_key(self, lock, 0, other_thread);
        order = (struct jam_order *)jam_map_find(&self->order_index, key);
    }
    if (order)
        return order;
    order = order_append(self, lock, JAM_ORDER_WAKE);
    if (!order)
        return NULL;
    order->other_thread = other_thread;
    jam_area_publish(&self->orders, sizeof *order);
    jam_map_put(&self->order_index, key, (uint64_t)order);
    return order;
}

void jam_order_note_wake(struct jam_thread *self, const struct jam_lock_record *lock,
                         uint64_t since)
{
    uint32_t other_thread;
    uint64_t when = wake_latest(lock, &other_thread);
    if (!lock->id || !when || when < since || !other_thread || other_thread == self->id)
        return;
    struct jam_order *order = wake_get(self, lock, other_thread);
    if (!order)
        return;
    if (!order->first_ticks) {
        order->first_ticks = when;
        order->passed_ticks = jam_ticks();
    }
    order->last_ticks = when;
    order->count++;
}
