/* Where things live on disk. */
#include "probe/paths.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "probe/conf.h"

static const char *
environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

char *
paths_state(const struct conf *conf)
{
	const char *dir;

	if (conf->state_dir != NULL)
		return xstrdup(conf->state_dir);
	dir = environment("STATE_DIRECTORY"); /* set by systemd for StateDirectory= */
	if (dir != NULL)
		return xstrndup(dir, strcspn(dir, ":"));
	dir = environment("XDG_STATE_HOME");
	if (dir != NULL)
		return xasprintf("%s/netvane", dir);
	dir = environment("HOME");
	return dir != NULL ? xasprintf("%s/.local/state/netvane", dir)
			   : xstrdup("/var/lib/netvane");
}

char *
paths_results(const struct conf *conf)
{
	char *state, *results;

	if (conf->results_dir != NULL)
		return xstrdup(conf->results_dir);
	state = paths_state(conf);
	results = xasprintf("%s/results", state);
	free(state);
	return results;
}

char *
paths_user_conf(void)
{
	const char *dir = environment("XDG_CONFIG_HOME");

	if (dir != NULL)
		return xasprintf("%s/netvane/netvane.conf", dir);
	dir = environment("HOME");
	return dir != NULL ? xasprintf("%s/.config/netvane/netvane.conf", dir) : NULL;
}
