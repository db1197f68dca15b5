/*
 * Patterns of contention in JSON: an object with the pattern's key, the lock and the figures that
 * core/contention/shape.h explains.
 */
#ifndef JAM_RENDER_SHAPES_H
#define JAM_RENDER_SHAPES_H

#include <jansson.h>

#include "render/render_report.h"

json_t *jam_shape_json(struct jam_report *report, const struct jam_shape *shape);

#endif
