/* netvane, the probe: finds the subcommand. */
#include "config.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/fds.h"
#include "base/log.h"
#include "probe/cmd.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *about;
};

static const struct command commands[] = {
    {"check", cmd_check, "measure every target once and say what was found"},
    {"run", cmd_run, "measure on a schedule, until it is stopped"},
    {"plan", cmd_plan, "show whom that contacts, who sees it, and what it costs"},
    {"status", cmd_status, "show what is reachable, and what the daemon does"},
    {"init", cmd_init, "show what netvane does, ask for consent and record it"},
    {"explain", cmd_explain, "say what one record means, and how sure that is"},
    {"results", cmd_results, "show the files with results, or delete them"},
    {"pause", cmd_pause, "measure nothing for a while, or until told otherwise"},
    {"resume", cmd_resume, "end a pause"},
    {"baseline", cmd_baseline, "show or forget what is normal here, or learn it anew"},
    {"control", cmd_control, "show others how sites look from this machine"},
    {"targets", cmd_targets, "show, check and import lists of targets"},
    {"calendars", cmd_calendars, "show and check calendars of event days, and what comes next"},
    {"demo", cmd_demo, "show netvane at work in a censored country inside this machine"},
    {"config", cmd_config, "check the configuration, or show the one in force"},
};

enum { NCOMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void
usage(FILE *out)
{
	size_t i;

	fputs("usage: netvane COMMAND [OPTION]...\n\n"
	      "Tells whether this line reaches social media and news sites, and if not, who is\n"
	      "in the way.\n\nCommands:\n",
	    out);
	for (i = 0; i < NCOMMANDS; i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].about);
	fputs("\n'netvane COMMAND --help' says more. For a start:\n\n"
	      "  netvane check\n"
	      "  netvane check --url https://www.youtube.com/ --json\n",
	    out);
}

int
main(int argc, char **argv)
{
	char name[64];
	size_t i;

	fds_open_standard();
	setlocale(LC_CTYPE, "");
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	log_init("netvane", LOG_LEVEL_INFO);
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		usage(stdout);
		return EXIT_SUCCESS;
	}
	if (argc >= 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)) {
		puts("netvane " PACKAGE_VERSION);
		return EXIT_SUCCESS;
	}
	for (i = 0; argc >= 2 && i < NCOMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0) {
			/* What getopt calls the program when it complains. */
			snprintf(name, sizeof(name), "netvane %s", commands[i].name);
			argv[1] = name;
			return commands[i].run(argc - 1, argv + 1);
		}
	if (argc >= 2)
		log_errorx("there is no command '%s'", argv[1]);
	usage(stderr);
	return EX_USAGE;
}
