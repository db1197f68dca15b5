/* Searches a file by windows that overlap, so that no pattern is cut. */
#include "symbols/elf_code.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WINDOW_BYTES  (1 << 20)
#define OVERLAP_BYTES 128

/* How far behind the number the system call may stand: its other arguments come in between. */
#define CALL_DISTANCE_BYTES 96

/* A program of gigabytes is mostly data; what its first part does not show is not looked for. */
#define SCANNED_BYTES_MAX (256ULL << 20)

static const unsigned char number[] = {SYS_futex, 0, 0, 0};
static const unsigned char call[] = {0x0f, 0x05};

/* A move of a constant into a register: B8+r; B8+7 is edi, the first argument of syscall(2). */
static bool is_move(unsigned char opcode)
{
    return (opcode & 0xf8) == 0xb8;
}

static void judge_number(struct jam_elf_code *code, const unsigned char *at, size_t left)
{
    size_t reach = left < CALL_DISTANCE_BYTES ? left : CALL_DISTANCE_BYTES;
    if (!is_move(at[-1]))
        return;
    if (at[-1] == 0xbf)
        code->has_futex_call = true;
    if (memmem(at, reach, call, sizeof(call)))
        code->has_inline_futex = true;
}

static void scan_window(struct jam_elf_code *code, const unsigned char *window, size_t bytes)
{
    static const char rust[] = "library/std/src/";
    const unsigned char *end = window + bytes;
    const unsigned char *at = window + 1;

    if (!code->has_rust_paths && memmem(window, bytes, rust, sizeof(rust) - 1))
        code->has_rust_paths = true;
    while (at < end && (at = memmem(at, (size_t)(end - at), number, sizeof(number))) != NULL) {
        judge_number(code, at, (size_t)(end - at));
        at++;
    }
}

void jam_elf_code_scan(struct jam_elf_code *code, int fd, uint64_t offset, uint64_t bytes)
{
    unsigned char *window = malloc(WINDOW_BYTES);
    if (bytes > SCANNED_BYTES_MAX)
        bytes = SCANNED_BYTES_MAX;
    while (window && bytes > OVERLAP_BYTES) {
        size_t wanted = bytes < WINDOW_BYTES ? (size_t)bytes : WINDOW_BYTES;
        ssize_t got = pread(fd, window, wanted, (off_t)offset);
        if (got <= OVERLAP_BYTES)
            break;
        scan_window(code, window, (size_t)got);
        offset += (uint64_t)got - OVERLAP_BYTES;
        bytes -= (uint64_t)got - OVERLAP_BYTES;
    }
    free(window);
}
