/*
 * Addresses to names: functions, source lines, inlined calls, variables.
 *
 * THE IDEA. A trace holds bare addresses and a list of modules (executable, shared libraries):
 * where each was mapped and from which file. The symbolizer finds the module of an address, opens
 * the module's file when it is first needed, and asks, best first:
 *
 *      DWARF            function, file and line, the chain of inlined calls, types of variables;
 *                       also from separate debug files (build-id, .gnu_debuglink, debuginfod)
 *      .symtab/.dynsym  name of the function or variable whose [value, value + size) has the
 * address nothing          module and offset only
 *
 * NEVER A WRONG NAME. A file whose build-id is not the one in the trace is not used: its addresses
 * keep module and offset, and there is a warning. The same holds for files that are missing, that
 * are not regular files or not ELF programs or libraries.
 *
 * NETWORK. elfutils asks debuginfod servers only if the environment variable DEBUGINFOD_URLS names
 * some; without it nothing here waits for anything but the disk.
 *
 * OWNERSHIP. Everything handed out (frames, their strings, warnings) belongs to the symbolizer and
 * stays valid and unchanged until jam_symbolizer_free. Not thread-safe.
 *
 * This module, symbolize*.c, is the only one that includes elfutils.
 */
#ifndef JAM_SYMBOLIZE_H
#define JAM_SYMBOLIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jam_symbolizer;

/* One mapping of one file, as the trace tells it (see struct jam_module in trace_format.h). */
struct jam_symbol_module {
    const char *path;          /* absolute; "[vdso]" has no file */
    uint64_t bias;             /* runtime address minus address in the ELF file */
    uint64_t start, end;       /* [start, end): runtime addresses */
    uint32_t first_generation; /* mapped in the generations first..last, */
    uint32_t last_generation;  /* both included */
    const uint8_t *build_id;   /* NULL if build_id_bytes is 0 */
    size_t build_id_bytes;
};

/* One source-level frame. Unknown parts are NULL or 0, and say so rather than guess. */
struct jam_symbol_frame {
    const char *function; /* demangled, with parameters where the mangled name has them, or NULL */
    const char *file;     /* path as the compiler recorded it, or NULL */
    unsigned line;        /* 0 = unknown or no line of its own */
    const char *module;   /* path of the module, NULL = no module has the address */
    uint64_t offset;      /* address - bias: the address in the ELF file (the address itself
                             without a module) */
    bool is_inlined;      /* inlined into the next frame of the array */
    bool is_python;       /* a frame of a Python program; it has no module */
    bool is_interpreter;  /* code of the interpreter that runs a Python program */
};

/*
 * A symbolizer for `count` modules. The array and what it points to are copied. Nothing is opened
 * yet. `sysroot` is a folder to put before the paths of modules (a trace of another machine), or
 * NULL. NULL when memory is short.
 */
struct jam_symbolizer *jam_symbolizer_new(const struct jam_symbol_module *modules, size_t count,
                                          const char *sysroot);
void jam_symbolizer_free(struct jam_symbolizer *symbolizer);

/*
 * The source-level frames of one address, innermost first: inlined calls, then the function that
 * has the code. Stores the array in *frames and returns its length, at least 1: an address that
 * nothing is known about has one frame with module and offset.
 *
 * `generation` says which modules were mapped then (struct jam_stack). `is_return_address`: the
 * address is where a call returns to, so the call is looked up one byte before; false: it is the
 * instruction itself. `offset` in the frames is that of the address as given. Results are cached:
 * asking again costs a hash lookup.
 */
size_t jam_symbolizer_resolve(struct jam_symbolizer *symbolizer, uint32_t generation,
                              uint64_t address, bool is_return_address,
                              const struct jam_symbol_frame **frames);

/*
 * The name of a variable (global, static, static in a function or class) at a data address:
 * `accounts[3].lock`, `Pool::mu`, `take::ticket_lock`. The path follows the types in the debug
 * information down to the synchronisation object (pthread_mutex_t, std::mutex, sem_t, ...) and
 * stops there; without debug information it is the symbol and a distance: `accounts+0x78`.
 *
 * Writes at most `size` bytes, NUL included, cut if longer; the text is a C string whenever size
 * > 0. False, and an empty string: no variable is known there (heap, stack, missing file).
 */
bool jam_symbolizer_data_name(struct jam_symbolizer *symbolizer, uint32_t generation,
                              uint64_t address, char *name, size_t size);

/*
 * What went wrong with files so far: one sentence each, naming the file and the reason, at most
 * one per file. Files are opened on demand, so ask after the last resolve. The number of warnings
 * only grows; index counts from 0. NULL when index is past the last one.
 */
const char *jam_symbolizer_warning(const struct jam_symbolizer *symbolizer, size_t index);

#endif
