/*
 * The Python frames of the calling thread, read from CPython's own structures.
 *
 * THE IDEA. A native stack of a Python program shows the interpreter and not the program. CPython
 * keeps the program's frames in a list that begins in the thread state; where the fields lie
 * depends on the minor version alone (python_layout.c). Reading them takes a few loads a frame: no
 * reference is taken, nothing is allocated, and the GIL is not needed, because a thread's own
 * frames stand still while it is in native code.
 *
 * An interpreter is recognised by the symbols of its file, when one of its addresses first stands
 * in a stack (python_find.c): that covers programs that embed Python or load it late.
 */
#ifndef JAM_PYTHON_H
#define JAM_PYTHON_H

#include <stdbool.h>
#include <stdint.h>
#include "arch.h"
#include "image.h"
#include "thread.h"

/* An interpreter was found, and its version is known. Atomic; rarely changes. */
extern bool jam_python_is_here;

/* What is to be known of it. */
struct jam_python_interpreter {
    const struct jam_python_layout *layout;
    uint64_t code_type;  /* &PyCode_Type */
    uint64_t start, end; /* of the interpreter's file */
    void *(*this_thread_state)(void);
    void *(*current_thread_state)(void); /* of who has the GIL; NULL = not known */
    int (*is_finalizing)(void);
    uint64_t watchdog_maker; /* see jam_python_watchdog_maker */
};

/*
 * It was found, or (NULL) has been unloaded. Under the growth lock. Frames are read from then on;
 * jam_python_is_here is for who found it to set, when all else is in place.
 */
void jam_python_set(const struct jam_python_interpreter *interpreter);

/* Whether this is code of the interpreter that was found. */
bool jam_python_has_code(uint64_t pc);

/* One Python frame. `code` is a code object: valid as long as the frame is. */
struct jam_python_frame {
    uint64_t code;
    uint32_t position; /* bytes from the start of the bytecode */
    bool is_entry;     /* called by native code */
};

/*
 * Walk the frames of the calling thread: jam_python_first, then jam_python_next while it answers
 * true. False also when this thread runs no Python code, and while the interpreter shuts down:
 * thread states may be gone by then.
 */
struct jam_python_walk {
    uint64_t at; /* next frame to look at, 0 = end */
    struct jam_python_frame frame;
};
bool jam_python_first(struct jam_python_walk *walk);
bool jam_python_next(struct jam_python_walk *walk);

/*
 * The calling thread has the GIL, so that its state can be had cheaply, and is there: for the next walk
 * alone, which may be in a hook further in. After that, and after jam_python_may_lose_gil, a walk asks
 * in the way that is right at any time, and costs some 5 ns more.
 */
void jam_python_has_gil(void);
void jam_python_may_lose_gil(void);

/*
 * A hash of the frames that a walk would meet, `depth_max` at most; 0 if there are none. As good as
 * 64 bits can be; with the frames' code objects goes what tells them from later ones in their place.
 */
uint64_t jam_python_hash(uint32_t depth_max);

/* A str object as UTF-8, at most `max` bytes and no NUL behind it. Returns the length. */
uint32_t jam_python_string(uint64_t string, char *to, uint32_t max);

/*
 * What tells a code object from another one that may later lie at the same address, short of
 * comparing all of it: mixed into the keys of what is remembered.
 */
uint64_t jam_python_code_mark(uint64_t code);

/*
 * Whether the calling thread is just making the lock that stands for its own end: see
 * python_join.c. Asked right after its stack was captured.
 */
bool jam_python_makes_end(void);

/* Where the code of Python 3.8 begins that makes a watchdog's lock, 0 in other versions. */
uint64_t jam_python_watchdog_maker(void);

/* A semaphore was created, or acquired, by this thread: is it one for the end of a thread? */
void jam_python_created(const struct jam_thread *self, struct jam_lock_record *lock);
void jam_python_acquired(struct jam_thread *self, const struct jam_lock_record *lock,
                         uint32_t stack);

/*
 * The id of a code object's record in the trace (struct jam_python_code), which is written when it
 * is new. 0: no space, counted. Under the growth lock.
 */
uint32_t jam_python_code_id(uint64_t code);

/* Of the function of Python's library that a stack is in: enum jam_site_role, 0 = none. */
uint16_t jam_python_role(uint32_t stack);

/*
 * For the child of a fork, whose trace begins without records: the record of an id, valid while this
 * session lasts, NULL = there is none; and, under the growth lock, a copy of a record as a new one of
 * this session, 0 = no space.
 */
const struct jam_python_code *jam_python_code_record(uint32_t id);
uint32_t jam_python_code_import(const struct jam_python_code *record);

/* jam_stack_capture (stack.h) in a process with an interpreter: with the Python frames behind. */
uint32_t jam_python_capture(struct jam_thread *self, const struct jam_call *call);

/*
 * The same in two steps, for when the frames may not be looked at any more by the time that they are
 * needed: the Python frames as a stack of their own (0 = none), and that behind a native stack.
 *
 * Each place of the program may turn up here. When JAM_PYTHON_FRAMES_MAX different stacks of this
 * process were seen, further ones are told by the function alone that runs: a stack of one frame, at
 * the function's first line, marked JAM_STACK_TRUNCATED and counted (JAM_LOSS_STACKS).
 */
#define JAM_PYTHON_FRAMES_MAX 8192
uint32_t jam_python_frames(struct jam_thread *self);
uint32_t jam_python_stack_with(struct jam_thread *self, uint32_t native, uint32_t frames);

#endif
