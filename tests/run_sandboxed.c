/*
 * netvane check in the sandbox: run_sandboxed [--program FILE] OUTSIDE check -c FILE [ARGUMENT...]
 *
 * The rules come from the configuration, as a daemon's do. The state and results directories must be there. Before anything is
 * measured the file OUTSIDE is tried: where it can be read, this is no sandbox, and the exit code is 98; 97 where there is no Landlock.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "probe/cmd.h"
#include "probe/conf.h"
#include "probe/conf_files.h"
#include "probe/sandbox.h"

enum { NO_LANDLOCK = 97, NO_SANDBOX = 98 };

static const char *
option_c(int argc, char **argv)
{
	int i;

	for (i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], "-c") == 0)
			return argv[i + 1];
	return NULL;
}

/* Returns -1 to go on, or the exit code. */
static int
enter(const char *program, const char *outside, const char *file)
{
	struct sandbox_rules rules = {.program = program};
	struct sandbox_report report;
	struct conf *conf;
	int code, fd;

	conf = conf_files_read(file, &code);
	if (conf == NULL)
		return code;
	sandbox_rules_fill(&rules, conf, file);
	code = sandbox_enter(&rules, &report);
	sandbox_rules_clear(&rules);
	conf_free(conf);
	if (code != 0 || report.landlock == 0)
		return NO_LANDLOCK;
	fd = open(outside, O_RDONLY | O_CLOEXEC);
	return fd >= 0 || errno != EACCES ? NO_SANDBOX : -1;
}

int
main(int argc, char **argv)
{
	const char *program = NULL;
	int code;

	log_init("run_sandboxed", LOG_LEVEL_INFO);
	if (argc > 2 && strcmp(argv[1], "--program") == 0) {
		program = argv[2];
		argc -= 2;
		argv += 2;
	}
	if (argc < 3 || strcmp(argv[2], "check") != 0)
		return EX_USAGE;
	code = enter(program, argv[1], option_c(argc, argv));
	return code >= 0 ? code : cmd_check(argc - 2, argv + 2);
}
