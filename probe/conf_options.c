/* The option table. */
#include "probe/conf_options.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "probe/conf.h"
#include "probe/hook_command.h"
#include "probe/pinned_url.h"
#include "probe/resolver.h"
#include "probe/sched_window.h"
#include "probe/webhook_setup.h"

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
	return *value == '\0' ? NULL : webhook_url_wrong(value);
}

static const char *
check_command(const char *value)
{
	const char *wrong = NULL;

	if (*value != '\0')
		hook_command_free(hook_command_parse(value, &wrong));
	return wrong;
}

static const char *
check_sandbox(const char *value)
{
	return strcmp(value, "auto") == 0 || strcmp(value, "yes") == 0 || strcmp(value, "no") == 0 ? NULL : "auto, yes or no";
}

#define AT(field) offsetof(struct conf, field)

const struct option conf_options[CONF_NOPTIONS] = {
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
    {"alert", "on_event", OPTION_STRING, AT(on_event), 0, 0, "", check_command,
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
    {"run", "sandbox", OPTION_STRING, AT(sandbox), 0, 0, "auto", check_sandbox,
	"Let 'netvane run' reach only what it needs on this machine. auto: as far as the kernel can; yes: or not start; no."},
};
