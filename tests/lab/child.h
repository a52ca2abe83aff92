/* Programs that a lab runs in its namespaces. None outlives the lab. */
#ifndef LAB_CHILD_H
#define LAB_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "tests/lab/space.h"

struct child_plan {
	const struct spaces *spaces;
	enum space space;
	char *const *argv;
	const char *home; /* its working directory and HOME */
	int out; /* descriptor of its standard output and, where `err` is none, error; -1: the lab's
	            own */
	int err; /* -1: as out */
	const char *over,
	    *under; /* under is mounted over this file, for the child only; NULL: nothing */
	const char *preload;    /* a library to load before its own; NULL none */
	const char *clock_step; /* for that library, see clock_step.c; NULL: it needs none */
	const char *clock_page; /* the same for clock_skip.c */
};

/* Logs and ends the lab where there can be no process. */
pid_t child_start(const struct child_plan *plan);
/* Ends it and waits for it; -1 is fine. */
void child_end(pid_t pid);
/* Waits for its end, and returns its exit status, or 128 and the signal. */
int child_wait(pid_t pid);

#endif
