/*
 * The time of a country in the lab in which weeks pass while nobody waits: shared, as a file that is mapped, by the lab and the programs
 * whose clocks it moves (clock_skip.c).
 *
 * What goes over the network takes as long as it takes. But where a program waits for nothing that could come over the network, or for what
 * will not come, since no packet is on its way and no server at work, the time until its next timer is left out.
 */
#ifndef LAB_CLOCK_PAGE_H
#define LAB_CLOCK_PAGE_H

#include <stdatomic.h>
#include <stdint.h>

struct clock_page {
	_Atomic int64_t skipped_ns; /* the country's time is the machine's CLOCK_MONOTONIC and this */
	/* What clocks show beyond the country's time: */
	_Atomic int64_t wall_ns;  /* CLOCK_REALTIME */
	_Atomic int64_t boot_ns;  /* CLOCK_BOOTTIME */
	_Atomic int64_t awake_ns; /* CLOCK_MONOTONIC: less, when the machine has slept */
	_Atomic int64_t stop_ns;  /* the country's time at which something is to happen: nobody skips past it */
	_Atomic int64_t quiet;    /* how often the lab has looked since something was sent or came, and found nothing on its way */
	_Atomic int waiting;      /* it has come, and somebody waits for that, with nothing under way */
};

#endif
