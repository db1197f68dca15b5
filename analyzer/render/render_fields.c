/* One table per record of the trace format; one loop prints them all. */
#include "render/render_fields.h"

#include <inttypes.h>
#include <string.h>

#include "core/lock_kind.h"
#include "trace_format.h"
#include "util/human.h"

#define TEXT_BYTES 8192

#define NAMED(type, name, key, form)                                                               \
    {                                                                                              \
        key, offsetof(struct type, name), sizeof(((struct type *)0)->name), JAM_FIELD_##form       \
    }
#define FIELD(type, name, form) NAMED(type, name, #name, form)
#define END                                                                                        \
    {                                                                                              \
        NULL, 0, 0, JAM_FIELD_NUMBER                                                               \
    }

const struct jam_field jam_header_fields[] = {
    FIELD(jam_header, version, NUMBER),
    FIELD(jam_header, oldest_reader, NUMBER),
    FIELD(jam_header, clock, NUMBER),
    FIELD(jam_header, machine, NUMBER),
    FIELD(jam_header, pid, NUMBER),
    FIELD(jam_header, parent_pid, NUMBER),
    FIELD(jam_header, exec_count, NUMBER),
    FIELD(jam_header, epoch, NUMBER),
    FIELD(jam_header, event_mode, NUMBER),
    FIELD(jam_header, file_bytes, NUMBER),
    FIELD(jam_header, used_bytes, NUMBER),
    FIELD(jam_header, start_realtime_ns, NUMBER),
    NAMED(jam_header, clock_first.ticks, "first_ticks", NUMBER),
    NAMED(jam_header, clock_first.monotonic_ns, "first_monotonic_ns", NUMBER),
    NAMED(jam_header, clock_last.ticks, "last_ticks", NUMBER),
    NAMED(jam_header, clock_last.monotonic_ns, "last_monotonic_ns", NUMBER),
    FIELD(jam_header, tick_hz_hint, NUMBER),
    FIELD(jam_header, max_ring_bytes, NUMBER),
    FIELD(jam_header, ring_bytes, NUMBER),
    FIELD(jam_header, stack_depth_max, NUMBER),
    FIELD(jam_header, module_generation, NUMBER),
    FIELD(jam_header, threads_started, NUMBER),
    FIELD(jam_header, threads_retired, NUMBER),
    NAMED(jam_header, retired_wait_ticks, "retired_wait", DURATION),
    NAMED(jam_header, retired_blocked_others_ticks, "retired_blocked_others", DURATION),
    NAMED(jam_header, retired_lifetime_ticks, "retired_lifetime", DURATION),
    FIELD(jam_header, end_kind, NUMBER),
    FIELD(jam_header, end_value, NUMBER),
    NAMED(jam_header, end_ticks, "end", TIME),
    FIELD(jam_header, stacks_verified, NUMBER),
    FIELD(jam_header, stacks_disagreed, NUMBER),
    END,
};

const struct jam_field jam_extent_fields[] = {
    FIELD(jam_extent, record_bytes, NUMBER),
    FIELD(jam_extent, bytes, NUMBER),
    FIELD(jam_extent, used_bytes, NUMBER),
    FIELD(jam_extent, owner_lane, NUMBER),
    FIELD(jam_extent, first_id, NUMBER),
    FIELD(jam_extent, ring_sequence, NUMBER),
    NAMED(jam_extent, ring_base_ticks, "ring_base", TIME),
    FIELD(jam_extent, ring_thread, NUMBER),
    END,
};

const struct jam_field jam_module_fields[] = {
    FIELD(jam_module, id, NUMBER),
    FIELD(jam_module, bias, HEX),
    FIELD(jam_module, start, HEX),
    FIELD(jam_module, end, HEX),
    NAMED(jam_module, seen_ticks, "seen", TIME),
    FIELD(jam_module, first_generation, NUMBER),
    FIELD(jam_module, last_generation, NUMBER),
    END,
};

const struct jam_field jam_stack_fields[] = {
    FIELD(jam_stack, depth, NUMBER),
    FIELD(jam_stack, flags, NUMBER),
    FIELD(jam_stack, module_generation, NUMBER),
    FIELD(jam_stack, interrupted, HEX),
    END,
};

const struct jam_field jam_lock_fields[] = {
    FIELD(jam_lock_record, id, NUMBER),
    FIELD(jam_lock_record, address, HEX),
    FIELD(jam_lock_record, generation, LIFE),
    FIELD(jam_lock_record, kind, KIND),
    FIELD(jam_lock_record, flags, NUMBER),
    FIELD(jam_lock_record, created_stack, NUMBER),
    FIELD(jam_lock_record, first_stack, NUMBER),
    NAMED(jam_lock_record, born_ticks, "born", TIME),
    NAMED(jam_lock_record, destroyed_ticks, "destroyed", TIME),
    FIELD(jam_lock_record, thread, NUMBER),
    FIELD(jam_lock_record, name_string, NUMBER),
    FIELD(jam_lock_record, waiters, NUMBER),
    FIELD(jam_lock_record, max_waiters, NUMBER),
    FIELD(jam_lock_record, owner_changes, NUMBER),
    FIELD(jam_lock_record, wakes, NUMBER),
    FIELD(jam_lock_record, wake_stack, NUMBER),
    FIELD(jam_lock_record, wake_thread, NUMBER),
    NAMED(jam_lock_record, wake_ticks, "wake", TIME),
    FIELD(jam_lock_record, partner, NUMBER),
    FIELD(jam_lock_record, holders_ref, NUMBER),
    FIELD(jam_lock_record, first_thread, NUMBER),
    NAMED(jam_lock_record, shared_ticks, "shared", TIME),
    FIELD(jam_lock_record, value, NUMBER),
    FIELD(jam_lock_record, signal_stack, NUMBER),
    FIELD(jam_lock_record, signal_thread, NUMBER),
    NAMED(jam_lock_record, signal_ticks, "signal", TIME),
    FIELD(jam_lock_record, signals_missed, NUMBER),
    FIELD(jam_lock_record, destroyed_stack, NUMBER),
    FIELD(jam_lock_record, destroyed_thread, NUMBER),
    FIELD(jam_lock_record, signalled_generation, NUMBER),
    FIELD(jam_lock_record, unit_thread, NUMBER),
    FIELD(jam_lock_record, switches, NUMBER),
    FIELD(jam_lock_record, wake_flags, NUMBER),
    END,
};

const struct jam_field jam_thread_fields[] = {
    FIELD(jam_thread_record, id, NUMBER),
    FIELD(jam_thread_record, tid, NUMBER),
    FIELD(jam_thread_record, parent, NUMBER),
    FIELD(jam_thread_record, create_stack, NUMBER),
    FIELD(jam_thread_record, parent_segment, NUMBER),
    FIELD(jam_thread_record, joiner, NUMBER),
    FIELD(jam_thread_record, joiner_segment, NUMBER),
    FIELD(jam_thread_record, lane, NUMBER),
    FIELD(jam_thread_record, flags, NUMBER),
    FIELD(jam_thread_record, segment, NUMBER),
    NAMED(jam_thread_record, start_ticks, "start", TIME),
    NAMED(jam_thread_record, end_ticks, "end", TIME),
    FIELD(jam_thread_record, start_routine, HEX),
    FIELD(jam_thread_record, pthread, HEX),
    NAMED(jam_thread_record, wait_ticks, "wait", DURATION),
    NAMED(jam_thread_record, blocked_others_ticks, "blocked_others", DURATION),
    FIELD(jam_thread_record, waits, NUMBER),
    FIELD(jam_thread_record, exit_held, NUMBER),
    END,
};

const struct jam_field jam_site_fields[] = {
    FIELD(jam_site, lock, NUMBER),
    FIELD(jam_site, stack, NUMBER),
    FIELD(jam_site, mode, MODE),
    FIELD(jam_site, acquisitions, NUMBER),
    FIELD(jam_site, releases, NUMBER),
    NAMED(jam_site, hold_ticks, "hold", DURATION),
    NAMED(jam_site, hold_max_ticks, "hold_max", DURATION),
    FIELD(jam_site, wait_ref, NUMBER),
    FIELD(jam_site, hold_histogram_ref, NUMBER),
    FIELD(jam_site, first_thread, NUMBER),
    FIELD(jam_site, last_thread, NUMBER),
    FIELD(jam_site, threads, NUMBER),
    END,
};

const struct jam_field jam_waits_fields[] = {
    FIELD(jam_wait_totals, contended, NUMBER),
    NAMED(jam_wait_totals, wait_ticks, "wait", DURATION),
    NAMED(jam_wait_totals, wait_max_ticks, "wait_max", DURATION),
    FIELD(jam_wait_totals, try_failures, NUMBER),
    FIELD(jam_wait_totals, timeouts, NUMBER),
    FIELD(jam_wait_totals, failures, NUMBER),
    FIELD(jam_wait_totals, holds_contended, NUMBER),
    NAMED(jam_wait_totals, hold_contended_ticks, "hold_contended", DURATION),
    END,
};

const struct jam_field jam_blame_fields[] = {
    FIELD(jam_blame, lock, NUMBER),
    FIELD(jam_blame, waiter_stack, NUMBER),
    FIELD(jam_blame, blocker_stack, NUMBER),
    FIELD(jam_blame, waiter_threads, NUMBER),
    FIELD(jam_blame, count, NUMBER),
    NAMED(jam_blame, wait_ticks, "wait", DURATION),
    NAMED(jam_blame, wait_max_ticks, "wait_max", DURATION),
    FIELD(jam_blame, last_waiter, NUMBER),
    FIELD(jam_blame, last_blocker, NUMBER),
    END,
};

const struct jam_field jam_dependency_fields[] = {
    FIELD(jam_dependency, lock, NUMBER),
    FIELD(jam_dependency, generation, NUMBER),
    FIELD(jam_dependency, stack, NUMBER),
    FIELD(jam_dependency, mode, MODE),
    FIELD(jam_dependency, flags, NUMBER),
    FIELD(jam_dependency, epoch, NUMBER),
    FIELD(jam_dependency, instances, NUMBER),
    FIELD(jam_dependency, partner, NUMBER),
    FIELD(jam_dependency, turns, NUMBER),
    FIELD(jam_dependency, held_count, NUMBER),
    NAMED(jam_dependency, first_ticks, "first", TIME),
    NAMED(jam_dependency, last_ticks, "last", TIME),
    END,
};

const struct jam_field jam_order_fields[] = {
    FIELD(jam_order, kind, NUMBER),
    FIELD(jam_order, lock, NUMBER),
    FIELD(jam_order, generation, NUMBER),
    FIELD(jam_order, thread, NUMBER),
    FIELD(jam_order, segment, NUMBER),
    FIELD(jam_order, other_thread, NUMBER),
    FIELD(jam_order, round, NUMBER),
    FIELD(jam_order, count, NUMBER),
    NAMED(jam_order, first_ticks, "first", TIME),
    NAMED(jam_order, last_ticks, "last", TIME),
    NAMED(jam_order, passed_ticks, "passed", TIME),
    END,
};

const struct jam_field jam_misuse_fields[] = {
    FIELD(jam_misuse, kind, NUMBER),
    FIELD(jam_misuse, other_kind, KIND),
    FIELD(jam_misuse, result, SIGNED),
    FIELD(jam_misuse, lock, NUMBER),
    FIELD(jam_misuse, generation, NUMBER),
    FIELD(jam_misuse, address, HEX),
    FIELD(jam_misuse, stack, NUMBER),
    FIELD(jam_misuse, thread, NUMBER),
    FIELD(jam_misuse, other_stack, NUMBER),
    FIELD(jam_misuse, other_thread, NUMBER),
    FIELD(jam_misuse, other_lock, NUMBER),
    FIELD(jam_misuse, call, NUMBER),
    FIELD(jam_misuse, count, NUMBER),
    NAMED(jam_misuse, blocked_ticks, "blocked", DURATION),
    NAMED(jam_misuse, first_ticks, "first", TIME),
    NAMED(jam_misuse, last_ticks, "last", TIME),
    END,
};

const struct jam_field jam_python_fields[] = {
    FIELD(jam_python_code, id, NUMBER),
    FIELD(jam_python_code, minor, NUMBER),
    FIELD(jam_python_code, first_line, NUMBER),
    FIELD(jam_python_code, lines_bytes, NUMBER),
    END,
};

const struct jam_field jam_retry_fields[] = {
    FIELD(jam_retry, lock, NUMBER),
    FIELD(jam_retry, generation, NUMBER),
    FIELD(jam_retry, stack, NUMBER),
    FIELD(jam_retry, thread, NUMBER),
    FIELD(jam_retry, held_lock, NUMBER),
    FIELD(jam_retry, held_stack, NUMBER),
    FIELD(jam_retry, failures, NUMBER),
    FIELD(jam_retry, streak, NUMBER),
    NAMED(jam_retry, streak_since_ticks, "streak_since", TIME),
    NAMED(jam_retry, last_ticks, "last", TIME),
    FIELD(jam_retry, longest, NUMBER),
    NAMED(jam_retry, longest_since_ticks, "longest_since", TIME),
    NAMED(jam_retry, longest_until_ticks, "longest_until", TIME),
    END,
};

const struct jam_field jam_lane_fields[] = {
    FIELD(jam_lane, number, NUMBER),
    FIELD(jam_lane, thread, NUMBER),
    FIELD(jam_lane, tid, NUMBER),
    FIELD(jam_lane, state, NUMBER),
    FIELD(jam_lane, events, NUMBER),
    FIELD(jam_lane, events_overwritten, NUMBER),
    FIELD(jam_lane, memo_hits, NUMBER),
    FIELD(jam_lane, memo_misses, NUMBER),
    FIELD(jam_lane, rules_learnt, NUMBER),
    FIELD(jam_lane, held_count, NUMBER),
    END,
};

const struct jam_field jam_wait_word_fields[] = {
    FIELD(jam_wait_word, sequence, NUMBER),
    FIELD(jam_wait_word, operation, NUMBER),
    FIELD(jam_wait_word, mode, MODE),
    FIELD(jam_wait_word, lock, NUMBER),
    FIELD(jam_wait_word, generation, NUMBER),
    FIELD(jam_wait_word, stack, NUMBER),
    FIELD(jam_wait_word, partner, NUMBER),
    NAMED(jam_wait_word, since_ticks, "since", TIME),
    FIELD(jam_wait_word, is_timed, NUMBER),
    FIELD(jam_wait_word, address, HEX),
    END,
};

const struct jam_field jam_held_fields[] = {
    FIELD(jam_held, lock, NUMBER),
    FIELD(jam_held, generation, NUMBER),
    FIELD(jam_held, stack, NUMBER),
    FIELD(jam_held, mode, MODE),
    FIELD(jam_held, flags, NUMBER),
    FIELD(jam_held, address, HEX),
    NAMED(jam_held, acquired_ticks, "acquired", TIME),
    END,
};

const struct jam_field jam_holder_fields[] = {
    FIELD(jam_holder_totals, stack, NUMBER),
    FIELD(jam_holder_totals, thread, NUMBER),
    NAMED(jam_holder_totals, held_ticks, "held", DURATION),
    NAMED(jam_holder_totals, last_ticks, "last", TIME),
    END,
};

static uint64_t load(const struct jam_field *field, const void *record)
{
    const unsigned char *at = (const unsigned char *)record + field->offset;
    uint64_t value = 0;
    memcpy(&value, at, field->bytes); /* little-endian, as the trace */
    return value;
}

static void print_field(const struct jam_field *field, uint64_t value,
                        const struct jam_timebase *base, FILE *out)
{
    switch (field->form) {
    case JAM_FIELD_NUMBER:
        fprintf(out, " %s=%" PRIu64, field->key, value);
        break;
    case JAM_FIELD_SIGNED:
        fprintf(out, " %s=%" PRId32, field->key, (int32_t)value);
        break;
    case JAM_FIELD_HEX:
        fprintf(out, " %s=0x%" PRIx64, field->key, value);
        break;
    case JAM_FIELD_TIME:
        fprintf(out, " %s_ns=%" PRIu64, field->key,
                value ? jam_timebase_since_start_ns(base, value) : 0);
        break;
    case JAM_FIELD_DURATION:
        fprintf(out, " %s_ns=%" PRIu64, field->key, jam_timebase_duration_ns(base, value));
        break;
    case JAM_FIELD_KIND:
        fprintf(out, " %s=%s", field->key, jam_lock_kind_name((uint16_t)value));
        break;
    case JAM_FIELD_MODE:
        fprintf(out, " %s=%s", field->key, value == JAM_SHARED ? "shared" : "exclusive");
        break;
    case JAM_FIELD_LIFE:
        fprintf(out, " %s=%" PRIu64 " is_dead=%d", field->key,
                value & ~(uint64_t)JAM_GENERATION_ENDED, (value & JAM_GENERATION_ENDED) != 0);
        break;
    }
}

void jam_fields_print(const struct jam_field *fields, const void *record,
                      const struct jam_timebase *base, FILE *out)
{
    for (; fields->key; fields++)
        print_field(fields, load(fields, record), base, out);
}

void jam_field_print_text(FILE *out, const char *key, const char *text, size_t length)
{
    char clean[TEXT_BYTES];
    jam_human_clean_bytes(text, length, clean, sizeof clean);
    fprintf(out, " %s=\"", key);
    for (const char *at = clean; *at; at++) {
        if (*at == '"' || *at == '\\')
            fputc('\\', out);
        fputc(*at, out);
    }
    fputc('"', out);
}
