/*
 * Progress on stderr: one live line on a terminal, a plain line now and then elsewhere.
 */
#ifndef PROBE_PROGRESS_H
#define PROBE_PROGRESS_H

#include <stddef.h>

struct progress;

/* Log lines wipe the live line before they are written. */
struct progress *progress_new(const char *what);
/* Wipes the line. NULL is fine. */
void progress_free(struct progress *progress);
/* now: what is being done, shown on the live line; may be NULL. */
void progress_show(struct progress *progress, size_t done, size_t all, const char *now);

#endif
