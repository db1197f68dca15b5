/* A library with room for locks in its data, to be loaded and unloaded (identity.cc). */
char plugin_room[4096] __attribute__((aligned(64)));
