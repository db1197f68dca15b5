#!/usr/bin/env python3
"""Locks in memory that is used again are different locks, whoever gives the memory back."""
import glob
import os
import re

from harness import PRELOAD, TOP, Skip, equal, main, run, test
from preload_trace import Dump, target

IDENTITY = target("identity")
FREE_LOCKED = 7
HEAP = ("new", "sized", "aligned", "malloc", "large", "realloc")
MAPPED = ("mapping", "replaced")
STACK = ("frames", "calls", "threads", "stacks")
ALLOCATORS = ("libjemalloc.so.2", "libtcmalloc_minimal.so.4", "libmimalloc.so.2.0")


def edges(dump):
    """Pairs (held, wanted) of the dependencies; a lock is told by its record and generation."""
    return {(tuple(map(int, held.split(":")[0].split("."))), (dependency["lock"], dependency["generation"]))
            for dependency in dump["dependency"] for held in dependency["held"].split(",")}


def inversions(dump):
    found = edges(dump)
    return {(held, wanted) for held, wanted in found if (wanted, held) in found}


def recorded_dump(*arguments, preload=PRELOAD, program=IDENTITY):
    result = run(program, *arguments, env={"LD_PRELOAD": preload, "LOCKJAM_OUTPUT": "x.jam"})
    equal(result.returncode, 0, f"{arguments}: {result.stdout}{result.stderr}")
    return Dump("x.jam")


def check_place(*arguments, **how):
    dump = recorded_dump(*arguments, **how)
    assert edges(dump), "no dependency at all"
    equal(inversions(dump), set(), str(arguments))
    os.unlink("x.jam")


def find_library(name):
    found = glob.glob(f"/usr/lib/*/{name}")
    if not found:
        raise Skip(f"{name} is not installed")
    return found[0]


@test
def locks_in_heap_memory_end_with_it():
    for name in HEAP:
        check_place(name)


@test
def freeing_a_held_lock_is_misuse():
    dump = recorded_dump("held")
    equal([(misuse["kind"], dump.caller(misuse["stack"])) for misuse in dump["misuse"]],
          [(FREE_LOCKED, "in_held")])


@test
def locks_in_mapped_memory_end_with_it():
    for name in MAPPED:
        check_place(name)


@test
def locks_on_the_stack_end_with_their_frame():
    for name in STACK:
        check_place(name)


@test
def no_lock_of_a_frame_is_that_of_another():
    dump = recorded_dump("frames")
    locks = {lock for edge in edges(dump) for lock in edge}
    equal(len(locks), 4, str(edges(dump)))


@test
def a_lock_in_a_frame_that_goes_on_is_one():
    dump = recorded_dump("one-frame")
    equal(len(inversions(dump)), 2, str(edges(dump)))


@test
def locks_of_an_unloaded_library_end():
    check_place("library", target("libplugin_room.so"))


DELETES = """
extern "C" void inner() { delete new long(7); }
"""
NEEDS_IT = """
void inner(void);
void outer(void) { inner(); }
"""
LOADS = """
#include <dlfcn.h>
int main(void)
{
    void *library = dlopen("./libouter.so", RTLD_NOW | RTLD_LOCAL);
    void (*outer)(void) = library ? (void (*)(void))dlsym(library, "outer") : 0;
    if (outer)
        outer();
    return outer ? dlclose(library) : 1;
}
"""


def build(name, source, *flags):
    with open(name, "w", encoding="utf-8") as file:
        file.write(source)
    result = run("c++" if name.endswith(".cc") else "cc", name, "-Wl,--no-as-needed", *flags)
    if result.returncode:
        raise Skip(f"cannot be built: {result.stderr.splitlines()[-1]}")


@test
def a_library_that_only_a_library_needs_may_delete():
    build("inner.cc", DELETES, "-shared", "-fPIC", "-o", "libinner.so")
    build("outer.c", NEEDS_IT, "-shared", "-fPIC", "-o", "libouter.so", "-L.", "-linner", "-Wl,-rpath,$ORIGIN")
    build("loads.c", LOADS, "-o", "loads")
    equal(run("./loads", env={"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "x.jam"}).returncode, 0)


BRINGS_ITS_OWN = """
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
static char room[1 << 20] __attribute__((aligned(16)));
static size_t used;
static int state; /* 1: beginning, 2: has begun */
void *malloc(size_t bytes)
{
    unsigned seed;
    if (state == 1)
        _exit(3); /* would wait for itself */
    if (state == 0) {
        state = 1;
        syscall(SYS_getrandom, &seed, sizeof seed, 0);
        state = 2;
    }
    char *block = room + used;
    used += (bytes + 15) & ~(size_t)15;
    return used <= sizeof room ? block : NULL;
}
void *calloc(size_t count, size_t bytes) { return malloc(count * bytes); }
void *realloc(void *old, size_t bytes) { return old ? NULL : malloc(bytes); }
void free(void *block) { (void)block; }
void _ZdlPv(void *block) { (void)block; }
void _ZdaPvm(void *block, size_t bytes) { (void)block, (void)bytes; }
int main(void) { return malloc(1) == NULL; }
"""


@test
def an_allocator_in_the_program_may_call_us_while_it_begins():
    build("own.c", BRINGS_ITS_OWN, "-rdynamic", "-o", "own")
    equal(run("./own", env={"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "x.jam"}).returncode, 0)


@test
def a_sanitizer_may_look_its_functions_up_before_it_works():
    build("locks.c", """
#include <pthread.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
int main(void) { return pthread_mutex_lock(&mutex) || pthread_mutex_unlock(&mutex); }
""", "-fsanitize=thread", "-o", "locks")
    if run("./locks").returncode:
        raise Skip("ThreadSanitizer does not work here")
    equal(run("./locks", env={"LD_PRELOAD": PRELOAD, "LOCKJAM_OUTPUT": "x.jam"}).returncode, 0)


def check_allocator(name):
    library = find_library(name)
    for place in HEAP:
        check_place(place, preload=f"{PRELOAD}:{library}")


def check_linked_allocator(name):
    library = find_library(name)
    source = os.path.join(TOP, "tests", "preload", "identity.cc")
    result = run("c++", "-O1", "-g", "-pthread", "-fno-optimize-sibling-calls", "-o", "linked", source,
                 "-Wl,--no-as-needed", library)
    equal(result.returncode, 0, result.stderr)
    for place in HEAP:
        check_place(place, program="./linked")


def define(short, name):
    def preloaded():
        check_allocator(name)

    def linked():
        check_linked_allocator(name)

    preloaded.__name__ = f"locks_in_the_heap_of_{short}_end"
    linked.__name__ = f"locks_in_the_heap_of_a_linked_{short}_end"
    test(preloaded)
    test(linked)


for allocator in ALLOCATORS:
    define(re.match(r"lib([a-z]+)", allocator).group(1), allocator)

main()
