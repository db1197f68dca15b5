/*
 * Lock scripts: what threads do, one statement after the other, recorded as the preload would.
 *
 *      "T1 lock A; T1 lock B; T1 unlock B; T1 unlock A; T2 lock B; T2 lock A"
 *
 * Statements, separated by ";". T, U are threads, A, B locks; a name that was not seen before is a
 * new thread or mutex. Each statement is a call site of its own unless it ends in "@N".
 *
 *      kind A WORD             mutex rwlock rwlock-writer spin sem sem-lock once custom
 *      class A N               A was created at call site N
 *      T lock|write A          T read A          exclusively, shared
 *      T try|tryread A         got by a try
 *      T timed|timedread A     with a time limit
 *      T again A               a recursive lock once more
 *      T want|wantread A       asks and never gets it
 *      T unlock A              also of a lock that another thread holds: a hand-off
 *      T wait A                a condition wait gives A up and gets it back
 *      T init A                T destroy A       a life begins, ends
 *      T create U              T join U          T joining U (never comes back)
 *      barrier T U ...         all pass it together
 *      T wakes U               by a semaphore
 *      epoch
 *
 * result() lists the findings, one a line, sorted: "GRADE LOCKS", "GRADE/REASON LOCKS", or for what
 * was dropped "FILTER(EVIDENCE) LOCKS". LOCKS are the cycle's, in alphabetical order; "~T" is the
 * end of thread T. Kinds other than lock-order-inversion come before, as in
 * "rwlock-upgrade feasible A"; a count other than 1 behind, as in "feasible A B x3".
 */
#ifndef JAM_LOCK_SCRIPT_H
#define JAM_LOCK_SCRIPT_H

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "lock_order_shim.h"

class LockScript
{
  public:
    struct Held {
        std::string lock;
        jam_shim_use use;
    };
    struct Dependency {
        jam_shim_dependency record;
        std::vector<jam_shim_use> held;
    };

    explicit LockScript(const std::string &text)
    {
        std::istringstream statements(text);
        std::string statement;
        while (std::getline(statements, statement, ';'))
            run(statement);
    }

    /* Everything recorded so far, fed to a new search, which the caller frees. */
    jam_shim_search *feed() const
    {
        jam_shim_search *search = jam_shim_search_new();
        for (const auto &[name, lock] : locks)
            jam_shim_search_lock(search, &lock);
        for (const auto &[name, thread] : threads)
            jam_shim_search_thread(search, &thread.record);
        for (const auto &dependency : dependencies) {
            jam_shim_dependency record = dependency.record;
            record.held = dependency.held.data();
            record.held_count = dependency.held.size();
            jam_shim_search_dependency(search, &record);
        }
        for (const auto &pass : passes)
            jam_shim_search_barrier(search, pass[0], pass[1], pass[2], pass[3]);
        for (const auto &wake : wakes)
            jam_shim_search_wake(search, &wake);
        for (const auto &[user, use] : sites)
            jam_shim_search_site(search, &use, user);
        return search;
    }

    std::string result() const
    {
        jam_shim_search *search = feed();
        std::multiset<std::string> lines;
        size_t count = jam_shim_search_finish(search);
        for (size_t i = 0; i < count; i++)
            lines.insert(describe(jam_shim_search_found(search, i)));
        jam_shim_search_free(search);
        std::string text;
        for (const auto &line : lines)
            text += (text.empty() ? "" : "\n") + line;
        return text;
    }

    const std::vector<Dependency> &relation() const
    {
        return dependencies;
    }

  private:
    struct Thread {
        jam_shim_order_thread record;
        uint32_t segment;
        std::vector<Held> held;
    };

    std::map<std::string, jam_shim_order_lock> locks;
    std::map<uint32_t, std::string> lock_names;
    std::map<std::string, Thread> threads;
    std::vector<Dependency> dependencies;
    std::vector<std::vector<uint32_t>> passes;
    std::vector<jam_shim_wake> wakes;
    std::vector<std::pair<uint32_t, jam_shim_use>> sites;
    uint32_t epoch = 0, statement_count = 0, rounds = 0;
    uint64_t now = 1000;

    Thread &thread(const std::string &name)
    {
        auto [at, is_new] = threads.try_emplace(name);
        if (is_new) {
            uint32_t id = static_cast<uint32_t>(threads.size());
            at->second.record.id = id;
            at->second.record.start_ticks = now;
        }
        return at->second;
    }

    jam_shim_order_lock &lock(const std::string &name)
    {
        auto [at, is_new] = locks.try_emplace(name);
        if (is_new) {
            at->second.id = static_cast<uint32_t>(locks.size());
            at->second.generation = 1;
            at->second.born_ticks = now;
            lock_names[at->second.id] = name;
        }
        return at->second;
    }

    void touch(jam_shim_order_lock &used, uint32_t user, uint32_t stack)
    {
        if (!used.first_stack)
            used.first_stack = stack;
        if (!used.first_thread)
            used.first_thread = user;
        else if (used.first_thread != user && !used.shared_ticks)
            used.shared_ticks = now;
    }

    void depend(Thread &self, const jam_shim_use &wanted)
    {
        Dependency dependency = {};
        dependency.record.wanted = wanted;
        dependency.record.epoch = epoch;
        dependency.record.instances = 1;
        dependency.record.threads[0] = self.record.id;
        dependency.record.segments[0] = self.segment;
        dependency.record.first_ticks = dependency.record.last_ticks = now;
        for (const auto &held : self.held)
            dependency.held.push_back(held.use);
        dependencies.push_back(dependency);
    }

    void acquire(Thread &self, const std::string &name, unsigned how, uint32_t stack, bool gets_it)
    {
        jam_shim_order_lock &wanted = lock(name);
        bool is_alone = !wanted.first_thread || wanted.first_thread == self.record.id;
        if (is_alone && !wanted.shared_ticks)
            how |= JAM_SHIM_UNPUBLISHED;
        touch(wanted, self.record.id, stack);
        jam_shim_use use = {wanted.id, wanted.generation, stack, how};
        sites.emplace_back(self.record.id, use);
        if (!self.held.empty() && !(how & JAM_SHIM_REENTRY))
            depend(self, use);
        if (gets_it)
            self.held.push_back({name, use});
    }

    static bool drop(Thread &self, const std::string &name)
    {
        for (size_t i = self.held.size(); i-- > 0;)
            if (self.held[i].lock == name) {
                self.held.erase(self.held.begin() + static_cast<long>(i));
                return true;
            }
        return false;
    }

    void release(Thread &self, const std::string &name)
    {
        if (drop(self, name))
            return;
        lock(name).handed_over_ticks = now;
        for (auto &[other, thread] : threads)
            drop(thread, name);
    }

    void join(Thread &self, const std::string &other, uint32_t stack, bool comes_back)
    {
        jam_shim_order_lock &end = lock("~" + other);
        end.kind = JAM_SHIM_JOIN;
        end.thread = thread(other).record.id;
        if (!self.held.empty())
            depend(self, {end.id, end.generation, stack, 0});
        if (!comes_back)
            return;
        thread(other).record.joiner = self.record.id;
        thread(other).record.joiner_segment = ++self.segment;
    }

    void create(Thread &self, const std::string &other)
    {
        Thread &child = thread(other);
        child.record.parent = self.record.id;
        child.record.parent_segment = self.segment++;
    }

    void wake(Thread &self, const std::string &other)
    {
        Thread &woken = thread(other);
        jam_shim_order_lock &by = lock("semaphore");
        by.kind = JAM_SHIM_SEM;
        wakes.push_back({by.id, woken.record.id, woken.segment, self.record.id, now, now});
    }

    void pass_barrier(const std::vector<std::string> &words)
    {
        jam_shim_order_lock &barrier = lock("barrier");
        barrier.kind = JAM_SHIM_BARRIER;
        rounds++;
        for (size_t i = 1; i < words.size(); i++) {
            Thread &self = thread(words[i]);
            passes.push_back({barrier.id, rounds, self.record.id, self.segment++});
        }
    }

    void set_kind(const std::string &name, const std::string &kind)
    {
        static const std::map<std::string, jam_shim_kind> kinds = {
            {"mutex", JAM_SHIM_MUTEX},
            {"rwlock", JAM_SHIM_RWLOCK},
            {"rwlock-writer", JAM_SHIM_RWLOCK_PREFER_WRITER},
            {"spin", JAM_SHIM_SPIN},
            {"sem", JAM_SHIM_SEM},
            {"sem-lock", JAM_SHIM_SEM_LOCKLIKE},
            {"once", JAM_SHIM_ONCE},
            {"custom", JAM_SHIM_CUSTOM},
        };
        lock(name).kind = kinds.at(kind);
    }

    void end_life(const std::string &name)
    {
        jam_shim_order_lock &ended = lock(name);
        ended.generation++;
        ended.first_thread = 0;
        ended.shared_ticks = ended.handed_over_ticks = 0;
        ended.born_ticks = now;
    }

    void begin_life(const std::string &name, uint32_t by, uint32_t stack)
    {
        jam_shim_order_lock &begun = lock(name);
        begun.is_initialized = 1;
        begun.created_stack = begun.created_stack ? begun.created_stack : stack;
        begun.born_ticks = now;
        begun.first_thread = by;
    }

    bool run_acquire(Thread &self, const std::vector<std::string> &words, uint32_t stack)
    {
        static const std::map<std::string, unsigned> verbs = {
            {"lock", 0},
            {"write", 0},
            {"want", 0},
            {"read", JAM_SHIM_SHARED},
            {"wantread", JAM_SHIM_SHARED},
            {"try", JAM_SHIM_TRY},
            {"tryread", JAM_SHIM_TRY | JAM_SHIM_SHARED},
            {"timed", JAM_SHIM_TIMED},
            {"timedread", JAM_SHIM_TIMED | JAM_SHIM_SHARED},
            {"again", JAM_SHIM_REENTRY},
        };
        auto verb = verbs.find(words[1]);
        if (verb == verbs.end())
            return false;
        acquire(self, words[2], verb->second, stack, words[1].compare(0, 4, "want") != 0);
        return true;
    }

    void run_thread(const std::vector<std::string> &words, uint32_t stack)
    {
        Thread &self = thread(words[0]);
        const std::string &verb = words[1], &object = words[2];
        if (run_acquire(self, words, stack))
            return;
        if (verb == "unlock") {
            release(self, object);
        } else if (verb == "wait") {
            drop(self, object);
            acquire(self, object, JAM_SHIM_REACQUIRED, stack, true);
        } else if (verb == "create") {
            create(self, object);
        } else if (verb == "join" || verb == "joining") {
            join(self, object, stack, verb == "join");
        } else if (verb == "wakes") {
            wake(self, object);
        } else if (verb == "init") {
            begin_life(object, self.record.id, stack);
        } else if (verb == "destroy") {
            end_life(object);
        } else {
            throw std::invalid_argument(verb);
        }
    }

    void run(const std::string &statement)
    {
        std::istringstream stream(statement);
        std::vector<std::string> words;
        uint32_t stack = ++statement_count;
        for (std::string word; stream >> word;) {
            if (word[0] == '@')
                stack = 100000 + static_cast<uint32_t>(std::stoul(word.substr(1)));
            else
                words.push_back(word);
        }
        now += 10;
        if (words.empty())
            return;
        if (words[0] == "epoch")
            epoch++;
        else if (words[0] == "barrier")
            pass_barrier(words);
        else if (words[0] == "kind")
            set_kind(words[1], words[2]);
        else if (words[0] == "class")
            lock(words[1]).created_stack = 200000 + static_cast<uint32_t>(std::stoul(words[2]));
        else
            run_thread(words, stack);
    }

    std::string name_of(uint32_t id) const
    {
        auto at = lock_names.find(id);
        return at == lock_names.end() ? "?" : at->second;
    }

    std::string evidence(const jam_shim_found &found) const
    {
        if (found.evidence_lock)
            return "(" + name_of(found.evidence_lock) + ")";
        for (const auto &[name, thread] : threads)
            if (thread.record.id == found.evidence_thread)
                return "(" + name + ")";
        return "";
    }

    std::string describe(const jam_shim_found &found) const
    {
        std::string kind = found.kind, text = kind == "lock-order-inversion" ? "" : kind + " ";
        std::string filter = found.filter, reason = found.reason;
        if (!filter.empty())
            text += filter + evidence(found);
        else
            text += found.grade + (reason.empty() ? "" : "/" + reason + evidence(found));
        std::set<std::string> names;
        for (size_t i = 0; i < found.edges; i++)
            names.insert(name_of(found.holds[i]));
        for (const auto &name : names)
            text += " " + name;
        return found.count == 1 ? text : text + " x" + std::to_string(found.count);
    }
};

#endif
