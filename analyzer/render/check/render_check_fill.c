/* Templates with {names} that are filled in from the finding. */
#include "render/check/render_check_fill.h"

#include <stdio.h>
#include <string.h>

#include "core/contention/shape.h"
#include "render/check/render_check_name.h"
#include "render/check/render_check_wish.h"
#include "util/text.h"

#define NAMES_SHOWN 4 /* of a long cycle in a sentence; the edges list all */

/* What a sentence is about. */
struct subject {
    struct jam_check *check;
    const struct jam_finding *finding;
    struct jam_check_story story;
};

/* Number `index` of what is listed, NULL = has been listed before. */
typedef const char *(*item_fn)(const struct subject *subject, size_t index);

static const char *edge_thread(const struct subject *subject, size_t index)
{
    const struct jam_finding_edge *edges = subject->finding->edges;
    for (size_t i = 0; i < index; i++)
        if (edges[i].thread == edges[index].thread)
            return NULL;
    return jam_check_thread_name(subject->check, subject->finding, edges[index].thread);
}

static const char *edge_lock(const struct subject *subject, size_t index)
{
    const struct jam_finding_edge *edges = subject->finding->edges;
    for (size_t i = 0; i < index; i++)
        if (edges[i].holds.lock == edges[index].holds.lock)
            return NULL;
    return jam_check_lock_name(subject->check, subject->finding, &edges[index].holds);
}

static size_t count_items(const struct subject *subject, item_fn item)
{
    size_t count = 0;
    for (size_t i = 0; i < subject->finding->edge_count; i++)
        count += item(subject, i) != NULL;
    return count;
}

/* "a", "a and b", "a, b and c", "a, b, c, d and 5 more". */
static void put_list(struct jam_text *text, const struct subject *subject, item_fn item)
{
    size_t count = count_items(subject, item);
    size_t shown = count > NAMES_SHOWN + 1 ? NAMES_SHOWN : count;
    size_t number = 0;
    for (size_t i = 0; i < subject->finding->edge_count && number < shown; i++) {
        const char *name = item(subject, i);
        if (!name)
            continue;
        const char *last = number + 1 == count ? " and " : ", ";
        jam_text_put(text, "%s%s", number ? last : "", name);
        number++;
    }
    if (shown < count)
        jam_text_put(text, " and %zu more", count - shown);
}

/* Whether several threads have one name (or none): "python3 and python3" tells nothing. */
static bool are_namesakes(const struct subject *subject)
{
    const struct jam_finding *finding = subject->finding;
    for (size_t i = 1; i < finding->edge_count; i++)
        if (jam_check_thread_name(subject->check, finding, finding->edges[i].thread) !=
            jam_check_thread_name(subject->check, finding, finding->edges[0].thread))
            return false;
    return count_items(subject, edge_thread) > 1;
}

static void put_threads(struct jam_text *text, const struct subject *subject)
{
    const char *first = jam_check_thread_name(
        subject->check, subject->finding,
        subject->finding->edge_count ? subject->finding->edges[0].thread : subject->story.thread);
    if (are_namesakes(subject))
        jam_text_put(text, "%zu threads called %s", count_items(subject, edge_thread), first);
    else if (!subject->finding->edge_count)
        jam_text_put(
            text, "%s",
            jam_check_thread_name(subject->check, subject->finding, subject->story.thread));
    else
        put_list(text, subject, edge_thread);
}

static void put_locks(struct jam_text *text, const struct subject *subject)
{
    if (!subject->finding->edge_count)
        jam_text_put(
            text, "%s",
            jam_check_lock_name(subject->check, subject->finding, &subject->story.subject));
    else
        put_list(text, subject, edge_lock);
}

static void put_thread(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s",
                 jam_check_thread_name(subject->check, subject->finding, subject->story.thread));
}

static void put_other_thread(struct jam_text *text, const struct subject *subject)
{
    uint32_t thread = subject->story.other_thread;
    bool is_same = thread && thread == subject->story.thread;
    jam_text_put(text, "%s",
                 is_same ? "itself"
                         : jam_check_thread_name(subject->check, subject->finding, thread));
}

static void put_lock(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s",
                 jam_check_lock_name(subject->check, subject->finding, &subject->story.subject));
}

static void put_wish(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s",
                 jam_check_wish(subject->check, subject->finding, &subject->story.subject));
}

static void put_other_lock(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s",
                 jam_check_lock_name(subject->check, subject->finding, &subject->story.other));
}

static void put_place(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s",
                 jam_check_place(subject->check, subject->finding, subject->story.subject.stack));
}

static void put_other_place(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s",
                 jam_check_place(subject->check, subject->finding, subject->story.other.stack));
}

static void put_result(struct jam_text *text, const struct subject *subject)
{
    int32_t result = subject->finding->result;
    jam_text_put(text, "%s", result > 0 ? strerror(result) : "no reason given");
}

static void put_call(struct jam_text *text, const struct subject *subject)
{
    jam_text_put(text, "%s", jam_shape_call_name(subject->finding->call));
}

static void put_evidence(struct jam_text *text, const struct subject *subject)
{
    const struct jam_finding *finding = subject->finding;
    if (finding->evidence.lock)
        jam_text_put(text, "%s", jam_check_lock_name(subject->check, finding, &finding->evidence));
    else if (finding->evidence_thread)
        jam_text_put(text, "thread %s (tid %u)",
                     jam_check_thread_name(subject->check, finding, finding->evidence_thread),
                     jam_check_tid(subject->check, finding, finding->evidence_thread));
    else
        jam_text_put(text, "(not recorded)");
}

static const struct {
    const char *name;
    void (*put)(struct jam_text *, const struct subject *);
} fields[] = {
    {"{threads}", put_threads}, {"{thread}", put_thread},     {"{other_thread}", put_other_thread},
    {"{locks}", put_locks},     {"{lock}", put_lock},         {"{other_lock}", put_other_lock},
    {"{wish}", put_wish},       {"{place}", put_place},       {"{other_place}", put_other_place},
    {"{result}", put_result},   {"{evidence}", put_evidence}, {"{call}", put_call},
};

/* The end of the field that the template has here, NULL if it has none. */
static const char *put_field(struct jam_text *text, const char *at, const struct subject *subject)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        size_t length = strlen(fields[i].name);
        if (strncmp(at, fields[i].name, length) != 0)
            continue;
        fields[i].put(text, subject);
        return at + length;
    }
    return NULL;
}

const char *jam_check_fill(struct jam_check *check, const struct jam_finding *finding,
                           const char *sentence)
{
    const struct subject subject = {check, finding, jam_check_story(finding)};
    struct jam_text text = {.used = 0};
    for (const char *at = sentence; *at;) {
        const char *next = *at == '{' ? put_field(&text, at, &subject) : NULL;
        if (!next)
            jam_text_put(&text, "%c", *at++);
        else
            at = next;
    }
    return jam_check_keep(check, text.bytes);
}
