/* Opens the symbolizer and its helpers to C++: their headers are plain C. */
#ifndef JAM_SYMBOLIZE_SHIM_H
#define JAM_SYMBOLIZE_SHIM_H

#ifdef __cplusplus
extern "C" {
#endif

#include "util/data_name.h"
#include "util/demangle.h"
#include "symbols/symbolize.h"

#ifdef __cplusplus
}
#endif

#endif
