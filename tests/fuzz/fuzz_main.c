/*
 * Runs a fuzz target as a plain program: every file that is named, unchanged and in many mutations.
 *
 * usage: NAME_fuzz [-n MUTATIONS] [FILE...]
 *
 * Mutations come from a fixed seed, so that a failure can be repeated. Small files of zeros, of
 * ones and of nothing are always among the inputs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define DEFAULT_MUTATIONS 300
#define COPY_BYTES        32

static uint64_t random_state = 0x9e3779b97f4a7c15u;

/* xorshift64*: good enough to damage files with, and the same everywhere. */
static uint64_t random_number(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545f4914f6cdd1du;
}

static void store_interesting(uint8_t *data, size_t size)
{
    static const uint64_t values[] = {
        0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0xffffffff, INT64_MAX, UINT64_MAX, 4096, 64,
    };
    size_t width = (size_t)1 << random_number() % 4;
    size_t at = random_number() % size / width * width;
    uint64_t value = values[random_number() % (sizeof values / sizeof values[0])];
    if (at + width <= size)
        memcpy(data + at, &value, width);
}

/* Most of a trace is zeros that nobody reads: half of the damage goes where bytes are set. */
static size_t choose_place(const uint8_t *data, size_t size)
{
    size_t at = random_number() % size;
    if (random_number() % 2)
        for (size_t i = 0; i < 4096 && !data[at]; i++)
            at = (at + 1) % size;
    return at;
}

static void mutate(uint8_t *data, size_t size)
{
    for (unsigned i = 1 + random_number() % 8; i > 0; i--) {
        size_t at = choose_place(data, size);
        switch (random_number() % 4) {
        case 0:
            data[at] ^= (uint8_t)(1u << random_number() % 8);
            break;
        case 1:
            data[at] = (uint8_t)random_number();
            break;
        case 2:
            store_interesting(data, size);
            break;
        default:
            if (at + COPY_BYTES <= size)
                memmove(data + at, data + random_number() % (size - COPY_BYTES), COPY_BYTES);
            break;
        }
    }
}

static void run_mutations(const uint8_t *data, size_t size, unsigned count)
{
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    LLVMFuzzerTestOneInput(data, size);
    for (unsigned i = 0; i < count && size; i++) {
        memcpy(copy, data, size);
        mutate(copy, size);
        LLVMFuzzerTestOneInput(copy, random_number() % 8 ? size : random_number() % size);
    }
    free(copy);
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(*size ? *size : 1);
    if (!data || fread(data, 1, *size, file) != *size)
        abort();
    fclose(file);
    return data;
}

static void run_simple_inputs(void)
{
    static uint8_t data[8192];
    run_mutations(data, 0, 0);
    run_mutations(data, sizeof data, 20);
    memset(data, 0xff, sizeof data);
    run_mutations(data, sizeof data, 20);
}

int main(int argc, char **argv)
{
    unsigned mutations = DEFAULT_MUTATIONS;
    int first = 1;
    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        mutations = (unsigned)strtoul(argv[2], NULL, 10);
        first = 3;
    }
    run_simple_inputs();
    for (int i = first; i < argc; i++) {
        size_t size;
        uint8_t *data = read_file(argv[i], &size);
        run_mutations(data, size, mutations);
        free(data);
    }
    return 0;
}
