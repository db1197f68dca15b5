/*
 * Looks through the bytes of a file for what its symbols do not say: code that makes the futex
 * system call, and source paths that Rust's standard library leaves behind.
 */
#ifndef JAM_ELF_CODE_H
#define JAM_ELF_CODE_H

#include <stdbool.h>
#include <stdint.h>

struct jam_elf_code {
    bool has_futex_call;   /* passes the number of futex as a first argument: to syscall(2) */
    bool has_inline_futex; /* puts the number into a register shortly before a system call */
    bool has_rust_paths;
};

/* Adds what is found in `bytes` bytes at `offset`; what cannot be read is passed over. */
void jam_elf_code_scan(struct jam_elf_code *code, int fd, uint64_t offset, uint64_t bytes);

#endif
