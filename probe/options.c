/* The command line of the commands that measure, and what it comes to together with the configuration. */
#include "probe/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "probe/conf_files.h"
#include "probe/consent.h"
#include "probe/paths.h"
#include "probe/pause.h"

enum {
	OPT_LIST = 256,
	OPT_URL,
	OPT_OUT,
	OPT_JSON,
	OPT_CONSENT,
	OPT_ROOTS,
	OPT_RESOLVER,
	OPT_DOH,
	OPT_CONTROL,
	OPT_STATE,
	OPT_CONCURRENCY,
	OPT_ALL_ADDRESSES,
	OPT_NO_HTTP,
	OPT_TRACE,
	OPT_SKIP_BAD,
	OPT_COLOUR,
};

const struct option options_table[] = {
    {"config", required_argument, NULL, 'c'},
    {"list", required_argument, NULL, OPT_LIST},
    {"url", required_argument, NULL, OPT_URL},
    {"out", required_argument, NULL, OPT_OUT},
    {"json", no_argument, NULL, OPT_JSON},
    {"consent", no_argument, NULL, OPT_CONSENT},
    {"roots", required_argument, NULL, OPT_ROOTS},
    {"resolver", required_argument, NULL, OPT_RESOLVER},
    {"doh", required_argument, NULL, OPT_DOH},
    {"control", required_argument, NULL, OPT_CONTROL},
    {"state", required_argument, NULL, OPT_STATE},
    {"concurrency", required_argument, NULL, OPT_CONCURRENCY},
    {"all-addresses", no_argument, NULL, OPT_ALL_ADDRESSES},
    {"no-http", no_argument, NULL, OPT_NO_HTTP},
    {"trace", no_argument, NULL, OPT_TRACE},
    {"skip-bad", no_argument, NULL, OPT_SKIP_BAD},
    {"color", required_argument, NULL, OPT_COLOUR},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Options that are a configuration option by another name. */
static const struct {
	int option;
	const char *name, *value; /* value NULL: the option's argument */
} option_settings[] = {
    {OPT_LIST, "targets.list", NULL},
    {OPT_URL, "targets.url", NULL},
    {OPT_OUT, "probe.results", NULL},
    {OPT_ROOTS, "probe.roots", NULL},
    {OPT_RESOLVER, "dns.resolver", NULL},
    {OPT_DOH, "dns.doh", NULL},
    {OPT_CONTROL, "control.url", NULL},
    {OPT_STATE, "probe.state", NULL},
    {OPT_CONCURRENCY, "probe.concurrency", NULL},
    {OPT_ALL_ADDRESSES, "probe.all_addresses", "yes"},
    {OPT_NO_HTTP, "http.https", "no"},
    {OPT_TRACE, "probe.trace", "yes"},
};

static bool
take_setting(struct options *o, int option, const char *argument)
{
	size_t i;

	for (i = 0; i < sizeof(option_settings) / sizeof(option_settings[0]); i++) {
		if (option_settings[i].option != option)
			continue;
		strings_add(&o->settings, option_settings[i].name);
		strings_add(&o->settings,
		    option_settings[i].value != NULL ? option_settings[i].value : argument);
		return true;
	}
	return false;
}

int
options_parse(struct options *o, const char *help, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:qvh", options_table, NULL)) != -1) {
		if (take_setting(o, c, optarg))
			continue;
		switch (c) {
		case 'c':
			o->config = optarg;
			break;
		case OPT_JSON:
			o->json = true;
			break;
		case OPT_CONSENT:
			o->consent = true;
			break;
		case OPT_SKIP_BAD:
			o->skip_bad = true;
			break;
		case OPT_COLOUR:
			o->colour = optarg;
			break;
		case 'q':
			o->quiet = true;
			log_set_level(LOG_LEVEL_WARN);
			break;
		case 'v':
			log_set_level(LOG_LEVEL_DEBUG);
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return EX_USAGE;
		}
	}
	if (optind < argc) {
		log_errorx("'%s' is not an option; a site is given with --url, a list with --list",
		    argv[optind]);
		return EX_USAGE;
	}
	if (strcmp(o->colour, "auto") != 0 && strcmp(o->colour, "always") != 0 &&
	    strcmp(o->colour, "never") != 0) {
		log_errorx("--color is auto, always or never, not '%s'", o->colour);
		return EX_USAGE;
	}
	return -1;
}

/* Of a list, the first on the command line replaces what the files said, the next ones add. */
static bool
first_of_its_name(const struct options *o, size_t setting)
{
	size_t i;

	for (i = 0; i < setting; i += 2)
		if (strcmp(o->settings.items[i], o->settings.items[setting]) == 0)
			return false;
	return true;
}

/* The option on the command line that sets it. */
static const char *
option_of(const char *setting)
{
	size_t i, k;

	for (i = 0; i < sizeof(option_settings) / sizeof(option_settings[0]); i++)
		for (k = 0; options_table[k].name != NULL; k++)
			if (strcmp(option_settings[i].name, setting) == 0 &&
			    options_table[k].val == option_settings[i].option)
				return options_table[k].name;
	return setting;
}

static int
apply_settings(struct options *o)
{
	const char *name, *value;
	char *wrong;
	size_t i;

	for (i = 0; i < o->settings.n; i += 2) {
		name = o->settings.items[i];
		value = o->settings.items[i + 1];
		wrong = conf_is_list(name) ? conf_add(o->conf, name, value, first_of_its_name(o, i))
					   : conf_set(o->conf, name, value);
		if (wrong != NULL) {
			log_errorx("--%s: %s", option_of(name), wrong);
			free(wrong);
			return EX_USAGE;
		}
	}
	return -1;
}

/* Targets on the command line replace all of the files' targets: a URL alone is just that one. */
int
options_configure(struct options *o)
{
	bool targets = false;
	size_t i;
	int code;

	o->conf = conf_files_read(o->config, &code);
	if (o->conf == NULL)
		return code;
	for (i = 0; i < o->settings.n; i += 2)
		targets = targets || strncmp(o->settings.items[i], "targets.", 8) == 0;
	if (targets) {
		strings_clear(&o->conf->lists);
		strings_clear(&o->conf->urls);
	}
	code = apply_settings(o);
	if (code >= 0)
		return code;
	o->state = paths_state(o->conf);
	o->results = paths_results(o->conf);
	return -1;
}

int
options_consent(const struct options *o)
{
	if (consent_given(o->state))
		return -1;
	if (o->consent)
		return consent_record(o->state, "option") == 0 ? -1 : EX_CANTCREAT;
	if (!consent_can_ask()) {
		log_errorx("nothing was measured: netvane needs your consent first. Run 'netvane init' "
			   "on a terminal, or, if you have read its text and agree, add --consent");
		return 3;
	}
	if (!consent_ask()) {
		log_errorx("nothing was measured, as you did not agree");
		return 3;
	}
	return consent_record(o->state, "asked") == 0 ? -1 : EX_CANTCREAT;
}

int
options_pause(const struct options *o)
{
	struct buf words = BUF_EMPTY;
	struct pause pause;

	pause_read(o->state, &pause);
	if (!pause_holds(&pause, clock_wall_us()))
		return -1;
	pause_words(&pause, &words);
	log_warnx("nothing was measured: %s; 'netvane resume' ends that", buf_str(&words));
	buf_free(&words);
	return 3;
}

int
options_say_locked(const char *dir, pid_t pid)
{
	if (pid > 0)
		log_errorx("another netvane (process %ld) is working in %s", (long)pid, dir);
	else
		log_errorx("another netvane is working in %s", dir);
	return EX_UNAVAILABLE;
}

bool
options_use_colour(const struct options *o)
{
	const char *no = getenv("NO_COLOR");

	if (strcmp(o->colour, "auto") != 0)
		return strcmp(o->colour, "always") == 0;
	return isatty(STDOUT_FILENO) && (no == NULL || *no == '\0');
}

void
options_clear(struct options *o)
{
	conf_free(o->conf);
	strings_clear(&o->settings);
	free(o->state);
	free(o->results);
}
