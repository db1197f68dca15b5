/*
 * Kept in ordinary memory, which the child has as a copy: the parent's file goes on changing, and
 * the child lets go of it before it has one of its own.
 */
#include "inherit.h"
#include "growth.h"
#include "held.h"
#include "lane.h"
#include "lock.h"
#include "python/python.h"
#include "session.h"
#include "stack.h"
#include "totals.h"

#include <string.h>

enum { LOCKS_MAX = 256, OWNERS_MAX = 64, FRAMES_MAX = 8192 };
enum { CODES_MAX = 1024, CODE_BYTES = 256 << 10 }; /* of Python's code objects in those frames */

struct inherited_stack {
    uint32_t first_frame;
    uint16_t depth; /* 0: unknown */
    uint16_t cut;   /* enum jam_stack_flags */
    uint64_t interrupted;
};

struct inherited_lock {
    struct jam_lock_key key;
    uint16_t mode;
    uint16_t flags; /* enum jam_held_flags */
    uint32_t owner; /* 0: who forked, else index in `owner` plus one */
    struct inherited_stack acquired, created;
    uint64_t acquired_ticks;
};

static struct {
    uint32_t pid; /* of the parent */
    uint32_t lock_count, owner_count, frame_count, lost;
    struct jam_thread_record owner[OWNERS_MAX];
    struct inherited_lock lock[LOCKS_MAX];
    uint64_t frame[FRAMES_MAX]; /* with numbers of code objects instead of their ids */
    uint32_t code_count, code_bytes;
    uint32_t code_of[CODES_MAX]; /* ids: the parent's, then the child's */
    uint32_t code_at[CODES_MAX]; /* where in `code` */
    _Alignas(8) char code[CODE_BYTES];
} inherited;

/* --- in the parent --- */

/* The number of a code object among those that go with the fork, from 1; 0: too many. */
static uint32_t note_code(uint32_t id)
{
    const struct jam_python_code *record = jam_python_code_record(id);
    for (uint32_t i = 0; i < inherited.code_count; i++)
        if (inherited.code_of[i] == id)
            return i + 1;
    if (!record || inherited.code_count == CODES_MAX ||
        inherited.code_bytes + record->record_bytes > sizeof inherited.code)
        return 0;
    uint32_t number = inherited.code_count++;
    inherited.code_of[number] = id;
    inherited.code_at[number] = inherited.code_bytes;
    memcpy(inherited.code + inherited.code_bytes, record, record->record_bytes);
    inherited.code_bytes += record->record_bytes;
    return number + 1;
}

/* In Python's frames: the id of a code object becomes another one. */
static void change_codes(uint64_t *frames, uint32_t count, uint32_t (*change)(uint32_t))
{
    const uint64_t mask = (uint64_t)JAM_PYTHON_CODE_MASK << JAM_PYTHON_CODE_SHIFT;
    for (uint32_t i = 0; i < count; i++)
        if (frames[i] >> JAM_FRAME_KIND_SHIFT == JAM_FRAME_PYTHON)
            frames[i] =
                (frames[i] & ~mask) | (uint64_t)change((frames[i] & mask) >> JAM_PYTHON_CODE_SHIFT)
                                          << JAM_PYTHON_CODE_SHIFT;
}

static struct inherited_stack note_stack(uint32_t ref)
{
    const struct jam_stack *stack = jam_session_at((uint64_t)ref * JAM_STACK_UNIT);
    if (!ref || inherited.frame_count + stack->depth > FRAMES_MAX)
        return (struct inherited_stack){0};
    struct inherited_stack copy = {
        .first_frame = inherited.frame_count,
        .depth = stack->depth,
        .cut = stack->flags,
        .interrupted = stack->interrupted,
    };
    memcpy(&inherited.frame[inherited.frame_count], stack->frames, stack->depth * sizeof(uint64_t));
    change_codes(&inherited.frame[inherited.frame_count], stack->depth, note_code);
    inherited.frame_count += stack->depth;
    return copy;
}

static bool held_is_true(const struct jam_held *held, const struct jam_lock_record *lock)
{
    return lock && lock->id == held->lock && !jam_held_is_void(held, lock);
}

/*
 * By the interpreter in the child: the GIL, and the lock of imports, which os.fork takes. No program can
 * take another of the interpreter's own semaphores and then fork.
 */
static bool is_made_anew(const struct jam_lock_record *lock, uint32_t owner)
{
    bool is_own = lock->kind == JAM_LOCK_SEM && jam_python_is_here && owner == 0;
    return lock->kind == JAM_LOCK_GIL ||
           (is_own && !(lock->flags & (JAM_LOCK_OF_LOCK | JAM_LOCK_OF_RLOCK)));
}

static void note_lock(const struct jam_held *held, uint32_t owner)
{
    const struct jam_lock_record *lock = jam_lock_find_latest(held->address);
    bool is_event = lock && lock->kind == JAM_LOCK_SEM && !(lock->flags & JAM_LOCK_LOCKLIKE);
    if (!held_is_true(held, lock) || is_event || is_made_anew(lock, owner))
        return;
    if (inherited.lock_count == LOCKS_MAX) {
        inherited.lost++;
        return;
    }
    const uint16_t own_flags = JAM_LOCK_ALIVE | JAM_LOCK_INITIALIZED | JAM_LOCK_LOCKLIKE;
    struct inherited_lock *entry = &inherited.lock[inherited.lock_count++];
    *entry = (struct inherited_lock){
        .key = {held->address, lock->kind, (uint16_t)(lock->flags & ~own_flags),
                lock->flags & JAM_LOCK_LOCKLIKE ? 1 : lock->value},
        .mode = held->mode,
        .flags = (uint16_t)((held->flags & ~JAM_HELD_UNPUBLISHED) | JAM_HELD_INHERITED),
        .owner = owner,
        .acquired_ticks = held->acquired_ticks,
        .acquired = note_stack(held->stack),
        .created = note_stack(lock->created_stack),
    };
}

static void note_lane(const struct jam_lane *lane, uint32_t owner)
{
    uint32_t count = __atomic_load_n(&lane->held_count, __ATOMIC_ACQUIRE);
    const struct jam_held *held =
        jam_session_at(__atomic_load_n(&lane->held_offset, __ATOMIC_ACQUIRE));
    for (uint32_t i = 0; i < count; i++)
        note_lock(&held[i], owner);
}

static void note_other(const struct jam_lane *lane)
{
    const struct jam_thread_record *record = jam_thread_find(lane->thread);
    if (!lane->held_count || !record)
        return;
    if (inherited.owner_count == OWNERS_MAX) {
        inherited.lost += lane->held_count;
        return;
    }
    inherited.owner[inherited.owner_count++] = *record;
    note_lane(lane, inherited.owner_count);
}

static void inherit_take(struct jam_thread *self);

void jam_inherit_note(struct jam_thread *self)
{
    inherited.pid = jam_header->pid;
    inherited.lock_count = inherited.owner_count = inherited.frame_count = inherited.lost = 0;
    inherited.code_count = inherited.code_bytes = 0;
    note_lane(self->lane, 0);
    uint32_t count = jam_lane_count();
    for (uint32_t number = 1; number <= count; number++)
        if (jam_lane_at(number) != self->lane)
            note_other(jam_lane_at(number));
    jam_thread_on_attach = inherited.lock_count | inherited.lost ? inherit_take : NULL;
}

/* Not in a child that has not begun to record: what it inherited is its own to tell. */
void jam_inherit_forget(void)
{
    if (jam_session_is_ready())
        jam_thread_on_attach = NULL;
}

/* --- in the child --- */

static uint32_t code_taken(uint32_t number)
{
    return number ? inherited.code_of[number - 1] : 0;
}

static void take_codes(void)
{
    bool is_locked = jam_growth_lock();
    for (uint32_t i = 0; i < inherited.code_count; i++) {
        const void *record = inherited.code + inherited.code_at[i];
        inherited.code_of[i] = is_locked ? jam_python_code_import(record) : 0;
    }
    if (is_locked)
        jam_growth_unlock();
    change_codes(inherited.frame, inherited.frame_count, code_taken);
}

static uint32_t take_stack(struct jam_thread *self, const struct inherited_stack *stack)
{
    return stack->depth ? jam_stack_import(self, &inherited.frame[stack->first_frame], stack->depth,
                                           stack->cut, stack->interrupted)
                        : 0;
}

/* `self` is the thread that runs, `holder` whose list it becomes part of. */
static void take_lock(struct jam_thread *self, struct jam_thread *holder,
                      const struct inherited_lock *entry)
{
    uint32_t stack = take_stack(self, &entry->acquired);
    uint32_t created = take_stack(self, &entry->created);
    struct jam_lock_record *lock = created ? jam_lock_create(self, entry->key, created)
                                           : jam_lock_get(self, entry->key, stack);
    bool has_room = holder->held_count < holder->held_capacity || jam_lane_grow_held(holder);
    if (!lock || !has_room) {
        jam_session_lose(JAM_LOSS_HELD, 1);
        return;
    }
    struct jam_site *site =
        self == holder ? jam_site_get(self, lock, stack, entry->mode) : &holder->lost_site;
    holder->held[holder->held_count] = (struct jam_held){
        .address = entry->key.address,
        .acquired_ticks = entry->acquired_ticks,
        .lock = lock->id,
        .stack = stack,
        .generation = lock->generation,
        .mode = entry->mode,
        .flags = entry->flags,
    };
    holder->held_local[holder->held_count] = (struct jam_held_local){lock, site, 0};
    __atomic_store_n(&holder->lane->held_count, ++holder->held_count, __ATOMIC_RELEASE);
}

/* The child's main thread is the one that forked; the lists of the others come with it. */
static void inherit_take(struct jam_thread *self)
{
    if (jam_header->pid == inherited.pid || self->lane->tid != jam_header->pid)
        return;
    jam_thread_on_attach = NULL;
    jam_session_lose(JAM_LOSS_HELD, inherited.lost);
    take_codes();
    struct jam_thread *holder = self;
    for (uint32_t i = 0, owner = 0; i < inherited.lock_count; i++) {
        const struct inherited_lock *entry = &inherited.lock[i];
        if (entry->owner != owner)
            holder = jam_thread_make_absent(&inherited.owner[entry->owner - 1]);
        owner = entry->owner;
        if (holder)
            take_lock(self, holder, entry);
        else
            jam_session_lose(JAM_LOSS_HELD, 1);
    }
}
