// Locks in C++ objects, and a chain of calls that is inlined at every optimisation level.
#include "probe.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>

#define ALWAYS_INLINE __attribute__((always_inline)) inline

struct Uncopied {
};

class Pool : Uncopied
{
  public:
    static std::mutex mu;
    std::recursive_mutex own;
    std::condition_variable ready;

    __attribute__((noinline)) int take(int count)
    {
        static std::mutex ticket;
        PROBE_NAMED_DATA(ticket, "Pool::take(int)::ticket");
        probe_code("Pool::take(int):%d", __LINE__);
        return count + 1;
    }
};
std::mutex Pool::mu;

struct Derived : Pool {
    std::shared_mutex guard;
};

template <typename T> struct Registry {
    static T lock;
};
template <typename T> T Registry<T>::lock;

Pool pool;
namespace app
{
Derived derived[2];
std::array<std::mutex, 4> stripes;
} // namespace app
namespace
{
std::timed_mutex hidden;
}

// Not visible outside: gcc gives such functions no mangled name in the debug information, and with
// it go the parameters.
#ifdef __clang__
#define STEP "(anonymous namespace)::Worker::step()"
#else
#define STEP "(anonymous namespace)::Worker::step"
#endif

namespace
{
int worker_line;

struct Worker {
    ALWAYS_INLINE void step()
    {
        probe_code(STEP ":%d main:%d", __LINE__, worker_line);
    }
};
} // namespace

namespace deep
{
int middle_line, main_line; // where the calls are written that get inlined

ALWAYS_INLINE void inner()
{
    probe_code("deep::inner():%d deep::middle():%d main:%d", __LINE__, middle_line, main_line);
}

ALWAYS_INLINE void middle()
{
    middle_line = __LINE__ + 1;
    inner();
}
} // namespace deep

int main()
{
    probe_modules();
    PROBE_DATA(Pool::mu);
    PROBE_DATA(pool.own);
    PROBE_DATA(pool.ready);
    PROBE_DATA(app::derived[1].own);
    PROBE_DATA(app::derived[0].guard);
    PROBE_DATA(app::stripes[2]);
    PROBE_NAMED_DATA(hidden, "(anonymous namespace)::hidden");
    PROBE_NAMED_DATA(Registry<std::mutex>::lock, "Registry<std::mutex>::lock");
    deep::main_line = __LINE__ + 1;
    deep::middle();
    worker_line = __LINE__ + 1;
    Worker().step();
    return pool.take(1) == 2 ? 0 : 1;
}
