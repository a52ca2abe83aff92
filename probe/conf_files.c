/* The configuration files, in their order. */
#include "probe/conf_files.h"

#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "probe/conf.h"
#include "probe/paths.h"

struct conf *
conf_files_read(const char *file, int *code)
{
	struct conf *conf = conf_new();
	char *user = paths_user_conf();
	int wrong = conf_read(conf, NETVANE_SYSCONFDIR "/netvane/netvane.conf", true);

	*code = EX_CONFIG;
	if (user != NULL)
		wrong |= conf_read(conf, user, true);
	free(user);
	if (file != NULL && access(file, R_OK) != 0) {
		log_error("cannot read the configuration %s", file);
		*code = EX_NOINPUT;
		wrong = -1;
	} else if (file != NULL)
		wrong |= conf_read(conf, file, false);
	if (wrong == 0)
		return conf;
	conf_free(conf);
	return NULL;
}
