/*
 * The annotation header in C++11, with <dlfcn.h> beside it and no standard library calls between.
 *
 * build-flags: -std=c++11
 */
#include "annotated.h"

#include <dlfcn.h>
#include <mutex>

static std::mutex mutex;
static home shared;

int main()
{
    lockjam_name(&mutex, "a mutex of C++");
    std::lock_guard<std::mutex> guard(mutex);
    home_lock(&shared);
    home_unlock(&shared);
    return dlsym(RTLD_DEFAULT, "no_such_symbol") != nullptr;
}
