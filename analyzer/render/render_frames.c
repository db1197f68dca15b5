/* Resolves stacks through the symbolizer and keeps them. */
#include "render/render_frames.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/function_name.h"
#include "trace/trace_names.h"
#include "trace/trace_python_lock.h"
#include "trace/trace_record.h"
#include "util/array.h"
#include "util/map.h"

/* A resolved stack in the cache. */
struct known_stack {
    struct jam_symbol_frame *frames;
    size_t count, site;
    bool is_cut;
};

struct jam_frames {
    struct jam_trace *trace;
    struct jam_symbolizer *symbolizer;
    struct jam_python_names *python;
    struct jam_python_locks *python_locks;
    struct jam_names *names;
    struct known_stack *stacks;
    size_t stack_count, stack_capacity;
    struct jam_map by_ref;
    struct jam_symbol_frame *scratch; /* the stack that is being resolved */
    size_t scratch_count, scratch_capacity;
    uint64_t preload_start, preload_end; /* code addresses that stand in no stack; equal: none */
};

/* The symbolizer wants C strings; a trace has lengths. */
struct module_list {
    struct jam_symbol_module *modules;
    size_t count, capacity;
};

/* The preload: its frames are nobody's call site, so its file need not be at hand. */
static bool is_preload(const struct jam_module *module)
{
    static const char name[] = "/liblockjam.so";
    size_t bytes = sizeof name - 1;
    return module->path_bytes >= bytes &&
           memcmp(module->path + module->path_bytes - bytes, name, bytes) == 0;
}

static void free_modules(struct module_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free((char *)list->modules[i].path);
    free(list->modules);
}

static int add_module(struct module_list *list, const struct jam_module *module)
{
    if (jam_array_reserve(&list->modules, &list->capacity, list->count, sizeof *list->modules) != 0)
        return -1;
    char *path = strndup(module->path, module->path_bytes);
    if (!path)
        return -1;
    list->modules[list->count++] = (struct jam_symbol_module){
        .path = path,
        .bias = module->bias,
        .start = module->start,
        .end = module->end,
        .first_generation = module->first_generation,
        .last_generation = module->last_generation,
        .build_id = module->build_id_bytes ? module->build_id : NULL,
        .build_id_bytes = module->build_id_bytes,
    };
    return 0;
}

static struct jam_symbolizer *new_symbolizer(struct jam_frames *frames)
{
    struct module_list list = {0};
    struct jam_cursor cursor;
    const struct jam_module *module;
    int status = 0;
    jam_cursor_start(&cursor, frames->trace, JAM_EXTENT_MODULES);
    while (!status && (module = jam_cursor_next(&cursor))) {
        if (is_preload(module)) {
            frames->preload_start = module->start;
            frames->preload_end = module->end;
        } else {
            status = add_module(&list, module);
        }
    }
    struct jam_symbolizer *symbolizer =
        status ? NULL : jam_symbolizer_new(list.modules, list.count, NULL);
    free_modules(&list);
    return symbolizer;
}

struct jam_frames *jam_frames_new(struct jam_trace *trace)
{
    struct jam_frames *frames = calloc(1, sizeof *frames);
    if (!frames)
        return NULL;
    frames->trace = trace;
    frames->symbolizer = new_symbolizer(frames);
    frames->python = jam_python_names_new(trace);
    frames->python_locks = frames->python ? jam_python_locks_new(trace, frames->python) : NULL;
    frames->names = jam_names_new(trace);
    if (frames->symbolizer && frames->python_locks && frames->names)
        return frames;
    jam_frames_free(frames);
    return NULL;
}

void jam_frames_free(struct jam_frames *frames)
{
    if (!frames)
        return;
    if (frames->symbolizer)
        jam_symbolizer_free(frames->symbolizer);
    jam_names_free(frames->names);
    jam_python_locks_free(frames->python_locks);
    jam_python_names_free(frames->python);
    jam_map_fini(&frames->by_ref);
    for (size_t i = 0; i < frames->stack_count; i++)
        free(frames->stacks[i].frames);
    free(frames->stacks);
    free(frames->scratch);
    free(frames);
}

struct jam_symbolizer *jam_frames_symbolizer(struct jam_frames *frames)
{
    return frames->symbolizer;
}

/* Mutexes below Python code are those of libraries: Python makes its locks of semaphores. */
const struct jam_python_lock *jam_frames_python_lock(struct jam_frames *frames, uint16_t kind,
                                                     uint32_t created_stack)
{
    bool is_native = kind == JAM_LOCK_MUTEX || kind == JAM_LOCK_RWLOCK || kind == JAM_LOCK_SPIN;
    return is_native ? NULL : jam_python_locks_find(frames->python_locks, created_stack);
}

const char *jam_frames_python_method(struct jam_frames *frames, uint32_t stack_ref)
{
    return stack_ref ? jam_python_locks_method(frames->python_locks, stack_ref) : NULL;
}

const char *jam_frames_given_name(const struct jam_frames *frames, uint32_t number)
{
    return jam_names_text(frames->names, number);
}

static void add_frames(struct jam_frames *frames, const struct jam_symbol_frame *more, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (jam_array_reserve(&frames->scratch, &frames->scratch_capacity, frames->scratch_count,
                              sizeof *frames->scratch) != 0)
            return;
        frames->scratch[frames->scratch_count++] = more[i];
    }
}

/* A stack on its way to being resolved. */
struct resolving {
    const struct jam_stack *stack;
    unsigned next_python;
    const char *interpreter; /* module of the interpreter, NULL = not met yet */
    bool lacks_loop;         /* no native frame is the one that runs Python */
};

static bool is_python_word(uint64_t word)
{
    return word >> JAM_FRAME_KIND_SHIFT == JAM_FRAME_PYTHON;
}

/* The Python frames up to the one that native code called. */
static void add_python_run(struct jam_frames *frames, struct resolving *resolving)
{
    const struct jam_stack *stack = resolving->stack;
    while (resolving->next_python < stack->depth) {
        uint64_t word = stack->frames[resolving->next_python++];
        struct jam_symbol_frame frame = jam_python_names_frame(frames->python, word);
        add_frames(frames, &frame, 1);
        if (jam_python_word_is_entry(word))
            break;
    }
}

static bool runs_python(const struct jam_symbol_frame *frame)
{
    static const char name[] = "_PyEval_EvalFrameDefault";
    return frame->function && strncmp(frame->function, name, sizeof name - 1) == 0;
}

/* python3.13, libpython3.13.so.1.0 */
static bool is_python_file(const char *module)
{
    const char *slash = module ? strrchr(module, '/') : NULL;
    const char *name = slash ? slash + 1 : module;
    return name && (strncmp(name, "python", 6) == 0 || strncmp(name, "libpython", 9) == 0);
}

static size_t resolve_word(struct jam_frames *frames, const struct resolving *resolving,
                           unsigned index, const struct jam_symbol_frame **found)
{
    const struct jam_stack *stack = resolving->stack;
    bool is_interrupted = index < 64 && stack->interrupted >> index & 1;
    return jam_symbolizer_resolve(frames->symbolizer, stack->module_generation,
                                  stack->frames[index], !is_interrupted, found);
}

/* A stripped interpreter may keep most of its loop where no symbol says so: then no frame is it. */
static bool has_loop(struct jam_frames *frames, const struct resolving *resolving)
{
    const struct jam_symbol_frame *found;
    for (unsigned i = 0; i < resolving->next_python; i++) {
        if (resolving->stack->frames[i] >> JAM_FRAME_KIND_SHIFT != JAM_FRAME_NATIVE)
            continue;
        size_t count = resolve_word(frames, resolving, i, &found);
        if (runs_python(&found[count - 1]))
            return true;
    }
    return false;
}

/* Without a loop, the Python frames stand where the interpreter's file is left. */
static void pass_file(struct jam_frames *frames, struct resolving *resolving, const char *module)
{
    if (!resolving->lacks_loop)
        return;
    if (!resolving->interpreter && is_python_file(module))
        resolving->interpreter = module;
    if (!resolving->interpreter || (module && strcmp(module, resolving->interpreter) == 0))
        return;
    while (resolving->next_python < resolving->stack->depth)
        add_python_run(frames, resolving);
}

/* One native word; the interpreter's loop stands for the Python frames that it runs. */
static void add_word(struct jam_frames *frames, struct resolving *resolving, unsigned index)
{
    static const struct jam_symbol_frame foreign = {.function = "(unknown kind of frame)"};
    const struct jam_stack *stack = resolving->stack;
    uint64_t word = stack->frames[index];
    if (word >> JAM_FRAME_KIND_SHIFT != JAM_FRAME_NATIVE) {
        add_frames(frames, &foreign, 1);
        return;
    }
    if (word >= frames->preload_start && word < frames->preload_end)
        return;
    const struct jam_symbol_frame *found;
    size_t count = resolve_word(frames, resolving, index, &found);
    if (resolving->next_python < stack->depth && runs_python(&found[count - 1])) {
        resolving->interpreter = found[count - 1].module;
        add_python_run(frames, resolving);
        return;
    }
    pass_file(frames, resolving, found[count - 1].module);
    add_frames(frames, found, count);
}

/* Code of the interpreter itself, or of the modules that it comes with. */
static bool is_interpreter(const struct jam_symbol_frame *frame, const char *interpreter)
{
    return interpreter && frame->module &&
           (strcmp(frame->module, interpreter) == 0 || strstr(frame->module, "/lib-dynload/"));
}

/* Of a stack of Python's own library: see jam_function_python_role. */
static size_t find_library_site(const struct jam_symbol_frame *frames, size_t count)
{
    size_t best = count;
    enum jam_python_role best_role = JAM_PYTHON_START;
    for (size_t i = 0; i < count; i++) {
        enum jam_python_role role = jam_function_python_role(frames[i].function, frames[i].file);
        if (!frames[i].is_python || role < best_role)
            continue;
        best = i;
        best_role = role;
        if (role == JAM_PYTHON_PROGRAM)
            break;
    }
    return best;
}

/* The first frame that is not plumbing; if all are, one of Python, or the innermost. */
static size_t find_site(const struct jam_symbol_frame *frames, size_t count,
                        const char *interpreter)
{
    size_t innermost = 0;
    for (size_t i = 0; i < count; i++) {
        const struct jam_symbol_frame *frame = &frames[i];
        bool is_nameless_start = !frame->function && i && frames[i - 1].is_python;
        if (jam_function_is_start(frame->function) || is_nameless_start)
            break;
        if (is_interpreter(frame, interpreter)) {
            innermost += i == innermost;
            continue;
        }
        if (frame->is_python ? !jam_function_is_python_plumbing(frame->file)
                             : !jam_function_is_plumbing(frame->function, frame->file))
            return i;
    }
    size_t library = find_library_site(frames, count);
    if (library < count)
        return library;
    return innermost < count ? innermost : 0;
}

static void resolve_words(struct jam_frames *frames, struct resolving *resolving)
{
    const struct jam_stack *stack = resolving->stack;
    unsigned native_end = stack->depth;
    while (native_end && is_python_word(stack->frames[native_end - 1]))
        native_end--;
    resolving->next_python = native_end;
    resolving->lacks_loop = native_end < stack->depth && !has_loop(frames, resolving);
    for (unsigned i = 0; i < native_end; i++)
        add_word(frames, resolving, i);
    while (resolving->next_python < stack->depth)
        add_python_run(frames, resolving);
}

static struct known_stack resolve(struct jam_frames *frames, uint32_t stack_ref)
{
    struct known_stack known = {0};
    struct resolving resolving = {.stack = jam_trace_stack(frames->trace, stack_ref)};
    frames->scratch_count = 0;
    if (resolving.stack)
        resolve_words(frames, &resolving);
    if (!frames->scratch_count)
        return known;
    known.frames = malloc(frames->scratch_count * sizeof *known.frames);
    if (!known.frames)
        return known;
    known.count = frames->scratch_count;
    memcpy(known.frames, frames->scratch, known.count * sizeof *known.frames);
    for (size_t i = 0; i < known.count; i++)
        known.frames[i].is_interpreter = is_interpreter(&known.frames[i], resolving.interpreter);
    known.site = find_site(known.frames, known.count, resolving.interpreter);
    known.is_cut = resolving.stack->flags & (JAM_STACK_TRUNCATED | JAM_STACK_BROKEN);
    return known;
}

static const struct known_stack *find_known(struct jam_frames *frames, uint32_t stack_ref)
{
    uint32_t next = (uint32_t)frames->stack_count;
    if (jam_array_reserve(&frames->stacks, &frames->stack_capacity, frames->stack_count,
                          sizeof *frames->stacks) != 0)
        return NULL;
    uint32_t at = jam_map_insert(&frames->by_ref, stack_ref, 0, next);
    if (at == JAM_MAP_NONE)
        return NULL;
    if (at == next) {
        frames->stacks[at] = resolve(frames, stack_ref);
        frames->stack_count++;
    }
    return &frames->stacks[at];
}

struct jam_frame_list jam_frames_stack(struct jam_frames *frames, uint32_t stack_ref)
{
    const struct known_stack *known = stack_ref ? find_known(frames, stack_ref) : NULL;
    if (!known)
        return (struct jam_frame_list){0};
    return (struct jam_frame_list){
        .frames = known->frames,
        .count = known->count,
        .site = known->site,
        .is_cut = known->is_cut,
    };
}

static void note_damage(const struct jam_trace *trace, FILE *out)
{
    if (trace->missing)
        fprintf(out, "%s: cut off: %" PRIu64 " of %" PRIu64 " bytes are missing\n", trace->path,
                trace->missing, trace->header.used_bytes);
    if (trace->damage.count)
        fprintf(out,
                "%s: %" PRIu64 " damaged places were skipped, the first at offset %" PRIu64
                ": %s\n",
                trace->path, trace->damage.count, trace->damage.first_offset, trace->damage.reason);
}

void jam_frames_notes(const struct jam_trace *trace, const struct jam_frames *frames, FILE *out)
{
    const char *warning;
    note_damage(trace, out);
    for (size_t i = 0; frames && (warning = jam_symbolizer_warning(frames->symbolizer, i)); i++)
        fprintf(out, "%s\n", warning);
}
