/* Where the files that ship with the programs are. */
#include "targets/datadir.h"

#include <stdlib.h>

#include "base/beside.h"
#include "base/mem.h"

char *
datadir_path(const char *file)
{
	char *dir = beside_directory("NETVANE_DATADIR", NETVANE_DATADIR, "../targets");
	char *path = xasprintf("%s/%s", dir, file);

	free(dir);
	return path;
}
