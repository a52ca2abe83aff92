/* netvane-lab: a censored country in network namespaces. Finds the role. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "base/fds.h"
#include "base/log.h"
#include "tests/lab/roles.h"
#include "tests/lab/world.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *about;
} roles[] = {
    {"run", lab_run_main, "play scenarios, and say whether netvane found the truth"},
    {"try", lab_try_main, "play a scenario, and run a command in the probe's place"},
    {"month", lab_month_main, "play weeks in minutes, and compare what the daemon told of them"},
    {"list", lab_list_main, "name scenarios, and check that they can be read"},
    {"world", lab_world_main, "all the servers and resolvers beyond the censor"},
    {"certs", lab_certs_main, "make the certificates of the lab's sites and forgers"},
};

enum { NROLES = sizeof(roles) / sizeof(roles[0]) };

static void
usage(FILE *out)
{
	size_t i;

	fputs("usage: netvane-lab ROLE [OPTION]...\n\nA censored country in network namespaces. Roles:\n", out);
	for (i = 0; i < NROLES; i++)
		fprintf(out, "  %-6s %s\n", roles[i].name, roles[i].about);
	fputs("\nExample:\n  netvane-lab run tests/lab/scenarios/clean.ini\n", out);
}

int
main(int argc, char **argv)
{
	size_t i;

	fds_open_standard();
	umask(077);
	log_init("netvane-lab", LOG_LEVEL_INFO);
	if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		usage(stdout);
		return EXIT_SUCCESS;
	}
	for (i = 0; argc >= 2 && i < NROLES; i++)
		if (strcmp(argv[1], roles[i].name) == 0)
			return roles[i].run(argc - 1, argv + 1);
	if (argc >= 2)
		log_errorx("there is no role '%s'", argv[1]);
	usage(stderr);
	return EX_USAGE;
}
