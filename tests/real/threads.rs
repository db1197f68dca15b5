// Rust's own locks (made on the futex) beside a mutex of the C library.
use std::cell::UnsafeCell;
use std::sync::{mpsc, Arc, Barrier, Condvar, Mutex, RwLock};
use std::thread;

#[repr(C, align(8))]
struct CMutex(UnsafeCell<[u8; 40]>);
unsafe impl Sync for CMutex {}
extern "C" {
    fn pthread_mutex_lock(mutex: *mut u8) -> i32;
    fn pthread_mutex_unlock(mutex: *mut u8) -> i32;
}
static C_MUTEX: CMutex = CMutex(UnsafeCell::new([0; 40]));
static mut C_COUNT: u32 = 0;

fn count_under_c() {
    for _ in 0..1000 {
        unsafe {
            assert_eq!(pthread_mutex_lock(C_MUTEX.0.get() as *mut u8), 0);
            C_COUNT += 1;
            assert_eq!(pthread_mutex_unlock(C_MUTEX.0.get() as *mut u8), 0);
        }
    }
}

fn main() {
    let shared = Arc::new((Mutex::new(0u32), Condvar::new(), RwLock::new(0u32), Barrier::new(4)));
    let (sender, receiver) = mpsc::channel();
    let threads: Vec<_> = (0..4).map(|n| {
        let (shared, sender) = (shared.clone(), sender.clone());
        thread::Builder::new().name(format!("worker {n}")).spawn(move || {
            shared.3.wait();
            for _ in 0..1000 {
                *shared.0.lock().unwrap() += 1;
                *shared.2.write().unwrap() += 1;
            }
            count_under_c();
            shared.1.notify_all();
            sender.send(n).unwrap();
        }).unwrap()
    }).collect();
    drop(sender);
    let mut value = shared.0.lock().unwrap();
    while *value < 4000 {
        value = shared.1.wait_timeout(value, std::time::Duration::from_millis(20)).unwrap().0;
    }
    drop(value);
    let sum: u32 = receiver.iter().sum();
    for thread in threads {
        thread.join().unwrap();
    }
    let poisoned = thread::spawn(|| panic!("as planned")).join().is_err();
    println!("{} {} {} {} {}", shared.0.lock().unwrap(), shared.2.read().unwrap(), sum, unsafe { C_COUNT }, poisoned);
}
