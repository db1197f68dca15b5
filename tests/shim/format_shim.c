/* Lists the fields of the trace format and opens traces through the reader. */
#include "format_shim.h"

#include <stdio.h>

#include "trace/trace_file.h"
#include "trace_format.h"
#include "trace/trace_kind.h"
#include "trace/trace_record.h"

#define WHOLE(structure)                                                                           \
    {                                                                                              \
#structure, "", 0, sizeof(struct structure)                                                \
    }
#define OPEN(structure, field)                                                                     \
    {                                                                                              \
#structure, #field, offsetof(struct structure, field), 0                                   \
    }
#define FIELD(structure, field)                                                                    \
    {                                                                                              \
#structure, #field, offsetof(struct structure, field),                                     \
            sizeof(((struct structure *)0)->field)                                                 \
    }

const struct jam_format_field jam_format_fields[] = {
    WHOLE(jam_header),
    FIELD(jam_header, magic),
    FIELD(jam_header, version),
    FIELD(jam_header, oldest_reader),
    FIELD(jam_header, header_bytes),
    FIELD(jam_header, clock),
    FIELD(jam_header, machine),
    FIELD(jam_header, pid),
    FIELD(jam_header, parent_pid),
    FIELD(jam_header, event_mode),
    FIELD(jam_header, file_bytes),
    FIELD(jam_header, used_bytes),
    FIELD(jam_header, start_realtime_ns),
    FIELD(jam_header, process_start_jiffies),
    FIELD(jam_header, clock_first.ticks),
    FIELD(jam_header, clock_first.monotonic_ns),
    FIELD(jam_header, clock_last.ticks),
    FIELD(jam_header, clock_last.monotonic_ns),
    FIELD(jam_header, tick_hz_hint),
    FIELD(jam_header, max_ring_bytes),
    FIELD(jam_header, stack_depth_max),
    FIELD(jam_header, module_generation),
    FIELD(jam_header, ring_bytes),
    FIELD(jam_header, lost),
    FIELD(jam_header, threads_started),
    FIELD(jam_header, threads_retired),
    FIELD(jam_header, retired_wait_ticks),
    FIELD(jam_header, retired_blocked_others_ticks),
    FIELD(jam_header, retired_lifetime_ticks),
    FIELD(jam_header, run_id),
    FIELD(jam_header, end_kind),
    FIELD(jam_header, end_value),
    FIELD(jam_header, end_ticks),
    FIELD(jam_header, stacks_verified),
    FIELD(jam_header, stacks_disagreed),
    FIELD(jam_header, exec_count),
    FIELD(jam_header, epoch),
    WHOLE(jam_extent),
    FIELD(jam_extent, magic),
    FIELD(jam_extent, kind),
    FIELD(jam_extent, record_bytes),
    FIELD(jam_extent, bytes),
    FIELD(jam_extent, owner_lane),
    FIELD(jam_extent, first_id),
    FIELD(jam_extent, used_bytes),
    FIELD(jam_extent, ring_sequence),
    FIELD(jam_extent, ring_base_ticks),
    FIELD(jam_extent, ring_thread),
    FIELD(jam_extent, unused),
    FIELD(jam_extent, reserved),
    WHOLE(jam_string),
    FIELD(jam_string, key),
    FIELD(jam_string, length),
    OPEN(jam_string, text),
    WHOLE(jam_module),
    FIELD(jam_module, record_bytes),
    FIELD(jam_module, id),
    FIELD(jam_module, bias),
    FIELD(jam_module, start),
    FIELD(jam_module, end),
    FIELD(jam_module, seen_ticks),
    FIELD(jam_module, first_generation),
    FIELD(jam_module, last_generation),
    FIELD(jam_module, path_bytes),
    FIELD(jam_module, build_id_bytes),
    FIELD(jam_module, unused),
    FIELD(jam_module, build_id),
    OPEN(jam_module, path),
    WHOLE(jam_stack),
    FIELD(jam_stack, depth),
    FIELD(jam_stack, flags),
    FIELD(jam_stack, module_generation),
    FIELD(jam_stack, hash),
    FIELD(jam_stack, interrupted),
    FIELD(jam_stack, unused),
    OPEN(jam_stack, frames),
    WHOLE(jam_lock_record),
    FIELD(jam_lock_record, address),
    FIELD(jam_lock_record, generation),
    FIELD(jam_lock_record, kind),
    FIELD(jam_lock_record, flags),
    FIELD(jam_lock_record, partner),
    FIELD(jam_lock_record, id),
    FIELD(jam_lock_record, created_stack),
    FIELD(jam_lock_record, first_stack),
    FIELD(jam_lock_record, born_ticks),
    FIELD(jam_lock_record, name_string),
    FIELD(jam_lock_record, thread),
    FIELD(jam_lock_record, event_ticks),
    FIELD(jam_lock_record, event_thread),
    FIELD(jam_lock_record, unused),
    FIELD(jam_lock_record, max_waiters),
    FIELD(jam_lock_record, holders_ref),
    FIELD(jam_lock_record, wake_stack),
    FIELD(jam_lock_record, wake_thread),
    FIELD(jam_lock_record, wake_ticks),
    FIELD(jam_lock_record, owner_changes),
    FIELD(jam_lock_record, wakes),
    FIELD(jam_lock_record, destroyed_ticks),
    FIELD(jam_lock_record, waiters),
    FIELD(jam_lock_record, wake_flags),
    FIELD(jam_lock_record, handed_over_ticks),
    FIELD(jam_lock_record, first_thread),
    FIELD(jam_lock_record, value),
    FIELD(jam_lock_record, shared_ticks),
    FIELD(jam_lock_record, signal_stack),
    FIELD(jam_lock_record, signal_thread),
    FIELD(jam_lock_record, signal_ticks),
    FIELD(jam_lock_record, signals_missed),
    FIELD(jam_lock_record, destroyed_stack),
    FIELD(jam_lock_record, destroyed_thread),
    FIELD(jam_lock_record, signalled_generation),
    FIELD(jam_lock_record, unit_thread),
    FIELD(jam_lock_record, switches),
    WHOLE(jam_holder_totals),
    FIELD(jam_holder_totals, stack),
    FIELD(jam_holder_totals, thread),
    FIELD(jam_holder_totals, held_ticks),
    FIELD(jam_holder_totals, last_ticks),
    WHOLE(jam_holders),
    FIELD(jam_holders, last_stack),
    FIELD(jam_holders, last_thread),
    FIELD(jam_holders, lock),
    FIELD(jam_holders, unused),
    FIELD(jam_holders, holder),
    WHOLE(jam_thread_record),
    FIELD(jam_thread_record, id),
    FIELD(jam_thread_record, tid),
    FIELD(jam_thread_record, parent),
    FIELD(jam_thread_record, create_stack),
    FIELD(jam_thread_record, parent_segment),
    FIELD(jam_thread_record, joiner),
    FIELD(jam_thread_record, joiner_segment),
    FIELD(jam_thread_record, lane),
    FIELD(jam_thread_record, flags),
    FIELD(jam_thread_record, unused),
    FIELD(jam_thread_record, segment),
    FIELD(jam_thread_record, start_ticks),
    FIELD(jam_thread_record, end_ticks),
    FIELD(jam_thread_record, start_routine),
    FIELD(jam_thread_record, pthread),
    FIELD(jam_thread_record, wait_ticks),
    FIELD(jam_thread_record, blocked_others_ticks),
    FIELD(jam_thread_record, waits),
    FIELD(jam_thread_record, name),
    FIELD(jam_thread_record, exit_held),
    FIELD(jam_thread_record, unused2),
    FIELD(jam_thread_record, title),
    WHOLE(jam_wait_word),
    FIELD(jam_wait_word, sequence),
    FIELD(jam_wait_word, operation),
    FIELD(jam_wait_word, mode),
    FIELD(jam_wait_word, lock),
    FIELD(jam_wait_word, generation),
    FIELD(jam_wait_word, stack),
    FIELD(jam_wait_word, partner),
    FIELD(jam_wait_word, since_ticks),
    FIELD(jam_wait_word, is_timed),
    FIELD(jam_wait_word, address),
    FIELD(jam_wait_word, unused),
    WHOLE(jam_held),
    FIELD(jam_held, address),
    FIELD(jam_held, acquired_ticks),
    FIELD(jam_held, lock),
    FIELD(jam_held, stack),
    FIELD(jam_held, generation),
    FIELD(jam_held, mode),
    FIELD(jam_held, flags),
    WHOLE(jam_lane),
    FIELD(jam_lane, number),
    FIELD(jam_lane, thread),
    FIELD(jam_lane, tid),
    FIELD(jam_lane, state),
    FIELD(jam_lane, events),
    FIELD(jam_lane, events_overwritten),
    FIELD(jam_lane, memo_hits),
    FIELD(jam_lane, memo_misses),
    FIELD(jam_lane, rules_learnt),
    FIELD(jam_lane, unused),
    FIELD(jam_lane, wait),
    FIELD(jam_lane, held_count),
    FIELD(jam_lane, held_capacity),
    FIELD(jam_lane, held_offset),
    FIELD(jam_lane, unused2),
    WHOLE(jam_histogram),
    FIELD(jam_histogram, count),
    WHOLE(jam_wait_totals),
    FIELD(jam_wait_totals, contended),
    FIELD(jam_wait_totals, wait_ticks),
    FIELD(jam_wait_totals, wait_max_ticks),
    FIELD(jam_wait_totals, try_failures),
    FIELD(jam_wait_totals, timeouts),
    FIELD(jam_wait_totals, failures),
    FIELD(jam_wait_totals, holds_contended),
    FIELD(jam_wait_totals, hold_contended_ticks),
    FIELD(jam_wait_totals, wait),
    WHOLE(jam_site),
    FIELD(jam_site, lock),
    FIELD(jam_site, stack),
    FIELD(jam_site, mode),
    FIELD(jam_site, role),
    FIELD(jam_site, wait_ref),
    FIELD(jam_site, acquisitions),
    FIELD(jam_site, releases),
    FIELD(jam_site, hold_ticks),
    FIELD(jam_site, hold_max_ticks),
    FIELD(jam_site, hold_histogram_ref),
    FIELD(jam_site, first_thread),
    FIELD(jam_site, last_thread),
    FIELD(jam_site, threads),
    WHOLE(jam_blame),
    FIELD(jam_blame, lock),
    FIELD(jam_blame, waiter_stack),
    FIELD(jam_blame, blocker_stack),
    FIELD(jam_blame, waiter_threads),
    FIELD(jam_blame, count),
    FIELD(jam_blame, wait_ticks),
    FIELD(jam_blame, wait_max_ticks),
    FIELD(jam_blame, last_waiter),
    FIELD(jam_blame, last_blocker),
    FIELD(jam_blame, unused),
    WHOLE(jam_instance),
    FIELD(jam_instance, thread),
    FIELD(jam_instance, segment),
    WHOLE(jam_python_code),
    FIELD(jam_python_code, record_bytes),
    FIELD(jam_python_code, id),
    FIELD(jam_python_code, minor),
    FIELD(jam_python_code, name_bytes),
    FIELD(jam_python_code, first_line),
    FIELD(jam_python_code, file_bytes),
    FIELD(jam_python_code, unused),
    FIELD(jam_python_code, lines_bytes),
    OPEN(jam_python_code, text),
    WHOLE(jam_dependency_held),
    FIELD(jam_dependency_held, lock),
    FIELD(jam_dependency_held, generation),
    FIELD(jam_dependency_held, stack),
    FIELD(jam_dependency_held, mode),
    FIELD(jam_dependency_held, flags),
    WHOLE(jam_dependency),
    FIELD(jam_dependency, lock),
    FIELD(jam_dependency, generation),
    FIELD(jam_dependency, stack),
    FIELD(jam_dependency, mode),
    FIELD(jam_dependency, flags),
    FIELD(jam_dependency, held_count),
    FIELD(jam_dependency, turns),
    FIELD(jam_dependency, epoch),
    FIELD(jam_dependency, instances),
    FIELD(jam_dependency, partner),
    FIELD(jam_dependency, instance),
    FIELD(jam_dependency, first_ticks),
    FIELD(jam_dependency, last_ticks),
    OPEN(jam_dependency, held),
    WHOLE(jam_order),
    FIELD(jam_order, kind),
    FIELD(jam_order, unused),
    FIELD(jam_order, lock),
    FIELD(jam_order, generation),
    FIELD(jam_order, thread),
    FIELD(jam_order, segment),
    FIELD(jam_order, other_thread),
    FIELD(jam_order, round),
    FIELD(jam_order, count),
    FIELD(jam_order, first_ticks),
    FIELD(jam_order, last_ticks),
    FIELD(jam_order, passed_ticks),
    WHOLE(jam_misuse),
    FIELD(jam_misuse, kind),
    FIELD(jam_misuse, other_kind),
    FIELD(jam_misuse, result),
    FIELD(jam_misuse, lock),
    FIELD(jam_misuse, generation),
    FIELD(jam_misuse, stack),
    FIELD(jam_misuse, thread),
    FIELD(jam_misuse, other_stack),
    FIELD(jam_misuse, other_thread),
    FIELD(jam_misuse, other_lock),
    FIELD(jam_misuse, call),
    FIELD(jam_misuse, address),
    FIELD(jam_misuse, count),
    FIELD(jam_misuse, first_ticks),
    FIELD(jam_misuse, last_ticks),
    FIELD(jam_misuse, blocked_ticks),
    WHOLE(jam_retry),
    FIELD(jam_retry, lock),
    FIELD(jam_retry, generation),
    FIELD(jam_retry, stack),
    FIELD(jam_retry, thread),
    FIELD(jam_retry, held_lock),
    FIELD(jam_retry, held_stack),
    FIELD(jam_retry, failures),
    FIELD(jam_retry, streak),
    FIELD(jam_retry, streak_since_ticks),
    FIELD(jam_retry, last_ticks),
    FIELD(jam_retry, longest),
    FIELD(jam_retry, longest_since_ticks),
    FIELD(jam_retry, longest_until_ticks),
    WHOLE(jam_event),
    FIELD(jam_event, when_kind_flags),
    FIELD(jam_event, a),
    FIELD(jam_event, b),
};
const size_t jam_format_field_count = sizeof jam_format_fields / sizeof jam_format_fields[0];

struct jam_trace *jam_format_open(const char *path, char *error, size_t size)
{
    struct jam_trace *trace;
    struct jam_error reason = {0};
    jam_trace_open(&trace, path, &reason);
    snprintf(error, size, "%s", reason.text);
    return trace;
}

void jam_format_close(struct jam_trace *trace)
{
    jam_trace_close(trace);
}

const void *jam_format_record(struct jam_trace *trace, int kind, size_t index, uint64_t *offset)
{
    struct jam_cursor cursor;
    const void *record = NULL;
    *offset = 0;
    if (kind == 0)
        return index == 0 ? &trace->header : NULL;
    jam_cursor_start(&cursor, trace, (enum jam_extent_kind)kind);
    for (size_t i = 0; i <= index; i++)
        record = jam_cursor_next(&cursor);
    *offset = cursor.offset;
    return record;
}

const void *jam_format_extent(struct jam_trace *trace, size_t index, uint64_t *offset)
{
    if (index >= trace->extent_count)
        return NULL;
    *offset = trace->extents[index].offset;
    return &trace->extents[index].head;
}

const void *jam_format_held(struct jam_trace *trace, size_t index, uint64_t *offset)
{
    const struct jam_held *held;
    const struct jam_lane *lane = jam_format_record(trace, JAM_EXTENT_LANE, 0, offset);
    if (!lane || index >= jam_trace_held(trace, lane, &held))
        return NULL;
    *offset = lane->held_offset + index * sizeof *held;
    return &held[index];
}

const void *jam_format_stack(struct jam_trace *trace, uint32_t stack_ref)
{
    return jam_trace_stack(trace, stack_ref);
}

uint64_t jam_format_damage(const struct jam_trace *trace)
{
    return trace->damage.count + trace->missing;
}

const char *jam_format_kind_name(int kind)
{
    return jam_trace_kind_name((uint16_t)kind);
}
