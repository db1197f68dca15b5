/* The cases of hooks.c for names that libc keeps for old binaries: they cannot be linked to. */
#ifndef HOOKS_OLD_H
#define HOOKS_OLD_H

static void *old_symbol(const char *name)
{
    void *found = dlsym(RTLD_DEFAULT, name);
    OK(found == NULL);
    return found;
}
#define OLD(name) (*(__typeof__(name) *)old_symbol("__" #name))

CASE(__pthread_mutex_init, "created mutex")
{
    OK(OLD(pthread_mutex_init)(&mutex, NULL));
}

CASE(__pthread_mutex_destroy, "destroyed mutex")
{
    prepare_mutex_used();
    OK(OLD(pthread_mutex_destroy)(&mutex));
}

CASE(__pthread_mutex_lock, "acquired mutex exclusive")
{
    OK(OLD(pthread_mutex_lock)(&mutex));
}

CASE(__pthread_mutex_trylock, "tried mutex exclusive")
{
    OK(OLD(pthread_mutex_trylock)(&mutex));
    IS(EBUSY, OLD(pthread_mutex_trylock)(&mutex));
}

CASE(__pthread_mutex_unlock, "released prepare_mutex")
{
    prepare_mutex();
    OK(OLD(pthread_mutex_unlock)(&mutex));
}

CASE(__pthread_rwlock_init, "created rwlock")
{
    OK(OLD(pthread_rwlock_init)(&rwlock, NULL));
}

CASE(__pthread_rwlock_destroy, "destroyed rwlock")
{
    prepare_rwlock();
    OK(pthread_rwlock_unlock(&rwlock));
    OK(OLD(pthread_rwlock_destroy)(&rwlock));
}

CASE(__pthread_rwlock_rdlock, "acquired rwlock shared")
{
    OK(OLD(pthread_rwlock_rdlock)(&rwlock));
}

CASE(__pthread_rwlock_tryrdlock, "tried rwlock shared")
{
    prepare_holder();
    OK(OLD(pthread_rwlock_tryrdlock)(&rwlock));
    IS(EBUSY, OLD(pthread_rwlock_tryrdlock)(&other_rwlock));
}

CASE(__pthread_rwlock_wrlock, "acquired rwlock exclusive")
{
    OK(OLD(pthread_rwlock_wrlock)(&rwlock));
}

CASE(__pthread_rwlock_trywrlock, "tried rwlock exclusive")
{
    prepare_holder();
    OK(OLD(pthread_rwlock_trywrlock)(&rwlock));
    IS(EBUSY, OLD(pthread_rwlock_trywrlock)(&other_rwlock));
}

CASE(__pthread_rwlock_unlock, "released prepare_rwlock")
{
    prepare_rwlock();
    OK(OLD(pthread_rwlock_unlock)(&rwlock));
}

CASE(__pthread_once, "initialised")
{
    static pthread_once_t control = PTHREAD_ONCE_INIT;
    prepare_mutex_used();
    OK(OLD(pthread_once)(&control, do_not_much));
    OK(OLD(pthread_once)(&control, do_not_much));
}

#endif
