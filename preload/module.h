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

/* Compared by every memo hit; atomic, written after an unload only. */
extern uint32_t jam_code_generation;

/* Make sure that the module of this address is in the file. Under the growth lock. */
void jam_module_note(uint64_t address);

/* Something was unloaded: forget what is gone. */
void jam_module_check_unloaded(void);

/* In a new session nothing is recorded yet. */
void jam_module_reset(void);

#endif
