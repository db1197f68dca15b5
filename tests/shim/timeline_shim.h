/* A plain-C door to core/timeline for the unit tests: events in, slices as text out. */
#ifndef JAM_TIMELINE_SHIM_H
#define JAM_TIMELINE_SHIM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Each line of the script is an event: "TIME THREAD KIND LOCK B FLAGS SINCE", KIND being one of
 * acquire, release, wait, got, wake, hold, other; B is the stack or, for got, the other thread.
 * SINCE may be left out. Writes a line a slice: "THREAD KIND LOCK BEGIN-END stack=S flags=F by=O
 * [-> BEGIN-END of the blocker]".
 */
char *jam_shim_timeline(const char *script, int has_all_events, unsigned long long end_ns,
                        char *text, size_t size);

/* The same script, thinned to `limit` slices: "kept N of M", then a line a density. */
char *jam_shim_timeline_thin(const char *script, size_t limit, unsigned long long duration_ns,
                             char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
