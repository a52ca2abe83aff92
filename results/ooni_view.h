/*
 * A measurement as OONI's rules see it: one item for each look-up and each connection, with the last layer it came
 * to, beside it what the control vantage saw there, and in the order in which the rules go through them. Inside of
 * results/ooni*.c only.
 */
#ifndef RESULTS_OONI_VIEW_H
#define RESULTS_OONI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "results/httpdiff.h"

struct http_request;
struct measurement;
struct query;
struct vantage;

enum ooni_layer { OONI_DNS, OONI_TCP, OONI_TLS, OONI_HTTP, OONI_LAYERS };

/* Failures here are "" for success, and NULL where nothing was tried. */
struct ooni_item {
	enum ooni_layer layer; /* the last it came to */
	int depth; /* redirects before it; 0 where the record does not say */
	int64_t id; /* of the transaction */
	const char *failure[OONI_LAYERS]; /* the probe's */
	const char *control[OONI_LAYERS]; /* the control's, at the same endpoint or name; HTTP: of the target */
	bool system; /* the look-up is the system resolver's, or the address is one that it gave */
	const struct query *query; /* DNS */
	/* TCP, TLS, HTTP */
	char endpoint[64]; /* "192.0.2.1:443", as the control names it */
	char ip[64];
	const struct query *given_by; /* the first in the record that named the address; NULL none */
	const char *server_name; /* TLS */
	const struct http_request *page; /* HTTP */
};

struct ooni_view {
	const struct measurement *m;
	const struct vantage *control; /* NULL: none answered */
	const char *domain; /* the target's, where it was looked up: the control's answer is about this name */
	struct ooni_item *items;
	size_t n;
};

/* What one target may come to; observations are compared each with each. */
enum { OONI_OBSERVATIONS_MAX = 2048, OONI_ANSWERS_MAX = 8192 };
/* False, and nothing to free: it is more than that. */
bool ooni_view_build(const struct measurement *m, struct ooni_view *view);
void ooni_view_free(struct ooni_view *view);

/*
 * Whether the query's outcome counts: it was not cut short, and, in a record of our own, no other query of the same
 * resolver for that name was answered (a retry, or the other family's).
 */
bool ooni_query_counts(const struct measurement *m, const struct query *q);
bool ooni_query_is_system(const struct measurement *m, const struct query *q);
/* DoH failures speak of that service, and a name without IPv6 is not blocked. */
bool ooni_query_failure_ignored(const struct query *q);
/* Redirects before the observation, from OONI's tag "depth=N". */
int ooni_depth(char *const *tags, size_t ntags);

/* A connection with an IPv6 address that failed for want of a route: the line's fault. */
bool ooni_item_no_route(const struct ooni_item *item);
/* Its TLS handshake was good: the certificate is the site's. */
bool ooni_item_is_secure(const struct ooni_item *item);
/* An answer that is a page: no redirect, and no failure. */
bool ooni_item_is_final(const struct ooni_item *item);
/* The first final page in the order of the rules; NULL none. */
const struct ooni_item *ooni_view_final(const struct ooni_view *view, bool system_only);
/* Compares a final page with the control's; all unknown without one. */
void ooni_view_diff(const struct ooni_view *view, const struct ooni_item *page, struct httpdiff *diff);

/* --- what the look-ups of the first hop come to (ooni_dns.c) ---------------------------------- */

struct ooni_dns {
	bool success; /* some gave an address */
	bool valid, invalid; /* some gave the control's addresses or networks; some gave others */
	bool expected, unexpected; /* failures, with the control failing too, and not */
	bool unexplained; /* failures that the control says nothing about; at redirects too */
	bool bogon;
	const char *failure; /* the first; NULL none */
};

/*
 * With system_only: the classic view, by addresses alone. Else of all resolvers, and an address that proved itself by a
 * certificate is no invalid one.
 */
void ooni_dns_gather(const struct ooni_view *view, bool system_only, struct ooni_dns *dns);
/* "consistent", "inconsistent" or NULL. */
const char *ooni_dns_consistency(const struct ooni_view *view, const struct ooni_dns *dns);
/* Whether the control's addresses of the target's name are known, and there are none. */
bool ooni_control_knows_no_address(const struct ooni_view *view);

/* --- the walk (ooni_walk.c) ------------------------------------------------------------------- */

struct ooni_outcome {
	const char *blocking; /* as in struct ooni_keys */
	int accessible;
	const char *failure; /* of the item that decided; NULL where it did not fail */
};

void ooni_walk(const struct ooni_view *view, bool dns_inconsistent, struct ooni_outcome *outcome);

#endif
