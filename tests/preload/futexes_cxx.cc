/*
 * C++20's waits: each is waited for by one thread and ended by main when that thread sleeps.
 *
 * usage: futexes_cxx atomic | latch | semaphore
 *
 * build-flags: -std=c++20 -fno-optimize-sibling-calls
 */
#include "asleep.h"

#include <atomic>
#include <functional>
#include <latch>
#include <map>
#include <semaphore>
#include <string>
#include <thread>

static int sleeper;
static std::atomic<int> value{0};
static std::latch latch(1);
static std::counting_semaphore<4> semaphore(0);

__attribute__((noinline)) static void wait_atomic()
{
    value.wait(0);
}

__attribute__((noinline)) static void wait_latch()
{
    latch.wait();
}

__attribute__((noinline)) static void wait_semaphore()
{
    semaphore.acquire();
}

static void wake_atomic()
{
    value = 1;
    value.notify_one();
}

static void meet(void (*wait)(), const std::function<void()> &wake)
{
    std::thread thread([wait] {
        about_to_sleep(&sleeper);
        wait();
    });
    await_sleep(&sleeper);
    wake();
    thread.join();
}

int main(int argc, char **argv)
{
    const std::map<std::string, std::function<void()>> cases = {
        {"atomic", [] { meet(wait_atomic, wake_atomic); }},
        {"latch", [] { meet(wait_latch, [] { latch.count_down(); }); }},
        {"semaphore", [] { meet(wait_semaphore, [] { semaphore.release(); }); }}};
    auto found = cases.find(argc > 1 ? argv[1] : "");
    if (found == cases.end())
        return 2;
    found->second();
    return 0;
}
