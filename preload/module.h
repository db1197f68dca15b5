/*
 * Which file an instruction address belongs to. Modules are recorded when the first address inside
 * them is seen, found with _dl_find_object: no list is walked and no loader lock is taken.
 *
 * After dlclose the same addresses may belong to another file. jam_code_generation then grows, and
 * everything remembered about code addresses (rules, stack memos) is void. The number in the file,
 * jam_header.module_generation, grows only when an address range really gets another module.
 */
#ifndef JAM_MODULE_H
#define JAM_MODULE_H

#include <stdbool.h>
#include <stdint.h>
#include "image.h"

/* Compared by every memo hit; atomic, written after an unload only. */
extern uint32_t jam_code_generation;

/*
 * Who wants to look at each file when its code first stands in a stack, or to know that files were
 * unloaded, names a function. The linker collects them (as in session.h); the growth lock is held.
 */
typedef void (*jam_module_hook)(const struct jam_image *image);
typedef void (*jam_unload_hook)(void);
#define JAM_ON_MODULE(function)                                                                    \
    static const jam_module_hook jam_on_module_##function                                          \
        __attribute__((used, section("jam_on_module"))) = function
#define JAM_ON_UNLOAD(function)                                                                    \
    static const jam_unload_hook jam_on_unload_##function                                          \
        __attribute__((used, section("jam_on_unload"))) = function

/* Make sure that the module of this address is in the file. Under the growth lock. */
void jam_module_note(uint64_t address);

/*
 * Whether the module that had this address in this generation has been replaced by another: a stack
 * of that time with this address will not come again.
 */
bool jam_module_was_replaced(uint64_t address, uint32_t generation);

/*
 * After an unload: find out which modules are gone, and say of each where it was. True if one is;
 * what was remembered about code is void then (jam_code_generation has grown), and rules are to be
 * forgotten. Under the growth lock.
 */
bool jam_module_check_unloaded(void (*is_gone)(uint64_t start, uint64_t end));

/*
 * A fork begins a session anew. is_true: the child has found what is known here, and what is remembered
 * about code, as one thread left it outside of the growth lock, and nothing was unloaded since. Said
 * before its session begins, false is the rule.
 */
void jam_module_inherit(bool is_true);

/* From the reset on: the new session knows the modules of the former, so that rules stay true. */
bool jam_module_are_inherited(void);

/* Void what was remembered about code; for when the growth lock is busy. */
void jam_module_void_code(void);

#endif
