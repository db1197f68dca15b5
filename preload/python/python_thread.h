/*
 * What Python calls its threads.
 *
 * A thread of Python has a name that the kernel does not know. The functions that start threads are
 * wrapped (python_methods.h): what they are to call is the method Thread._bootstrap of the thread's
 * object, and that has the name and whether it is a daemon. They are kept for the pthread_create
 * inside. A thread that is started with another function (_thread.start_new_thread) has no such
 * name. What it is called later, when it runs, is not seen.
 */
#ifndef JAM_PYTHON_THREAD_H
#define JAM_PYTHON_THREAD_H

#include "python/python_methods.h"

/* Look up what is needed. If something is missing, no thread gets a name. */
void jam_python_thread_setup(const struct jam_image *image);

/* The handler of the functions that start threads. */
jam_python_handler jam_python_thread_start;

/* What the thread that is being created by this one is called and is. */
struct jam_thread_record;
void jam_python_thread_name(struct jam_thread_record *record);

#endif
