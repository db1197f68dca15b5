/*
 * Hangs from a script, for C++.
 *
 * Statements are separated by ';'. Threads are T1 to T9, locks single capital letters; both exist
 * once they are named. Numbers behind "at" are call stacks, behind "since" times.
 *
 *      T1 holds A [shared] [at N] [since N]
 *      T1 waits A [shared] [timed] [with M] [at N] [since N]      M: the mutex of a condition
 *      T1 joins T2 [timed]
 *      T1 runs | T1 ended
 *      A is mutex|spin|rwlock|queue|sem|locklike|cond|barrier|once|robust|pshared|
 *           futex|announced
 *      A signalled T2 at N since N                                 met nobody
 *      A woken T2 since N                                          met somebody
 *      A broadcast T2 since N                                      met all that waited
 *      process has strangers|handlers|doubts
 *      process lives                                               who was woken has had time to run
 */
#ifndef JAM_HANG_SHIM_H
#define JAM_HANG_SHIM_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The findings in one line, "" for none, to be freed by the caller:
 * "deadlock confirmed: T1 holds A@1 wants B@2, T2 holds B@3 wants A@4; ...", or with threads
 * "stuck-wait weak: T1 wants A@1 (T2 A@3) x2".
 * A script that makes no sense gives "script: WORD".
 */
char *jam_shim_hang(const char *script);

#ifdef __cplusplus
}
#endif

#endif
