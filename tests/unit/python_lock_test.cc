// Locks of Python programs by the frames that created them: a row a case.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "util_shim.h"

namespace
{

const char kThreading[] = "/usr/lib/python3.11/threading.py";
const char kQueue[] = "/opt/python/lib/python3.12/queue.py";
const char kApp[] = "/srv/app.py";

struct Case {
    std::vector<jam_python_place> places; // innermost first
    const char *source;
    const char *owner;
    const char *kind, *name;
    jam_python_made made = JAM_PYTHON_MADE_SOMETHING;
};

const Case cases[] = {
    // The program's own, by what they are assigned to.
    {{{"Pool.__init__", kApp, 4}},
     "    self.lock = threading.Lock()\n",
     nullptr,
     "python-lock",
     "Pool.lock"},
    {{{"__init__", kApp, 4}}, "    self.lock = Lock()\n", "Pool", "python-lock", "Pool.lock"},
    {{{"__init__", kApp, 4}}, "    self.lock = Lock()\n", nullptr, "python-lock", "self.lock"},
    {{{"make.<locals>.Pool.__init__", kApp, 4}},
     "self.lock: Lock = Lock()",
     nullptr,
     "python-lock",
     "Pool.lock"},
    {{{"<module>", kApp, 9}},
     "table_lock = threading.Lock()\n",
     nullptr,
     "python-lock",
     "table_lock"},
    {{{"Pool", kApp, 3}}, "    shared = Lock()\n", nullptr, "python-lock", "shared"},
    {{{"RLock", kThreading, 90}, {"<module>", kApp, 9}},
     "a.b = threading.RLock()",
     nullptr,
     "python-rlock",
     "a.b"},
    // No plain target: the place.
    {{{"f", kApp, 9}}, "locks = [Lock() for _ in range(4)]", nullptr, "python-lock", "locks"},
    {{{"f", kApp, 9}},
     "    return threading.Lock()",
     nullptr,
     "python-lock",
     "Lock made at f app.py:9"},
    {{{"f", kApp, 9}}, "if lock == Lock():", nullptr, "python-lock", "Lock made at f app.py:9"},
    {{{"f", kApp, 9}}, nullptr, nullptr, "python-lock", "Lock made at f app.py:9"},
    {{{nullptr, nullptr, 0}}, nullptr, nullptr, "python-lock", "Lock made at ? ?:0"},
    {{{"f", kApp, 9}}, "a = Lock(); b = Lock()", nullptr, "python-lock", "Lock made at f app.py:9"},
    {{{"RLock", kThreading, 90}, {"f", kApp, 9}},
     nullptr,
     nullptr,
     "python-rlock",
     "Lock made at f app.py:9"},
    // In the body of a class, and beside it.
    {{{"Pool", kApp, 3}}, "    lock = Lock()\n", "Pool", "python-lock", "Pool.lock"},
    {{{"make.<locals>.Pool", kApp, 3}},
     "        lock = Lock()\n",
     "Pool",
     "python-lock",
     "Pool.lock"},
    {{{"Pool.fill", kApp, 3}}, "        mine = Lock()\n", "Pool", "python-lock", "mine"},
    {{{"Condition.__init__", kThreading, 230}, {"Pool", kApp, 3}},
     "    full = Condition(LOCK)\n",
     "Pool",
     "python-lock",
     "Pool.full (Condition)"},
    // Parts of other objects.
    {{{"Condition.__init__", kThreading, 230},
      {"Event.__init__", kThreading, 570},
      {"Job.__init__", kApp, 7}},
     "  self.done = threading.Event()",
     nullptr,
     "python-lock",
     "Job.done (Event)"},
    {{{"Queue.__init__", kQueue, 35}, {"main", kApp, 7}},
     "  run(queue.Queue())",
     nullptr,
     "python-lock",
     "Queue made at main app.py:7"},
    {{{"__init__", "/usr/lib/python3.8/queue.py", 35}, {"main", kApp, 7}},
     "q = queue.Queue()",
     nullptr,
     "python-lock",
     "q (queue.py)"},
    {{{"RLock", kThreading, 90},
      {"Condition.__init__", kThreading, 230},
      {"Store.__init__", kApp, 7}},
     "  self.full = threading.Condition()",
     nullptr,
     "python-rlock",
     "Store.full (Condition)"},
    {{{"Condition.__init__", kThreading, 230},
      {"Future.__init__", "/usr/lib/python3.11/concurrent/futures/_base.py", 330},
      {"ThreadPoolExecutor.submit", "/usr/lib/python3.11/concurrent/futures/thread.py", 170},
      {"main", kApp, 7}},
     "answer = executor.submit(work)",
     nullptr,
     "python-lock",
     "Future made at main app.py:7"},
    {{{"RLock", kThreading, 90}, {"<module>", kThreading, 860}, {"<module>", kApp, 1}},
     "_active_limbo_lock = RLock()",
     nullptr,
     "python-rlock",
     "_active_limbo_lock"},
    {{{"SemLock.__init__", "/usr/lib/python3.11/multiprocessing/synchronize.py", 57},
      {"Lock.__init__", "/usr/lib/python3.11/multiprocessing/synchronize.py", 169},
      {"BaseContext.Lock", "/usr/lib/python3.11/multiprocessing/context.py", 68},
      {"main", kApp, 7}},
     "both = multiprocessing.Lock()",
     nullptr,
     "python-lock",
     "both"},
    // Waits, ends of threads, the interpreter's own.
    {{{"Condition.wait", kThreading, 320}, {"Event.wait", kThreading, 622}, {"run", kApp, 41}},
     "done.wait()",
     nullptr,
     "cond",
     "Event.wait in run app.py:41"},
    {{{"Condition.wait", kThreading, 320},
      {"Event.wait", kThreading, 622},
      {"Timer.run", kThreading, 1370},
      {"Thread._bootstrap_inner", kThreading, 1035},
      {"Thread._bootstrap", kThreading, 1000}},
     nullptr,
     nullptr,
     "cond",
     "Event.wait in Timer.run threading.py:1370"},
    {{{"Waiter.wait", kApp, 5}}, "self.mine = Lock()", nullptr, "python-lock", "Waiter.mine"},
    {{{"Thread._set_tstate_lock", kThreading, 1030}, {"Thread._bootstrap_inner", kThreading, 1035}},
     nullptr,
     nullptr,
     "thread",
     "end of a thread"},
    {{{"_ModuleLock.__init__", "<frozen importlib._bootstrap>", 72}, {"<module>", kApp, 1}},
     "import x",
     nullptr,
     "sem",
     "import lock"},
    {{{"__init__", "<frozen importlib._bootstrap>", 62}, {"<module>", kApp, 1}},
     "import x",
     nullptr,
     "sem",
     "import lock"},
    {{{"FileLoader.get_data", "<frozen importlib._bootstrap_external>", 1100},
      {"<module>", kApp, 1}},
     "import x",
     nullptr,
     "sem",
     "lock of the interpreter"},
    {{{"addpackage", "<frozen site>", 181}}, nullptr, nullptr, "sem", "lock of the interpreter"},
    {{{"load", kApp, 3}},
     "    with open(path) as file:",
     nullptr,
     "sem",
     "lock of the interpreter made at load app.py:3"},
    // What is known beyond the line.
    {{{"make", kApp, 3}},
     "    self.guard = make()\n",
     nullptr,
     "python-rlock",
     "self.guard",
     JAM_PYTHON_MADE_RLOCK},
    {{{"make", kApp, 3}},
     "    return RLock() if deep else Lock()\n",
     nullptr,
     "python-lock",
     "Lock made at make app.py:3",
     JAM_PYTHON_MADE_LOCK},
    {{{"main", kApp, 3}},
     "    print(queue.SimpleQueue().get())\n",
     nullptr,
     "sem",
     "wait in main app.py:3",
     JAM_PYTHON_MADE_WAIT},
    {{{"Condition.wait", kThreading, 320}, {"run", kApp, 41}},
     "changed.wait()",
     nullptr,
     "cond",
     "Condition.wait in run app.py:41",
     JAM_PYTHON_MADE_WAIT},
    // A file that only looks like the library's.
    {{{"wait", "/srv/threading.py", 3}, {"run", kApp, 4}},
     "x = Lock()",
     nullptr,
     "python-lock",
     "x"},
};

TEST(PythonLock, IsWhatItsCreatorMakesOfIt)
{
    for (const Case &test : cases) {
        jam_python_lock lock;
        const jam_python_creation creation{test.places.data(), test.places.size(), test.source, 0,
                                           test.owner,         test.made};
        jam_python_lock_describe(&lock, &creation);
        EXPECT_STREQ(lock.name, test.name);
        EXPECT_STREQ(jam_lock_kind_name(lock.kind), test.kind) << test.name;
    }
}

// The column is that of the bar, which is no part of the line.
TEST(PythonLock, IsTheTargetThatItsColumnBelongsTo)
{
    const struct {
        const char *line, *name;
    } lines[] = {
        {"    self.left, self.right = |Lock(), Lock()\n", "Pair.left"},
        {"    self.left, self.right = Lock(), |Lock()\n", "Pair.right"},
        {"a, b, c = (Lock(), make(1, 2), |Lock())\n", "c"},
        {"(a, b) = [Lock(), |Lock()]\n", "b"},
        {"a, b = |two(Lock)\n", "a"},
        {"a = Lock(); b = |Lock()\n", "b"},
        {"a = |Lock(); b = Lock()\n", "a"},
        {"x = 1; a, b = Lock(), |Lock()\n", "b"},
        {"locks[1], b = |Lock(), Lock()\n", "locks[1]"},
        {"a = b == |Lock()\n", "a"},
        {"f(a, b=|Lock())\n", "Lock made at Pair.__init__ app.py:4"},
        {"    def __init__(self): self._lock = |Lock()\n", "Pair._lock"},
        {"self.locks[key] = |Lock()\n", "Pair.locks[key]"},
        {"locks[self.a.b] = |Lock()\n", "locks[self.a.b]"},
        {"locks[key[0]] = |Lock()\n", "Lock made at Pair.__init__ app.py:4"},
    };
    const jam_python_place places[] = {{"Pair.__init__", kApp, 4}};
    for (const auto &test : lines) {
        std::string line = test.line;
        size_t column = line.find('|');
        line.erase(column, 1);
        jam_python_lock lock;
        const jam_python_creation creation{places,       1,
                                           line.c_str(), static_cast<unsigned>(column + 1),
                                           nullptr,      JAM_PYTHON_MADE_LOCK};
        jam_python_lock_describe(&lock, &creation);
        EXPECT_STREQ(lock.name, test.name) << test.line;
    }
}

TEST(PythonLock, WaitsForAConditionByTheNameThatItsLineUses)
{
    const struct {
        const char *line, *object;
    } lines[] = {
        {"            self.not_empty.wait()\n", "Buffer.not_empty"},
        {"while not items: has_items.wait(timeout=1)\n", "has_items"},
        {"    return self.full.wait_for(lambda: self.items)\n", "Buffer.full"},
        {"    self.conditions[0].wait()\n", ""},
        {"    wait(self.full)\n", ""},
        {nullptr, ""},
    };
    const jam_python_place places[] = {{"Condition.wait", kThreading, 320},
                                       {"Buffer.get", kApp, 9}};
    for (const auto &test : lines) {
        jam_python_lock lock;
        const jam_python_creation creation{places, 2,       test.line,
                                           0,      nullptr, JAM_PYTHON_MADE_SOMETHING};
        jam_python_lock_describe(&lock, &creation);
        EXPECT_STREQ(lock.object, test.object);
        EXPECT_STREQ(lock.name, "Condition.wait in Buffer.get app.py:9");
    }
}

TEST(PythonLock, SurvivesLongTexts)
{
    const std::string text(5000, 'x');
    const std::string source = "  self." + text + " = Lock()";
    const jam_python_place places[] = {{text.c_str(), kThreading, 1},
                                       {text.c_str(), text.c_str(), 2}};
    for (const char *line : {source.c_str(), static_cast<const char *>(nullptr)}) {
        jam_python_lock lock;
        const jam_python_creation creation{
            places, 2, line, 0, text.c_str(), JAM_PYTHON_MADE_SOMETHING};
        jam_python_lock_describe(&lock, &creation);
        EXPECT_LT(std::string(lock.name).size(), size_t{JAM_PYTHON_NAME_BYTES});
        EXPECT_FALSE(std::string(lock.name).empty());
    }
}

} // namespace
