/* Opens the helpers that have plain C headers to C++. */
#ifndef JAM_UTIL_SHIM_H
#define JAM_UTIL_SHIM_H

#ifdef __cplusplus
extern "C" {
#endif

#include "core/function_name.h"
#include "core/lock_kind.h"
#include "core/python/python_lines.h"
#include "core/python/python_lock.h"
#include "util/options.h"
#include "util/human.h"
#include "util/intern.h"
#include "util/map.h"
#include "util/output.h"

#ifdef __cplusplus
}
#endif

#endif
