/*
 * The byte functions of the preload. Hidden, so that calls (those that the compiler makes, too)
 * never leave the library: sanitizer runtimes intercept libc's and would judge our shared tables.
 */
#include <stddef.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    void *start = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
    return start;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    unsigned char *target = to;
    const unsigned char *source = from;
    if (target <= source || target >= source + bytes)
        return memcpy(to, from, bytes);
    while (bytes--)
        target[bytes] = source[bytes];
    return to;
}

void *memset(void *memory, int value, size_t bytes)
{
    void *start = memory;
    __asm__ volatile("rep stosb" : "+D"(memory), "+c"(bytes) : "a"(value) : "memory");
    return start;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *left = a, *right = b;
    for (size_t i = 0; i < bytes; i++)
        if (left[i] != right[i])
            return left[i] - right[i];
    return 0;
}
