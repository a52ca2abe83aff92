/* The option table, and the INI files read over it. */
#include "probe/conf.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/pinned_url.h"
#include "probe/resolver.h"
#include "probe/sched_window.h"

enum option_type {
	OPTION_STRING,
	OPTION_STRINGS,
	OPTION_BOOL,
	OPTION_INT,
	OPTION_DOUBLE,
	OPTION_DURATION, /* "15m": int, seconds */
	OPTION_SIZE, /* "200M": int64_t, bytes */
};

struct option {
	const char *section, *name;
	enum option_type type;
	size_t offset;
	double least, most; /* numbers */
	const char *unset; /* the default, as a file would write it; NULL: none */
	/* NULL when the value, or a list's item, is fine; else what it should be. */
	const char *(*check)(const char *value);
	const char *about;
};

static const char *
check_country(const char *value)
{
	bool two = strlen(value) == 2 && isupper((unsigned char)value[0]) &&
	    isupper((unsigned char)value[1]);

	return two ? NULL : "a two-letter ISO 3166 code in capitals, such as KZ";
}

static const char *
check_asn(const char *value)
{
	bool fine = strncmp(value, "AS", 2) == 0 && isdigit((unsigned char)value[2]) &&
	    strspn(value + 2, "0123456789") == strlen(value + 2) && strlen(value) <= 12;

	return fine ? NULL : "AS and a number, such as AS9198";
}

static const char *
check_resolver(const char *value)
{
	struct sockaddr_storage sa;
	socklen_t salen;

	return resolver_parse(value, &sa, &salen) == 0
	    ? NULL
	    : "an IP address, with a port where it is not 53: 192.0.2.1:5353 or [2001:db8::1]:5353";
}

static const char *
check_doh(const char *value)
{
	return resolver_doh_valid(value)
	    ? NULL
	    : "an https:// URL, with #IP,IP after it to pin its addresses";
}

static const char *
check_helper(const char *value)
{
	struct pinned_url p;

	if (pinned_url_parse(&p, value, true) != PINNED_URL_FINE)
		return "an http:// or https:// URL, with #IP,IP after it to pin its addresses";
	pinned_url_clear(&p);
	return NULL;
}

static const char *
check_window(const char *value)
{
	struct sched_windows windows;
	char error[SCHED_WINDOWS_ERROR_SIZE];

	return sched_windows_parse(value, &windows, error) == 0 ? NULL : "times of the day, such as 07:00-12:00 18:00-23:30";
}

static const char *
check_webhook(const char *value)
{
	return *value == '\0' || strncmp(value, "https://", 8) == 0 || strncmp(value, "http://127.0.0.1", 16) == 0 ||
		strncmp(value, "http://localhost", 16) == 0
	    ? NULL
	    : "an https:// URL (http:// on this machine only)";
}

#define AT(field) offsetof(struct conf, field)

static const struct option options[] = {
    {"probe", "state", OPTION_STRING, AT(state_dir), 0, 0, NULL, NULL,
	"Directory for the consent and other state. Default: $STATE_DIRECTORY, else "
	"$XDG_STATE_HOME/netvane, else ~/.local/state/netvane, else /var/lib/netvane."},
    {"probe", "results", OPTION_STRING, AT(results_dir), 0, 0, NULL, NULL,
	"Directory for the results. Default: results/ below the state directory."},
    {"probe", "roots", OPTION_STRING, AT(roots), 0, 0, NULL, NULL,
	"PEM file that replaces the public roots everywhere. Default: Mozilla's set as Debian "
	"ships it, without what an administrator added."},
    {"probe", "country", OPTION_STRING, AT(country), 0, 0, "ZZ", check_country,
	"Country the line is in; decides which controls are domestic. ZZ: not said."},
    {"probe", "asn", OPTION_STRING, AT(asn), 0, 0, "AS0", check_asn,
	"Autonomous system of the line. AS0: not said."},
    {"probe", "network_name", OPTION_STRING, AT(network_name), 0, 0, "", NULL,
	"Name of the provider, for the records."},
    {"probe", "fingerprints", OPTION_STRINGS, AT(fingerprints), 0, 0, "", NULL,
	"Files of patterns that block pages are known by, in the CSV format of OONI's "
	"blocking-fingerprints."},
    {"probe", "concurrency", OPTION_INT, AT(concurrency), 1, 10000, "50", NULL,
	"Targets measured at the same time."},
    {"probe", "all_addresses", OPTION_BOOL, AT(all_addresses), 0, 0, "no", NULL,
	"Connect to every address of a target, not to 4 a family at most."},
    {"probe", "confirm", OPTION_BOOL, AT(confirm), 0, 0, "yes", NULL,
	"Test what looks bad: other names at its address, its name at addresses of the controls. "
	"Without it most interference can only be shown as cannot be told."},
    {"probe", "samples", OPTION_INT, AT(samples), 0, 20, "4", NULL,
	"Further handshakes with an https:// target that answered, to find interference with some "
	"connections only."},
    {"probe", "quic", OPTION_BOOL, AT(quic), 0, 0, "yes", NULL,
	"Ask over UDP whether QUIC gets through, where a target says that it speaks HTTP/3."},
    {"probe", "trace", OPTION_BOOL, AT(trace), 0, 0, "no", NULL,
	"Where interference is suspected, look for the hop at which it begins. The traffic stands "
	"out: see the safety document first."},
    {"targets", "list", OPTION_STRINGS, AT(lists), 0, 0, "", NULL,
	"Lists to measure: names of built-in ones or files. Default: every built-in list but "
	"the controls."},
    {"targets", "url", OPTION_STRINGS, AT(urls), 0, 0, "", NULL, "Single targets to measure."},
    {"targets", "controls", OPTION_STRING, AT(controls), 0, 0, "controls", NULL,
	"List of controls: sites that tell whether the line itself works."},
    {"dns", "resolv_conf", OPTION_STRING, AT(resolv_conf), 0, 0, "/etc/resolv.conf", NULL,
	"Where the system's resolvers are read from."},
    {"dns", "system", OPTION_BOOL, AT(system_resolver), 0, 0, "yes", NULL,
	"Measure with the system's resolvers."},
    {"dns", "resolver", OPTION_STRINGS, AT(resolvers), 0, 0, "8.8.8.8", check_resolver,
	"Second resolvers, over UDP, to compare with: IP or IP:PORT."},
    {"dns", "doh", OPTION_STRINGS, AT(doh), 0, 0,
	"https://dns.quad9.net/dns-query#9.9.9.9,149.112.112.112 "
	"https://cloudflare-dns.com/dns-query#104.16.248.249,104.16.249.249",
	check_doh, "Resolvers over HTTPS to compare with: URL, or URL#IP,IP to pin its addresses."},
    {"dns", "in_flight", OPTION_INT, AT(dns_in_flight), 1, 1000, "100", NULL,
	"Queries waiting for an answer at the same time; more than about 100 overflow socket "
	"buffers, and what is lost then would look like blocking."},
    {"control", "url", OPTION_STRINGS, AT(helpers), 0, 0, "", check_helper,
	"Test helpers to ask how the targets look from elsewhere, in order of preference: URL, or "
	"URL#IP,IP to pin its addresses. A friend's 'netvane control', or OONI's public ones, such "
	"as https://0.th.ooni.org/ . The helper, and with http:// whoever watches the line, learns "
	"which sites you measure; OONI's are third parties with their own rules. Default: nobody is "
	"asked."},
    {"http", "https", OPTION_BOOL, AT(http), 0, 0, "yes", NULL,
	"Fetch the page of https:// targets too. Pages of http:// targets always are."},
    {"http", "keep_bodies", OPTION_BOOL, AT(keep_bodies), 0, 0, "no", NULL,
	"Keep pages in the records, not only their hash, title and length."},
    {"http", "user_agent", OPTION_STRING, AT(user_agent), 0, 0,
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
	"Chrome/131.0.0.0 Safari/537.36",
	NULL, "What HTTP requests say they are; a common browser stands out least."},
    {"http", "max_redirects", OPTION_INT, AT(max_redirects), 0, 20, "10", NULL,
	"Redirects followed."},
    {"limits", "dns_ms", OPTION_INT, AT(dns_ms), 1, 600000, "4000", NULL,
	"Time for one DNS query."},
    {"limits", "listen_ms", OPTION_INT, AT(listen_ms), 0, 60000, "500", NULL,
	"How long to listen for further answers after the first."},
    {"limits", "tcp_ms", OPTION_INT, AT(tcp_ms), 1, 600000, "10000", NULL,
	"Time for one TCP connect."},
    {"limits", "tls_ms", OPTION_INT, AT(tls_ms), 1, 600000, "10000", NULL,
	"Time for one TLS handshake."},
    {"limits", "http_first_byte_ms", OPTION_INT, AT(http_first_ms), 1, 600000, "10000", NULL,
	"Time to the first byte of an HTTP response."},
    {"limits", "http_ms", OPTION_INT, AT(http_ms), 1, 600000, "20000", NULL,
	"Time for one HTTP request in all."},
    {"limits", "session_ms", OPTION_INT, AT(session_ms), 1, 3600000, "60000", NULL,
	"Time for one target in all, waiting for its turn apart."},
    {"limits", "confirm_ms", OPTION_INT, AT(confirm_ms), 1, 3600000, "120000", NULL,
	"Time for the tests of one target that looks bad, waiting for turns included."},
    {"limits", "retry1_ms", OPTION_INT, AT(retry1_ms), 0, 600000, "1000", NULL,
	"Pause before the first retry, half of it up to one and a half times."},
    {"limits", "retry2_ms", OPTION_INT, AT(retry2_ms), 0, 600000, "5000", NULL,
	"Pause before the second retry."},
    {"limits", "control_ms", OPTION_INT, AT(control_ms), 1, 600000, "30000", NULL,
	"Time for one request to a test helper."},
    {"limits", "quic_ms", OPTION_INT, AT(quic_ms), 5, 600000, "5000", NULL,
	"Time for one QUIC ping, in which up to four packets are sent."},
    {"limits", "trace_ms", OPTION_INT, AT(trace_ms), 1, 600000, "3000", NULL,
	"How long one connection of a trace waits for what comes."},
    {"limits", "body_cap", OPTION_INT, AT(body_cap), 1, 1 << 30, "524288", NULL,
	"Bytes of a page that are read."},
    {"limits", "scale", OPTION_DOUBLE, AT(scale), 0.001, 1000, "1", NULL,
	"Multiplies every time above; below 1 for a laboratory, above 1 for a very slow line."},
    {"schedule", "every", OPTION_DURATION, AT(every_s), 1, 2592000, "15m", NULL,
	"How often 'netvane run' measures each target: 90s, 15m, 6h, 1d. A section [list NAME] says otherwise for one list."},
    {"schedule", "jitter", OPTION_DOUBLE, AT(jitter), 0, 0.5, "0.1", NULL,
	"By which share of the interval each one is longer or shorter, at random."},
    {"schedule", "window", OPTION_STRING, AT(window), 0, 0, "", check_window,
	"When to measure, by the clock on the wall: 07:00-12:00 18:00-23:30. Default: always."},
    {"schedule", "targets_per_hour", OPTION_INT, AT(targets_per_hour), 0, 1000000, "0", NULL,
	"At most so many measurements in any hour. 0: no limit."},
    {"schedule", "bytes_per_day", OPTION_SIZE, AT(bytes_per_day), 0, 1e15, "0", NULL,
	"At most about so much traffic a day: 500M. It is spread over the day. 0: no limit."},
    {"schedule", "reserve", OPTION_DOUBLE, AT(reserve), 0, 1, "0.2", NULL,
	"Share of both limits that is kept for bursts."},
    {"schedule", "burst_every", OPTION_DURATION, AT(burst_every_s), 1, 86400, "60s", NULL,
	"How often a target is measured while its trouble begins or ends."},
    {"schedule", "burst_max", OPTION_DURATION, AT(burst_max_s), 1, 86400, "30m", NULL,
	"How long a burst lasts at most."},
    {"schedule", "burst_targets", OPTION_INT, AT(burst_targets), 1, 10000, "20", NULL,
	"How many targets may be measured so often at a time."},
    {"schedule", "burst_neighbours", OPTION_INT, AT(burst_neighbours), 0, 1000, "5", NULL,
	"How many others of the same provider or kind are measured along with one in trouble."},
    {"events", "calendar", OPTION_STRINGS, AT(calendars), 0, 0, "", NULL,
	"Calendars of days to look closer on: names of built-in ones, or files (our CSV, .ics, KeepItOn or ACLED). Default: none."},
    {"events", "every", OPTION_DURATION, AT(event_every_s), 1, 86400, "5m", NULL,
	"How often targets are measured on such days."},
    {"events", "days", OPTION_INT, AT(event_days), 0, 30, "0", NULL,
	"How many days before and after them count as well."},
    {"alert", "on_event", OPTION_STRING, AT(on_event), 0, 0, "", NULL,
	"Program, with arguments, to run for each event; it gets the record on its standard input."},
    {"alert", "on_event_time", OPTION_DURATION, AT(on_event_s), 1, 3600, "30s", NULL,
	"How long that program may take."},
    {"alert", "webhook", OPTION_STRING, AT(webhook), 0, 0, "", check_webhook,
	"URL to which each event is sent. Whoever runs it sees this machine's address."},
    {"alert", "webhook_header", OPTION_STRING, AT(webhook_header), 0, 0, "", NULL,
	"File with one header line to send along, such as Authorization: Bearer ..."},
    {"journal", "segment_size", OPTION_SIZE, AT(segment_bytes), 65536, 1e12, "16M", NULL,
	"When a file of results has this size, the next one is begun, and the old one compressed."},
    {"journal", "segment_age", OPTION_DURATION, AT(segment_s), 60, 2592000, "1d", NULL,
	"The same, by its age."},
    {"journal", "quota", OPTION_SIZE, AT(quota_bytes), 0, 1e15, "2G", NULL,
	"How much the results may take on the disk. Quiet days are thinned first, and a record says what went. 0: no limit."},
    {"journal", "spool", OPTION_SIZE, AT(spool_bytes), 65536, 1 << 30, "8M", NULL,
	"How much is kept in memory while the disk is full or broken."},
    {"status", "listen", OPTION_STRING, AT(status_listen), 0, 0, "", NULL,
	"Where to show a status page: 127.0.0.1:8023. This machine only. Default: nowhere."},
    {"status", "textfile", OPTION_STRING, AT(status_textfile), 0, 0, "", NULL,
	"File for the textfile collector of Prometheus' node_exporter, written after each round."},
    {"run", "sandbox", OPTION_BOOL, AT(sandbox), 0, 0, "yes", NULL,
	"Let 'netvane run' reach only what it needs on this machine, where the kernel can do that."},
};

enum { NOPTIONS = sizeof(options) / sizeof(options[0]) };

void
strings_add(struct strings *list, const char *item)
{
	list->items = xreallocarray(list->items, list->n + 1, sizeof(*list->items));
	list->items[list->n++] = xstrdup(item);
}

void
strings_clear(struct strings *list)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strings){NULL, 0};
}

static void *
field(struct conf *conf, const struct option *option)
{
	return (char *)conf + option->offset;
}

static const void *
field_const(const struct conf *conf, const struct option *option)
{
	return (const char *)conf + option->offset;
}

static char *
add_item(struct conf *conf, const struct option *option, const char *item)
{
	const char *wanted = option->check != NULL ? option->check(item) : NULL;

	if (wanted != NULL)
		return xasprintf("'%s' should be %s", item, wanted);
	strings_add(field(conf, option), item);
	return NULL;
}

/* Items are separated by white space. Returns NULL, or what is wrong with the first that is. */
static char *
add_words(struct conf *conf, const struct option *option, const char *value)
{
	char *word, *wrong = NULL;
	size_t len;

	for (; wrong == NULL; value += len) {
		value += strspn(value, " \t\r\n");
		len = strcspn(value, " \t\r\n");
		if (len == 0)
			break;
		word = xstrndup(value, len);
		wrong = add_item(conf, option, word);
		free(word);
	}
	return wrong;
}

static int
parse_bool(const char *value, bool *out)
{
	static const char *const yes[] = {"yes", "true", "on", "1"};
	static const char *const no[] = {"no", "false", "off", "0"};
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (strcasecmp(value, yes[i]) == 0 || strcasecmp(value, no[i]) == 0) {
			*out = strcasecmp(value, yes[i]) == 0;
			return 0;
		}
	}
	return -1;
}

/* A whole number and a unit, of which the first letters are in `units`, each worth the factor beside it. */
static char *
parse_with_unit(const char *value, const char *units, const double *factors, double *out)
{
	const char *unit;
	char *end;

	errno = 0;
	*out = strtod(value, &end);
	if (end == value || errno != 0 || !isfinite(*out) || *out < 0)
		return xasprintf("'%s' is not a number with a unit (one of %s)", value, units);
	unit = *end != '\0' ? strchr(units, *end) : NULL;
	if (*end != '\0' && (unit == NULL || end[1] != '\0'))
		return xasprintf("'%s' has no unit that is known here (one of %s)", value, units);
	if (unit != NULL)
		*out *= factors[unit - units];
	return NULL;
}

static const char duration_units[] = "smhd", size_units[] = "kMGT";
static const double duration_factors[] = {1, 60, 3600, 86400};
static const double size_factors[] = {1024, 1024.0 * 1024, 1024.0 * 1024 * 1024, 1024.0 * 1024 * 1024 * 1024};

static char *
parse_quantity(const struct option *option, const char *value, double *out)
{
	bool duration = option->type == OPTION_DURATION;
	char *wrong = parse_with_unit(value, duration ? duration_units : size_units,
	    duration ? duration_factors : size_factors, out);

	if (wrong == NULL && (*out < option->least || *out > option->most || *out != floor(*out)))
		return xasprintf("%s is out of range", value);
	return wrong;
}

static char *
set_quantity(struct conf *conf, const struct option *option, const char *value)
{
	double v;
	char *wrong = parse_quantity(option, value, &v);

	if (wrong != NULL)
		return wrong;
	if (option->type == OPTION_DURATION)
		*(int *)field(conf, option) = (int)v;
	else
		*(int64_t *)field(conf, option) = (int64_t)v;
	return NULL;
}

static char *
set_number(struct conf *conf, const struct option *option, const char *value)
{
	double v;
	char *end;

	errno = 0;
	v = strtod(value, &end);
	if (end == value || *end != '\0' || errno != 0 || !isfinite(v) ||
	    (option->type == OPTION_INT && v != floor(v)))
		return xasprintf("'%s' is not a %snumber", value,
		    option->type == OPTION_INT ? "whole " : "");
	if (v < option->least || v > option->most)
		return xasprintf(
		    "%s is out of range: %g to %g is possible", value, option->least, option->most);
	if (option->type == OPTION_INT)
		*(int *)field(conf, option) = (int)v;
	else
		*(double *)field(conf, option) = v;
	return NULL;
}

/* Lists are added to unless `replace`. Returns NULL, or what is wrong. */
static char *
set(struct conf *conf, const struct option *option, const char *value, bool replace)
{
	bool list = option->type == OPTION_STRINGS;
	const char *wanted = option->check != NULL && !list ? option->check(value) : NULL;
	char **string;

	if (wanted != NULL)
		return xasprintf("'%s' should be %s", value, wanted);
	switch (option->type) {
	case OPTION_STRING:
		string = field(conf, option);
		free(*string);
		/* An empty path means: the default again. */
		*string = *value == '\0' && option->unset == NULL ? NULL : xstrdup(value);
		return NULL;
	case OPTION_STRINGS:
		if (replace)
			strings_clear(field(conf, option));
		return add_words(conf, option, value);
	case OPTION_BOOL:
		if (parse_bool(value, field(conf, option)) == 0)
			return NULL;
		return xasprintf("'%s' should be yes or no", value);
	case OPTION_DURATION:
	case OPTION_SIZE:
		return set_quantity(conf, option, value);
	case OPTION_INT:
	case OPTION_DOUBLE:
		break;
	}
	return set_number(conf, option, value);
}

static const struct option *
find(const char *section, size_t section_len, const char *name)
{
	size_t i;

	for (i = 0; i < NOPTIONS; i++)
		if (strncmp(options[i].section, section, section_len) == 0 &&
		    options[i].section[section_len] == '\0' && strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}

/* --- [list NAME] ------------------------------------------------------------------------------- */

const struct conf_list *
conf_list_find(const struct conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->nlist_settings; i++)
		if (strcmp(conf->list_settings[i].name, name) == 0)
			return &conf->list_settings[i];
	return NULL;
}

static struct conf_list *
list_get(struct conf *conf, const char *name)
{
	struct conf_list *list = (struct conf_list *)(uintptr_t)conf_list_find(conf, name);

	if (list != NULL)
		return list;
	conf->list_settings =
	    xreallocarray(conf->list_settings, conf->nlist_settings + 1, sizeof(*conf->list_settings));
	list = &conf->list_settings[conf->nlist_settings++];
	*list = (struct conf_list){.name = xstrdup(name), .jitter = -1};
	return list;
}

/* Returns NULL, or what is wrong. */
static char *
list_set(struct conf *conf, const char *list_name, const char *name, const char *value)
{
	const struct option *like = find("schedule", strlen("schedule"), name);
	const char *wanted;
	struct conf_list *list;
	double v;
	char *wrong, *end;

	if (like == NULL || (strcmp(name, "every") != 0 && strcmp(name, "jitter") != 0 && strcmp(name, "window") != 0))
		return xasprintf("a list has every, jitter and window, and no '%s'", name);
	if (strcmp(name, "window") == 0) {
		wanted = check_window(value);
		if (wanted != NULL)
			return xasprintf("'%s' should be %s", value, wanted);
		list = list_get(conf, list_name);
		free(list->window);
		list->window = xstrdup(value);
	} else if (strcmp(name, "every") == 0) {
		wrong = parse_quantity(like, value, &v);
		if (wrong != NULL)
			return wrong;
		list_get(conf, list_name)->every_s = (int)v;
	} else {
		v = strtod(value, &end);
		if (end == value || *end != '\0' || !(v >= like->least && v <= like->most))
			return xasprintf("'%s' should be a share, from 0 to 0.5", value);
		list_get(conf, list_name)->jitter = v;
	}
	return NULL;
}

/* --- by name --------------------------------------------------------------------------------- */

/* "section.name" */
static const struct option *
find_dotted(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot == NULL ? NULL : find(name, (size_t)(dot - name), dot + 1);
}

char *
conf_add(struct conf *conf, const char *name, const char *item, bool replace)
{
	const struct option *option = find_dotted(name);

	assert(option != NULL && option->type == OPTION_STRINGS);
	if (replace)
		strings_clear(field(conf, option));
	return add_item(conf, option, item);
}

bool
conf_is_list(const char *name)
{
	const struct option *option = find_dotted(name);

	return option != NULL && option->type == OPTION_STRINGS;
}

char *
conf_set(struct conf *conf, const char *name, const char *value)
{
	const struct option *option = find_dotted(name);

	if (option == NULL)
		return xasprintf("there is no option '%s'", name);
	return set(conf, option, value, true);
}

struct conf *
conf_new(void)
{
	struct conf *conf = xcalloc(1, sizeof(*conf));
	char *wrong;
	size_t i;

	for (i = 0; i < NOPTIONS; i++) {
		if (options[i].unset == NULL)
			continue;
		wrong = set(conf, &options[i], options[i].unset, true);
		if (wrong != NULL)
			log_fatalx("default of %s.%s: %s", options[i].section, options[i].name, wrong);
	}
	return conf;
}

void
conf_free(struct conf *conf)
{
	size_t i;

	if (conf == NULL)
		return;
	for (i = 0; i < NOPTIONS; i++) {
		if (options[i].type == OPTION_STRING)
			free(*(char **)field(conf, &options[i]));
		else if (options[i].type == OPTION_STRINGS)
			strings_clear(field(conf, &options[i]));
	}
	for (i = 0; i < conf->nlist_settings; i++) {
		free(conf->list_settings[i].name);
		free(conf->list_settings[i].window);
	}
	free(conf->list_settings);
	free(conf);
}

/* One file being read. inih does not pass line numbers on, so its line reader counts them. */
struct reading {
	struct conf *conf;
	const char *path;
	FILE *file;
	int line;
	int wrong;
	bool seen[NOPTIONS];
};

static char *
read_line(char *out, int size, void *arg)
{
	struct reading *reading = arg;
	char *got = fgets(out, size, reading->file);
	size_t len;
	int c;

	if (got == NULL)
		return NULL;
	reading->line++;
	len = strlen(got);
	if (len > 0 && got[len - 1] != '\n' && !feof(reading->file)) {
		/* inih would take the rest for a line of its own. */
		c = fgetc(reading->file);
		if (c == EOF)
			return got;
		log_errorx("%s:%d: the line is too long; lists may go on, indented, on the next line",
		    reading->path, reading->line);
		reading->wrong++;
		while (c != '\n' && c != EOF)
			c = fgetc(reading->file);
	}
	return got;
}

static int
take_value(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *reading = arg;
	const struct option *option = find(section, strlen(section), name);
	bool list = strncmp(section, "list ", 5) == 0;
	char *wrong;

	if (list) {
		wrong = list_set(reading->conf, section + 5 + strspn(section + 5, " "), name, value);
	} else if (option == NULL) {
		log_errorx("%s:%d: there is no option '%s' in section [%s]", reading->path,
		    reading->line, name, section);
		reading->wrong++;
		return 1;
	}
	if (!list) {
		/* A list may be given on several lines of a file; together they replace what was before. */
		wrong = set(reading->conf, option, value, !reading->seen[option - options]);
		reading->seen[option - options] = true;
	}
	if (wrong != NULL) {
		log_errorx("%s:%d: %s: %s", reading->path, reading->line, name, wrong);
		reading->wrong++;
		free(wrong);
	}
	return 1;
}

int
conf_read(struct conf *conf, const char *path, bool may_be_missing)
{
	struct reading reading = {.conf = conf, .path = path};
	int bad;

	reading.file = fopen(path, "re");
	if (reading.file == NULL) {
		if (errno == ENOENT && may_be_missing)
			return 0;
		log_error("cannot read the configuration %s", path);
		return -1;
	}
	bad = ini_parse_stream(read_line, &reading, take_value, &reading);
	if (ferror(reading.file)) {
		log_errorx("cannot read the configuration %s", path);
		reading.wrong++;
	}
	fclose(reading.file);
	if (bad != 0) {
		log_errorx("%s:%d: this is neither [section] nor name = value", path, bad > 0 ? bad : 0);
		reading.wrong++;
	}
	return reading.wrong > 0 ? -1 : 0;
}

/* In the largest unit that it is a whole number of. */
static void
show_quantity(double v, const char *units, const double *factors, struct buf *out)
{
	size_t i;

	for (i = strlen(units); i > 0; i--)
		if (v >= factors[i - 1] && fmod(v, factors[i - 1]) == 0) {
			buf_printf(out, "%.0f%c", v / factors[i - 1], units[i - 1]);
			return;
		}
	buf_printf(out, "%.0f", v);
}

static void
show_list(const struct conf_list *list, struct buf *out)
{
	buf_printf(out, "\n[list %s]\n", list->name);
	if (list->every_s > 0) {
		buf_puts(out, "every = ");
		show_quantity(list->every_s, duration_units, duration_factors, out);
		buf_putc(out, '\n');
	}
	if (list->jitter >= 0)
		buf_printf(out, "jitter = %.15g\n", list->jitter);
	if (list->window != NULL)
		buf_printf(out, "window = %s\n", list->window);
}

static void
show_value(const struct conf *conf, const struct option *option, struct buf *out)
{
	const void *p = field_const(conf, option);
	const struct strings *list = p;
	size_t i;

	switch (option->type) {
	case OPTION_STRING:
		buf_puts(out, *(char *const *)p != NULL ? *(char *const *)p : "");
		break;
	case OPTION_STRINGS:
		/* One a line: inih cuts long lines. */
		for (i = 0; i < list->n; i++)
			buf_printf(out, "%s%s", i > 0 ? "\n    " : "", list->items[i]);
		break;
	case OPTION_BOOL:
		buf_puts(out, *(const bool *)p ? "yes" : "no");
		break;
	case OPTION_INT:
		buf_printf(out, "%d", *(const int *)p);
		break;
	case OPTION_DOUBLE:
		buf_printf(out, "%.15g", *(const double *)p);
		break;
	case OPTION_DURATION:
		show_quantity(*(const int *)p, duration_units, duration_factors, out);
		break;
	case OPTION_SIZE:
		show_quantity((double)*(const int64_t *)p, size_units, size_factors, out);
		break;
	}
}

/* Comment lines of at most 90 columns. */
static void
show_about(const char *about, struct buf *out)
{
	size_t len;

	while (*about != '\0') {
		len = strlen(about);
		if (len > 88) {
			len = 88;
			while (len > 0 && about[len] != ' ')
				len--;
		}
		buf_printf(out, "# %.*s\n", (int)len, about);
		about += len;
		about += strspn(about, " ");
	}
}

void
conf_show(const struct conf *conf, struct buf *out)
{
	const char *section = "";
	size_t i;

	for (i = 0; i < NOPTIONS; i++) {
		if (strcmp(section, options[i].section) != 0) {
			section = options[i].section;
			buf_printf(out, "%s[%s]\n", i > 0 ? "\n" : "", section);
		}
		show_about(options[i].about, out);
		buf_printf(out, "%s = ", options[i].name);
		show_value(conf, &options[i], out);
		buf_putc(out, '\n');
	}
	for (i = 0; i < conf->nlist_settings; i++)
		show_list(&conf->list_settings[i], out);
}

int
conf_scaled(const struct conf *conf, int ms)
{
	double scaled = ms * conf->scale;

	if (scaled < 1)
		return 1;
	return scaled > INT_MAX ? INT_MAX : (int)scaled;
}
