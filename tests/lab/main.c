/* netvane-lab: the roles of the lab, one table. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "tests/lab/world.h"

static const struct {
	const char *name;
	int (*main)(int argc, char **argv);
} roles[] = {
    {"certs", lab_certs_main},
    {"world", lab_world_main},
};

int
main(int argc, char **argv)
{
	size_t i;

	log_init("netvane-lab", LOG_LEVEL_INFO);
	for (i = 0; argc > 1 && i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].name, argv[1]) == 0)
			return roles[i].main(argc - 1, argv + 1);
	fprintf(stderr, "usage: netvane-lab ROLE ...; the roles:");
	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		fprintf(stderr, " %s", roles[i].name);
	fprintf(stderr, "\n");
	return 64;
}
