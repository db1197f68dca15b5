// Who waits for whom: guilty and innocent scripts for every kind of hang.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "hang_shim.h"

namespace
{

struct Case {
    const char *what, *script, *findings;
};

std::string judge(const char *script)
{
    char *text = jam_shim_hang(script);
    std::string result = text;
    free(text);
    return result;
}

void check(const Case *begin, const Case *end)
{
    for (const Case *test = begin; test != end; test++)
        EXPECT_EQ(judge(test->script), test->findings) << test->what << ": " << test->script;
}

#define CHECK_ALL(cases) check(std::begin(cases), std::end(cases))

TEST(Hang, LocksOfPython)
{
    const Case cases[] = {
        {"head on, and nobody else is left",
         "A is python; B is python; T1 holds A at 1; T1 waits B at 2; T2 holds B at 3; "
         "T2 waits A at 4; T3 joins T1",
         "deadlock confirmed: T1 holds A@1 wants B@2, T2 holds B@3 wants A@4"},
        {"another thread may release them, but never has",
         "A is python; B is python; T1 holds A at 1; T1 waits B at 2; T2 holds B at 3; "
         "T2 waits A at 4; T3 runs",
         "deadlock feasible: T1 holds A@1 wants B@2, T2 holds B@3 wants A@4"},
        {"an RLock is released by its owner alone",
         "A is python-rlock; B is python-rlock; T1 holds A at 1; T1 waits B at 2; T2 holds B at 3; "
         "T2 waits A at 4; T3 runs",
         "deadlock confirmed: T1 holds A@1 wants B@2, T2 holds B@3 wants A@4"},
        {"a chain behind a thread that goes on",
         "A is python; T1 waits A at 1; T2 holds A at 2; T2 runs", ""},
        {"of one that was left behind, somebody may release it",
         "A is python; T1 waits A at 1; T2 holds A at 2; T2 ended; T3 runs", ""},
        {"nobody may", "A is python; T1 waits A at 1; T2 holds A at 2; T2 ended",
         "orphaned-lock confirmed: T1 wants A@1 (T2 A@2)"},
        {"nobody is known to hold it", "A is python; T1 waits A; T2 runs", ""},
    };
    CHECK_ALL(cases);
}

TEST(Hang, CirclesOfLocks)
{
    const Case cases[] = {
        {"two mutexes", "T1 holds A at 1; T1 waits B at 2; T2 holds B at 3; T2 waits A at 4",
         "deadlock confirmed: T1 holds A@1 wants B@2, T2 holds B@3 wants A@4"},
        {"three",
         "T1 holds A at 1; T1 waits B at 2; T2 holds B at 3; T2 waits C at 4; T3 holds C at 5; "
         "T3 waits A at 6",
         "deadlock confirmed: T1 holds A@1 wants B@2, T2 holds B@3 wants C@4, T3 holds C@5 wants "
         "A@6"},
        {"others are busy",
         "T1 holds A at 1; T1 waits B at 2; T2 holds B at 3; T2 waits A at 4; T3 runs",
         "deadlock confirmed: T1 holds A@1 wants B@2, T2 holds B@3 wants A@4"},
        {"who waits behind it is no cause of its own",
         "T1 joins T2; T2 holds A at 1; T2 waits B at 2; T3 holds B at 3; T3 waits A at 4; "
         "T4 waits C with M; C is cond; T5 waits A at 5",
         "deadlock confirmed: T2 holds A@1 wants B@2, T3 holds B@3 wants A@4"},
        {"two circles",
         "T1 holds A at 1; T1 waits B at 2; T2 holds B at 3; T2 waits A at 4; "
         "T3 holds C at 5; T3 waits D at 6; T4 holds D at 7; T4 waits C at 8",
         "deadlock confirmed: T1 holds A@1 wants B@2, T2 holds B@3 wants A@4; "
         "deadlock confirmed: T3 holds C@5 wants D@6, T4 holds D@7 wants C@8"},
        {"a timed wait ends by itself", "T1 holds A; T1 waits B timed; T2 holds B; T2 waits A", ""},
        {"a chain behind a living holder",
         "T1 waits A; T2 holds A; T2 waits B; T3 holds B; T3 runs", ""},
        {"nobody is known to hold it", "T1 holds A; T1 waits B", ""},
        {"spin locks", "A is spin; B is spin; T1 holds A; T1 waits B; T2 holds B; T2 waits A",
         "deadlock confirmed: T1 holds A@0 wants B@0, T2 holds B@0 wants A@0"},
        {"a once and a mutex",
         "A is once; T1 holds A at 1; T1 waits B at 2; T2 holds B at 3; T2 waits A at 4",
         "deadlock confirmed: T1 holds A@1 wants B@2, T2 holds B@3 wants A@4"},
        {"joins", "T1 joins T2; T2 joins T3; T3 joins T1",
         "deadlock confirmed: T1 holds T1 wants T2, T2 holds T2 wants T3, T3 holds T3 wants T1"},
        {"a join under a lock", "T1 holds A at 1; T1 joins T2; T2 waits A at 2",
         "deadlock confirmed: T1 holds A@1 wants T2, T2 holds T2 wants A@2"},
        {"a join of a thread that ended", "T1 holds A; T1 joins T2; T2 ended", ""},
    };
    CHECK_ALL(cases);
}

TEST(Hang, OneThreadAlone)
{
    const Case cases[] = {
        {"its own mutex", "T1 holds A at 1; T1 waits A at 2; T2 runs",
         "self-deadlock confirmed: T1 holds A@1 wants A@2"},
        {"its own once", "A is once; T1 holds A at 1; T1 waits A at 2",
         "self-deadlock confirmed: T1 holds A@1 wants A@2"},
        {"an upgrade", "A is rwlock; T1 holds A shared at 1; T1 waits A at 2; T2 runs",
         "rwlock-upgrade confirmed: T1 holds A@1 wants A@2"},
        {"two upgrades are one defect",
         "A is rwlock; T1 holds A shared at 1; T1 waits A at 2; T2 holds A shared at 1; "
         "T2 waits A at 2",
         "rwlock-upgrade confirmed: T1 holds A@1 wants A@2, T2 holds A@1 wants A@2"},
        {"a timed upgrade", "A is rwlock; T1 holds A shared; T1 waits A timed", ""},
        {"a writer behind a living reader", "A is rwlock; T1 waits A; T2 holds A shared; T2 runs",
         ""},
    };
    CHECK_ALL(cases);
}

TEST(Hang, ReadersAndWriters)
{
    const Case cases[] = {
        {"a queued writer between two reads",
         "A is queue; T1 holds A shared at 1; T1 waits A shared at 2; T2 waits A at 3",
         "deadlock confirmed: T1 holds A@1 wants A@2, T2 holds A@3 wants A@3"},
        {"readers that pass writers",
         "A is rwlock; T1 holds A shared; T1 waits A shared; T2 waits A", ""},
        {"readers exclude a writer",
         "A is rwlock; B is rwlock; T1 holds A shared at 1; T1 waits B at 2; T2 holds B shared at "
         "3; "
         "T2 waits A at 4",
         "deadlock confirmed: T1 holds A@1 wants B@2, T2 holds B@3 wants A@4"},
        {"readers do not exclude readers",
         "A is rwlock; B is rwlock; T1 holds A shared; T1 waits B shared; T2 holds B shared; "
         "T2 waits A shared",
         ""},
        {"a writer needs all readers",
         "A is rwlock; T1 waits A at 1; T1 holds B at 2; T2 holds A shared at 3; T2 runs; "
         "T3 holds A shared at 4; T3 waits B at 5",
         "deadlock confirmed: T1 holds B@2 wants A@1, T3 holds A@4 wants B@5"},
    };
    CHECK_ALL(cases);
}

TEST(Hang, LocksOfTheDead)
{
    const Case cases[] = {
        {"one waiter", "T1 waits A at 1; T2 holds A at 2; T2 ended; T3 runs",
         "orphaned-lock confirmed: T1 wants A@1 (T2 A@2)"},
        {"many waiters", "T1 waits A at 1; T2 holds A at 2; T2 ended; T3 waits A at 1; T4 joins T3",
         "orphaned-lock confirmed: T1 wants A@1 (T2 A@2) x2"},
        {"a robust mutex goes on", "A is robust; T1 waits A; T2 holds A; T2 ended", ""},
        {"a timed wait", "T1 waits A timed; T2 holds A; T2 ended", ""},
        {"nobody wants it", "T1 runs; T2 holds A; T2 ended", ""},
        {"a condition wait that cannot get its mutex back",
         "C is cond; T1 waits C timed with M at 1; T2 holds M at 2; T2 ended; T3 runs",
         "orphaned-lock confirmed: T1 wants M@1 (T2 M@2)"},
    };
    CHECK_ALL(cases);
}

TEST(Hang, Events)
{
    const Case cases[] = {
        {"nobody left to signal", "C is cond; T1 waits C with M at 1",
         "stuck-wait confirmed: T1 wants C@1"},
        {"joined meanwhile", "C is cond; T1 waits C with M at 1; T2 joins T1; T3 ended",
         "stuck-wait confirmed: T1 wants C@1"},
        {"many wait for one event", "C is cond; T1 waits C with M at 1; T2 waits C with M at 1",
         "stuck-wait confirmed: T1 wants C@1 x2"},
        {"somebody runs", "C is cond; T1 waits C with M; T2 runs", ""},
        {"somebody will run", "C is cond; T1 waits C with M; T2 waits A timed", ""},
        {"somebody gets a lock soon",
         "C is cond; T1 waits C with M; T2 waits A; T3 holds A; T3 runs", ""},
        {"a timed wait", "C is cond; T1 waits C timed with M", ""},
        {"the signal came before",
         "C is cond; C signalled T2 at 7 since 4; T1 waits C with M at 1 since 5; T2 joins T1",
         "lost-wakeup confirmed: T1 wants C@1 (T2 C@7)"},
        {"the signal came before, and later ones were heard",
         "C is cond; C signalled T2 at 7 since 3; C woken T2 since 4; "
         "T1 waits C with M at 1 since 5; T2 joins T1",
         "stuck-wait confirmed: T1 wants C@1"},
        {"a semaphore", "S is sem; T1 waits S at 1; T2 ended",
         "stuck-wait confirmed: T1 wants S@1"},
        {"a semaphore, posted before",
         "S is sem; S woken T2 since 3; T1 waits S at 1 since 5; T2 ended",
         "stuck-wait confirmed: T1 wants S@1"},
        {"a semaphore, posted since: it has not run yet",
         "S is sem; S woken T2 since 7; T1 waits S at 1 since 5; T2 joins T1", ""},
        {"posted since, but two wait: the other one had it",
         "S is sem; S woken T3 since 7; T1 waits S at 1 since 5; T2 waits S at 1 since 6; T3 ended",
         "stuck-wait confirmed: T1 wants S@1 x2"},
        {"a semaphore that a handler may post", "S is sem; T1 waits S at 1; process has handlers",
         "stuck-wait weak: T1 wants S@1"},
        {"handlers signal no condition", "C is cond; T1 waits C with M at 1; process has handlers",
         "stuck-wait confirmed: T1 wants C@1"},
        {"a thread that we do not know", "C is cond; T1 waits C with M at 1; process has strangers",
         "stuck-wait weak: T1 wants C@1"},
        {"another process", "C is pshared; T1 waits C with M at 1",
         "stuck-wait weak: T1 wants C@1"},
        {"an end that is not known", "C is cond; T1 waits C with M at 1; process has doubts",
         "stuck-wait feasible: T1 wants C@1"},
        {"a futex", "F is futex; T1 waits F at 1; T2 joins T1",
         "stuck-wait confirmed: T1 wants F@1"},
        {"a futex that somebody may wake", "F is futex; T1 waits F; T2 runs", ""},
        {"an announced lock without a holder", "F is announced; T1 waits F; T2 joins T1", ""},
        {"a barrier", "B is barrier; T1 waits B at 1; T2 waits B at 1; T3 ended",
         "stuck-wait confirmed: T1 wants B@1 x2"},
        {"a barrier that others may reach", "B is barrier; T1 waits B; T2 runs", ""},
    };
    CHECK_ALL(cases);
}

TEST(Hang, EventsThatHaveComeShortlyBeforeTheEnd)
{
    const Case cases[] = {
        {"signalled since, nobody else ever waited: it has not run yet",
         "C is cond; C woken T2 since 7; T1 waits C with M at 1 since 5; T2 joins T1", ""},
        {"signalled since, and the process lives: it has slept on",
         "C is cond; C woken T2 since 7; T1 waits C with M at 1 since 5; T2 joins T1; process "
         "lives",
         "stuck-wait confirmed: T1 wants C@1"},
        {"signalled since, but two wait",
         "C is cond; C woken T3 since 7; T1 waits C with M at 1 since 5; "
         "T2 waits C with M at 1 since 6; T3 ended",
         "stuck-wait confirmed: T1 wants C@1 x2"},
        {"broadcast since: neither has run yet",
         "C is cond; C broadcast T3 since 7; T1 waits C with M at 1 since 5; "
         "T2 waits C with M at 1 since 6; T3 ended",
         ""},
        {"broadcast before one of them came",
         "C is cond; C broadcast T3 since 7; T1 waits C with M at 1 since 5; "
         "T2 waits C with M at 1 since 8; T3 ended",
         ""},
        {"broadcast before both of them came",
         "C is cond; C broadcast T3 since 4; T1 waits C with M at 1 since 5; "
         "T2 waits C with M at 1 since 6; T3 ended",
         "stuck-wait confirmed: T1 wants C@1 x2"},
        {"a barrier that has opened, and the next one",
         "B is barrier; C is barrier; B broadcast T2 since 7; T1 waits B at 1 since 5; "
         "T2 waits C at 2 since 8; T3 joins T1",
         ""},
        {"a barrier that opened before",
         "B is barrier; C is barrier; B broadcast T2 since 4; T1 waits B at 1 since 5; "
         "T2 waits C at 2 since 8; T3 joins T1",
         "stuck-wait confirmed: T1 wants B@1; stuck-wait confirmed: T2 wants C@2"},
    };
    CHECK_ALL(cases);
}

TEST(Hang, SharedWithOtherProcesses)
{
    const Case cases[] = {
        {"two mutexes",
         "A is shared-mutex; T1 holds A at 1; T1 waits B at 2; T2 holds B at 3; T2 waits A at 4",
         "deadlock feasible: T1 holds A@1 wants B@2, T2 holds B@3 wants A@4"},
        {"its own mutex", "A is shared-mutex; T1 holds A at 1; T1 waits A at 2",
         "self-deadlock feasible: T1 holds A@1 wants A@2"},
        {"of a thread that ended", "A is shared-mutex; T1 waits A at 1; T2 holds A at 2; T2 ended",
         "orphaned-lock feasible: T1 wants A@1 (T2 A@2)"},
        {"held by the process that forked this one",
         "A is shared-mutex; T1 waits A at 1; T2 holds A inherited at 2; T2 ended", ""},
        {"a copy of a lock that was held then",
         "T1 waits A at 1; T2 holds A inherited at 2; T2 ended",
         "orphaned-lock confirmed: T1 wants A@1 (T2 A@2)"},
        {"a barrier", "B is shared-barrier; T1 waits B at 1", "stuck-wait weak: T1 wants B@1"},
        {"semaphores as locks",
         "R is shared-locklike; S is locklike; T1 holds R at 1; T1 waits S at 2; T2 holds S at 3; "
         "T2 waits R at 4",
         "deadlock weak: T1 holds R@1 wants S@2, T2 holds S@3 wants R@4"},
    };
    CHECK_ALL(cases);
}

TEST(Hang, EventsUnderLocks)
{
    const Case cases[] = {
        {"a condition wait that keeps an outer lock",
         "C is cond; T1 holds A at 1; T1 waits C with M at 2; T2 waits A at 3",
         "deadlock confirmed: T1 holds A@1 wants C@2, T2 holds C@0 wants A@3"},
        {"it may still be woken", "C is cond; T1 holds A; T1 waits C with M; T2 waits A; T3 runs",
         ""},
        {"woken, and back to a mutex that is never free",
         "C is cond; T1 holds A at 1; T1 waits C with M at 2; T2 holds M at 3; T2 waits A at 4; "
         "T3 runs",
         "deadlock confirmed: T1 holds A@1 wants M@2, T2 holds M@3 wants A@4"},
        {"a timed one needs its mutex as well",
         "C is cond; T1 holds A at 1; T1 waits C timed with M at 2; T2 holds M at 3; T2 waits A at "
         "4",
         "deadlock confirmed: T1 holds A@1 wants M@2, T2 holds M@3 wants A@4"},
        {"a barrier under a lock",
         "B is barrier; T1 holds A at 1; T1 waits B at 2; T2 waits A at 3",
         "deadlock confirmed: T1 holds A@1 wants B@2, T2 holds B@0 wants A@3"},
        {"semaphores as locks",
         "R is locklike; S is locklike; T1 holds R at 1; T1 waits S at 2; T2 holds S at 3; "
         "T2 waits R at 4",
         "deadlock confirmed: T1 holds R@1 wants S@2, T2 holds S@3 wants R@4"},
        {"somebody else might post them",
         "R is locklike; S is locklike; T1 holds R at 1; T1 waits S at 2; T2 holds S at 3; "
         "T2 waits R at 4; T3 runs",
         ""},
        {"a stranger might post them",
         "R is locklike; S is locklike; T1 holds R at 1; T1 waits S at 2; T2 holds S at 3; "
         "T2 waits R at 4; process has strangers",
         "deadlock weak: T1 holds R@1 wants S@2, T2 holds S@3 wants R@4"},
        {"handlers do not post locks",
         "R is locklike; S is locklike; T1 holds R at 1; T1 waits S at 2; T2 holds S at 3; "
         "T2 waits R at 4; process has handlers",
         "deadlock confirmed: T1 holds R@1 wants S@2, T2 holds S@3 wants R@4"},
        {"a semaphore that its own thread took", "R is locklike; T1 holds R at 1; T1 waits R at 2",
         "self-deadlock confirmed: T1 holds R@1 wants R@2"},
        {"and a handler might post",
         "R is locklike; T1 holds R at 1; T1 waits R at 2; process has handlers",
         "self-deadlock weak: T1 holds R@1 wants R@2"},
        {"a semaphore that it took, given up by the preload",
         "S is sem; S taken T1 since 5; T1 waits S at 2 since 6; T2 ended",
         "self-deadlock confirmed: T1 holds S@0 wants S@2"},
        {"somebody posted it since",
         "S is sem; S taken T1 since 5; S woken T2 since 6; T1 waits S at 2 since 7; T2 ended",
         "stuck-wait confirmed: T1 wants S@2"},
        {"another thread took it",
         "S is sem; S taken T2 since 5; T1 waits S at 2 since 6; T2 ended",
         "stuck-wait confirmed: T1 wants S@2"},
        {"a living thread may post it",
         "S is sem; S taken T1 since 5; T1 waits S at 2 since 6; T2 runs", ""},
        {"one of two places is given back",
         "R is locklike; T1 waits R; T2 holds R; T2 waits A; T1 holds A; T3 holds R; T3 runs", ""},
    };
    CHECK_ALL(cases);
}

} // namespace
