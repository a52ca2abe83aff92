/*
 * The configuration: defaults, then /etc/netvane/netvane.conf, then the user's, then -c, then
 * the command line. One table (conf.c) names every option, its type, default and meaning.
 */
#ifndef PROBE_CONF_H
#define PROBE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A growing list of strings, each its own. */
struct strings {
	char **items;
	size_t n;
};

/* [list NAME]: what one list does otherwise than the others. */
struct conf_list {
	char *name;
	int every_s; /* 0: as the others */
	double jitter; /* -1: as the others */
	char *window; /* NULL: as the others */
};

struct conf {
	/* [probe] */
	char *state_dir; /* NULL: the default for who runs it */
	char *results_dir; /* NULL: results/ below the state directory */
	char *roots; /* file of PEM roots; NULL: Mozilla's set as Debian ships it */
	char *country; /* "ZZ" unknown */
	char *asn; /* "AS0" unknown */
	char *network_name; /* "" unknown */
	struct strings fingerprints; /* files of block pages' patterns, beside the one that ships */
	int concurrency; /* targets in flight */
	bool all_addresses; /* else at most 4 a family */
	bool confirm; /* test what looks bad: probe/confirm.h */
	int samples; /* further handshakes with an https:// target that looks well */
	bool quic; /* ping UDP where a target says that it speaks HTTP/3 */
	bool trace; /* walk to where interference begins */
	/* [targets] */
	struct strings lists; /* names or files; empty: the built-in ones for everybody */
	struct strings urls;
	char *controls; /* list name or file */
	/* [dns] */
	char *resolv_conf; /* path */
	bool system_resolver; /* measure with the system's resolvers */
	struct strings resolvers; /* IP[:PORT], the second resolvers */
	struct strings doh; /* URL[#IP,IP] */
	int dns_in_flight;
	/* [control] */
	struct strings helpers; /* URL[#IP,IP] of test helpers, in order of preference */
	/* [http] */
	bool http; /* https:// pages too; http:// always */
	bool keep_bodies;
	char *user_agent;
	int max_redirects;
	/* [limits], milliseconds; all multiplied by scale */
	int dns_ms, listen_ms, tcp_ms, tls_ms, http_first_ms, http_ms, session_ms;
	int confirm_ms;
	int retry1_ms, retry2_ms;
	int control_ms;
	int quic_ms, trace_ms;
	int body_cap; /* bytes */
	double scale;
	/* [schedule] */
	int every_s;
	double jitter; /* of the interval, up or down */
	char *window; /* "07:00-23:00 ..."; "" always open */
	int targets_per_hour; /* 0: no limit */
	int64_t bytes_per_day; /* 0: no limit */
	double reserve; /* the share of both that only bursts may use */
	int burst_every_s, burst_max_s;
	int burst_targets, burst_neighbours;
	/* [events] */
	struct strings calendars; /* names or files */
	int event_every_s;
	int event_days; /* before and after */
	/* [alert] */
	char *on_event; /* a program and its arguments; "" none */
	int on_event_s;
	char *webhook; /* URL; "" none */
	char *webhook_header; /* file with one header line; "" none */
	/* [journal] */
	int64_t segment_bytes;
	int segment_s;
	int64_t quota_bytes; /* 0: no limit */
	int64_t spool_bytes;
	/* [status] */
	char *status_listen; /* "" no page */
	char *status_textfile; /* "" none */
	/* [run] */
	char *sandbox; /* auto, yes, no */
	/* [list NAME] */
	struct conf_list *list_settings;
	size_t nlist_settings;
};

/* Defaults. Free with conf_free. */
struct conf *conf_new(void);
void conf_free(struct conf *conf);
/*
 * Reads one INI file over what is there. A file that is missing is fine when `may_be_missing`.
 * Returns 0; or -1 after logging "file:line: what is wrong" for every bad line.
 */
int conf_read(struct conf *conf, const char *path, bool may_be_missing);
/* The settings of that list; NULL: it has none of its own. */
const struct conf_list *conf_list_find(const struct conf *conf, const char *name);
/* Sets one option by its "section.name". Returns NULL, or what is wrong with the value (to free). */
char *conf_set(struct conf *conf, const char *name, const char *value);
/*
 * Whether option "section.name" is a list. conf_add adds one item to it as it is (conf_set splits at
 * white space), after emptying it when that replaces it; returns NULL, or what is wrong (to free).
 */
bool conf_is_list(const char *name);
char *conf_add(struct conf *conf, const char *name, const char *item, bool replace);
/* Prints every option as an INI file with its meaning; what was read back gives the same configuration. */
struct buf;
void conf_show(const struct conf *conf, struct buf *out);
void strings_add(struct strings *list, const char *item);
void strings_clear(struct strings *list);
/* A time limit after scaling, never below 1 ms. */
int conf_scaled(const struct conf *conf, int ms);

#endif
