/*
 * Exceptions through locked sections, and locks in destructors while the stack is unwound.
 *
 * usage: exceptions          prints the chains, as stacks does
 *        exceptions run      runs
 */
#include <cstdio>
#include <mutex>
#include <pthread.h>
#include <stdexcept>

#define FRAME __attribute__((noinline))

static std::mutex first, second, third;
static pthread_mutex_t in_destructor = PTHREAD_MUTEX_INITIALIZER;
static volatile int caught;

FRAME static void keep_frame()
{
    __asm__ volatile("" ::: "memory");
}

static const char *const chains[] = {
    "thrower middle outer run main",
    "middle outer run main",
    "outer run main",
    "Witness::note Witness::~Witness? middle? outer run main",
    "rethrower run main",
    "thrower rethrower run main",
    "in_handler rethrower run main",
    "Widget<int>::use run main",
    "Widget<char*>::use run main",
};

struct Witness {
    FRAME void note()
    {
        pthread_mutex_lock(&in_destructor);
        pthread_mutex_unlock(&in_destructor);
        keep_frame();
    }
    __attribute__((always_inline)) ~Witness()
    {
        note();
    }
};

FRAME static void thrower(int number)
{
    std::lock_guard<std::mutex> guard(first);
    if (number % 2)
        throw std::runtime_error("odd");
    keep_frame();
}

FRAME static void middle(int number)
{
    Witness witness;
    std::unique_lock<std::mutex> guard(second);
    thrower(number);
    keep_frame();
}

FRAME static void outer(int number)
{
    std::lock_guard<std::mutex> guard(third);
    middle(number);
    keep_frame();
}

FRAME static void in_handler()
{
    std::lock_guard<std::mutex> guard(second);
    keep_frame();
}

FRAME static void rethrower(int number)
{
    std::lock_guard<std::mutex> guard(third);
    try {
        thrower(number);
    } catch (...) {
        in_handler();
        throw;
    }
    keep_frame();
}

template <typename T> struct Widget {
    std::mutex mutex;
    FRAME void use()
    {
        std::lock_guard<std::mutex> guard(mutex);
        keep_frame();
    }
};

FRAME static void run(int number)
{
    static Widget<int> numbers;
    static Widget<char *> texts;
    for (auto function : {outer, rethrower}) {
        try {
            function(number);
        } catch (const std::exception &) {
            caught = caught + 1;
        }
    }
    numbers.use();
    texts.use();
    keep_frame();
}

int main(int argc, char **)
{
    for (const char *chain : chains)
        if (argc < 2)
            puts(chain);
    for (int i = 0; argc > 1 && i < 200; i++)
        run(i);
    return argc > 1 && caught != 200;
}
