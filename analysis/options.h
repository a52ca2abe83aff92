/* The options that all subcommands share, as the contract has them. */
#ifndef ANALYSIS_OPTIONS_H
#define ANALYSIS_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/filter.h"

enum format { FORMAT_TABLE, FORMAT_CSV, FORMAT_JSON };

struct options {
	struct filter filter;
	enum format format;
	bool strict; /* a bad line ends the work */
	bool progress; /* a live line on the terminal */
	bool colour; /* of standard output, decided */
	const char *store; /* "sqlite:FILE", in argv; NULL: none */
	char *const *paths; /* in argv; none where there is a store that has records already */
	size_t npaths;
	char **controls; /* --control-results; the texts in argv */
	size_t ncontrols;
	int64_t control_within_us;
};

/*
 * Reads a subcommand's arguments. Returns -1 to go on, else the exit code to end with: `help` (the
 * command's own part of its --help) was asked for and printed, or the usage is wrong and that was
 * logged. Free with options_clear.
 */
int options_read(struct options *options, int argc, char **argv, const char *help);
/* The same for a command that has options of its own, which take a value or not; NULL ends the list. */
struct options_own {
	const char *name;
	bool has_value;
	/* False when the value (NULL without one) is wrong, which was logged. */
	bool (*set)(void *arg, const char *value);
};
int options_read_own(struct options *options, int argc, char **argv, const char *help,
    const struct options_own *own, void *arg);
void options_clear(struct options *options);
/* Ends standard output: `code`, or 74 when it could not be written (logged). */
int options_flush(int code);

#endif
