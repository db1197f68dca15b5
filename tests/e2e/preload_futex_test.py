#!/usr/bin/env python3
"""Locks made on the futex: their waits are seen where they go through the function `syscall`."""
import shutil

from harness import Skip, equal, main, run, test
from preload_trace import Dump, recorded, target

FUTEXES, CXX = target("futexes"), target("futexes_cxx")

RUST = """
use std::sync::{Arc, Mutex};
use std::time::Duration;
fn asleep(tid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/self/task/{}/stat", tid)).map_or(false, |s| s.contains(") S "))
}
extern "C" { fn gettid() -> i32; }
#[inline(never)]
fn take(lock: &Mutex<i32>) -> i32 { *lock.lock().unwrap() }
fn main() {
    let lock = Arc::new(Mutex::new(1));
    let (sender, receiver) = std::sync::mpsc::channel();
    let held = lock.lock().unwrap();
    let other = lock.clone();
    let thread = std::thread::spawn(move || { sender.send(unsafe { gettid() }).unwrap(); take(&other) });
    let tid = receiver.recv().unwrap();
    while !asleep(tid) { std::thread::sleep(Duration::from_millis(1)); }
    drop(held);
    assert_eq!(thread.join().unwrap(), 1);
}
"""


def custom_locks(dump):
    return [lock for lock in dump["lock"] if lock["kind"] == "custom"]


def waits_of(dump, function):
    """Contended sites of custom locks below this function."""
    return [site for site in dump["site"]
            if any(function in frame for frame in dump.stack(site["stack"]))
            and dump.locks[site["lock"]]["kind"] == "custom"
            and dump.waits.get(site["wait_ref"], {}).get("contended", 0) > 0]


@test
def a_mutex_made_by_hand_shows_waiter_and_waker():
    recorded(FUTEXES, "mutex")
    dump = Dump("x.jam")
    sites = dump.sites(function="hand_lock", kind="custom")
    equal(len(sites), 1)
    waits = dump.waits[sites[0]["wait_ref"]]
    equal(waits["contended"], 1)
    assert waits["wait_ns"] > 0
    lock = dump.locks[sites[0]["lock"]]
    equal((dump.caller(lock["wake_stack"]), lock["wakes"]), ("hand_unlock", 1))
    equal([dump.caller(blame["blocker_stack"]) for blame in dump["blame"]
           if blame["lock"] == lock["id"]], ["hand_unlock"])
    equal([dump["dependency"]], [[]])


@test
def answers_and_errno_are_the_kernels():
    recorded(FUTEXES, "answers")
    dump = Dump("x.jam")
    equal(dump.total("timeouts", function="run_answers", kind="custom"), 1)
    equal(dump.total("contended", function="run_answers", kind="custom"), 0)
    equal(dump.lost(), {})


@test
def other_system_calls_pass_unchanged():
    equal(run(FUTEXES, "others").returncode, 0)
    recorded(FUTEXES, "others")


def check_cxx(name, function):
    recorded(CXX, name)
    dump = Dump("x.jam")
    found = waits_of(dump, function) or dump.sites(function=function, kind="sem")
    assert found, f"no wait below {function}: {dump['site']}"


@test
def atomic_waits_of_cxx20_are_seen():
    check_cxx("atomic", "wait_atomic")


@test
def latches_of_cxx20_are_seen():
    check_cxx("latch", "wait_latch")


@test
def semaphores_of_cxx20_are_seen():
    check_cxx("semaphore", "wait_semaphore")


@test
def mutexes_of_rust_are_seen():
    if not shutil.which("rustc"):
        raise Skip("no rustc")
    with open("locks.rs", "w", encoding="utf-8") as file:
        file.write(RUST)
    built = run("rustc", "-g", "-C", "opt-level=1", "-o", "locks", "locks.rs")
    if built.returncode:
        raise Skip(f"rustc does not work here: {built.stderr[-200:]}")
    recorded("./locks")
    dump = Dump("x.jam")
    found = waits_of(dump, "take")
    assert found, f"no wait below take: {[dump.stack(site['stack']) for site in dump['site']]}"
    wake = dump.locks[found[0]["lock"]]["wake_stack"]
    assert any("main" in frame for frame in dump.stack(wake)), dump.stack(wake)


main()
