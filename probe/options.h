/*
 * The command line of the commands that measure (check, run), and what it comes to together with the configuration. In the order of use:
 * parse, configure, consent, clear.
 */
#ifndef PROBE_OPTIONS_H
#define PROBE_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <sys/types.h>

#include "probe/conf.h"

/* Begins with colour "auto" and zeros. */
struct options {
	bool json, quiet, consent, skip_bad;
	const char *colour, *config;
	struct strings settings; /* options of the configuration: name, value, name, value, ... */
	/* set by options_configure */
	struct conf *conf;
	char *state, *results; /* directories */
};

/* Each returns -1 to go on, or the exit code. */
int options_parse(struct options *o, const char *help, int argc, char **argv);
/* Reads the files, and the command line's settings over them. */
int options_configure(struct options *o);
/* Asks for consent where it was not given and somebody is there to be asked. */
int options_consent(const struct options *o);
/* A pause is in force: 3, after saying so. */
int options_pause(const struct options *o);
/* Says that another netvane works there; returns the exit code. pid: 0 unknown. */
int options_say_locked(const char *dir, pid_t pid);
/* Whether standard output is to have colours. */
bool options_use_colour(const struct options *o);
void options_clear(struct options *o);

#endif
