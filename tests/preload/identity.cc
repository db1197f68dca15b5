/*
 * Two mutexes in memory that is used again: each round has other objects at the same two addresses,
 * and takes them in the other order. No round is wrong; who takes both rounds' objects for the same
 * sees an inversion.
 *
 * usage: identity WHERE [LIBRARY]
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
#include <new>

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
    const std::map<std::string, int (*)()> places = {
        {"new", in_new},         {"sized", in_sized},      {"aligned", in_aligned},
        {"malloc", in_malloc},   {"large", in_large},      {"realloc", in_realloc},
        {"mapping", in_mapping}, {"replaced", in_replaced}};
    if (argc > 2)
        return in_library(argv[2]);
    auto found = places.find(argc > 1 ? argv[1] : "");
    return found == places.end() ? 2 : found->second();
}
