/* Landlock (landlock(7)): which files this process may still read, write and execute. sandbox.h says what the rules mean. */
#ifndef PROBE_LANDLOCK_H
#define PROBE_LANDLOCK_H

struct sandbox_rules;

/* The kernel's version; 0 or -1 with errno where it has none. */
int landlock_version(void);
/*
 * Restricts this thread, and what it starts, for good; no_new_privs must be set. Paths that are not there are left out. Returns 0, or -1
 * with errno, and then nothing was restricted.
 */
int landlock_restrict(int version, const struct sandbox_rules *rules);

#endif
