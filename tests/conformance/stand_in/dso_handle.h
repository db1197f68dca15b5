/* Names the object that a handler belongs to. */
extern void *__dso_handle;
