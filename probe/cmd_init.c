/* netvane init: the consent, and the directories. */
#include "probe/cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "probe/conf.h"
#include "probe/conf_files.h"
#include "probe/consent.h"
#include "probe/paths.h"

static const char help[] =
    "usage: netvane init [-c FILE] [--state DIR] [--consent]\n\n"
    "Shows what netvane does and what could come of it, and asks for consent, which\n"
    "is recorded with its version under the state directory. Nothing is measured.\n\n"
    "  -c, --config FILE  read this configuration too\n"
    "      --state DIR    state directory\n"
    "      --consent      record consent without asking: for whoever sets up an\n"
    "                     unattended probe and has read the text\n"
    "  -h, --help         this text\n\n"
    "Example:\n"
    "  netvane init\n";

static int
init_consent(const char *state, bool given)
{
	if (consent_given(state)) {
		printf("Consent was given before; it is recorded in %s/consent.\n", state);
		return EXIT_SUCCESS;
	}
	if (!given && !consent_can_ask()) {
		fputs(consent_text(), stdout);
		log_errorx("there is no terminal to ask on; if you agree to the text above, run: "
			   "netvane init --consent");
		return 3;
	}
	if (!given && !consent_ask()) {
		printf("Nothing was recorded, and netvane will not measure.\n");
		return 3;
	}
	if (consent_record(state, given ? "option" : "asked") != 0)
		return EX_CANTCREAT;
	printf("Consent is recorded in %s/consent. To measure now: netvane check\n", state);
	return EXIT_SUCCESS;
}

int
cmd_init(int argc, char **argv)
{
	enum { OPT_STATE = 256, OPT_CONSENT };
	static const struct option options[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"state", required_argument, NULL, OPT_STATE},
	    {"consent", no_argument, NULL, OPT_CONSENT},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	const char *file = NULL, *state_option = NULL;
	bool given = false;
	struct conf *conf;
	char *state;
	int c, result;

	while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			file = optarg;
			break;
		case OPT_STATE:
			state_option = optarg;
			break;
		case OPT_CONSENT:
			given = true;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return EX_USAGE;
		}
	}
	if (optind < argc) {
		log_errorx("init takes no arguments, but '%s' was given", argv[optind]);
		return EX_USAGE;
	}
	conf = conf_files_read(file, &result);
	if (conf == NULL)
		return result;
	if (state_option != NULL)
		free(conf_set(conf, "probe.state", state_option));
	state = paths_state(conf);
	result = init_consent(state, given);
	free(state);
	conf_free(conf);
	return result;
}
