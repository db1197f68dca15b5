import java.util.concurrent.*;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.*;

/** Monitors, wait and notify, locks, pools, a little garbage to collect. */
public class Threads {
    private static int plain, locked;
    private static final Object monitor = new Object();
    private static final ReentrantLock lock = new ReentrantLock();
    private static final Condition grown = lock.newCondition();

    private static void work() {
        for (int i = 0; i < 20000; i++) {
            synchronized (monitor) {
                plain++;
                monitor.notifyAll();
            }
            lock.lock();
            try {
                locked++;
                grown.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        Thread[] threads = new Thread[6];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(Threads::work);
            threads[i].start();
        }
        synchronized (monitor) {
            while (plain < 6 * 20000) monitor.wait();
        }
        lock.lock();
        while (locked < 6 * 20000) grown.await();
        lock.unlock();
        ExecutorService pool = Executors.newFixedThreadPool(4);
        CountDownLatch latch = new CountDownLatch(200);
        AtomicLong sum = new AtomicLong();
        for (int i = 0; i < 200; i++) {
            final int n = i;
            pool.submit(() -> { sum.addAndGet(new byte[100000 + n].length); latch.countDown(); });
        }
        latch.await();
        pool.shutdown();
        System.out.println(plain + " " + locked + " " + sum + " " + pool.awaitTermination(5, TimeUnit.SECONDS));
    }
}
