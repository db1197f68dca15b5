/*
 * A terminal that shows a picture and answers to single keys: raw input, the alternate screen, a
 * hidden cursor. ECMA-48 sequences only, so it works wherever ssh does.
 *
 * The terminal is put back by jam_terminal_end, and also when a signal ends the program.
 */
#ifndef JAM_UTIL_TERMINAL_H
#define JAM_UTIL_TERMINAL_H

#include <stddef.h>

/* Keys beyond the characters, which are themselves. */
enum jam_key {
    JAM_KEY_NONE = 0, /* the time was up */
    JAM_KEY_ENTER = '\r',
    JAM_KEY_ESCAPE = 27,
    JAM_KEY_BACKSPACE = 127,
    JAM_KEY_UP = 256,
    JAM_KEY_DOWN,
    JAM_KEY_CLOSED, /* nobody will press a key any more */
};

struct jam_terminal_size {
    size_t columns, rows;
};

/* 0, or -1 if standard input or output is no terminal: nothing was changed then. */
int jam_terminal_begin(void);
void jam_terminal_end(void);

/* As it is now; 80 x 24 if the terminal does not say. */
struct jam_terminal_size jam_terminal_size(void);

/* Replaces the picture: `text` has one line a row, ended by "\n", at most as many as there are. */
void jam_terminal_show(const char *text);

/* The next key, or JAM_KEY_NONE after so many milliseconds, or earlier if the size changed. */
int jam_terminal_key(int timeout_ms);

#endif
