#!/usr/bin/env python3
"""Misuse: each kind is recorded where it happens, with what it contradicts, and look-alikes are not."""
import errno
import glob

from harness import equal, main, test
from preload_trace import Dump, recorded, target

MISUSES = target("misuses")
(UNLOCK_NOT_OWNER, UNLOCK_UNLOCKED, RELOCK, DESTROY_LOCKED, DESTROY_WAITED, USE_AFTER_DESTROY, _, EXIT_HOLDING,
 FORK_HOLDING, COND_UNLOCKED, TWO_MUTEXES, WAIT_HOLDING, TYPE_CONFUSION, INVALID, OVERPOST) = range(1, 16)

LANE_ENDED, LOSS_HELD, HELD_INHERITED, THREAD_ABSENT = 3, 7, 32, 32

# case: (kind, name of the lock, where, what libc answered, the other side's function and thread)
CASES = {
    "unlock_not_owner": (UNLOCK_NOT_OWNER, "mutex", "wrong", 0, "first", 1),
    "unlock_not_owner_checked": (UNLOCK_NOT_OWNER, "checking", "wrong", errno.EPERM, "first", 1),
    "unlock_unlocked": (UNLOCK_UNLOCKED, None, "wrong", 0, None, 0),
    "unlock_unlocked_rwlock": (UNLOCK_UNLOCKED, None, "wrong_rwlock", 0, None, 0),
    "unlock_not_owner_spin": (UNLOCK_NOT_OWNER, "spin", "wrong_spin", 0, "case_unlock_not_owner_spin", 1),
    "relock": (RELOCK, "mutex", "case_relock", -1, "first", 1),
    "relock_checked": (RELOCK, "checking", "wrong", errno.EDEADLK, "first", 1),
    "relock_rwlock": (RELOCK, "rwlock", "case_relock_rwlock", -1, "case_relock_rwlock", 1),
    "destroy_locked": (DESTROY_LOCKED, "mutex", "wrong", errno.EBUSY, "first", 1),
    "destroy_waited": (DESTROY_WAITED, "cond", "case_destroy_waited", 0, "wait_for_cond", 2),
    "use_after_destroy": (USE_AFTER_DESTROY, "mutex", "wrong", errno.EINVAL, "case_use_after_destroy", 1),
    "use_after_destroy_sem": (USE_AFTER_DESTROY, "sem", "wrong_sem", -1, "case_use_after_destroy_sem", 1),
    "overpost": (OVERPOST, "sem", "wrong_sem", 0, None, 1),
    "exit_return": (EXIT_HOLDING, "mutex", None, -1, "first", 2),
    "exit_pthread_exit": (EXIT_HOLDING, "mutex", None, -1, "first", 2),
    "exit_cancel": (EXIT_HOLDING, "mutex", None, -1, "first", 2),
    "fork_holding": (FORK_HOLDING, "mutex", "case_fork_holding", -1, "first", 2),
    "cond_unlocked": (COND_UNLOCKED, "cond", "case_cond_unlocked", -1, None, 0),
    "two_mutexes": (TWO_MUTEXES, "cond", "case_two_mutexes", -1, "wait_for_cond", 2),
    "wait_holding": (WAIT_HOLDING, "cond", "case_wait_holding", -1, "first", 1),
}
# Waiting while something is held is a fact of many innocent programs too.
INNOCENT = ("innocent_exit", "innocent_destroy", "innocent_errors", "innocent_robust", "innocent_unrecoverable", "innocent_fork")


def dump_of(case):
    recorded(MISUSES, case, output=f"{case}.jam")
    dump = Dump(f"{case}.jam")
    equal(dump.lost(), {}, case)
    return dump


def summary(dump, misuse):
    return (misuse["kind"], dump.locks[misuse["lock"]]["name"] if misuse["lock"] else None,
            dump.caller(misuse["stack"]), misuse["result"], dump.caller(misuse["other_stack"]),
            misuse["other_thread"])


@test
def each_misuse_is_recorded_with_both_sides():
    for case, expected in CASES.items():
        dump = dump_of(case)
        found = [summary(dump, misuse) for misuse in dump["misuse"]
                 if misuse["kind"] == expected[0] or misuse["kind"] != WAIT_HOLDING]
        equal(found, [expected], case)
        misuse = next(item for item in dump["misuse"] if item["kind"] == expected[0])
        assert misuse["count"] == 1 and misuse["address"] and misuse["first_ns"] == misuse["last_ns"] > 0, misuse


@test
def one_address_used_as_two_kinds():
    dump = dump_of("type_confusion")
    equal([(misuse["kind"], misuse["other_kind"], dump.caller(misuse["other_stack"])) for misuse in dump["misuse"]],
          [(TYPE_CONFUSION, "mutex", "case_type_confusion")])


@test
def arguments_that_libc_refuses():
    dump = dump_of("invalid")
    equal(sorted((misuse["kind"], misuse["result"], misuse["lock"] > 0) for misuse in dump["misuse"]),
          [(INVALID, errno.EINVAL, False), (INVALID, errno.EINVAL, True)])


@test
def what_looks_like_misuse_is_none():
    for case in INNOCENT:
        dump_of(case)
        for path in glob.glob(f"{case}.jam*"):
            found = [misuse for misuse in Dump(path)["misuse"] if misuse["kind"] != WAIT_HOLDING]
            equal(found, [], path)


def held_by_ended(dump):
    """(lock, thread) of each entry in the list of a lane whose thread is gone."""
    ended = {lane["number"] for lane in dump["lane"] if lane["state"] == LANE_ENDED}
    return [(entry["lock"], entry["thread"]) for entry in dump["held"] if entry["lane"] in ended]


@test
def what_ended_threads_hold_stays_readable():
    dump = dump_of("left_some")
    found = held_by_ended(dump)
    threads = {thread["id"]: thread for thread in dump["thread"]}
    # The last of them may still be in the queue.
    assert len(found) >= 98 and len(set(found)) == len(found), len(found)
    assert all(threads[thread]["exit_held"] == 1 for _, thread in found)
    equal(len([entry for entry in dump["held"] if entry["thread"] != 1]), 100)
    assert len(dump["lane"]) <= 104, len(dump["lane"])


@test
def lanes_of_ended_threads_are_bounded():
    recorded(MISUSES, "left_many", output="many.jam")
    dump = Dump("many.jam")
    equal(len(held_by_ended(dump)), 256)
    equal(set(dump.lost()), {LOSS_HELD})
    assert len(dump["lane"]) <= 262, len(dump["lane"])


@test
def a_child_knows_what_was_held_at_the_fork():
    dump_of("inherited")
    child = Dump(next(path for path in glob.glob("inherited.jam*") if path != "inherited.jam"))
    held = {child.locks[entry["lock"]]["name"]: entry for entry in child["held"]}
    equal(set(held), {"other", "mutex"})
    assert all(entry["flags"] & HELD_INHERITED for entry in held.values()), held
    equal((child.caller(held["other"]["stack"]), child.caller(held["mutex"]["stack"])), ("case_inherited", "first"))
    threads = {thread["id"]: thread for thread in child["thread"]}
    equal([threads[held[name]["thread"]]["flags"] & THREAD_ABSENT for name in ("other", "mutex")], [0, THREAD_ABSENT])
    equal([(lane["thread"], lane["state"]) for lane in child["lane"]],
          [(held["other"]["thread"], 1), (held["mutex"]["thread"], LANE_ENDED)])
    # Who waited in the child waited for the thread that is not there, under the lock that came along.
    equal([(child.caller(blame["waiter_stack"]), child.caller(blame["blocker_stack"]), blame["last_blocker"])
           for blame in child["blame"]], [("blocked_in_child", "first", held["mutex"]["thread"])])
    equal([dependency["held_count"] for dependency in child["dependency"]], [1])


main()
