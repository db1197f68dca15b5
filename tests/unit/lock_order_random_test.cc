/*
 * Random scripts, judged by the search and by a reference that tries all sequences of dependencies
 * and knows what comes before what from the script itself.
 */
#include <gtest/gtest.h>

#include <random>

#include "lock_script.h"

namespace
{

/* One acquire below others, as the reference sees it. */
struct Step {
    int thread;
    char wanted;
    bool is_shared, is_try;
    std::map<char, bool> held; /* lock: shared */
    std::set<size_t> before;   /* steps that surely come before */
};

/* Writes a script and, at the same time, the reference's view of it. */
class RandomScript
{
  public:
    explicit RandomScript(unsigned seed) : random(seed)
    {
        for (int i = 0; i < 80; i++)
            act();
    }

    std::string text = "kind A rwlock; kind B rwlock; ";
    std::vector<Step> steps;

  private:
    enum { THREADS = 4 };
    std::mt19937 random;
    std::map<char, bool> held[THREADS];
    std::vector<char> order[THREADS];
    std::set<size_t> known[THREADS];
    bool lives[THREADS] = {true};
    bool has_lived[THREADS] = {true};

    int pick(int below)
    {
        return static_cast<int>(random() % static_cast<unsigned>(below));
    }
    static std::string name(int thread)
    {
        return "T" + std::to_string(thread);
    }

    void act()
    {
        int thread = pick(THREADS), what = pick(40);
        if (!lives[thread])
            create(thread);
        else if (what == 0)
            join(thread, pick(THREADS));
        else if (what == 1)
            barrier(thread, pick(THREADS));
        else if (what < 20)
            unlock(thread);
        else
            lock(thread, static_cast<char>('A' + pick(5)));
    }

    void create(int thread)
    {
        int parent = pick(THREADS);
        if (has_lived[thread] || !lives[parent])
            return;
        lives[thread] = has_lived[thread] = true;
        known[thread] = known[parent];
        text += name(parent) + " create " + name(thread) + "; ";
    }

    void join(int thread, int other)
    {
        if (thread == other || other == 0 || !lives[other] || !held[thread].empty() ||
            !held[other].empty())
            return;
        lives[other] = false;
        known[thread].insert(known[other].begin(), known[other].end());
        text += name(thread) + " join " + name(other) + "; ";
    }

    void barrier(int thread, int other)
    {
        if (thread == other || !lives[other])
            return;
        known[thread].insert(known[other].begin(), known[other].end());
        known[other] = known[thread];
        text += "barrier " + name(thread) + " " + name(other) + "; ";
    }

    void unlock(int thread)
    {
        if (order[thread].empty())
            return;
        char last = order[thread].back();
        order[thread].pop_back();
        held[thread].erase(last);
        text += name(thread) + " unlock " + last + "; ";
    }

    void lock(int thread, char wanted)
    {
        bool is_shared = wanted <= 'B' && pick(2), is_try = pick(8) == 0;
        for (const auto &other : held)
            if (other.count(wanted))
                return;
        if (!held[thread].empty()) {
            steps.push_back({thread, wanted, is_shared, is_try, held[thread], known[thread]});
            known[thread].insert(steps.size() - 1);
        }
        held[thread][wanted] = is_shared;
        order[thread].push_back(wanted);
        text += name(thread) + (is_try ? " try" : " ") +
                (is_shared ? "read " : (is_try ? " " : "lock ")) + wanted + "; ";
    }
};

/* All sets of locks in which some threads can wait for each other. */
class Reference
{
  public:
    explicit Reference(const std::vector<Step> &all) : steps(all)
    {
        extend();
    }
    std::set<std::set<char>> cycles;

  private:
    const std::vector<Step> &steps;
    std::vector<size_t> path;

    static bool blocks(const Step &waiter, const Step &holder)
    {
        auto hold = holder.held.find(waiter.wanted);
        return hold != holder.held.end() && !waiter.is_try && !(waiter.is_shared && hold->second);
    }

    bool can_meet(size_t a, size_t b) const
    {
        const Step &left = steps[a], &right = steps[b];
        if (left.thread == right.thread || left.before.count(b) || right.before.count(a))
            return false;
        for (const auto &[lock, is_shared] : left.held) {
            auto other = right.held.find(lock);
            if (other != right.held.end() && !(is_shared && other->second))
                return false;
        }
        return true;
    }

    void extend()
    {
        for (size_t next = 0; next < steps.size(); next++) {
            bool fits = path.empty() || blocks(steps[path.back()], steps[next]);
            for (size_t known : path)
                fits = fits && can_meet(known, next);
            if (!fits)
                continue;
            path.push_back(next);
            if (path.size() > 1 && blocks(steps[next], steps[path.front()]))
                take();
            extend();
            path.pop_back();
        }
    }

    void take()
    {
        std::set<char> locks;
        for (size_t step : path)
            locks.insert(steps[step].wanted);
        cycles.insert(locks);
    }
};

std::set<std::set<char>> found_by_search(const std::string &result)
{
    std::set<std::set<char>> found;
    std::istringstream lines(result);
    for (std::string line; std::getline(lines, line);) {
        if (line.compare(0, 8, "feasible") != 0)
            continue;
        std::set<char> locks;
        std::istringstream words(line);
        std::string word;
        words >> word;
        while (words >> word)
            if (word.size() == 1)
                locks.insert(word[0]);
        found.insert(locks);
    }
    return found;
}

TEST(LockOrder, AgreesWithTheReference)
{
    size_t guilty = 0;
    for (unsigned seed = 1; seed <= 2000; seed++) {
        RandomScript script(seed);
        Reference reference(script.steps);
        std::string result = LockScript(script.text).result();
        auto found = found_by_search(result);
        std::set<char> expected_locks, found_locks;
        for (const auto &locks : found) {
            EXPECT_TRUE(reference.cycles.count(locks)) << script.text << "\n" << result;
            found_locks.insert(locks.begin(), locks.end());
        }
        for (const auto &locks : reference.cycles) {
            expected_locks.insert(locks.begin(), locks.end());
            EXPECT_TRUE(locks.size() > 2 || found.count(locks)) << script.text << "\n" << result;
        }
        EXPECT_EQ(expected_locks, found_locks) << script.text << "\n" << result;
        guilty += !reference.cycles.empty();
        if (HasFailure())
            return;
    }
    EXPECT_GT(guilty, 300u) << "scripts with something to find";
}

TEST(LockOrder, ADenseGraphEndsAndSaysSo)
{
    jam_shim_search *search = jam_shim_search_new();
    const uint32_t locks = 60, threads = 30;
    for (uint32_t i = 1; i <= locks; i++) {
        jam_shim_order_lock lock = {};
        lock.id = i;
        lock.generation = 1;
        lock.first_stack = 1000 + i;
        jam_shim_search_lock(search, &lock);
    }
    std::vector<jam_shim_use> held;
    for (uint32_t i = 0; i < locks * locks; i++) {
        uint32_t from = i / locks + 1, to = i % locks + 1;
        held = {{from, 1, 10, 0}};
        jam_shim_dependency dependency = {};
        dependency.wanted = {to, 1, 20, from < to ? 0u : static_cast<unsigned>(JAM_SHIM_TRY)};
        dependency.instances = 1;
        dependency.threads[0] = 1 + i % threads;
        dependency.held = held.data();
        dependency.held_count = 1;
        if (from != to)
            jam_shim_search_dependency(search, &dependency);
    }
    jam_shim_search_bound(search, 200000);
    size_t count = jam_shim_search_finish(search);
    ASSERT_NE(count, SIZE_MAX);
    for (size_t i = 0; i < count; i++)
        EXPECT_STREQ(jam_shim_search_found(search, i).filter, "try-lock");
    EXPECT_EQ(jam_shim_search_cut(search), 1u);
    EXPECT_GT(count + jam_shim_search_dropped_more(search), 0u);
    jam_shim_search_free(search);
}

TEST(LockOrder, LongRings)
{
    for (unsigned length : {2u, 3u, 5u, 17u, 64u, 200u}) {
        std::string script;
        for (unsigned i = 0; i < length; i++) {
            std::string thread = "T" + std::to_string(i);
            script += thread + " lock L" + std::to_string(i) + "; " + thread + " lock L" +
                      std::to_string((i + 1) % length) + "; ";
        }
        jam_shim_search *search = LockScript(script).feed();
        ASSERT_EQ(jam_shim_search_finish(search), 1u) << length;
        EXPECT_EQ(jam_shim_search_found(search, 0).edges, length);
        EXPECT_EQ(jam_shim_search_cut(search), 0u) << length;
        jam_shim_search_free(search);
    }
}

} // namespace
