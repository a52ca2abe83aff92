/* When the last round began, kept across runs: the absence of data must be explained. */
#ifndef PROBE_HEARTBEAT_H
#define PROBE_HEARTBEAT_H

/* Seconds of wall clock since the last mark; -1 where there is none. Below 0 never: a clock set back gives 0. */
double heartbeat_since(const char *state_dir);
/* Marks now. Failures are logged and do no other harm. */
void heartbeat_mark(const char *state_dir);

#endif
