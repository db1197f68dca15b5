#!/usr/bin/env python3
"""Orders by barriers and wakes, signals that met nobody, tries that failed."""
from harness import equal, main, test
from preload_trace import Dump, recorded, target

ORDERS = target("orders")
BARRIER, WAKE = 1, 2
ROUNDS_MAX = 1024
ORDERS_EXACT, OBJECTS = 32768, 70000


def dump_of(case):
    recorded(ORDERS, case, output=f"{case}.jam")
    dump = Dump(f"{case}.jam")
    equal(dump.lost(), {})
    dump.check_complete()
    return dump


def rounds_of(dump, thread):
    return [order for order in dump["order"] if order["thread"] == thread and order["kind"] == BARRIER]


@test
def a_barrier_orders_what_came_before_it():
    dump = dump_of("barrier")
    main_thread, other = rounds_of(dump, 1), rounds_of(dump, 2)
    for orders in (main_thread, other):
        equal([order["round"] for order in orders], [0, 1, 2])
        segments = [order["segment"] for order in orders]
        equal(segments, list(range(segments[0], segments[0] + 3)))
    # The thread's segments have gone on, so what follows the last round is not before it.
    records = {thread["id"]: thread for thread in dump["thread"]}
    equal(records[2]["segment"], other[-1]["segment"] + 1)


@test
def rounds_are_bounded():
    dump = dump_of("many_rounds")
    equal([len(rounds_of(dump, thread)) for thread in (1, 2)], [ROUNDS_MAX, ROUNDS_MAX])
    assert all(thread["segment"] < ROUNDS_MAX + 10 for thread in dump["thread"])


@test
def a_wake_orders_two_threads():
    wakes = [order for order in dump_of("cond")["order"] if order["kind"] == WAKE]
    equal([(order["thread"], order["other_thread"], order["count"]) for order in wakes], [(2, 1, 1)])


@test
def a_post_is_an_order_also_for_who_comes_later():
    dump = dump_of("post")
    wakes = [order for order in dump["order"] if order["kind"] == WAKE]
    equal([(order["thread"], order["other_thread"], order["count"]) for order in wakes], [(1, 2, 2)])
    equal(dump.locks[wakes[0]["lock"]]["signals_missed"], 2)


@test
def objects_that_come_and_go_share_orders_in_the_end():
    """Nothing is lost, although there are more of them than orders have room."""
    wakes = [order for order in dump_of("many_objects")["order"] if order["kind"] == WAKE]
    by_main = sorted(order["count"] for order in wakes if order["thread"] == 1)
    assert len(wakes) <= ORDERS_EXACT + 2, len(wakes)
    equal(by_main[:-1], [1] * (len(by_main) - 1))
    equal(sum(by_main), OBJECTS)


@test
def a_signal_that_nobody_waits_for_is_kept():
    dump = dump_of("missed")
    cond = next(lock for lock in dump["lock"] if lock["kind"] == "cond")
    equal((cond["signals_missed"], cond["wakes"], cond["signal_thread"]), (2, 0, 1))
    equal(dump.caller(cond["signal_stack"]), "signal_nobody")
    assert cond["signal_ns"] > 0
    equal((dump.caller(cond["destroyed_stack"]), cond["destroyed_thread"]), ("case_missed", 1))


@test
def tries_in_vain_make_streaks():
    dump = dump_of("retry")
    retries = {dump.caller(retry["stack"]): retry for retry in dump["retry"]}
    equal(set(retries), {"try_mutex", "case_retry"})
    equal(len(dump["retry"]), 2)
    tried = retries["try_mutex"]
    equal((tried["failures"], tried["longest"], tried["streak"]), (5, 5, 0))
    equal((dump.locks[tried["lock"]]["name"], dump.locks[tried["held_lock"]]["name"]), ("mutex", "other"))
    assert 0 < tried["longest_since_ns"] < tried["longest_until_ns"] == tried["last_ns"]
    # A timeout is a failed try as well; the success of another call ends its streak.
    equal((retries["case_retry"]["failures"], retries["case_retry"]["streak"]), (1, 0))


main()
