/* What a program that waits for a quarter of an hour need not hold in memory meanwhile. */
#ifndef PROBE_IDLE_MEMORY_H
#define PROBE_IDLE_MEMORY_H

/*
 * Gives back what the allocator keeps for later, and lets go of the pages of programs and libraries that are mapped from files and
 * never written to: three quarters of what an idle netvane run has resident. The kernel keeps such pages as long as nobody
 * needs the room, so having them again costs a page fault each, about a millisecond in all, and no reading; where others
 * do need the room, it need not look for who still uses them.
 */
void idle_memory_release(void);

#endif
