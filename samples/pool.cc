// A C++ thread pool whose workers share one queue and one cache.
//
// std::mutex, std::shared_mutex and std::condition_variable reach the pthread functions, so they
// are recorded like any other lock, and static members are named as the source names them. What to
// look for in the report: `Pool::mu` (every job passes it twice), `Pool::wake` (idle workers),
// and `Pool::cache_mu`, where readers wait for the few writers.
//
// usage: pool [JOBS]
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

class Pool
{
  public:
    // Ready when every worker waits for its first job.
    explicit Pool(unsigned workers)
    {
        for (unsigned i = 0; i < workers; i++)
            threads.emplace_back(&Pool::work, this);
        std::unique_lock<std::mutex> lock(mu);
        ready.wait(lock, [this, workers] { return idle == workers; });
    }

    void submit(long job)
    {
        std::lock_guard<std::mutex> lock(mu);
        queue.push_back(job);
        wake.notify_one();
    }

    // Waits for the jobs that were submitted; returns the sum of their results.
    long finish()
    {
        {
            std::lock_guard<std::mutex> lock(mu);
            is_closed = true;
            wake.notify_all();
        }
        for (std::thread &thread : threads)
            thread.join();
        return sum;
    }

  private:
    static std::mutex mu;
    static std::condition_variable wake;
    static std::condition_variable ready;
    static std::shared_mutex cache_mu;

    std::vector<std::thread> threads;
    std::deque<long> queue;
    std::map<long, long> cache;
    unsigned idle = 0;
    bool is_closed = false;
    long sum = 0;

    bool take(long *job)
    {
        std::unique_lock<std::mutex> lock(mu);
        idle++;
        ready.notify_one();
        wake.wait(lock, [this] { return is_closed || !queue.empty(); });
        idle--;
        if (queue.empty())
            return false;
        *job = queue.front();
        queue.pop_front();
        return true;
    }

    bool find(long key, long *value)
    {
        std::shared_lock<std::shared_mutex> lock(cache_mu);
        auto entry = cache.find(key);
        if (entry == cache.end())
            return false;
        *value = entry->second;
        return true;
    }

    long compute(long key)
    {
        std::unique_lock<std::shared_mutex> lock(cache_mu);
        volatile long value = 0;
        for (long i = 0; i < 2000; i++)
            value = value + (key ^ i) % 7;
        return cache[key] = value;
    }

    void work()
    {
        long job, value;
        while (take(&job)) {
            if (!find(job, &value))
                value = compute(job);
            std::lock_guard<std::mutex> lock(mu);
            sum += value;
        }
    }
};

std::mutex Pool::mu;
std::condition_variable Pool::wake;
std::condition_variable Pool::ready;
std::shared_mutex Pool::cache_mu;

int main(int argc, char **argv)
{
    long jobs = argc > 1 ? std::atol(argv[1]) : 300000;
    Pool pool(4);

    for (long i = 0; i < jobs; i++)
        pool.submit(i % 997);
    std::printf("sum %ld\n", pool.finish());
    return 0;
}
