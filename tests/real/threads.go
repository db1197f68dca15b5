// Goroutines under Go's own locks (futex), with the C library linked in by cgo.
package main

/*
#include <pthread.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int count;
static void add(void) { pthread_mutex_lock(&mutex); count++; pthread_mutex_unlock(&mutex); }
static int total(void) { return count; }
*/
import "C"
import (
	"fmt"
	"os/exec"
	"sync"
)

func main() {
	var mutex sync.Mutex
	var group sync.WaitGroup
	sum, messages := 0, make(chan int, 4)
	for n := 0; n < 16; n++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			for i := 0; i < 500; i++ {
				mutex.Lock()
				sum++
				mutex.Unlock()
				C.add()
			}
			messages <- n
		}(n)
	}
	received := 0
	for n := 0; n < 16; n++ {
		received += <-messages
	}
	group.Wait()
	output, err := exec.Command("echo", "child").Output()
	fmt.Print(sum, " ", int(C.total()), " ", received, " ", string(output), err, "\n")
}
