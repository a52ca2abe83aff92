/* Where the files that ship with the programs are. */
#include "targets/datadir.h"

#include <stdlib.h>

#include "base/mem.h"

char *
datadir_path(const char *file)
{
	const char *dir = getenv("NETVANE_DATADIR");

	if (dir == NULL || *dir == '\0')
		dir = NETVANE_DATADIR;
	return xasprintf("%s/%s", dir, file);
}
