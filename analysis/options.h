/* The options that all subcommands share, as the contract has them. */
#ifndef ANALYSIS_OPTIONS_H
#define ANALYSIS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/filter.h"

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON };

struct options {
	struct filter filter;
	enum format format;
	bool strict; /* a bad line ends the work */
	bool progress; /* a live line on the terminal */
	bool colour; /* of standard output, decided */
	char *const *paths; /* in argv */
	size_t npaths;
};

/*
 * Reads a subcommand's arguments. Returns -1 to go on, else the exit code to end with: `help` (the
 * command's own part of its --help) was asked for and printed, or the usage is wrong and that was
 * logged. Free with options_clear.
 */
int options_read(struct options *options, int argc, char **argv, const char *help);
void options_clear(struct options *options);
/* Ends standard output: `code`, or 74 when it could not be written (logged). */
int options_flush(int code);

#endif
