/* The tables that ship with netvane. */
#include "analysis/shipped.h"

#include <stdlib.h>

#include "results/known_ca.h"
#include "targets/datadir.h"

void
shipped_known_cas(struct known_cas *known)
{
	char *path = datadir_path("certs/interception.tsv");

	known_cas_read(path, known);
	free(path);
}
