/* The only file that knows libunwind. See unwinder.h for how it is asked. */
#include "unwinder.h"
#include "diag.h"
#include "image.h"
#include "mute.h"
#include "session.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <libunwind-x86_64.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BP = UNW_X86_64_RBP, SP = UNW_X86_64_RSP, PC = UNW_X86_64_RIP };

/* libunwind's functions carry the machine in their names; <libunwind.h> makes macros of them. */
#define UNWINDER_FUNCTIONS(FUNCTION)                                                               \
    FUNCTION(unw_create_addr_space, "_Ux86_64_create_addr_space")                                  \
    FUNCTION(unw_set_caching_policy, "_Ux86_64_set_caching_policy")                                \
    FUNCTION(unw_init_remote, "_Ux86_64_init_remote")                                              \
    FUNCTION(unw_step, "_Ux86_64_step")                                                            \
    FUNCTION(unw_get_reg, "_Ux86_64_get_reg")                                                      \
    FUNCTION(unw_get_save_loc, "_Ux86_64_get_save_loc")                                            \
    FUNCTION(unw_is_signal_frame, "_Ux86_64_is_signal_frame")

#define UNWINDER_POINTER(function, symbol) __typeof__(&function) call_##function;
static struct {
    UNWINDER_FUNCTIONS(UNWINDER_POINTER)
    int (*search_table)(unw_addr_space_t, unw_word_t, unw_dyn_info_t *, unw_proc_info_t *, int,
                        void *);
    unw_addr_space_t space;
} unwinder;

/* --- what libunwind asks us --- */

/* The file whose tables are being read. Described anew only when it changes. */
static struct {
    struct jam_image image;
    const struct link_map *map; /* NULL = no tables */
    struct dl_find_object found;
} unwinder_tables;

static bool unwinder_is_table(uint64_t address)
{
    return unwinder_tables.map && address >= unwinder_tables.image.start &&
           address < unwinder_tables.image.end;
}

/* Words of the thread's own stack are there without asking. */
static bool unwinder_is_stack(const struct jam_step *step, uint64_t address)
{
    return step->stack_top && address >= step->at.sp && address < step->stack_top;
}

void jam_unwinder_forget(void)
{
    unwinder_tables.map = NULL;
}

static bool unwinder_locate(uint64_t pc)
{
    const struct link_map *before = unwinder_tables.map;
    unwinder_tables.map = NULL;
    if (_dl_find_object((void *)pc, &unwinder_tables.found) < 0)
        return false;
    if (unwinder_tables.found.dlfo_link_map != before)
        unwinder_tables.image = jam_image_describe(&unwinder_tables.found);
    unwinder_tables.map = unwinder_tables.found.dlfo_link_map;
    return true;
}

/* The search table of .eh_frame_hdr, in the one encoding that linkers write (LSB 5.0, 10.6.2). */
static bool unwinder_describe(const struct dl_find_object *module, unw_dyn_info_t *info)
{
    enum { VERSION = 1, PCREL_SDATA4 = 0x1b, UDATA4 = 0x03, DATAREL_SDATA4 = 0x3b };
    const uint8_t *head = module->dlfo_eh_frame;
    if (!head || head[0] != VERSION || head[1] != PCREL_SDATA4 || head[2] != UDATA4 ||
        head[3] != DATAREL_SDATA4)
        return false;
    uint32_t entries;
    memcpy(&entries, head + 8, sizeof entries);
    *info = (unw_dyn_info_t){
        .start_ip = (unw_word_t)module->dlfo_map_start,
        .end_ip = (unw_word_t)module->dlfo_map_end,
        .format = UNW_INFO_FORMAT_REMOTE_TABLE,
    };
    info->u.rti.segbase = (unw_word_t)head;
    info->u.rti.table_data = (unw_word_t)(head + 12);
    info->u.rti.table_len = entries; /* of 8 bytes each, counted in words of 8 bytes */
    return true;
}

static int unwinder_find(unw_addr_space_t space, unw_word_t pc, unw_proc_info_t *info,
                         int need_info, void *argument)
{
    struct jam_step *step = argument;
    unw_dyn_info_t table;
    if (!unwinder_locate(pc) || !unwinder_describe(&unwinder_tables.found, &table))
        return -UNW_ENOINFO;
    int result = unwinder.search_table(space, pc, &table, info, need_info, argument);
    step->has_tables = result >= 0;
    return result;
}

static void unwinder_put(unw_addr_space_t space, unw_proc_info_t *info, void *argument)
{
    (void)space, (void)info, (void)argument;
}

static int unwinder_dynamic(unw_addr_space_t space, unw_word_t *list, void *argument)
{
    (void)space, (void)list, (void)argument;
    return -UNW_ENOINFO;
}

static void unwinder_note_read(struct jam_step *step, uint64_t address, uint64_t value)
{
    for (uint32_t i = 0; i < step->read_count; i++)
        if (step->reads[i].address == address)
            return;
    if (step->read_count == JAM_STEP_READS) {
        step->overflowed = true;
        return;
    }
    step->reads[step->read_count++] = (struct jam_slot){address, value};
}

static int unwinder_memory(unw_addr_space_t space, unw_word_t address, unw_word_t *value,
                           int is_write, void *argument)
{
    struct jam_step *step = argument;
    (void)space;
    if (is_write)
        return -UNW_EINVAL;
    bool is_table = unwinder_is_table(address);
    if (!is_table && !unwinder_is_stack(step, address) && !jam_image_is_readable(address))
        return -UNW_EINVAL;
    memcpy(value, (const void *)address, sizeof *value);
    /* Words below the frame, and code or tables, are not what a later call could change. */
    if (!is_table && address >= step->at.sp && (!step->stack_top || address < step->stack_top))
        unwinder_note_read(step, address, *value);
    return 0;
}

static int unwinder_register(unw_addr_space_t space, unw_regnum_t number, unw_word_t *value,
                             int is_write, void *argument)
{
    struct jam_step *step = argument;
    (void)space;
    if (is_write)
        return -UNW_EREADONLYREG;
    switch (number) {
    case PC:
        *value = step->at.pc;
        return 0;
    case SP:
        *value = step->at.sp;
        return 0;
    case BP:
        step->used_bp = true;
        *value = step->at.bp;
        return 0;
    default:
        return -UNW_EBADREG; /* compilers address a frame through sp or bp only */
    }
}

static int unwinder_float(unw_addr_space_t space, unw_regnum_t number, unw_fpreg_t *value,
                          int is_write, void *argument)
{
    (void)space, (void)number, (void)value, (void)is_write, (void)argument;
    return -UNW_EBADREG;
}

static int unwinder_resume(unw_addr_space_t space, unw_cursor_t *cursor, void *argument)
{
    (void)space, (void)cursor, (void)argument;
    return -UNW_EINVAL;
}

static int unwinder_name(unw_addr_space_t space, unw_word_t pc, char *name, size_t size,
                         unw_word_t *offset, void *argument)
{
    (void)space, (void)pc, (void)name, (void)size, (void)offset, (void)argument;
    return -UNW_ENOINFO;
}

/* --- loading --- */

bool jam_unwinder_is_loaded(void)
{
    return unwinder.space != NULL;
}

static bool unwinder_was_tried;

/*
 * Loading libunwind leaves a pipe open with which it would test addresses. We test them ourselves
 * (jam_image_is_readable), and the target must not find descriptors that it did not open: so they are
 * closed. The kernel gives the lowest numbers that are free: the two that we would get just before.
 */
struct unwinder_pipe {
    int end[2];
};

static struct unwinder_pipe unwinder_foresee_pipe(void)
{
    struct unwinder_pipe pipe;
    for (int i = 0; i < 2; i++)
        pipe.end[i] = (int)JAM_SYSCALL3(open, "/", O_PATH | O_CLOEXEC, 0);
    for (int i = 0; i < 2; i++)
        if (pipe.end[i] >= 0)
            JAM_SYSCALL1(close, pipe.end[i]);
    return pipe;
}

static void unwinder_close_pipe(struct unwinder_pipe pipe)
{
    struct stat status;
    for (int i = 0; i < 2; i++)
        if (pipe.end[i] >= 0 && JAM_SYSCALL2(fstat, pipe.end[i], &status) == 0 &&
            S_ISFIFO(status.st_mode))
            JAM_SYSCALL1(close, pipe.end[i]);
}

bool jam_unwinder_is_pending(void)
{
    return !unwinder_was_tried;
}

static bool unwinder_load_library(void)
{
    static unw_accessors_t accessors = {
        .find_proc_info = unwinder_find,
        .put_unwind_info = unwinder_put,
        .get_dyn_info_list_addr = unwinder_dynamic,
        .access_mem = unwinder_memory,
        .access_reg = unwinder_register,
        .access_fpreg = unwinder_float,
        .resume = unwinder_resume,
        .get_proc_name = unwinder_name,
    };
    void *library = dlopen("libunwind-x86_64.so.8", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return false;
    bool is_complete = true;
#define UNWINDER_FIND(function, symbol)                                                            \
    *(void **)&unwinder.call_##function = dlsym(library, symbol);                                  \
    is_complete = is_complete && unwinder.call_##function;
    UNWINDER_FUNCTIONS(UNWINDER_FIND)
    *(void **)&unwinder.search_table = dlsym(library, "_Ux86_64_dwarf_search_unwind_table");
    if (!is_complete || !unwinder.search_table)
        return false;
    unwinder.space = unwinder.call_unw_create_addr_space(&accessors, 0);
    /* Its caches are guarded by locks of the target's libc; the rules we learn are our cache. */
    if (unwinder.space)
        unwinder.call_unw_set_caching_policy(unwinder.space, UNW_CACHE_NONE);
    return unwinder.space != NULL;
}

void jam_unwinder_load(void)
{
    if (unwinder_was_tried)
        return;
    struct unwinder_pipe pipe = unwinder_foresee_pipe();
    jam_mute = true;
    if (!unwinder_load_library())
        unwinder.space = NULL;
    jam_mute = false;
    unwinder_close_pipe(pipe);
    unwinder_was_tried = true;
}

/* The file that a symbol of the target's global scope comes from. */
static const struct link_map *unwinder_file_of(const char *symbol)
{
    struct dl_find_object found;
    void *address = dlsym(RTLD_DEFAULT, symbol);
    return address && _dl_find_object(address, &found) == 0 ? found.dlfo_link_map : NULL;
}

void jam_unwinder_load_early(void)
{
    bool has_libc = environ != NULL; /* libc has been initialised */
    if (has_libc && unwinder_file_of("malloc") == unwinder_file_of("gnu_get_libc_version"))
        jam_unwinder_load();
}

static void unwinder_complain(void)
{
    if (unwinder_was_tried && !unwinder.space)
        jam_diag("libunwind-x86_64.so.8 cannot be loaded: call stacks will be one frame deep", NULL,
                 NULL);
}
JAM_ON_OPEN(unwinder_complain);

/* --- stepping --- */

/*
 * Guarded by the growth lock. The target's library path may lead to a newer libunwind than the one
 * we were built with, whose cursor may be larger.
 */
static union {
    unw_cursor_t cursor; /* 1 KiB */
    char room[8 << 10];
} unwinder_at;

static uint64_t unwinder_get(int number)
{
    unw_word_t value = 0;
    unwinder.call_unw_get_reg(&unwinder_at.cursor, number, &value);
    return value;
}

static void unwinder_arrive(struct jam_step *step)
{
    unw_save_loc_t saved = {.type = UNW_SLT_NONE};
    bool used_bp = step->used_bp;
    uint32_t reads = step->read_count;
    step->to.pc = unwinder_get(PC);
    step->to.sp = unwinder_get(SP);
    unwinder.call_unw_get_save_loc(&unwinder_at.cursor, BP, &saved);
    step->bp_saved_at = saved.type == UNW_SLT_MEMORY ? saved.u.addr : 0;
    step->to.bp = unwinder_get(BP);
    /* Along frame pointers libunwind finds the caller, but not where its stack pointer was. */
    if (!step->has_tables && step->bp_saved_at)
        step->to.sp = step->bp_saved_at + 16;
    /* Fetching the results is not part of the step. */
    step->used_bp = used_bp;
    step->read_count = reads;
}

void jam_unwinder_step(struct jam_step *step)
{
    step->read_count = 0;
    step->used_bp = step->has_tables = step->is_signal_frame = step->overflowed = false;
    step->result = unwinder.call_unw_init_remote(&unwinder_at.cursor, unwinder.space, step);
    if (step->result < 0)
        return;
    step->result = unwinder.call_unw_step(&unwinder_at.cursor);
    /* After a step, libunwind answers for the frame that was left. */
    step->is_signal_frame = unwinder.call_unw_is_signal_frame(&unwinder_at.cursor) > 0;
    if (step->result > 0)
        unwinder_arrive(step);
    if (step->result > 0 && step->to.pc == 0)
        step->result = 0;
}

/* Go on after a guess, from where it led: with the stack pointer that the cursor does not know. */
static int unwinder_restart(struct jam_step *step)
{
    step->at = step->to;
    step->at.pc--;
    return unwinder.call_unw_init_remote(&unwinder_at.cursor, unwinder.space, step);
}

size_t jam_unwinder_walk(const struct jam_call *call, uint64_t stack_top, uint64_t *frames,
                         size_t max)
{
    struct jam_step step = {.at = *call, .stack_top = stack_top};
    size_t count = 0;
    frames[count++] = call->pc;
    step.at.pc--;
    int result = unwinder.call_unw_init_remote(&unwinder_at.cursor, unwinder.space, &step);
    while (result >= 0 && count < max) {
        step.has_tables = false;
        if (unwinder.call_unw_step(&unwinder_at.cursor) <= 0)
            break;
        unwinder_arrive(&step);
        if (step.to.pc == 0)
            break;
        frames[count++] = step.to.pc;
        if (!step.has_tables)
            result = unwinder_restart(&step);
    }
    return count;
}
