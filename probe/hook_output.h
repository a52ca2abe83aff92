/* What a program prints, cut into lines, and no more of it than a log can take. Pure. */
#ifndef PROBE_HOOK_OUTPUT_H
#define PROBE_HOOK_OUTPUT_H

#include <stddef.h>

/* HOOK_OUTPUT_LINE: bytes of a line that are kept. HOOK_OUTPUT_LINES: lines that are passed on. */
enum { HOOK_OUTPUT_LINE = 500, HOOK_OUTPUT_LINES = 50 };

/* Begins zeroed. */
struct hook_output {
	char line[HOOK_OUTPUT_LINE + 1];
	size_t len; /* of the line in the making, the part that is cut off included */
	size_t lines; /* that were passed on */
	size_t left_out; /* that were not */
	size_t bytes; /* in all */
};

/* Passes each line that is whole on, without its end; empty ones are left out. */
void hook_output_take(struct hook_output *output, const char *data, size_t len,
    void (*line)(const char *text, void *arg), void *arg);
/* Nothing more comes: what has no line end is a line, too. */
void hook_output_end(struct hook_output *output, void (*line)(const char *text, void *arg), void *arg);

#endif
