/*
 * Two mutexes in memory that is used again: each round has other objects at the same two addresses,
 * and takes them in the other order. No round is wrong; who takes both rounds' objects for the same
 * sees an inversion.
 *
 * usage: identity WHERE [LIBRARY]
 *
 * build-flags: -fno-optimize-sibling-calls
 *
 * Ends with 0 if addresses were used again, with 3 if they never were.
 */
#include <dlfcn.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <memory>
#include <new>
#include <thread>

struct Pair {
    std::mutex a;
    char between[80];
    std::mutex b;
};

__attribute__((noinline)) static void round_of(Pair *pair, bool is_reversed)
{
    std::lock_guard<std::mutex> outer(is_reversed ? pair->b : pair->a);
    std::lock_guard<std::mutex> inner(is_reversed ? pair->a : pair->b);
}

/* One round after the other, until an address has been used in both orders. */
static int rounds(const std::function<void *()> &take, const std::function<void(void *)> &give)
{
    std::map<void *, bool> orders;
    for (int i = 0; i < 10000; i++) {
        bool is_reversed = i & 1;
        void *memory = take();
        auto found = orders.find(memory);
        bool is_again = found != orders.end() && found->second != is_reversed;
        orders.emplace(memory, is_reversed);
        round_of(new (memory) Pair, is_reversed);
        give(memory);
        if (is_again)
            return 0;
    }
    return 3;
}

static int in_new()
{
    return rounds([] { return operator new(sizeof(Pair)); },
                  [](void *memory) { operator delete(memory); });
}

static int in_sized()
{
    return rounds([] { return operator new(sizeof(Pair)); },
                  [](void *memory) { operator delete(memory, sizeof(Pair)); });
}

static int in_aligned()
{
    constexpr auto alignment = std::align_val_t(128);
    return rounds([] { return operator new(sizeof(Pair), alignment); },
                  [](void *memory) { operator delete(memory, alignment); });
}

static int in_malloc()
{
    return rounds([] { return malloc(sizeof(Pair)); }, free);
}

/* Wrong: the memory goes while the lock in it is held. */
static int in_held()
{
    void *memory = malloc(sizeof(Pair));
    (new (memory) Pair)->a.lock();
    free(memory);
    return 0;
}

/* The block moves away; the room that it leaves is taken again. */
static int in_realloc()
{
    return rounds([] { return malloc(sizeof(Pair)); },
                  [](void *memory) { free(realloc(memory, 100 * sizeof(Pair))); });
}

/* The pair lies far behind the beginning of its block. */
static int in_large()
{
    static const size_t far = 40000;
    return rounds([] { return static_cast<char *>(malloc(far + sizeof(Pair))) + far; },
                  [](void *memory) { free(static_cast<char *>(memory) - far); });
}

/* --- on the stack --- */

static void *stack_seen[2];

__attribute__((noinline)) static void frame_of_first()
{
    Pair pair;
    stack_seen[0] = &pair;
    round_of(&pair, false);
}

__attribute__((noinline)) static void frame_of_second()
{
    Pair pair;
    stack_seen[1] = &pair;
    round_of(&pair, true);
}

static int in_frames()
{
    frame_of_first();
    frame_of_second();
    return stack_seen[0] == stack_seen[1] ? 0 : 3;
}

/* The same function, called from two places. */
__attribute__((noinline)) static void frame_of_both(bool is_reversed)
{
    Pair pair;
    stack_seen[is_reversed] = &pair;
    round_of(&pair, is_reversed);
}

static int in_calls()
{
    frame_of_both(false);
    frame_of_both(true);
    return stack_seen[0] == stack_seen[1] ? 0 : 3;
}

/* Only another thread uses what lies in the frame. */
__attribute__((noinline)) static void frame_of_owner(bool is_reversed)
{
    Pair pair;
    stack_seen[is_reversed] = &pair;
    std::thread(round_of, &pair, is_reversed).join();
}

static int in_threads()
{
    frame_of_owner(false);
    frame_of_owner(true);
    return stack_seen[0] == stack_seen[1] ? 0 : 3;
}

/* A thread's stack is given to the next thread. */
static int in_stacks()
{
    std::thread(frame_of_first).join();
    std::thread(frame_of_second).join();
    return stack_seen[0] == stack_seen[1] ? 0 : 3;
}

/* One frame that goes on: it is the same pair all the time, and its orders belong together. */
static int in_one_frame()
{
    Pair pair;
    for (int i = 0; i < 100; i++) {
        std::unique_ptr<std::mutex> other(new std::mutex);
        std::lock_guard<std::mutex> guard(*other);
        round_of(&pair, i & 1);
    }
    return 0;
}

static void *map_pages(void *at, int flags)
{
    return mmap(at, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

static int in_mapping()
{
    return rounds([] { return map_pages(nullptr, 0); }, [](void *memory) { munmap(memory, 8192); });
}

static int in_replaced()
{
    static void *pages = map_pages(nullptr, 0);
    return rounds([] { return pages; }, [](void *memory) { map_pages(memory, MAP_FIXED); });
}

static int in_library(const char *path)
{
    void *library = nullptr;
    return rounds(
        [&] {
            library = dlopen(path, RTLD_NOW);
            return library ? dlsym(library, "plugin_room") : nullptr;
        },
        [&](void *) { dlclose(library); });
}

int main(int argc, char **argv)
{
    const std::map<std::string, int (*)()> places = {{"new", in_new},
                                                     {"sized", in_sized},
                                                     {"aligned", in_aligned},
                                                     {"malloc", in_malloc},
                                                     {"large", in_large},
                                                     {"realloc", in_realloc},
                                                     {"mapping", in_mapping},
                                                     {"replaced", in_replaced},
                                                     {"frames", in_frames},
                                                     {"calls", in_calls},
                                                     {"threads", in_threads},
                                                     {"stacks", in_stacks},
                                                     {"one-frame", in_one_frame},
                                                     {"held", in_held}};
    if (argc > 2)
        return in_library(argv[2]);
    auto found = places.find(argc > 1 ? argv[1] : "");
    return found == places.end() ? 2 : found->second();
}
