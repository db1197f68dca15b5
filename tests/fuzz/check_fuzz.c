/* Suppression files, baselines and lock orders with arbitrary contents. */
#include <stdlib.h>
#include <string.h>

#include "core/finding/baseline.h"
#include "core/order/declared_order.h"
#include "core/finding/suppress.h"
#include "fuzz.h"

/* The rules must also survive being compared. */
static void match(struct jam_suppressions *list)
{
    struct jam_suppress_frame frames[] = {
        {"lock_both(int)", "src/a.c", "/usr/bin/a", 3, true},
        {"pay::Pool::take(int)", NULL, "/usr/lib/b.so", 0, false},
        {NULL, NULL, NULL, 0, false},
    };
    struct jam_suppress_stack stacks[] = {{frames, 3}, {frames + 1, 2}, {frames, 1}};
    struct jam_suppress_lock locks[] = {{"a[1]", "a[]", {frames, 3}}};
    for (unsigned kind = 0; kind < JAM_FINDING_KINDS; kind++) {
        const struct jam_suppress_subject subject = {
            kind, "0123456789abcdef", stacks, 3, kind % 2, locks, 1};
        jam_suppressions_find(list, &subject);
    }
}

static char *copy(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jam_suppressions suppressions = {.today = 20270101};
    struct jam_baseline baseline = {0};
    struct jam_declared_order order = {0};
    struct jam_error error;
    char *text = copy(data, size);
    if (jam_suppressions_parse(&suppressions, "file", text, &error) == 0)
        match(&suppressions);
    jam_suppressions_fini(&suppressions);
    free(text);
    text = copy(data, size);
    jam_baseline_parse(&baseline, "file", text, &error);
    jam_baseline_fini(&baseline);
    free(text);
    text = copy(data, size);
    jam_declared_order_parse(&order, "file", text, &error);
    jam_declared_order_fini(&order);
    free(text);
    return 0;
}
