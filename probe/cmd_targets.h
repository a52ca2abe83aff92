/* What the two files of `netvane targets` share. */
#ifndef PROBE_CMD_TARGETS_H
#define PROBE_CMD_TARGETS_H

#include <stdbool.h>

int targets_import(int argc, char **argv);

/* "file:line: message" on stderr; line 0: the whole file. */
void targets_print_problem(const char *file, int line, bool fatal, const char *message);
/* A list_report that prints what is bad and passes over notes. */
void targets_report_bad(const char *file, int line, bool fatal, const char *message, void *arg);
/* The exit code for what list_load returned. */
int targets_load_code(int rc);

#endif
