/* Tests of symbols that only older programs could link have nothing to test here. */
#ifndef STAND_IN_SHLIB_COMPAT_H
#define STAND_IN_SHLIB_COMPAT_H

#define TEST_COMPAT(library, introduced, obsoleted)           0
#define compat_symbol_reference(library, local, name, version) extern int compat_symbol_unused

#endif
