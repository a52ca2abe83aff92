/* netvane config: is the configuration right, and what is in force? */
#include "probe/cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/log.h"
#include "probe/conf.h"
#include "probe/conf_files.h"

static const char help[] =
    "usage: netvane config check|show [-c FILE]\n\n"
    "check reads the configuration files and says what is wrong, by file and line\n"
    "(exit 78). show prints every option as it is in force, with its meaning, as a\n"
    "file to start from.\n\n"
    "  -c, --config FILE  read this configuration too\n"
    "  -h, --help         this text\n\n"
    "Example:\n"
    "  netvane config show > new.conf\n";

int
cmd_config(int argc, char **argv)
{
	static const struct option options[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	struct buf out = BUF_EMPTY;
	const char *file = NULL, *what;
	struct conf *conf;
	int c, code;

	while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(help, stdout);
			return EXIT_SUCCESS;
		}
		if (c != 'c')
			return EX_USAGE;
		file = optarg;
	}
	what = optind + 1 == argc ? argv[optind] : "";
	if (strcmp(what, "check") != 0 && strcmp(what, "show") != 0) {
		fputs(help, stderr);
		return EX_USAGE;
	}
	conf = conf_files_read(file, &code);
	if (conf == NULL)
		return code;
	if (strcmp(what, "show") == 0) {
		conf_show(conf, &out);
		fputs(buf_str(&out), stdout);
	} else
		printf("The configuration is fine.\n");
	buf_free(&out);
	conf_free(conf);
	return EXIT_SUCCESS;
}
