/* Records modules as their addresses turn up in stacks. All state under the growth lock. */
#include "module.h"
#include "arch.h"
#include "clock.h"
#include "growth.h"
#include "image.h"
#include "session.h"
#include "session_facts.h"

#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

enum { MODULES_MAX = 4096 };

uint32_t jam_code_generation = 1;

/* Made by the linker around the sections that JAM_ON_MODULE and JAM_ON_UNLOAD fill. */
extern const jam_module_hook __start_jam_on_module[], __stop_jam_on_module[];
extern const jam_unload_hook __start_jam_on_unload[], __stop_jam_on_unload[];

static struct {
    uint32_t count;
    uint32_t recent; /* index of the last hit */
    struct jam_area area;
    struct jam_module *module[MODULES_MAX];
    uint64_t code[MODULES_MAX]; /* an address inside, by which it was found */
    uint8_t is_mapped[MODULES_MAX];
} modules;

/* --- over a fork --- */

/*
 * Records for the child's own file, copied from the parent's as the new session begins. What does
 * not fit is learnt again, with all the others.
 */
static struct {
    bool is_true; /* what is in memory agrees with what is mapped */
    bool are_kept;
    uint32_t bytes;
    uint8_t record[32 << 10];
} inherited;

void jam_module_inherit(bool is_true)
{
    inherited.is_true = is_true;
}

bool jam_module_are_inherited(void)
{
    return inherited.are_kept;
}

static bool module_keep(void)
{
    uint32_t kept = 0;
    inherited.bytes = 0;
    for (uint32_t i = 0; i < modules.count; i++) {
        const struct jam_module *module = modules.module[i];
        if (!modules.is_mapped[i])
            continue;
        if (inherited.bytes + module->record_bytes > sizeof inherited.record)
            return false;
        memcpy(inherited.record + inherited.bytes, module, module->record_bytes);
        inherited.bytes += module->record_bytes;
        modules.code[kept++] = modules.code[i];
    }
    return true;
}

static void module_publish(struct jam_module *module, uint64_t address)
{
    module->first_generation = jam_header->module_generation;
    modules.module[modules.count] = module;
    modules.code[modules.count] = address;
    modules.is_mapped[modules.count++] = true;
    jam_area_publish(&modules.area, module->record_bytes);
}

static void module_restore(void)
{
    for (uint32_t at = 0; inherited.are_kept && at < inherited.bytes;) {
        const struct jam_module *old = (const struct jam_module *)(inherited.record + at);
        struct jam_module *module = jam_area_take(&modules.area, old->record_bytes, NULL);
        if (!module)
            return;
        memcpy(module, old, old->record_bytes);
        module->id = modules.count + 1;
        module->seen_ticks = jam_ticks();
        module_publish(module, modules.code[modules.count]);
        at += old->record_bytes;
    }
}
JAM_ON_OPEN(module_restore);

static void module_reset(void)
{
    inherited.are_kept = inherited.is_true && module_keep();
    inherited.is_true = false;
    modules.count = modules.recent = 0;
    modules.area = (struct jam_area){.shape = {.kind = JAM_EXTENT_MODULES}, .next_bytes = 4096};
}
JAM_ON_RESET(module_reset);

static bool module_covers(uint32_t index, uint64_t address)
{
    const struct jam_module *module = modules.module[index];
    return modules.is_mapped[index] && address >= module->start && address < module->end;
}

static bool module_is_known(uint64_t address)
{
    if (modules.recent < modules.count && module_covers(modules.recent, address))
        return true;
    for (uint32_t i = 0; i < modules.count; i++)
        if (module_covers(i, address)) {
            modules.recent = i;
            return true;
        }
    return false;
}

/*
 * The main program has no name in its link map, and what dlopen was given may be relative. Without a
 * base of the dynamic linker, that is what the kernel executed, and what it was told to run is mapped.
 */
static const char *module_path(const struct link_map *map, uint64_t address)
{
    bool is_executable = !map->l_name[0] && getauxval(AT_BASE) != 0;
    const char *path = is_executable ? jam_facts_executable() : map->l_name;
    if (!strncmp(path, "linux-vdso", 10))
        return "[vdso]";
    const char *mapped = path[0] == '/' ? NULL : jam_facts_mapped_file(address);
    return mapped ? mapped : path[0] ? path : "unknown";
}

static bool module_is_same(const struct jam_module *a, const struct jam_module *b)
{
    return a->start == b->start && a->end == b->end && a->path_bytes == b->path_bytes &&
           !memcmp(a->path, b->path, a->path_bytes) && a->build_id_bytes == b->build_id_bytes &&
           !memcmp(a->build_id, b->build_id, a->build_id_bytes);
}

/*
 * `fresh` was found at addresses that are not known as mapped. If it was there before it has come
 * back; every other unloaded module that it overlaps is over for good.
 */
static bool module_revive(const struct jam_module *fresh)
{
    bool has_replaced = false;
    for (uint32_t i = 0; i < modules.count; i++) {
        struct jam_module *old = modules.module[i];
        if (old->last_generation != UINT32_MAX || old->end <= fresh->start ||
            old->start >= fresh->end)
            continue;
        if (module_is_same(old, fresh)) {
            modules.is_mapped[i] = true;
            return true;
        }
        old->last_generation = jam_header->module_generation;
        has_replaced = true;
    }
    if (has_replaced)
        __atomic_fetch_add(&jam_header->module_generation, 1, __ATOMIC_RELEASE);
    return false;
}

static void module_add(const struct dl_find_object *found, uint64_t address)
{
    struct jam_image image = jam_image_describe(found);
    const char *path = module_path(found->dlfo_link_map, address);
    size_t path_bytes = strnlen(path, 4096);
    uint32_t bytes = (uint32_t)(sizeof(struct jam_module) + path_bytes + 7) & ~7u;
    struct jam_module *module = jam_area_take(&modules.area, bytes, NULL);
    if (!module)
        return;
    module->record_bytes = bytes;
    module->id = modules.count + 1;
    module->bias = image.bias;
    module->start = image.start;
    module->end = image.end;
    module->seen_ticks = jam_ticks();
    module->last_generation = UINT32_MAX;
    module->path_bytes = (uint16_t)path_bytes;
    memcpy(module->path, path, path_bytes);
    module->build_id_bytes = jam_image_build_id(&image, module->build_id);
    if (module_revive(module)) {
        memset(module, 0, bytes); /* not published: the room is used again */
        return;
    }
    module_publish(module, address);
    for (const jam_module_hook *hook = __start_jam_on_module; hook < __stop_jam_on_module; hook++)
        (*hook)(&image);
}

void jam_module_note(uint64_t address)
{
    struct dl_find_object found;
    if (module_is_known(address))
        return;
    if (modules.count == MODULES_MAX) {
        jam_session_lose(JAM_LOSS_NO_SPACE, 1);
        return;
    }
    if (_dl_find_object((void *)address, &found) == 0)
        module_add(&found, address);
}

bool jam_module_was_replaced(uint64_t address, uint32_t generation)
{
    for (uint32_t i = 0; i < modules.count; i++) {
        const struct jam_module *module = modules.module[i];
        if (module->last_generation != UINT32_MAX && address >= module->start &&
            address <= module->end && generation >= module->first_generation &&
            generation <= module->last_generation)
            return true;
    }
    return false;
}

static bool module_is_there(uint32_t index)
{
    struct dl_find_object found;
    return _dl_find_object((void *)modules.code[index], &found) == 0 &&
           found.dlfo_link_map->l_addr == modules.module[index]->bias;
}

bool jam_module_check_unloaded(void (*is_gone)(uint64_t start, uint64_t end))
{
    bool has_unloaded = false;
    for (uint32_t i = 0; i < modules.count; i++) {
        if (modules.is_mapped[i] && !module_is_there(i)) {
            modules.is_mapped[i] = false;
            is_gone(modules.module[i]->start, modules.module[i]->end);
            has_unloaded = true;
        }
    }
    if (has_unloaded) {
        jam_module_void_code();
        for (const jam_unload_hook *hook = __start_jam_on_unload; hook < __stop_jam_on_unload;
             hook++)
            (*hook)();
    }
    return has_unloaded;
}

void jam_module_void_code(void)
{
    __atomic_fetch_add(&jam_code_generation, 1, __ATOMIC_RELEASE);
}
