/* Installed, or only built. */
#include "base/beside.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static char *
beside_program(const char *built)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		return NULL;
	self[n] = '\0';
	slash = strrchr(self, '/');
	return slash != NULL ? xasprintf("%.*s/%s", (int)(slash - self), self, built) : NULL;
}

char *
beside_directory(const char *variable, const char *installed, const char *built)
{
	const char *named = getenv(variable);
	char *path;

	if (named != NULL && *named != '\0')
		return xstrdup(named);
	if (access(installed, R_OK) == 0)
		return xstrdup(installed);
	path = beside_program(built);
	if (path != NULL && access(path, R_OK) == 0)
		return path;
	free(path);
	return xstrdup(installed);
}
