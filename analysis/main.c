/* netvane-analyze: finds the subcommand and leaves the rest to it. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "analysis/commands.h"
#include "analysis/options.h"
#include "base/fds.h"
#include "base/log.h"

static const struct command {
	const char *name, *about;
	int (*run)(int argc, char **argv);
} commands[] = {
    {"summary", "what was measured of each target, and when it last changed", cmd_summary},
    {"verdicts", "a row for each measurement: its verdict, and OONI's keys recomputed", cmd_verdicts},
    {"episodes", "when interference began and ended, and what began at once", cmd_episodes},
    {"interception", "whose certificates were shown in place of the sites' own", cmd_interception},
    {"correlate", "whether blocking follows the events of a calendar", cmd_correlate},
    {"report", "all that there is to tell, in one HTML file", cmd_report},
};
enum { NCOMMANDS = sizeof(commands) / sizeof(commands[0]) };

static int
help(void)
{
	size_t i;

	printf("Usage: netvane-analyze COMMAND [OPTION]... PATH...\n"
	       "Tells what netvane's records, or OONI's, have to say.\n\n"
	       "Commands:\n");
	for (i = 0; i < NCOMMANDS; i++)
		printf("  %-12s %s\n", commands[i].name, commands[i].about);
	printf("\nPATH is a results directory or a file (.jsonl, .json, .gz, .zst); - is standard\n"
	       "input.\n"
	       "`netvane-analyze COMMAND --help' tells the options of a command.\n\n"
	       "Example:\n"
	       "  netvane-analyze summary ~/.local/state/netvane/results\n");
	return options_flush(EX_OK);
}

int
main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;
	size_t i;

	fds_open_standard();
	log_init("netvane-analyze", LOG_LEVEL_INFO);
	if (name == NULL) {
		log_errorx("no command; `netvane-analyze --help' lists them");
		return EX_USAGE;
	}
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
		return help();
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
		printf("netvane-analyze %s\n", PACKAGE_VERSION);
		return options_flush(EX_OK);
	}
	for (i = 0; i < NCOMMANDS; i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	log_errorx("there is no command \"%s\"; `netvane-analyze --help' lists them", name);
	return EX_USAGE;
}
