/*
 * The primitives of the C++ library, each used an exact number of times.
 *
 * usage: primitives
 *
 * Prints lines "LOCK FIELD NUMBER", as totals.c does. What the library makes of futexes alone
 * (latch, barrier, counting_semaphore) is used as well: it must go on working.
 *
 * build-flags: -std=c++20
 */
#include <array>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <memory>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <stdexcept>
#include <thread>
#include <vector>

constexpr int THREADS = 4, TIMES = 500, ATTEMPTS = 3;

std::mutex plain, left, right, guard;
std::timed_mutex timed;
std::recursive_mutex recursive;
std::recursive_timed_mutex recursive_timed;
std::shared_mutex shared;
std::shared_timed_mutex shared_timed;
std::condition_variable changed;
std::once_flag first_flag, thrown_flag;

static int turn;     // under guard
static int waits;    // of changed, under guard
static long counter; // under plain
static int initialised, thrown;

static void say(const char *lock, const char *field, long number)
{
    std::printf("%s %s %ld\n", lock, field, number);
}

static void insist(bool is_right, const char *what)
{
    if (is_right)
        return;
    std::printf("wrong: %s\n", what);
    std::fflush(stdout);
    std::abort();
}

template <class Work> static void run_threads(Work work)
{
    std::vector<std::jthread> threads;
    for (int i = 0; i < THREADS; i++)
        threads.emplace_back(work, i);
}

static void take_all(int)
{
    using namespace std::chrono_literals;
    for (int i = 0; i < TIMES; i++) {
        {
            std::lock_guard lock(plain);
            counter++;
        }
        std::unique_lock by_limit(timed, 1000s);
        by_limit.unlock();
        std::scoped_lock twice(recursive);
        std::scoped_lock again(recursive);
        std::unique_lock both(recursive_timed, 1000s);
        {
            std::shared_lock reader(shared);
        }
        {
            std::unique_lock writer(shared_timed, 1000s);
        }
        std::shared_lock timed_reader(shared_timed, 1000s);
    }
}

// One thread: with several, std::lock gives back and tries again an unknown number of times.
static void take_pairs()
{
    for (int i = 0; i < TIMES; i++)
        std::scoped_lock both(left, right);
    std::lock_guard lock(left);
    std::jthread([] { insist(!left.try_lock(), "try_lock"); }).join();
}

static void take_turns(int mine)
{
    for (int i = 0; i < TIMES / 10; i++) {
        std::unique_lock lock(guard);
        while (turn != mine) {
            changed.wait(lock);
            waits++;
        }
        turn = (turn + 1) % THREADS;
        changed.notify_all();
    }
}

// --- onces: a thrown exception leaves them undone ---

static void throw_at_first()
{
    if (++thrown < ATTEMPTS)
        throw std::runtime_error("not yet");
}

static void try_once(int)
{
    for (;;) {
        try {
            std::call_once(thrown_flag, throw_at_first);
            return;
        } catch (const std::runtime_error &) {
            std::lock_guard lock(plain); // held by nobody, while an exception is handled
            counter++;
        }
    }
}

static void use_onces()
{
    run_threads([](int) { std::call_once(first_flag, [] { initialised++; }); });
    run_threads(try_once);
    insist(initialised == 1, "call_once");
    insist(thrown == ATTEMPTS, "call_once that throws");
}

// --- what passes by libc ---

static void use_futexes()
{
    std::latch latch(THREADS);
    std::barrier barrier(THREADS);
    std::counting_semaphore<2> semaphore(2);
    std::array<int, THREADS> steps{};
    run_threads([&](int mine) {
        latch.arrive_and_wait();
        for (int i = 0; i < TIMES; i++) {
            semaphore.acquire();
            steps[mine]++;
            semaphore.release();
            barrier.arrive_and_wait();
        }
    });
    for (int count : steps)
        insist(count == TIMES, "latch, barrier, counting_semaphore");
}

int main()
{
    run_threads(take_all);
    take_pairs();
    run_threads(take_turns);
    use_onces();
    use_futexes();
    const long each = static_cast<long>(THREADS) * TIMES, handled = ATTEMPTS - 1;
    insist(counter == each + handled, "lock_guard");
    say("plain", "acquisitions", each + handled);
    say("plain", "releases", each + handled);
    say("timed", "acquisitions", each);
    say("recursive", "acquisitions", 2 * each);
    say("recursive", "releases", each);
    say("recursive_timed", "releases", each);
    say("shared", "releases", each);
    say("shared_timed", "acquisitions", 2 * each);
    say("shared_timed", "releases", 2 * each);
    say("left", "acquisitions", TIMES + 1);
    say("left", "try_failures", 1);
    say("right", "acquisitions", TIMES);
    say("changed", "acquisitions", waits);
    say("guard", "acquisitions", THREADS * (TIMES / 10) + waits);
    say("first_flag", "releases", 1);
    say("thrown_flag", "releases", ATTEMPTS);
    return 0;
}
