/*
 * The declared lock order: which class of locks may be taken while which is held.
 *
 *      lockjam-lock-order 1
 *      # comment
 *      Pool::mu -> accounts[].lock          accounts[].lock may be taken while Pool::mu is held
 *      accounts[].lock -> journal
 *
 * The declared pairs and what follows from them (Pool::mu -> journal) are the order; taking two
 * locks against it is a violation, whether a cycle was seen or not. A pair that the declaration
 * says nothing about is none. A declaration that contradicts itself is damaged.
 */
#ifndef JAM_CORE_DECLARED_ORDER_H
#define JAM_CORE_DECLARED_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/intern.h"

#define JAM_DECLARED_ORDER_TITLE "lockjam-lock-order 1"

struct jam_declared_pair {
    uint32_t before, after; /* numbers in classes */
    unsigned line;          /* of the file, 0 = none */
};

struct jam_declared_order {
    struct jam_intern classes;
    struct jam_declared_pair *pairs; /* sorted by before, once the order is finished */
    size_t count, capacity;
    uint32_t *queue; /* scratch of searches: one place a class */
    uint32_t *seen;  /* by class: number of the search that met it */
    uint32_t searches;
};

void jam_declared_order_fini(struct jam_declared_order *order);

/*
 * Build an order: add pairs, then finish, which allows questions. Adding needs no finish to have
 * been; pairs of one class with itself say nothing and are passed over. 0, or -1 without memory.
 */
int jam_declared_order_add(struct jam_declared_order *order, const char *before, const char *after);
int jam_declared_order_finish(struct jam_declared_order *order);

/* The number of a class, JAM_MAP_NONE if the order does not mention it. */
uint32_t jam_declared_order_find(const struct jam_declared_order *order, const char *name);

/* Whether `after` may be taken while `before` is held: it follows from the pairs. */
bool jam_declared_order_has(struct jam_declared_order *order, uint32_t before, uint32_t after);

/*
 * Reads a file's text, which is cut up, and finishes. 0; JAM_ERROR_INPUT with "NAME:LINE: REASON",
 * also for the line that contradicts those before it; JAM_ERROR_SYSTEM.
 */
int jam_declared_order_parse(struct jam_declared_order *order, const char *name, char *text,
                             struct jam_error *error);

#endif
