/* The tables that ship with netvane. */
#include "analysis/shipped.h"

#include <stdlib.h>

#include "base/mem.h"
#include "results/known_ca.h"

void
shipped_known_cas(struct known_cas *known)
{
	const char *dir = getenv("NETVANE_DATADIR");
	char *path = xasprintf("%s/certs/interception.tsv", dir != NULL && dir[0] != '\0' ? dir : NETVANE_DATADIR);

	known_cas_read(path, known);
	free(path);
}
